"""Terms, queries, spelling and synonyms: rules without a database."""

from dataclasses import astuple

import pytest

from providers.search.domain.index import (
    Document,
    Term,
    TermKind,
    Weight,
    abbreviations,
    document_terms,
    is_spellable,
    latin_words,
    normalize,
    split_chunks,
    stem,
)
from providers.search.domain.query import (
    Range,
    interpret_query,
    is_sentence,
    parse_query,
    ranges_to_count,
    words_to_read,
)
from providers.search.domain.spelling import allowed_mistakes, closest, edit_distance, variants
from providers.search.domain.synonyms import Purposes, Related, Synonyms, turn_round


@pytest.mark.parametrize("written", ["LC-MS", "LC/MS", "lc ms", "ＬＣ－ＭＳ", "LC·MS"])
def test_signs_blanks_and_width_make_no_difference(written):
    assert normalize(written) == "lcms"


def test_a_text_has_latin_words_with_their_parts():
    assert latin_words("三重四极杆LC-MS/MS system (ESI)") == [["lc", "ms", "ms"], ["system"], ["esi"]]
    assert split_chunks("云屏大学  LC-MS，质谱") == ["云屏大学", "lc-ms", "质谱"]


def test_every_place_of_a_chinese_name_begins_a_term():
    found = document_terms(Document(names=("透射电镜",)))
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
    found = document_terms(Document(names=("X射线衍射仪",)))
    assert {"x射线衍射仪", "射线衍射仪", "x", "xsxysy"} <= found.keys()
    assert "szpcr" not in document_terms(Document(names=("数字PCR仪",)))


def test_a_model_is_found_whole_and_by_its_parts():
    found = document_terms(Document(names=("仪",), model="LCMS-8060 NX"))
    assert {"lcms8060nx", "8060nx", "lcms", "8060", "nx", "lcms8060"} <= found.keys()
    assert (found["lcms8060"].weight, found["8060"].weight) == (65, 52)
    assert {"jem2100f", "2100f"} <= document_terms(Document(names=("仪",), model="JEM2100F")).keys()


def test_term_takes_highest_weight_and_word_part_weighs_less():
    found = document_terms(Document(names=("LC-MS",), categories=("LC-MS",), texts=("lcms",)))
    assert {term: (one.weight, one.kind) for term, one in found.items()} == {
        "lcms": (96, TermKind.WORD),
        "lc": (77, TermKind.ABBREVIATION),
        "ms": (77, TermKind.ABBREVIATION),
    }


def test_x_ray_is_one_word_however_it_is_written():
    assert "xray" in document_terms(Document(names=("X ray diffraction",)))
    assert "xray" in document_terms(Document(names=("X-ray diffraction",)))


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


def counted(text, known, instruments=100, abbreviated=()):
    """What is interpret_query where these terms begin something, each in so many instruments."""
    read_words = parse_query(text)
    counts = {
        one: max((number for term, number in known.items() if one.start <= term < one.end), default=0)
        for one in ranges_to_count(read_words)
        if one.is_whole <= (one.start in abbreviated)
    }
    return interpret_query(read_words, counts, instruments)


def test_known_word_is_searched_unchanged():
    found = counted("质谱 云屏", {"质谱仪": 10, "云屏大学": 40})
    assert [(one.range, one.rarity) for one in found.clauses] == [
        (Range("质谱", "质谱"), 33),
        (Range("云屏", "云屏"), 19),
    ]


def test_unknown_word_is_split_into_longest_known_pieces():
    known = {"透射电子显微镜": 3, "显微镜": 5, "射显": 1, "微镜": 5}
    assert [one.range.typed for one in counted("透射显微镜", known).clauses] == ["透射", "显微镜"]
    known = {"sem": 2, "扫描电镜": 3, "扫描": 5, "电镜": 5}
    assert [one.range.typed for one in counted("sem扫描电镜", known).clauses] == [
        "sem",
        "扫描电镜",
    ]


def test_split_with_fewer_pieces_wins_on_equal_remainder():
    (word,) = parse_query("甲乙丙丁戊己庚辛")
    found = interpret_query([word], {word.pieces[place]: 1 for place in ((0, 6), (2, 4), (4, 8))}, 100)
    assert [one.range.typed for one in found.clauses] == ["甲乙丙丁戊己"]
    assert found.unknown == ("庚辛",)


