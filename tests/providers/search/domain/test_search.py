"""Terms, queries, spelling and synonyms: rules without a database."""

import pytest

from providers.search.domain.index import (
    Document,
    Term,
    TermKind,
    Weight,
    chunks,
    is_spellable,
    normal,
    stem,
    terms_of,
    words,
)
from providers.search.domain.query import Range, ranges, read, understood
from providers.search.domain.spelling import closest, distance, forgiven, variants
from providers.search.domain.synonyms import Synonyms


@pytest.mark.parametrize("written", ["LC-MS", "LC/MS", "lc ms", "ＬＣ－ＭＳ", "LC·MS"])
def test_signs_blanks_and_width_make_no_difference(written):
    assert normal(written) == "lcms"


def test_a_text_has_latin_words_with_their_parts():
    assert words("三重四极杆LC-MS/MS system (ESI)") == [["lc", "ms", "ms"], ["system"], ["esi"]]
    assert chunks("云屏大学  LC-MS，质谱") == ["云屏大学", "lc-ms", "质谱"]


def test_every_place_of_a_chinese_name_begins_a_term():
    found = terms_of(Document(names=("透射电镜",)))
    assert {term for term, one in found.items() if not term.isascii()} == {"透射电镜", "射电镜", "电镜", "镜"}
    assert {term for term in found if term.isascii()} == {
        "toushedianjing",
        "shedianjing",
        "dianjing",
        "jing",
        "tsdj",
        "sdj",
        "dj",
    }
    assert found["电镜"] == Term(96, TermKind.REST)
    assert found["toushedianjing"] == Term(77, TermKind.SPOKEN)
    assert found["tsdj"] == Term(58, TermKind.REST)


def test_a_latin_run_ends_initials_and_begins_a_mixed_term():
    found = terms_of(Document(names=("X射线衍射仪",)))
    assert {"x射线衍射仪", "射线衍射仪", "x", "xsxysy"} <= found.keys()
    assert "szpcr" not in terms_of(Document(names=("数字PCR仪",)))


def test_a_model_is_found_whole_and_by_its_parts():
    found = terms_of(Document(names=("仪",), model="LCMS-8060 NX"))
    assert {"lcms8060nx", "8060nx", "lcms", "8060", "nx", "lcms8060"} <= found.keys()
    assert (found["lcms8060"].weight, found["8060"].weight) == (65, 52)
    assert {"jem2100f", "2100f"} <= terms_of(Document(names=("仪",), model="JEM2100F")).keys()


def test_a_term_has_the_greatest_of_its_weights_and_a_part_of_a_word_less():
    found = terms_of(Document(names=("LC-MS",), categories=("LC-MS",), texts=("lcms",)))
    assert {term: (one.weight, one.kind) for term, one in found.items()} == {
        "lcms": (96, TermKind.WORD),
        "lc": (77, TermKind.WORD),
        "ms": (77, TermKind.WORD),
    }


def test_x_ray_is_one_word_however_it_is_written():
    assert "xray" in terms_of(Document(names=("X ray diffraction",)))
    assert "xray" in terms_of(Document(names=("X-ray diffraction",)))


@pytest.mark.parametrize(
    ("forms", "common"),
    [
        (("spectrometer", "spectrometers", "spectrometry", "spectrometric"), "spectromet"),
        (("microscope", "microscopes", "microscopy"), "microscop"),
        (("chromatograph", "chromatographs", "chromatography"), "chromatograph"),
        (("analyser", "analyzer", "analysis", "analysers"), "analy"),
        (("gas", "6000", "graphite", "metrology"), None),
    ],
)
def test_the_forms_of_a_word_begin_alike(forms, common):
    assert {stem(form) for form in forms} == ({common} if common else set(forms))


def counted(text, known, instruments=100):
    """What is understood where these terms begin something, each in so many instruments."""
    read_words = read(text)
    counts = {
        one: max((number for term, number in known.items() if one.start <= term < one.end), default=0)
        for one in ranges(read_words)
    }
    return understood(read_words, counts, instruments)


def test_a_word_is_asked_for_as_it_stands_where_something_has_it():
    found = counted("质谱 云屏", {"质谱仪": 10, "云屏大学": 40})
    assert [(one.range, one.rarity) for one in found.clauses] == [
        (Range("质谱", "质谱"), 33),
        (Range("云屏", "云屏"), 19),
    ]


def test_a_word_that_nothing_has_is_divided_into_the_longest_pieces_that_something_has():
    known = {"透射电子显微镜": 3, "显微镜": 5, "射显": 1, "微镜": 5}
    assert [one.range.typed for one in counted("透射显微镜", known).clauses] == ["透射", "显微镜"]
    known = {"sem": 2, "扫描电镜": 3, "扫描": 5, "电镜": 5}
    assert [one.range.typed for one in counted("sem扫描电镜", known).clauses] == [
        "sem",
        "扫描电镜",
    ]


def test_a_word_that_is_written_with_other_characters_is_found_by_its_sound():
    found = counted("质普", {"zhipuyi": 4})
    assert [one.range.typed for one in found.clauses] == ["zhipu"]
    assert found.heard == ("质普",)


def test_the_sound_of_a_whole_word_says_more_than_some_pieces_of_it():
    known = {"saomiaodianjing": 2, "电镜": 5, "扫": 2, "qixiangsepu": 3, "气象": 1, "色谱": 4}
    for typed, sound in (("扫苗电镜", "saomiaodianjing"), ("气象色谱仪", "qixiangsepu")):
        found = counted(typed, known)
        assert [one.range.start for one in found.clauses] == [sound]
        assert (found.heard, found.unknown) == ((typed,), ())


