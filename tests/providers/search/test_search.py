"""The index and what is found by it, on both engines."""

import pytest
from django.contrib.auth.models import AnonymousUser
from django.core.management import call_command

from instrument_share.accounts.models import Organization
from instrument_share.journal.selectors import history
from instrument_share.kernel.errors import Forbidden, Invalid, NotFound
from providers.instruments.models import Instrument
from providers.instruments.services.instruments import instrument_update
from providers.search.models import SearchSpelling, SearchTerm, SynonymGroup
from providers.search.selectors.catalogue import catalogue
from providers.search.selectors.near_words import near_words
from providers.search.selectors.search import filter_matching, filter_partly_matching, search, with_relevance
from providers.search.selectors.synonyms import synonym_group, synonym_groups
from providers.search.services.index import search_index, search_refresh
from providers.search.services.synonyms import synonym_group_remove, synonym_group_save, synonyms_load
from providers.terms.models import ListedPrice
from providers.terms.services.rules import rule_publish
from providers.units.selectors.own_instruments import own_instruments
from tests import factories
from tests.providers.conftest import NOW, published, terms
from tests.providers.search.measure import answer, by_kind, fill, quality

VISITOR = AnonymousUser()


def found(text, viewer=VISITOR):
    asked = search(text)
    rows = catalogue(viewer, search=asked)
    return [one.inner_number for one in with_relevance(rows, asked).order_by("-relevance", "id")]


def index():
    """All that the index holds, without the keys of its rows."""
    return (
        set(SearchTerm.objects.values_list("instrument_id", "term", "weight", "kind")),
        set(SearchSpelling.objects.values_list("variant", "word")),
        set(ListedPrice.objects.values_list("instrument_id", "user_kind", "service_mode", "hour_yuan")),
    )


# --- How well -----------------------------------------------------------------------------------------------


@pytest.mark.django_db
def test_search_quality_meets_thresholds():
    fill()
    tuned, held_out = quality("tuning"), quality("held_out")
    assert len(held_out.answers) >= 50
    for one in (tuned, held_out):
        badly = [(a.query, round(a.gain, 2), a.found[:5]) for a in one.answers if a.gain < 0.7]
        assert (one.gain, one.reciprocal_rank, one.served) >= (0.95, 0, 0), badly
        assert one.reciprocal_rank >= 0.97, badly
        assert one.served >= 0.98, badly
    another = quality("another_hand")
    assert len(another.answers) == 50
    assert another.gain >= 0.94
    assert another.reciprocal_rank >= 0.97
    assert another.served == 1
    # The seven of the requirement, each with what a person would expect first.
    first = {q: answer({"q": q, "best": []}).found[:3] for q in ("LC-MS", "LCMS-8060", "LCMS-8061")}
    assert set(first["LC-MS"]) == {"X04", "YPU-CH-03", "MD-C-05"}
    assert first["LCMS-8060"][0] == first["LCMS-8061"][0] == "X04"
    mass = {"X33", "IMD-T-02", "LH-T-01", "LH-T-02", "LH-T-03", "MD-C-05", "YUT-EM-005", "YPU-CH-03"}
    for q in ("质谱", "zhipu", "mass spec", "zp"):
        assert mass <= set(answer({"q": q, "best": []}).found), q


ONCE_MISREAD = (
    *("TEM", "sem", "BET", "qPCR", "HPLC", "粒径分析仪"),
    *("测粒径", "元素分析", "重金属检测", "碳含量", "硬度", "网分", "示波器", "盐雾", "重金属"),
    *("哪里可以做核磁", "我要测孔隙率", "想找一台可以做高分辨透射的电镜"),
)
"""Queries that people typed and that found nothing, or something else first."""


@pytest.mark.django_db
def test_each_kind_of_query_finds_suitable_instruments():
    fill()
    answers = {one.query: one for one in quality("by_kind").answers}
    assert [(q, answers[q].found[:3]) for q in ONCE_MISREAD if not answers[q].is_first_right] == []
    found = by_kind(answers.values())
    assert set(found) == {"abbreviation", "specification", "compound", "purpose", "sentence"}
    for kind, (first, precision, nothing) in found.items():
        assert (first >= 0.95, precision >= 0.92, nothing <= 0.01) == (True,) * 3, (kind, first, precision)


# --- Kept up to date ----------------------------------------------------------------------------------------