def test_homophone_spelling_is_found_by_pinyin():
    found = counted("质普", {"zhipuyi": 4})
    assert [one.range.typed for one in found.clauses] == ["zhipu"]
    assert found.heard == ("质普",)


def test_pinyin_of_whole_word_overrides_partial_matches():
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
        ("甲乙丙云屏", {"云屏": 1}, [], ("甲乙丙云屏",)),
        ("甲乙丙丁戊己质谱仪", {"质谱仪": 1, "己质": 1, "谱仪": 1}, ["质谱仪"], ("甲乙丙丁戊己",)),
        ("质谱仪甲乙丙丁", {"质谱仪": 1}, [], ("质谱仪甲乙丙丁",)),
        ("甲乙质谱", {"质谱": 1}, ["质谱"], ("甲乙",)),
        ("甲质谱乙丙显微镜", {"质谱": 1, "显微镜": 1}, ["质谱", "显微镜"], ("甲", "乙丙")),
    ],
)
def test_unknown_parts_or_whole_word_are_reported(typed, known, pieces, unknown):
    found = counted(typed, known)
    assert [one.range.typed for one in found.clauses] == pieces
    assert (found.unknown, found.doubtful) == (unknown, (typed,))


def test_generic_name_suffix_is_optional():
    (word,) = parse_query("质谱仪")
    assert word.whole == Range("质谱", "质谱仪")
    (word,) = parse_query("分析仪")
    assert word.whole == Range("分析仪", "分析仪")


def test_one_letter_stands_for_itself():
    (word,) = parse_query("X")
    assert sorted(["xr", "x", word.whole.end]) == ["x", word.whole.end, "xr"]
    assert parse_query("of the, ！") == []


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
    assert edit_distance(one, other) == edit_distance(other, one) == letters


def test_words_within_allowed_distance_share_a_variant():
    for typed, meant in [("confocl", "confocal"), ("rheometr", "rheometer"), ("lcms8061", "lcms8060")]:
        assert variants(typed) & variants(meant)
        assert closest(typed, [(meant, 1)], allowed_mistakes(typed)) == meant


def test_closest_prefers_fewest_mistakes_then_most_common():
    assert closest("ramen", [("raman", 1), ("ramp", 9)], 1) == "raman"
    assert closest("abcd", [("abce", 2), ("abcf", 5)], 1) == "abcf"
    assert closest("abcd", [("abxy", 5)], 1) is None
    assert (allowed_mistakes("rheometer"), allowed_mistakes("raman"), allowed_mistakes("lcms8060")) == (
        2,
        1,
        1,
    )


def test_only_long_enough_words_are_spellable():
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
        ["液相色谱", "HPLC"],
        ["场发射扫描电镜", "场发射扫描电子显微镜", "FESEM"],
    ]
)
MASS, LC_MS, SEM, HPLC, FESEM = GROUPS.groups


@pytest.mark.parametrize(
    ("name", "related"),
    [
        ("钨灯丝扫描电子显微镜", Related(SEM, (), ())),
        ("场发射扫描电子显微镜", Related(FESEM, SEM, ())),
        ("Mass spectrometry system", Related(MASS, (), ())),
        ("液质联用仪", Related(LC_MS, (), (*MASS, *HPLC))),
        ("液相色谱质谱联用仪", Related(LC_MS, MASS, HPLC)),
        ("Semiconductor analyser", Related((), (), ())),
        ("Masses of spectrometers", Related((), (), ())),
    ],
)
def test_a_name_belongs_to_the_groups_that_have_a_word_in_it(name, related):
    assert GROUPS.related([name]) == related


def test_the_groups_of_a_category_say_less_than_those_of_the_name():
    assert GROUPS.related(["扫描电镜"], ["质谱仪", "扫描电镜"]) == Related(SEM, (), (), MASS)
    (*_, far, kinds, _) = astuple(GROUPS.related(["甲"], ["液相色谱质谱联用仪"]))
    assert (far, kinds) == (HPLC, (*MASS, *LC_MS))


