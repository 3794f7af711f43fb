import json
import re
from types import SimpleNamespace

import pytest
from django import forms
from django.template import Context, Template
from django.test import RequestFactory
from django.utils import translation
from django.utils.safestring import mark_safe
from pytest_django.asserts import assertInHTML

from instrument_share.kernel.errors import DomainError, Invalid, Problem
from instrument_share.kernel.wording import Sentence
from instrument_share.web.forms.fields import ReasonForm, add_problems, set_choices
from instrument_share.web.responses.problem import body_of
from instrument_share.web.templatetags import ui
from instrument_share.web.text.labels import STATES


class Request(forms.Form):
    purpose = forms.CharField(label="用途", help_text="一句话")
    ends_at = forms.DateTimeField(label="结束")


def render(source, **context):
    return Template("{% load ui %}" + source).render(Context(context))


@pytest.fixture(autouse=True)
def _chinese():
    with translation.override("zh-hans"):
        yield


def test_bare_number_of_a_figure_is_shown_in_groups_of_three():
    assert '<div class="stat-value">12,014</div>' in render('{% stat "预约" number %}', number=12014)


def test_sentences_of_a_paragraph_follow_each_other_without_a_blank_in_chinese():
    source = "{% sentences %}<b>核验一致。</b>\n已有 2 条。\n<a>查看 3 条</a>{% endsentences %}"
    assert render(source) == "<b>核验一致。</b>已有 2 条。<a>查看 3 条</a>"
    with translation.override("en"):
        assert render("{% sentences %}Genuine. See it.\n{% endsentences %}") == "Genuine. See it.\n"


def test_a_problem_stands_beside_its_field_and_on_top_with_a_link_to_it():
    form = Request({"purpose": "", "ends_at": "2026-03-05T14:00"})
    page = render("{% form_problems form %}{% field form.purpose %}", form=form)
    assertInHTML('<a href="#id_purpose">用途</a>', page)
    assert 'aria-describedby="id_purpose_help id_purpose_problem" aria-invalid="true"' in page
    assert 'id="id_purpose_problem"' in page


def test_problem_that_quotes_chinese_stays_in_one_piece_beside_its_picture():
    """Each piece would be a column of its own: the paragraph lays picture and text side by side."""
    form = Request({"purpose": "许怀瑾", "ends_at": "2026-03-05T14:00"})
    form.add_error("purpose", "“许怀瑾” is not known.")
    with translation.override("en"):
        page = render("{% field form.purpose %}", form=form)
    assert '<span>“<span lang="zh-Hans">许怀瑾</span>” is not known.</span></p>' in page


def test_input_says_its_language_by_its_name_or_by_what_is_written():
    class Names(forms.Form):
        name_zh = forms.CharField()
        name_en = forms.CharField(widget=forms.Textarea)
        contact = forms.CharField()
        email = forms.EmailField()

    def languages(**initial):
        form = Names(initial=initial)
        parts = [render("{% field one %}", one=one) for one in form]
        found = [re.search('<(?:input|textarea)[^>]* lang="(.*?)"', part) for part in parts]
        return [one[1] if one else "" for one in found]

    assert languages(contact="钱予安") == ["zh-Hans", "en", "", ""]
    with translation.override("en"):
        assert languages(contact="钱予安") == ["zh-Hans", "en", "zh-Hans", ""]
        assert languages(contact="Qian") == ["zh-Hans", "en", "", ""]


def test_chinese_labels_and_choices_say_so_on_an_english_page():
    class Fates(forms.Form):
        fate = forms.ChoiceField(label="New start for 许怀瑾")
        people = forms.MultipleChoiceField(widget=forms.CheckboxSelectMultiple)

    form = Fates()
    form.fields["fate"].choices = form.fields["people"].choices = [("", "Nobody"), ("qian", "钱予安 <qian>")]

    def shown(name):
        return render("{% field one %}", one=form[name])

    assert "lang=" not in shown("fate") + shown("people")
    with translation.override("en"):
        assert 'New start for <span lang="zh-Hans">许怀瑾</span>' in shown("fate")
        assert '<option lang="zh-Hans" value="qian">钱予安 &lt;qian&gt;</option>' in shown("fate")
        assert shown("fate").count("lang=") == 2
        assert '<span lang="zh-Hans">钱予安</span> &lt;qian&gt;' in shown("people")
        assert shown("people").count("lang=") == 1


def test_sentence_of_the_domain_marks_the_names_in_it():
    sentence = Sentence("{name} & others", {"name": "云屏市分析测试协会"})
    assert render("{% load sentences %}{{ one|said }}", one=sentence) == "云屏市分析测试协会 &amp; others"
    with translation.override("en"):
        shown = render("{% load sentences %}{{ one|said }}", one=sentence)
    assert shown == '<span lang="zh-Hans">云屏市分析测试协会</span> &amp; others'


