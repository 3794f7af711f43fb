"""The bureau's page of a group of synonyms."""

from datetime import timedelta

import pytest

from providers.search.models import SynonymGroup
from providers.search.services.synonyms import synonym_group_save
from tests import factories
from tests.factories import NOW
from tests.page_fixtures import rows_of

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer(clock):
    return factories.officer()


def test_conflict_links_to_the_group_that_has_the_word(officer, send):
    other = synonym_group_save(actor=officer, words=["电镜", "EM"], now=NOW)
    synonym_group_save(actor=officer, words=["质谱", "MS"], now=NOW)
    page = send(officer, "synonym_new", words="透射电镜\ne-m")
    assert page.status_code == 422
    assert list(page.context["others"]) == [other]
    assert f'<a href="/bureau/synonyms/{other.public_id}/">' in page.content.decode()


def test_group_is_no_conflict_of_its_own(officer, send, see):
    mine = synonym_group_save(actor=officer, words=["电镜", "EM"], now=NOW)
    assert "已包含所填的词" not in see(officer, "synonym_edit", mine.public_id).content.decode()
    page = send(officer, "synonym_edit", mine.public_id, words="电镜\nX")
    assert (page.status_code, list(page.context["others"])) == (422, [])


def test_bureau_puts_a_purpose_on_the_home_page(officer, send, see):
    assert (
        send(
            officer, "synonym_new", words="孔隙率", methods="压汞仪", task_zh="测孔隙", task_en="Porosity"
        ).status_code
        == 302
    )
    purpose = SynonymGroup.objects.get()
    assert (purpose.task_zh, purpose.task_en) == ("测孔隙", "Porosity")
    assert 'value="测孔隙"' in see(officer, "synonym_edit", purpose.public_id).content.decode()


def test_groups_are_sorted_and_exported_as_shown(officer, see):
    later = NOW + timedelta(days=1)
    synonym_group_save(actor=officer, words=["质谱", "MS"], methods=[], now=later)
    synonym_group_save(actor=officer, words=["电镜", "EM", "透射电镜"], now=NOW)
    synonym_group_save(
        actor=officer, words=["孔隙率"], methods=["压汞仪", "氮吸附"], task=("测孔隙", "Porosity"), now=NOW
    )
    words = {
        order: [group.first_word for group in see(officer, "synonyms", sort=order).context["page"].items]
        for order in ("word", "-word", "-changed")
    }
    assert words["-word"] == words["word"][::-1]
    assert sorted(words["word"]) == sorted(["质谱", "电镜", "孔隙率"])
    assert words["-changed"][0] == "质谱"
    head, row = rows_of(see(officer, "synonyms", q="孔隙", format="csv"))
    assert head == ["词", "同义词", "方法", "首页显示（中文）", "首页显示（英文）", "修改时间"]
    assert row == ["孔隙率", "", "压汞仪 · 氮吸附", "测孔隙", "Porosity", "2026-03-02T08:00:00+08:00"]
    assert rows_of(see(officer, "synonyms", q="em", format="csv"))[1][:2] == ["电镜", "EM · 透射电镜"]


def test_words_that_a_colleague_has_added_meanwhile_stay_until_they_were_read(officer, send, see):
    colleague = factories.officer()
    group = synonym_group_save(actor=officer, words=["电镜", "EM"], now=NOW)
    seen = see(officer, "synonym_edit", group.public_id).context["form"]["seen"].value()
    theirs, mine = "电镜\r\nEM\r\n透射电镜", "电镜\r\nEM\r\n扫描电镜"
    assert send(colleague, "synonym_edit", group.public_id, words=theirs, seen=seen).status_code == 302
    answer = send(officer, "synonym_edit", group.public_id, words=mine, seen=seen)
    assert answer.status_code == 422
    (difference,) = answer.context["meanwhile"]
    assert difference[1:] == ("电镜\nEM\n透射电镜", "电镜\nEM\n扫描电镜")
    assert SynonymGroup.objects.get().words_in_order == ["电镜", "EM", "透射电镜"]
    seen = answer.context["form"]["seen"].value()
    assert send(officer, "synonym_edit", group.public_id, words=mine, seen=seen).status_code == 302
    assert SynonymGroup.objects.get().words_in_order == ["电镜", "EM", "扫描电镜"]