def test_model_names_a_method_by_three_letters_or_more():
    assert GROUPS.related(["甲"], model="FE_SEM 9200").models == SEM
    assert GROUPS.related(["甲"], model="MS-600").models == ()
    assert GROUPS.related(["SEM"], model="SEM-1") == Related(SEM, (), ())


def test_name_that_begins_with_its_kind_is_read_the_other_way_round():
    groups = Synonyms.of([["同位素质谱", "isotope ratio mass spectrometer"]])
    assert groups.related(["Mass Spectrometer: Isotope Ratio"]).near == groups.groups[0]
    assert groups.related(["Mass Spectrometer, Isotope Ratio"]).near == ()
    assert turn_round("甲: 乙") == "甲: 乙"
    assert turn_round("Clock:") == "Clock:"


PURPOSES = Purposes.of(
    [
        (["孔隙率", "porosity"], ["比表面积", "压汞仪", "micro-CT"]),
        (["形貌"], ["扫描电镜", "AFM"]),
    ]
)


@pytest.mark.parametrize(
    ("names", "served"),
    [
        (["比表面积分析仪", "Micro-CT"], (("孔隙率", 0), ("porosity", 0))),
        (["Micro-CT"], (("孔隙率", 2), ("porosity", 2))),
        (["扫描电镜", "压汞仪"], (("孔隙率", 1), ("porosity", 1), ("形貌", 0))),
        (["孔隙率计"], ()),
    ],
)
def test_instrument_serves_purposes_by_best_method(names, served):
    assert PURPOSES.served_by(names) == served


def test_text_tells_all_words_of_a_purpose_by_one_in_any_language():
    words = {"孔隙率", "porosity"}
    assert PURPOSES.told_in("Porosities, 粒径") == frozenset()
    assert PURPOSES.told_in("for porosity / 粒径") == PURPOSES.told_in("测孔隙率") == words
    assert PURPOSES.told_in("形貌 porosity") == words | {"形貌"}


def test_purpose_that_texts_tell_otherwise_counts_more():
    document = Document(
        names=(),
        purposes=(("孔隙率", 0), ("porosity", 0), ("形貌", 0)),
        texts=("测孔隙率",),
        told=frozenset({"孔隙率", "porosity"}),
    )
    found = document_terms(document)
    assert [found[one].weight for one in ("孔隙率", "porosity", "形貌")] == [68, 65, 62]


def test_a_purpose_is_found_from_its_beginning_and_less_by_a_later_method():
    found = document_terms(
        Document(names=(), purposes=(("孔隙率", 0), ("熔点", 2), ("深度", 9)), texts=("测熔点",))
    )
    assert (found["孔隙率"], "隙率" in found) == (Term(62, TermKind.REST), False)
    assert (found["熔点"].weight, found["深度"].weight) == (62 - 12 + 6, 62 - 30)
    assert {"kongxilv", "kxl"} <= found.keys()
    assert document_terms(Document(names=(), purposes=(("melting point", 1),)))["point"].weight == 56


def test_specifications_and_inner_numbers_are_terms():
    found = document_terms(
        Document(
            names=(),
            specifications=("Orbitrap Exploris 480，" + "，" * 400 + "远",),
            inner_number="YUT-EM-003",
        )
    )
    assert {"exploris": 20, "480": 20, "yutem003": 65, "em003": 65}.items() <= {
        term: int(one.weight) for term, one in found.items()
    }.items()
    assert "远" not in found


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("qPCR and LC-MS system", {"qpcr", "lc", "ms"}),
        ("扫描电镜SEM", {"sem"}),
        ("Semiconductor X-ray SEM3000 pH Zeta ABCDEFG", set()),
    ],
)
def test_abbreviations_are_mostly_capitals(text, words):
    assert abbreviations([text]) == words


def test_term_weight_depends_on_field():
    assert {weight.name: int(weight) for weight in Weight} == {
        "NAME": 100,
        "SYNONYM": 75,
        "WIDE_SYNONYM": 68,
        "MODEL": 65,
        "PURPOSE": 62,
        "CATEGORY": 50,
        "KIND": 48,
        "FAR_SYNONYM": 45,
        "MANUFACTURER": 35,
        "BRANCH": 30,
        "UNIT": 25,
        "SPECIFICATION": 20,
        "TEXT": 12,
    }