def test_a_change_of_an_instrument_is_found_at_once_and_a_rebuild_makes_the_same(world, instrument):
    other = published(world, inner_number="M-1", name_zh="质谱仪", name_en="Mass spectrometer", model="Qx-77")
    instrument_update(actor=world.manager, instrument_id=other.pk, values={"name_zh": "拉曼光谱仪"}, now=NOW)
    assert (found("质谱"), found("拉曼"), found("laman")) == ([], ["M-1"], ["M-1"])
    instrument_update(
        actor=world.manager, instrument_id=other.pk, values={"name_en": "Raman microscope"}, now=NOW
    )
    assert (found("spectrometer"), found("qx77"), found("ramam")) == ([], ["M-1"], ["M-1"])
    rule_publish(actor=world.manager, instrument_id=other.pk, draft=terms(), applies_from=NOW, now=NOW)
    before = index()
    call_command("rebuild_search", verbosity=0)
    assert index() == before


def test_unchanged_index_writes_nothing(world, instrument, statements):
    sent = statements.of(lambda: search_index([instrument.pk]))
    written = [
        one for one in sent if one.startswith(("INSERT", "UPDATE", "DELETE")) and "searchedunit" not in one
    ]
    assert written == []


def test_a_unit_that_is_renamed_is_found_by_its_new_name_after_the_next_tick(world, instrument):
    Organization.objects.filter(pk=world.unit.pk).update(name_zh="澜滨光电研究所")
    assert found("澜滨") == []
    assert search_refresh() == 1
    assert found("澜滨") == ["A-001"]
    assert not SearchTerm.objects.filter(term__startswith="云屏材料").exists()
    assert search_refresh() == 0


def test_an_edit_after_a_unit_was_renamed_leaves_its_others_to_the_next_tick(world, instrument):
    other = published(world, inner_number="M-1", name_zh="质谱仪", name_en="MS", category="020100", model="Q")
    Organization.objects.filter(pk=world.unit.pk).update(name_zh="澜滨光电研究所")
    instrument_update(actor=world.manager, instrument_id=other.pk, values={"model": "Q-2"}, now=NOW)
    assert found("澜滨") == ["M-1"]
    search_refresh()
    assert set(found("澜滨")) == {"A-001", "M-1"}
    assert search_refresh() == 0


def test_tick_indexes_unindexed_instruments(world, instrument):
    rule_publish(actor=world.manager, instrument_id=instrument.pk, draft=terms(), applies_from=NOW, now=NOW)
    before = index()
    SearchTerm.objects.all().delete()
    SearchSpelling.objects.all().delete()
    ListedPrice.objects.all().delete()
    assert search_refresh() == 1
    assert index() == before


def test_spellings_of_unused_words_are_deleted(world, instrument):
    assert SearchSpelling.objects.filter(word="transmission").exists()
    instrument_update(actor=world.manager, instrument_id=instrument.pk, values={"name_en": "TEM"}, now=NOW)
    assert not SearchSpelling.objects.filter(word="transmission").exists()


# --- What is understood -------------------------------------------------------------------------------------


def test_nobody_is_told_words_that_stand_in_drafts_and_suspended_units_alone(world, instrument):
    draft = factories.instrument(instrument.organization, state="draft", name_en="Zeptotron spectrolyser")
    search_index([draft.pk])
    assert search("zeptotrn").corrected == ()
    Instrument.objects.filter(pk=draft.pk).update(state="published")
    assert search("zeptotrn").corrected == (("zeptotrn", "zeptotron"),)
    Organization.objects.filter(pk=instrument.organization_id).update(state="suspended")
    assert search("zeptotrn").corrected == ()


def test_words_of_drafts_alone_are_unknown_to_all_but_their_unit(world, instrument):
    draft = factories.instrument(instrument.organization, state="draft", name_zh="锆钛压电测试台")
    search_index([draft.pk])
    assert (search("电镜 锆钛").unknown, found("电镜 锆钛")) == (("锆钛",), ["A-001"])
    own = own_instruments(world.manager, instrument.organization_id, NOW, text="锆钛")
    assert [one.pk for one in own] == [draft.pk]
    synonym_group_save(actor=world.officer, words=["锆钛", "陶瓷极化"], now=NOW)
    own = own_instruments(world.manager, instrument.organization_id, NOW, text="陶瓷极化")
    assert [one.pk for one in own] == [draft.pk]


