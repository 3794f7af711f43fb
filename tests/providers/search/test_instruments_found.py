"""Which instruments are found: by whom, by which words, and in which part of the catalogue."""

from datetime import timedelta

import pytest

from instrument_share.kernel.errors import NotFound
from providers.instruments.selectors import instruments as instruments_selectors
from providers.instruments.selectors.instruments import instruments
from providers.instruments.services.instruments import (
    instrument_publish,
    instrument_submit,
    instrument_update,
)
from providers.instruments.services.suspension import instrument_suspend
from providers.search.selectors.catalogue import CatalogueFilters, catalogue
from providers.search.selectors.facets import category_counts, count_by_place
from providers.search.selectors.search import search
from providers.terms.domain.choices import ServiceMode, UserKind
from providers.terms.selectors.rules import terms_in_force
from providers.terms.services.rules import rule_publish
from tests.providers.conftest import NOW, published, terms

LATER = NOW + timedelta(days=1)


def test_unit_finds_drafts_and_bureau_finds_submitted(world, draft):
    def seen_by():
        return {
            name
            for name in ("manager", "keeper", "other_manager", "officer", "auditor", "user")
            if draft in instruments(getattr(world, name))
        }

    assert seen_by() == {"manager", "keeper"}
    instrument_submit(actor=world.manager, instrument_id=draft.pk, now=NOW)
    assert seen_by() == {"manager", "keeper", "officer", "auditor"}
    instrument_publish(actor=world.officer, instrument_id=draft.pk, now=NOW)
    assert len(seen_by()) == 6
    with pytest.raises(NotFound):
        instruments_selectors.instrument(world.user, "INS-NOTHING")


@pytest.mark.parametrize(
    "text",
    [
        "电镜",
        "透射",
        "透射 云屏",
        "TEM-9",
        "tem-9",
        "toushedianzixianweijing",
        "tsdzxwj",
        "透射显微",
        "transmission MICROSCOPE",
        "云屏材料研究所 显微",
    ],
)
def test_search_finds_by_every_term_in_chinese_pinyin_and_english(world, instrument, text):
    instrument_update(actor=world.manager, instrument_id=instrument.pk, values={"model": "TEM-9"}, now=LATER)
    published(
        world, world.other, world.other_manager, name_zh="质谱仪", name_en="MS", category="020100", model="X"
    )
    assert list(catalogue(world.user, search=search(text))) == [instrument]


@pytest.mark.parametrize("text", ["质谱", "%", "_"])
def test_search_without_match_is_empty(world, instrument, text):
    assert list(catalogue(world.user, search=search(text))) == []


def test_the_catalogue_by_category_unit_and_state(world, instrument):
    other = published(world, world.other, world.other_manager, category="020100")
    suspended = published(world, inner_number="S-1")
    instrument_suspend(actor=world.manager, instrument_id=suspended.pk, reason="检修", now=NOW)
    assert set(catalogue(world.user)) == {instrument, other}
    for code in ("010000", "010100", "010101"):
        assert list(catalogue(world.user, CatalogueFilters(category=code))) == [instrument]
    assert list(catalogue(world.user, CatalogueFilters(unit=world.other.public_id))) == [other]
    counts = count_by_place(catalogue(world.user))
    (first, second) = category_counts(counts)
    assert (first.code, first.count, first.children[0].code, first.children[0].children[0].count) == (
        "010000",
        1,
        "010100",
        1,
    )
    assert (second.code, second.count, second.children[0].count) == ("020000", 1, 1)


def test_catalogue_uses_rule_in_force(world, instrument):
    def rule(mode, applies_from):
        rule_publish(
            actor=world.manager,
            instrument_id=instrument.pk,
            draft=terms(service_modes=frozenset({mode}), user_kinds=frozenset({UserKind.OUTSIDE})),
            applies_from=applies_from,
            now=NOW,
        )

    rule(ServiceMode.SAMPLES, NOW)
    rule(ServiceMode.REMOTE, LATER)

    def found(at, **asked):
        return list(catalogue(world.user, CatalogueFilters(**asked), at=at)) == [instrument]

    assert found(mode="samples", at=NOW)
    assert not found(mode="remote", at=NOW)
    assert found(mode="remote", at=LATER)
    assert found(user_kind="outside", at=NOW)
    assert not found(user_kind="inside", at=NOW)
    assert not found(mode="samples", at=NOW - timedelta(seconds=1))


def test_a_page_of_instruments_takes_as_many_statements_for_one_as_for_many(world, instrument, statements):
    def page():
        found = list(catalogue(world.user, search=search("电子")))
        return [(one.organization.district, one.category.name_zh) for one in found], terms_in_force(
            [one.pk for one in found], NOW
        )

    statements.assert_unchanged(page, by=lambda: [published(world, inner_number=f"M-{n}") for n in range(9)])