@pytest.mark.parametrize(("typed", "letters"), [("质谱", "zhipu"), ("raman", "raman")])
def test_a_word_is_spelt_in_letters(typed, letters):
    (word,) = parse_query(typed)
    assert word.letters == letters


@pytest.mark.parametrize(
    ("word", "begins"),
    [("lens", "lens"), ("gas", "gas"), ("beams", "beam"), ("glass", "glass"), ("emetric", "emetric")],
)
def test_stem_keeps_short_words_and_other_endings(word, begins):
    assert stem(word) == begins


@pytest.mark.parametrize(
    ("model", "terms"),
    [("JEM2100F", {"jem", "2100f", "jem2100f"}), ("AB123", {"ab", "123", "ab123"}), ("A123", {"a123"})],
)
def test_the_letters_and_the_number_of_a_model_are_terms(model, terms):
    found = document_terms(Document(names=(), model=model))
    assert {term: (int(one.weight), one.kind) for term, one in found.items()} == dict.fromkeys(
        terms, (65, TermKind.WORD)
    )


def test_short_name_raises_term_weight_up_to_twenty_characters():
    def weight(length):
        return document_terms(Document(names=("甲" * length,)))["甲"].weight

    assert [weight(length) for length in (1, 2, 19, 20, 21, 22)] == [99, 98, 81, 80, 80, 80]


def test_terms_are_cut():
    name = "甲乙丙丁戊己庚辛壬癸子丑寅卯"
    found = document_terms(Document(names=(name,)))
    assert name[:12] in found
    assert name[:13] not in found
    assert max(len(term) for term in found if term.isascii()) == 24
    assert found["jybdwjgxrg"].kind is TermKind.REST
    assert "jybdwjgxrgz" not in found
    latin = document_terms(Document(names=("a" * 41,)))
    assert set(latin) == {"a" * 40}


def test_two_hundred_characters_of_a_description_are_read():
    found = document_terms(Document(names=(), texts=("，" * 198 + "质谱仪",)))
    assert set(found) == {"质谱", "谱"}
    assert found["质谱"] == Term(12, TermKind.REST)


def test_a_description_begins_no_term_with_a_little_character():
    assert set(document_terms(Document(names=(), texts=("的质",)))) == {"质"}
    assert {"的质", "质"} <= set(document_terms(Document(names=("的质",))))


def test_stop_words_are_no_terms_but_part_of_longer_ones():
    assert set(document_terms(Document(names=("state-of-the-art",)))) == {
        "stateoftheart",
        "state",
        "oftheart",
        "theart",
        "art",
    }


def test_a_unit_is_found_by_its_sound_from_the_beginning_alone():
    found = document_terms(Document(names=(), unit=("云屏所",)))
    assert {term: (one.weight, one.kind) for term, one in found.items()} == {
        "云屏所": (25, TermKind.REST),
        "屏所": (25, TermKind.REST),
        "所": (25, TermKind.REST),
        "yunpingsuo": (20, TermKind.REST),
        "yps": (15, TermKind.REST),
    }


def test_texts_weigh_by_where_they_stand():
    document = Document(
        names=("a1",),
        manufacturer="bb",
        categories=("cc",),
        branches=("dd",),
        unit=("ee",),
        texts=("ff",),
        synonyms=("gg",),
        wide_synonyms=("ii",),
        far_synonyms=("hh",),
        kinds=("jj",),
    )
    assert {term: one.weight for term, one in document_terms(document).items()} == {
        "a1": 98,
        "bb": 35,
        "cc": 50,
        "dd": 30,
        "ee": 25,
        "ff": 12,
        "gg": 75,
        "hh": 45,
        "ii": 68,
        "jj": 48,
    }


@pytest.mark.parametrize(
    ("name", "joined"),
    [("X ray", True), ("ray X", False), ("XY ray", False), ("X-y ray", False)],
)
def test_a_letter_and_the_next_word_are_one_word(name, joined):
    found = document_terms(Document(names=(name,)))
    assert ("xray" in found) is joined
    assert joined or not any(term.endswith("yray") for term in found)