def test_unknown_words_are_named():
    found = counted("乱写 xyzxyz 质谱", {"质谱": 1})
    assert (found.unknown, found.doubtful) == (("乱写",), ("乱写", "xyzxyz"))
    assert [one.range.typed for one in found.clauses] == ["质谱"]


@pytest.mark.parametrize(
    ("typed", "known", "pieces", "unknown"),
    [
        ("甲乙丙质谱", {"质谱": 1}, [], ("甲乙丙质谱",)),
        ("甲乙质谱", {"质谱": 1}, ["质谱"], ("甲乙",)),
        ("甲质谱乙丙显微镜", {"质谱": 1, "显微镜": 1}, ["质谱", "显微镜"], ("甲", "乙丙")),
    ],
)
def test_the_parts_of_a_word_that_nothing_has_are_named_or_all_of_it(typed, known, pieces, unknown):
    found = counted(typed, known)
    assert [one.range.typed for one in found.clauses] == pieces
    assert (found.unknown, found.doubtful) == (unknown, (typed,))


def test_the_general_end_of_a_name_is_no_condition():
    (word,) = read("质谱仪")
    assert word.whole == Range("质谱", "质谱仪")
    (word,) = read("分析仪")
    assert word.whole == Range("分析仪", "分析仪")


def test_one_letter_stands_for_itself():
    (word,) = read("X")
    assert sorted(["xr", "x", word.whole.end]) == ["x", word.whole.end, "xr"]
    assert read("of the, ！") == []


@pytest.mark.parametrize(
    ("one", "other", "letters"),
    [
        ("spectrometer", "spectrometer", 0),
        ("spectometer", "spectrometer", 1),
        ("spectrometre", "spectrometer", 1),
        ("specrtometre", "spectrometer", 2),
        ("kitten", "sitting", 3),
        ("", "ab", 2),
        ("aaaa", "a", 3),
    ],
)
def test_the_distance_of_two_words_counts_letters_and_swaps(one, other, letters):
    assert distance(one, other) == distance(other, one) == letters


def test_two_words_as_close_as_is_forgiven_share_a_variant():
    for typed, meant in [("confocl", "confocal"), ("rheometr", "rheometer"), ("lcms8061", "lcms8060")]:
        assert variants(typed) & variants(meant)
        assert closest(typed, [(meant, 1)], forgiven(typed)) == meant


def test_fewest_mistakes_come_first_then_the_commonest_and_too_many_are_not_forgiven():
    assert closest("ramen", [("raman", 1), ("ramp", 9)], 1) == "raman"
    assert closest("abcd", [("abce", 2), ("abcf", 5)], 1) == "abcf"
    assert closest("abcd", [("abxy", 5)], 1) is None
    assert (forgiven("rheometer"), forgiven("raman"), forgiven("lcms8060")) == (2, 1, 1)


def test_only_words_of_some_length_are_spelt():
    assert is_spellable("raman", TermKind.WORD)
    assert is_spellable("beam", TermKind.WORD)
    assert is_spellable("zhipu", TermKind.SPOKEN)
    assert not any(
        (
            is_spellable("sem", TermKind.WORD),
            is_spellable("zhipu", TermKind.REST),
            is_spellable("8060", TermKind.WORD),
            is_spellable("质谱质谱", TermKind.WORD),
        )
    )


GROUPS = Synonyms.of(
    [
        ["质谱", "mass spectrometer", "MS"],
        ["液质联用", "液相色谱质谱联用", "LC-MS"],
        ["扫描电镜", "扫描电子显微镜", "SEM"],
    ]
)


@pytest.mark.parametrize(
    ("name", "near", "far"),
    [
        ("场发射扫描电子显微镜", ("扫描电镜", "扫描电子显微镜", "SEM"), ()),
        ("Mass spectrometry system", ("质谱", "mass spectrometer", "MS"), ()),
        ("液质联用仪", ("液质联用", "液相色谱质谱联用", "LC-MS"), ("质谱", "mass spectrometer", "MS")),
        ("Semiconductor analyser", (), ()),
        ("Masses of spectrometers", (), ()),
    ],
)
def test_a_name_belongs_to_the_groups_that_have_a_word_in_it(name, near, far):
    assert GROUPS.near_and_far([name]) == (near, far)


def test_term_weight_depends_on_field():
    assert {weight.name: int(weight) for weight in Weight} == {
        "NAME": 100,
        "SYNONYM": 75,
        "MODEL": 65,
        "CATEGORY": 50,
        "FAR_SYNONYM": 45,
        "MANUFACTURER": 35,
        "BRANCH": 30,
        "UNIT": 25,
        "TEXT": 12,
    }


@pytest.mark.parametrize(("typed", "letters"), [("质谱", "zhipu"), ("raman", "raman")])
def test_a_word_is_spelt_in_letters(typed, letters):
    (word,) = read(typed)
    assert word.letters == letters


@pytest.mark.parametrize(
    ("word", "begins"),
    [("lens", "lens"), ("gas", "gas"), ("beams", "beam"), ("glass", "glass"), ("emetric", "emetric")],
)
def test_short_words_and_other_ends_stay_as_they_are(word, begins):
    assert stem(word) == begins
