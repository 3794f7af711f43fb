"""How the words of a query and of an instrument are read."""

from django.contrib.auth.models import AnonymousUser

from providers.search.selectors.catalogue import catalogue
from providers.search.selectors.search import search, with_relevance
from providers.search.services.synonyms import synonym_group_save
from tests.providers.conftest import NOW, published


def found(text):
    asked = search(text)
    rows = catalogue(AnonymousUser(), search=asked)
    return [one.inner_number for one in with_relevance(rows, asked).order_by("-relevance", "id")]


def test_name_with_its_number_is_found_as_without(world):
    for name in ("FTIR2", "FTIR"):
        published(world, inner_number=f"L-{name}", name_zh="红外光谱仪", name_en=name, model="Z")
    assert set(found("FTIR")) == {"L-FTIR", "L-FTIR2"}


def test_word_and_number_are_found_when_written_together(world):
    published(
        world, inner_number="E-1", name_zh="质谱仪", name_en="MS", model="Q", specification_en="Exploris 480"
    )
    assert found("exploris480") == found("exploris 480") == ["E-1"]


def test_an_element_is_searched_where_it_is_all_that_is_named(world, instrument):
    published(world, inner_number="H-1", name_zh="汞分析仪", name_en="Mercury analyser", model="H")
    assert (found("测汞"), found("怎么测汞"), found("汞")) == (["H-1"], ["H-1"], ["H-1"])
    assert found("测铅") == found("量子") == []
    assert found("有没有汞和铅") == ["H-1"]


def test_order_of_methods_outweighs_what_an_instrument_tells_of_itself(world):
    names = {"P-1": "晶体计", "P-2": "点阵计", "P-3": "衍射计"}
    for number, name in reversed(names.items()):
        told = "晶格研究" if number == "P-3" else "其他"
        published(world, inner_number=number, name_zh=name, name_en=number, functions_zh=told)
    synonym_group_save(actor=world.officer, words=["晶格"], methods=[*names.values()], now=NOW)
    assert found("晶格")[0] == "P-1"


def test_a_kind_of_matter_is_no_condition_beside_what_is_sought(world):
    published(world, inner_number="M-1", name_zh="热膨胀仪", name_en="Dilatometer", model="D")
    published(world, inner_number="M-2", name_zh="茶叶色选机", name_en="Sorter", model="T")
    assert (found("茶叶的热膨胀"), found("茶叶")) == (["M-1"], ["M-2"])


def test_sentence_is_narrowed_by_words_of_the_table_alone(world):
    published(world, inner_number="S-1", name_zh="磁强计", name_en="Magnetometer", functions_zh="磁化强度")
    published(world, inner_number="S-2", name_zh="温度变化试验箱", name_en="Chamber", model="T")
    asked = "怎么测磁化强度的温度变化"
    assert set(found(asked)) == set()
    synonym_group_save(actor=world.officer, words=["磁化强度"], methods=["磁强计"], now=NOW)
    assert found(asked) == ["S-1"]
    assert found("磁化强度 温度变化") == []


def test_category_and_model_say_what_an_instrument_is_and_its_text_what_it_serves(world):
    for number, values in {
        "K-1": {"name_zh": "甲", "model": "Triple_Quad"},
        "K-2": {"name_zh": "三重四极杆质谱仪", "model": "T", "functions_en": "Proteomics"},
    }.items():
        published(world, inner_number=number, name_en=number, **values)
    words = ["三重四极杆质谱", "triple quad"]
    synonym_group_save(actor=world.officer, words=words, now=NOW)
    synonym_group_save(actor=world.officer, words=["蛋白组", "proteomics"], methods=words[:1], now=NOW)
    assert found("三重四极杆质谱") == found("蛋白组") == ["K-2", "K-1"]


def test_kind_of_the_category_counts_more_than_what_a_synonym_only_leads_to(world):
    published(world, inner_number="C-1", name_zh="质谱联用仪", name_en="C", category="020100")
    published(world, inner_number="C-2", name_zh="乙", name_en="D", category="010101")
    for words in (["透射电镜", "投影镜"], ["质谱联用", "透射电镜质谱联用"]):
        synonym_group_save(actor=world.officer, words=words, now=NOW)
    assert found("投影镜") == ["C-2", "C-1"]