def test_word_is_corrected_only_if_spelling_is_unknown(world, instrument):
    asked = search("transmision")
    assert (asked.corrected, found("transmision")) == ((("transmision", "transmission"),), ["A-001"])
    assert search("transm").corrected == ()
    assert (search("qqqqqqqq").unknown, found("qqqqqqqq")) == (("qqqqqqqq",), [])


@pytest.mark.parametrize("typed", ["透涉电镜", "投射电镜"])
def test_a_wrong_character_is_forgiven_where_it_sounds_the_same_or_nearly_so(world, typed):
    published(world, inner_number="T-1", name_zh="透射电镜", name_en="TEM", model="T")
    published(world, inner_number="S-1", name_zh="扫描电镜", category="020100", model="S")
    asked = search(typed)
    assert (found(typed), asked.heard, asked.unknown) == (["T-1"], (typed,), ())


def test_words_that_sound_only_somewhat_alike_are_different_words(world):
    published(world, inner_number="E-1", name_zh="电子显微镜", name_en="Electron microscope", model="E")
    asked = search("量子显微镜")
    assert (found("量子显微镜"), asked.heard) == (["E-1"], ())


def test_unknown_word_is_ignored_and_reported(world, instrument):
    asked = search("电镜 量子纠缠")
    assert (asked.unknown, found("电镜 量子纠缠")) == (("量子纠缠",), ["A-001"])
    assert search("透射电镜纠缠").unknown == ("纠缠",)


def test_search_falls_back_to_instruments_with_most_words(world, instrument):
    published(world, inner_number="M-1", name_zh="质谱仪", name_en="MS", category="020100", model="Q")
    asked = search("透射 电镜 质谱")
    assert not filter_matching(Instrument.objects.all(), asked).exists()
    rows = with_relevance(filter_partly_matching(Instrument.objects.all(), asked), asked)
    assert [one.inner_number for one in rows.order_by("-relevance")] == ["A-001", "M-1"]


@pytest.mark.parametrize("text", ["'", '"', "\\", "%_", "a" * 300, "谱" * 300, "\U0010ffff", "-", "  "])
def test_any_query_is_answered(world, instrument, text):
    assert isinstance(found(text), list)


def test_a_search_takes_one_statement_and_a_misspelt_one_two(world, instrument, statements):
    assert len(statements.of(lambda: search("电镜 tsdz TX-200 透射电子显微镜分析"))) == 1
    assert len(statements.of(lambda: search("transmision mikroscope 投涉电镜"))) == 2
    assert statements.of(lambda: search(" ")) == []


def test_a_unit_finds_its_own_by_words_and_by_inner_number(world, draft):
    def own(text):
        return [one.inner_number for one in own_instruments(world.manager, world.unit.pk, NOW, text=text)]

    assert (own("透射"), own("A-0"), own("TX200"), own("质谱")) == (["A-001"], ["A-001"], ["A-001"], [])


def test_own_instruments_are_sorted_by_urgency(world):
    states = ["retired", "suspended", "published", "submitted", "draft"]
    for state in states:
        factories.instrument(world.unit, state=state, inner_number=state)
    factories.instrument(world.unit, state="draft", inner_number="returned", return_reason="请补充")
    found = own_instruments(world.manager, world.unit.pk, NOW).order_by("urgency")
    assert [(one.urgency, one.inner_number) for one in found] == [
        (0, "returned"),
        (1, "draft"),
        (2, "submitted"),
        (3, "published"),
        (4, "suspended"),
        (5, "retired"),
    ]


def test_a_specification_and_an_inner_number_are_searched(world, instrument):
    published(
        world,
        inner_number="EM-173",
        name_zh="质谱仪",
        name_en="MS",
        specification_zh="Orbitrap Exploris 480，配 Vanquish Neo 与 nanoACQUITY 液相",
    )
    for words in ("exploris 480", "vanquish neo", "nanoacquity", "em173", "EM-173"):
        assert found(words) == ["EM-173"], words


def test_an_abbreviation_is_no_beginning_of_a_word(world):
    published(world, inner_number="T-1", name_zh="透射电镜TEM", name_en="TEM", model="T")
    published(world, inner_number="H-1", name_zh="温箱", name_en="Temperature system", model="H")
    assert (found("TEM"), found("tem测试"), found("temp")) == (["T-1"], ["T-1"], ["H-1"])
    assert found("SEM") == []