def test_problem_of_a_group_of_choices_on_top_leads_to_the_first_of_them():
    class Kinds(forms.Form):
        kinds = forms.MultipleChoiceField(
            label="单位类型", choices=[("a", "高校"), ("b", "企业")], widget=forms.CheckboxSelectMultiple
        )

    page = render("{% form_problems form %}{% field form.kinds %}", form=Kinds({}))
    assertInHTML('<a href="#id_kinds_0">单位类型</a>', page)
    assert 'id="id_kinds_0"' in page


def test_chinese_that_stands_in_for_english_says_its_language():
    both = SimpleNamespace(name_zh="材料所", name_en="Institute & Co.")
    one = SimpleNamespace(name_zh="<材料所>", name_en="")

    def shown():
        return render('{{ a|bilingual_text:"name" }} {{ b|bilingual_text:"name" }}', a=both, b=one)

    assert shown() == "材料所 &lt;材料所&gt;"
    with translation.override("en"):
        assert shown() == 'Institute &amp; Co. <span lang="zh-Hans">&lt;材料所&gt;</span>'


@pytest.mark.parametrize(
    ("text", "in_chinese", "in_english"),
    [
        ("断口分析 <x>", "断口分析 &lt;x&gt;", '<span lang="zh-Hans">断口分析</span> &lt;x&gt;'),
        (
            "Not admitted: 材料（第 2 页），不全。",
            "Not admitted: 材料（第 2 页），不全。",
            'Not admitted: <span lang="zh-Hans">材料（第 2 页），不全。</span>',
        ),
        ("Fracture & wear", "Fracture &amp; wear", "Fracture &amp; wear"),
        ("Fracture analysis", '<span lang="en">Fracture analysis</span>', "Fracture analysis"),
        ("FE-SEM 9200", "FE-SEM 9200", "FE-SEM 9200"),
        (
            mark_safe('<span title="材料">See this</span>'),
            '<span lang="en"><span title="材料">See this</span></span>',
            '<span title="材料">See this</span>',
        ),
        ("", "", ""),
    ],
)
def test_what_somebody_wrote_says_its_language_on_a_page_in_the_other(text, in_chinese, in_english):
    assert render("{{ text|as_written }}", text=text) == in_chinese
    with translation.override("en"):
        assert render("{{ text|as_written }}", text=text) == in_english


def test_the_parts_of_pages_mark_what_somebody_wrote():
    with translation.override("en"):
        shown = render("{% facts entries %}", entries=[("a", "断口")])
        assert '<dd><span lang="zh-Hans">断口</span></dd>' in shown
        assert '<span lang="zh-Hans">材料所</span>' in render('{% back "/" text %}', text="材料所")


class AboutTheEnd(DomainError):
    code, field, message = "late", "ends_at", "too late"


def test_a_good_form_has_nothing_on_top():
    form = Request({"purpose": "断口", "ends_at": "2026-03-05T14:00"})
    assert render("{% form_problems form %}", form=form).strip() == ""


class ChosenForm(forms.Form):
    person = forms.ChoiceField()
    people = forms.MultipleChoiceField()


@pytest.mark.parametrize(
    ("language", "said"),
    [
        ("zh-hans", "所选内容已不可用，请重新选择。"),
        ("en", "What was chosen here is no longer available. Choose again."),
    ],
)
def test_a_choice_that_is_gone_is_refused_in_words_and_not_by_its_code(language, said):
    form = ChosenForm({"person": "USR-7K2M9QX4TB", "people": ["USR-7K2M9QX4TB"]})
    for field in form.fields.values():
        set_choices(field, [("USR-4TB7K2M9QX", "钱予安")])
    with translation.override(language):
        assert form.errors == {"person": [said], "people": [said]}


def test_refusals_of_the_rules_go_to_their_fields_and_the_others_on_top():
    form = Request({"purpose": "断口", "ends_at": "2026-03-05T14:00"})
    form.is_valid()
    error = Invalid(
        problems=[
            Problem("a", "too short", field="ends_at"),
            Problem("b", "no account"),
            Problem("c", "x", field="y"),
        ]
    )
    add_problems(form, error)
    assert dict(form.errors) == {"ends_at": ["too short"], "__all__": ["no account", "x"]}


def test_an_error_about_one_field_stands_beside_it():
    form = Request({"purpose": "断口", "ends_at": "2026-03-05T14:00"})
    form.is_valid()
    add_problems(form, AboutTheEnd())
    assert dict(form.errors) == {"ends_at": ["too late"]}
    assert body_of(AboutTheEnd())["problems"] == [{"code": "late", "detail": "too late", "field": "ends_at"}]