@pytest.mark.parametrize(
    ("word", "begins"),
    [
        ("diffractometer", "diffract"),
        ("calorimeter", "calorim"),
        ("metre", "metre"),
        ("scopes", "scope"),
        ("oscope", "oscope"),
        ("telescope", "telescop"),
        ("graphs", "graph"),
        ("agraph", "agraph"),
        ("tomographic", "tomograph"),
        ("thermometer", "thermomet"),
        ("basis", "basis"),
        ("virus", "virus"),
        ("laser2s", "laser2s"),
    ],
)
def test_stem_requires_minimum_length(word, begins):
    assert stem(word) == begins


def test_query_is_limited_to_eight_words_without_stop_words():
    assert [one.text for one in parse_query("a1 of " + " ".join(f"b{number}" for number in range(9)))] == [
        "a1",
        *(f"b{number}" for number in range(7)),
    ]


def test_query_word_is_limited_to_sixteen_parts():
    (word,) = parse_query("甲乙丙丁" * 5)
    assert len(word.parts) == 16
    assert max(end for _, end in word.pieces) == 16
    assert len(word.whole.typed) == 12
    assert len(word.sound.typed) == 24
    (latin,) = parse_query("a" * 50)
    assert latin.whole.typed == "a" * 40
    assert latin.sound is None


def test_a_single_character_is_no_piece_and_has_no_sound():
    (word,) = parse_query("甲x乙")
    assert sorted(word.pieces) == [(0, 2), (0, 3), (1, 2), (1, 3)]
    (single,) = parse_query("谱")
    assert single.sound is None
    assert single.whole == Range("谱", "谱")


def test_a_single_latin_letter_ends_before_a_longer_term_and_a_chinese_one_does_not():
    assert Range("x", "x").end == "x\x01"
    assert Range("xr", "xr").end == "xr\U0010ffff"
    assert Range("谱", "谱").end == "谱\U0010ffff"


def test_rarity_starts_at_ten():
    counts = {"甲乙": 100, "丙丁": 37, "戊己": 1}
    found = counted("甲乙 丙丁 戊己", counts)
    assert [one.rarity for one in found.clauses] == [10, 20, 56]
    assert [one.rarity for one in counted("甲乙", {"甲乙": 200}).clauses] == [10]


def test_split_with_fewer_pieces_wins_on_full_cover():
    known = {"甲乙": 1, "丙丁": 1, "甲乙丙": 1, "乙丙丁戊": 1, "戊己": 1, "丁戊己": 1}
    assert [one.range.typed for one in counted("甲乙丙丁戊己", known).clauses] == ["甲乙丙", "丁戊己"]


def test_misspelt_word_is_searched_as_corrected():
    (word,) = words_read = parse_query("rammann")
    meant = {word.text: ("raman", 4)}
    found = interpret_query(words_read, {}, 40, meant)
    assert [(one.range, one.rarity) for one in found.clauses] == [(Range("raman", "raman"), 33)]
    assert (found.heard, found.doubtful, found.unknown) == ((), (), ())
    (spoken,) = words_read = parse_query("质普")
    found = interpret_query(words_read, {}, 40, {spoken.text: ("zhipu", 40)})
    assert (found.heard, found.clauses[0].rarity) == (("质普",), 10)


@pytest.mark.parametrize(
    ("word", "number"),
    [("raman", 6), ("abcdefg", 8), ("abcdefgh", 37), ("abcdefghijk", 37), ("abcdefg1", 9)],
)
def test_variants_drop_allowed_letters_from_first_eight(word, number):
    found = variants(word)
    assert len(found) == number
    assert max(len(one) for one in found) == min(len(word), 8)


def test_words_of_another_length_are_not_compared():
    assert closest("raman", [("ramanxx", 9), ("ramanx", 1)], 1) == "ramanx"
    assert closest("raman", [("rama", 1)], 1) == "rama"
    assert closest("raman", [], 1) is None


@pytest.mark.parametrize(
    ("one", "other", "letters"), [("ab", "ba", 1), ("abc", "cab", 2), ("a", "", 1), ("ca", "abc", 3)]
)
def test_a_swap_of_neighbours_is_one_mistake(one, other, letters):
    assert edit_distance(one, other) == letters