def test_kind_of_method_in_english_is_no_condition_beside_its_name(world):
    published(world, inner_number="N-1", name_zh="核磁共振波谱仪", name_en="NMR spectrometer")
    published(world, inner_number="R-1", name_zh="拉曼光谱仪", name_en="Raman spectroscopy system")
    assert (found("NMR spectroscopy"), found("spectroscopy")) == (["N-1"], ["R-1"])


def test_near_words_of_empty_search_have_results(world, instrument):
    synonyms_load(actor=None, now=NOW)
    assert found("投射型量子镜") == []
    words = near_words("透射电竞")
    assert words[0] == "透射电镜"
    assert all(found(word) == ["A-001"] for word in words)
    assert near_words("透射电竞透") and "扫描电镜" not in words
    assert "透射电镜" not in near_words("透射电镜")
    assert near_words("哪里有可以分析的透射电竞") == near_words("透射电竞 设备 zzzz") == words
    assert near_words("qqq") == near_words("") == []
    Organization.objects.filter(pk=instrument.organization_id).update(state="suspended")
    assert near_words("透射电竞") == []
    Instrument.objects.update(state="suspended")
    assert near_words("透射电竞") == []


# --- The table of synonyms ----------------------------------------------------------------------------------


def test_a_group_is_found_by_each_of_its_words_until_it_is_changed_or_removed(world, instrument):
    def save(*words, public_id=""):
        return synonym_group_save(actor=world.officer, words=words, public_id=public_id, now=NOW)

    assert found("微粒看管器") == []
    group = save("透射电子显微镜", " 微粒看管器 ", "Look-EM", "微粒看管器")
    assert [row.word for row in synonym_group(world.officer, group.public_id).words.all()] == [
        "透射电子显微镜",
        "微粒看管器",
        "Look-EM",
    ]
    assert found("微粒看管器") == found("lookem") == found("wlkgq") == ["A-001"]
    save("透射电子显微镜", "Peer", public_id=group.public_id)
    assert (found("微粒看管器"), found("peer")) == ([], ["A-001"])
    synonym_group_remove(actor=world.officer, public_id=group.public_id, now=NOW)
    assert found("peer") == []
    assert SynonymGroup.objects.count() == 0


def test_every_change_of_a_group_is_recorded_with_what_it_was(world, instrument):
    group = synonym_group_save(actor=world.officer, words=["电镜", "EM"], now=NOW)
    synonym_group_save(
        actor=world.officer, words=["电镜", "EM", "电子镜"], public_id=group.public_id, now=NOW
    )
    synonym_group_save(
        actor=world.officer, words=["电镜", "EM", "电子镜"], public_id=group.public_id, now=NOW
    )
    assert [(entry.action, entry.details) for entry in history(group)] == [
        ("synonyms.added", {"before": [], "after": ["电镜", "EM"]}),
        ("synonyms.changed", {"before": ["电镜", "EM"], "after": ["电镜", "EM", "电子镜"]}),
    ]


def test_a_purpose_finds_the_instruments_of_its_methods_and_not_the_other_way_round(world, instrument):
    published(world, inner_number="P-1", name_zh="晶格计", name_en="Lattice meter", model="P")

    def save(*methods, public_id=""):
        return synonym_group_save(
            actor=world.officer, words=["晶格"], methods=methods, public_id=public_id, now=NOW
        )

    purpose = save(" 透射电子显微镜 ", "", "X射线衍射")
    assert (found("测晶格"), found("透射电子显微镜")) == (["P-1", "A-001"], ["A-001"])
    save("X射线衍射", public_id=purpose.public_id)
    assert found("测晶格") == ["P-1"]
    save("透射电子显微镜", public_id=purpose.public_id)
    save("透射电子显微镜", public_id=purpose.public_id)
    assert found("测晶格") == ["P-1", "A-001"]
    synonym_group_remove(actor=world.officer, public_id=purpose.public_id, now=NOW)
    assert found("测晶格") == ["P-1"]


