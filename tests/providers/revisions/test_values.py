"""Values of fields as reviews and revisions show them."""

from django.utils import translation

from providers.revisions.templatetags.revisions_ui import value_of


def test_value_in_chinese_says_its_language_on_an_english_page():
    assert value_of("contact", "王砚秋 <em>") == "王砚秋 &lt;em&gt;"
    with translation.override("en"):
        assert value_of("contact", "王砚秋 <em>") == '<span lang="zh-Hans">王砚秋</span> &lt;em&gt;'
        assert value_of("functions_zh", "测形貌") == '<span lang="zh-Hans">测形貌</span>'
        assert value_of("contact", "") == "—"