def test_a_state_is_a_word_with_a_picture():
    badge = render('{% state "booking" "no_show" %}')
    assert "爽约</span>" in badge
    assert 'aria-hidden="true"' in badge


@pytest.mark.parametrize("key", sorted(STATES))
def test_every_state_has_its_chinese_word(key):
    assert not str(STATES[key].text).isascii()


def test_an_unknown_state_shows_its_code():
    assert "melted</span>" in render('{% state "booking" "melted" %}')


def test_the_numbers_of_a_chart_cannot_end_its_block():
    spec = {"type": "bar", "categories": ["</script><b>"], "series": [{"name": "a", "data": [1]}]}
    page = render('{% chart "x" "t" spec %}', spec=spec)
    assert page.count("</script>") == 1
    assertInHTML('<tr><th scope="row">&lt;/script&gt;&lt;b&gt;</th><td class="figure">1</td></tr>', page)


def test_the_figures_of_a_chart_stand_once_where_the_page_has_their_table():
    spec = {"type": "bar", "categories": ["三月"], "series": [{"name": "a", "data": [1]}]}
    assert "以表格查看" in render('{% chart "x" "t" spec %}', spec=spec)
    page = render('{% chart "x" "t" spec has_table=False %}', spec=spec)
    assert ("<table" in page, drawn(page)["categories"]) == (False, ["三月"])


def test_the_next_page_keeps_the_filters():
    request = RequestFactory().get("/instruments/?q=SEM&cursor=old")
    page = render("{% pages page %}", page=SimpleNamespace(next_cursor="new"), request=request)
    assert 'href="?q=SEM&amp;cursor=new"' in page
    assert 'href="?q=SEM" rel="first"' in page


def test_a_list_of_one_page_has_no_pages():
    request = RequestFactory().get("/instruments/")
    assert render("{% pages page %}", page=SimpleNamespace(next_cursor=None), request=request).strip() == ""


def test_facts_omit_empty_values():
    assert [entry[0] for entry in ui.facts([("a", 0), ("b", ""), ("c", None)])["entries"]] == ["a"]


def test_running_text_without_an_english_version_is_marked_as_chinese():
    thing = SimpleNamespace(text_zh="甲 <b>\n乙", text_en="")
    with translation.override("en"):
        shown = render('{{ thing|running_text:"text" }}', thing=thing)
        thing.text_en = "A"
        assert render('{{ thing|running_text:"text" }}', thing=thing) == "A"
    assert shown == '<span lang="zh-Hans">甲 &lt;b&gt;<br>乙</span>'
    assert render('{{ thing|running_text:"text" }}', thing=thing) == "甲 &lt;b&gt;<br>乙"


def many_bars(kind, number):
    names = [f"单位{one}" for one in range(number)]
    return {
        "type": kind,
        "horizontal": True,
        "categories": names,
        "series": [{"name": "对外", "data": list(range(number, 0, -1))}],
    }


def drawn(page):
    return json.loads(re.search(r'<script type="application/json"[^>]*>(.*?)</script>', page, re.DOTALL)[1])


def test_a_chart_of_hours_draws_twenty_units_and_the_sum_of_the_others():
    page = render('{% chart "x" "t" spec %}', spec=many_bars("stacked", 23))
    assert drawn(page)["categories"][19:] == ["单位19", "其他 3 家"]
    assert drawn(page)["series"][0]["data"][19:] == [4, 3 + 2 + 1]
    assert "图中为前 20 项，共 23 项" in page
    assert page.count('<th scope="row">') == 23


def test_a_chart_of_scores_adds_nothing_up():
    page = render('{% chart "x" "t" spec %}', spec=many_bars("bar", 23))
    assert drawn(page)["categories"] == [f"单位{one}" for one in range(20)]
    assert page.count('<th scope="row">') == 23


def test_a_chart_of_twenty_bars_is_drawn_as_it_is():
    page = render('{% chart "x" "t" spec %}', spec=many_bars("stacked", 20))
    assert len(drawn(page)["categories"]) == 20
    assert "图中为前" not in page


@pytest.mark.parametrize(
    ("language", "help_text", "said"),
    [
        ("zh-hans", "用户可见。", "用户可见。最多 500 字。"),
        ("en", "The user can read it.", "The user can read it. At most 500 characters."),
        ("en", "", "At most 500 characters."),
    ],
)
def test_a_form_for_a_reason_says_how_long_it_may_be(language, help_text, said):
    with translation.override(language):
        field = ReasonForm(help_text=help_text)["reason"]
        assert field.help_text == said
        assert 'maxlength="500"' in str(field)
