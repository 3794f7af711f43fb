"""What the check of translations sees."""

import pytest

from tools import translations
from tools.translations import Message
from tools.unmarked_text import unmarked_text

PYTHON = """
from django.utils.translation import gettext as _t
_t("Save")
message = gettext_noop("Two " "parts")
ngettext("{n} row", "{n} rows", n)
pgettext("verb", "Open")
gettext(error.message)
"""

TEMPLATE = """
{% translate "Save" %} {% translate "Open" context "verb" %} {{ _("Upper")|upper }} {% icon _("In a tag") %}
{% blocktranslate count n=rows|length trimmed %}
  {{ n }} row's end{% plural %}{{ n }} rows
{% endblocktranslate %}
{{ name|default:_("nobody") }} {# {% translate "Hidden" %} #}
"""

JAVASCRIPT = 'element.title = gettext("Free time"); label = ngettext("%s slot", "%s slots", n)'


@pytest.mark.parametrize(
    ("reader", "source", "messages"),
    [
        (
            translations._in_python,
            PYTHON,
            [
                Message(None, "Save"),
                Message(None, "Two parts"),
                Message(None, "{n} row", "{n} rows"),
                Message("verb", "Open"),
            ],
        ),
        (
            translations._in_template,
            TEMPLATE,
            [
                Message(None, "Save"),
                Message("verb", "Open"),
                Message(None, "Upper"),
                Message(None, "In a tag"),
                Message(None, "%(n)s row's end", "%(n)s rows"),
                Message(None, "nobody"),
            ],
        ),
        (
            translations._in_javascript,
            JAVASCRIPT,
            [Message(None, "Free time"), Message(None, "%s slot", "%s slots")],
        ),
    ],
)
def test_marked_messages_are_found(reader, source, messages):
    assert list(reader(source)) == messages


def test_text_that_nobody_marked_is_found():
    page = """{% block a_class %}wide page{% endblock %}<h1 title="Spoken">{% translate "Marked" %} PDF</h1>
<p>{{ user.name }} books <b lang="zh-Hans">预约</b></p>
<code>not read</code><p>时段</p>"""
    assert list(unmarked_text(page)) == [(1, "Spoken"), (2, "books"), (3, "时段")]


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of its own, with one module and one catalogue to fill."""
    monkeypatch.setattr(translations, "ROOT", tmp_path)
    monkeypatch.setattr(translations, "PACKAGES", ("shop",))
    (tmp_path / "shop").mkdir()

    def write(code, catalogue):
        (tmp_path / "shop/words.py").write_text(code, encoding="utf-8")
        po = tmp_path / "shop" / translations.PO
        po.parent.mkdir(parents=True, exist_ok=True)
        po.write_text(translations.HEADER + catalogue, encoding="utf-8")
        return po

    return write


def test_every_kind_of_incomplete_translation_is_reported(package):
    package(
        'gettext("New"); gettext("Empty"); gettext("Hello {name}"); gettext("Good"); gettext("Unsure")\n'
        'gettext("Yours")',
        """
msgid "Empty"
msgstr ""

msgid "Hello {name}"
msgstr "您好 {nmae}"

msgid "Good"
msgstr "好"

#, fuzzy
msgid "Unsure"
msgstr "不确定"

msgid "Old"
msgstr "旧"

msgid "Yours"
msgstr "你的"
""",
    )
    assert list(translations.problems()) == [
        "shop: fuzzy: 'Unsure'",
        "shop: 你 is to be 您 or 贵单位: '你的'",
        "shop/words.py: no entry: 'New'",
        "shop: not translated: 'Empty'",
        "shop: other placeholders: 'Hello {name}' → '您好 {nmae}'",
        f"shop: no longer used: 'Old' ({translations.KEPT})",
    ]


def test_new_messages_are_appended_and_file_is_otherwise_unchanged(package):
    po = package(
        'gettext("Good"); ngettext("{n} row", "{n} rows", n)',
        '\n# --- greetings ---\nmsgid "Good"\nmsgstr "好"\n',
    )
    before = po.read_text(encoding="utf-8")
    assert translations.add_missing() == 1
    assert po.read_text(encoding="utf-8") == before + (
        '\n#: shop/words.py\nmsgid "{n} row"\nmsgid_plural "{n} rows"\nmsgstr[0] ""\n'
    )
    assert translations.add_missing() == 0


ENTRIES = """#: web/menu.py
msgid "Save"
msgstr "保存"

msgctxt "verb"
msgid "Save"
msgstr ""
"保存"
msgid "%(count)s row"
msgid_plural "%(count)s rows"
msgstr[0] "%(count)s 行"
"""


@pytest.mark.parametrize(
    ("text", "line"),
    [
        (ENTRIES, None),
        (ENTRIES + 'msgid "Next"\nmsgstr "下一步"\n" name."\nmsgstr[0] "{count} 个"\n', 15),
        (ENTRIES + 'msgid "Save"\nmsgstr "存"\n', 12),
    ],
    ids=["sound", "end of another entry", "twice"],
)
def test_a_catalogue_that_a_merge_has_torn_is_told_by_its_line(text, line):
    assert translations.find_broken(text) == line