def test_words_below_four_characters_are_not_spellable():
    assert not is_spellable("abc", TermKind.SPOKEN)
    assert is_spellable("abc1", TermKind.SPOKEN)


def required(found):
    return [one.range.typed for one in found.clauses if one.is_required]


@pytest.mark.parametrize("abbreviated", [(), ("tem",)])
def test_an_abbreviation_that_is_written_somewhere_is_a_whole_word(abbreviated):
    known = {"tem": 1, "temperature": 9, "检测": 9}
    (clause,) = counted("TEM", known, abbreviated=abbreviated).clauses
    assert clause.range == Range("tem", "tem", is_whole=bool(abbreviated))
    assert (clause.range.end > "temperature") is not bool(abbreviated)
    (clause,) = counted("TEM检测", known, abbreviated=abbreviated).clauses
    assert clause.range.is_whole is bool(abbreviated)
    assert counted("tem扩增", known, abbreviated=abbreviated).clauses == ((clause,) if abbreviated else ())


@pytest.mark.parametrize(
    ("sentence", "matter"),
    [
        ("哪里可以做核磁", ["核磁"]),
        ("我要测孔隙率", ["孔隙率"]),
        ("想找一台可以做高分辨透射的电镜", ["高分辨", "透射", "电镜"]),
        ("请问有没有能测孔隙率的仪器？", ["孔隙率"]),
        ("重金属检测", ["重金属"]),
        ("水里的重金属用什么仪器测", ["重金属"]),
        ("不知道这个孔隙率怎么测", ["孔隙率"]),
        ("where can I measure the porosity of powders", ["porosity"]),
        ("请问", ["请问"]),
        ("仪器", ["仪器"]),
    ],
)
def test_sentence_is_reduced_to_its_subject_terms(sentence, matter):
    words = "不锈钢 核磁 孔隙率 高分辨 透射 电镜 重金属 porosity powders 请问 仪器 检测 水"
    found = counted(sentence, dict.fromkeys(words.split(), 3))
    assert (required(found), found.unknown) == (matter, ())


def test_filler_phrase_is_kept_inside_known_word():
    assert required(counted("云屏公司", {"云屏公司": 1, "云屏": 4})) == ["云屏公司"]
    assert required(counted("云屏公司", {"云屏": 4})) == ["云屏"]
    assert required(counted("外壳跌落想看孔隙率", {"孔隙率": 4})) == ["孔隙率"]


def test_sample_words_rank_and_filter_only_when_alone():
    known = {"土壤": 10, "重金属": 10, "test": 10, "hardness": 10}
    aside, matter = counted("土壤 重金属", known).clauses
    assert (aside.is_required, matter.is_required, matter.rarity) == (False, True, 33)
    assert aside.rarity == 11
    assert required(counted("hardness test", known)) == ["hardness"]
    assert required(counted("土壤", known)) == ["土壤"]
    found = counted("蔬菜 重金属", known)
    assert (required(found), found.unknown) == (["重金属"], ())


def test_split_with_more_specific_words_is_preferred():
    known = {"元素分析": 2, "元素": 9, "方法": 9}
    assert required(counted("做元素分析方法", known)) == ["元素分析"]


def test_sample_that_no_instrument_has_is_not_cut_up():
    known = {"电路": 2, "高低温": 3, "片上": 1, "氧化铝": 2}
    found = counted("给电路板做高低温", known)
    assert (required(found), found.unknown) == (["高低温"], ())
    assert required(counted("在硅片上镀氧化铝", known)) == ["氧化铝"]


def test_only_what_a_sentence_is_about_is_a_condition():
    known = {"磁化强度": 2, "温度变化": 4}
    words = parse_query("怎么测磁化强度的温度变化")
    counts = {one: known.get(one.typed, 0) for one in ranges_to_count(words)}
    assert is_sentence(words, counts)
    read_words = words_to_read(words, counts)
    for subjects, needed in (({"磁化强度"}, ["磁化强度"]), (set(), ["磁化强度", "温度变化"])):
        found = interpret_query(read_words, counts, 9, subjects=subjects)
        assert (required(found), len(found.clauses)) == (needed, 2)
    assert not is_sentence(parse_query("磁化强度 温度变化"), {})
    assert not is_sentence(words, {words[0].whole: 1})