def test_the_journal_tells_the_methods_of_a_purpose(world, instrument):
    purpose = synonym_group_save(actor=world.officer, words=["晶格"], methods=["XRD", "TEM"], now=NOW)
    synonym_group_save(
        actor=world.officer, words=["晶格"], methods=["TEM"], public_id=purpose.public_id, now=NOW
    )
    assert [entry.details for entry in history(purpose)] == [
        {"before": [], "after": ["晶格", "→ XRD", "→ TEM"]},
        {"before": ["晶格", "→ XRD", "→ TEM"], "after": ["晶格", "→ TEM"]},
    ]


def test_the_task_of_a_purpose_is_kept_and_journalled(world):
    purpose = synonym_group_save(
        actor=world.officer, words=["晶格"], methods=["XRD"], task=("看晶格", "See the lattice"), now=NOW
    )
    synonym_group_save(
        actor=world.officer, words=["晶格"], methods=["XRD"], public_id=purpose.public_id, now=NOW
    )
    assert [entry.details["after"] for entry in history(purpose)] == [
        ["晶格", "→ XRD", "⌂ 看晶格", "⌂ See the lattice"],
        ["晶格", "→ XRD"],
    ]


def test_invalid_task_is_reported_at_field(world):
    def codes(task, methods=("XRD",)):
        with pytest.raises(Invalid) as refused:
            synonym_group_save(
                actor=world.officer, words=["晶格", "格子"], methods=methods, task=task, now=NOW
            )
        return [(one.code, one.field) for one in refused.value.problems]

    assert codes(("看晶格", ""), methods=()) == [("synonym.task_without_methods", "task_zh")]
    assert codes(("", "See")) == [("synonym.task_without_chinese", "task_zh")]
    assert codes(("看" * 13, "x" * 41)) == [
        ("synonym.task_too_long", "task_zh"),
        ("synonym.task_too_long", "task_en"),
    ]


def test_invalid_methods_of_purpose_are_reported_at_field(world):
    with pytest.raises(Invalid) as refused:
        synonym_group_save(actor=world.officer, words=[" "], methods=["X", "长" * 61], now=NOW)
    assert [(one.code, one.field) for one in refused.value.problems] == [
        ("synonym.number", "words"),
        ("synonym.too_short", "methods"),
        ("synonym.too_long", "methods"),
    ]


def test_all_problems_of_synonym_group_are_reported_together(world):
    synonym_group_save(actor=world.officer, words=["电镜", "EM"], now=NOW)
    with pytest.raises(Invalid) as refused:
        synonym_group_save(actor=world.officer, words=["e-m", "X", "长" * 61], now=NOW)
    assert [(one.code, one.params) for one in refused.value.problems] == [
        ("synonym.too_short", {"word": "X"}),
        ("synonym.too_long", {"word": "长" * 61, "most": 60}),
        ("synonym.in_other_group", {"word": "EM", "others": "电镜、EM"}),
    ]
    with pytest.raises(Invalid) as refused:
        synonym_group_save(actor=world.officer, words=["电镜仪", "电镜仪 "], now=NOW)
    assert [one.code for one in refused.value.problems] == ["synonym.number"]
    with pytest.raises(Forbidden):
        synonym_group_save(actor=world.manager, words=["甲乙", "丙丁"], now=NOW)
    with pytest.raises(NotFound):
        synonym_group_remove(actor=world.officer, public_id="SYN-NOTHING", now=NOW)


def test_built_in_synonyms_load_once_and_keep_bureau_groups(world, instrument):
    mine = synonym_group_save(actor=world.officer, words=["质谱仪", "称分子的"], now=NOW)
    loaded = synonyms_load(actor=None, now=NOW)
    assert loaded > 80
    assert SynonymGroup.objects.count() == loaded + 1
    assert [row.word for row in synonym_group(VISITOR, mine.public_id).words.all()] == ["质谱仪", "称分子的"]
    assert synonyms_load(actor=None, now=NOW) == 0
    assert found("TEM") == ["A-001"]


def test_the_list_of_groups_takes_as_many_statements_for_one_as_for_many(world, statements):
    synonym_group_save(actor=world.officer, words=["电镜", "EM"], now=NOW)
    statements.assert_unchanged(
        lambda: [[row.word for row in one.words.all()] for one in synonym_groups(world.officer)],
        by=lambda: synonyms_load(actor=None, now=NOW),
    )
    assert [one.first_word for one in synonym_groups(world.officer, "飞行时间二次")] == ["二次离子质谱"]
