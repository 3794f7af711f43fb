"""Customs supervision, instruments that are booked together, and groups."""

from datetime import date

import pytest

from instrument_share.journal import selectors as journal
from instrument_share.kernel.errors import Invalid, NotFound
from providers.instruments.domain.choices import GroupKind
from providers.instruments.domain.customs import clean_customs
from providers.instruments.models import CustomsSupervision
from providers.instruments.selectors.customs import customs_supervision
from providers.instruments.selectors.relations import groups_of, groups_of_unit, linked_ids
from providers.instruments.services.customs import customs_supervision_remove, customs_supervision_set
from providers.instruments.services.relations import (
    GroupNameTaken,
    NotOfTheUnit,
    instrument_group_remove,
    instrument_group_save,
    instrument_links_set,
)
from tests.providers.conftest import NOW, published

CUSTOMS = {
    "exemption_code": "z5101 1600001",
    "declaration_number": "510120161012345678",
    "import_port": "云屏口岸",
    "responsible_customs": "云屏海关",
    "import_date": "2016-03-05",
    "shared": True,
}


def test_papers_of_the_customs_have_their_shapes():
    clean, problems = clean_customs(CUSTOMS)
    assert problems == []
    assert (clean["exemption_code"], clean["import_date"], clean["fees_approved"]) == (
        "Z51011600001",
        date(2016, 3, 5),
        False,
    )


@pytest.mark.parametrize(
    ("field", "value", "code"),
    [
        ("exemption_code", "Z5101160000", "customs.shape"),
        ("declaration_number", "510120160012345678", "customs.shape"),  # 0 is export
        ("declaration_number", "", "customs.missing"),
        ("import_date", "2016-13-05", "customs.missing"),
        ("contract_number", "1" * 51, "customs.too_long"),
        ("record_zh", "备" * 201, "customs.too_long"),
    ],
)
def test_problem_is_shown_beside_its_field(field, value, code):
    _clean, problems = clean_customs({**CUSTOMS, field: value})
    assert [(one.code, one.field) for one in problems] == [(code, field)]


@pytest.mark.django_db
def test_customs_supervision_is_entered_changed_and_removed_with_a_trace(world, instrument):
    common = {"actor": world.manager, "instrument_id": instrument.pk, "now": NOW}
    with pytest.raises(Invalid) as refused:
        customs_supervision_set(values={}, **common)
    assert [one.field for one in refused.value.problems] == [
        "exemption_code",
        "declaration_number",
        "import_port",
        "responsible_customs",
        "import_date",
    ]
    customs_supervision_set(values=CUSTOMS, **common)
    customs_supervision_set(values=CUSTOMS, **common)
    assert [one.action for one in journal.history(instrument)].count("instrument.customs_entered") == 1
    assert customs_supervision(instrument.pk).exemption_code == "Z51011600001"
    customs_supervision_remove(**common)
    customs_supervision_remove(**common)
    assert not CustomsSupervision.objects.exists()
    assert CustomsSupervision.history.count() == 2


@pytest.fixture
def three(world):
    return [published(world, inner_number=number) for number in ("A-1", "A-2", "A-3")]


def link(world, instrument, *others, **more):
    ids = [one.pk for one in others]
    return instrument_links_set(
        actor=world.manager, instrument_id=instrument.pk, linked_ids=ids, now=NOW, **more
    )


@pytest.mark.django_db
def test_linked_ids_include_transitive_links(world, three):
    first, second, third = three
    link(world, first, second)
    link(world, second, third)
    assert linked_ids(first.pk) == [second.pk, third.pk]
    assert linked_ids(second.pk) == [third.pk]
    link(world, third, first)
    assert linked_ids(second.pk) == [first.pk, third.pk]
    assert link(world, first) == []
    assert linked_ids(first.pk) == []


@pytest.mark.django_db
def test_link_that_a_colleague_sets_or_takes_away_meanwhile_stays_so(world, three):
    first, second, third = three
    assert link(world, first, second, shown_ids=()) == [second.pk]
    assert link(world, first, third, shown_ids=()) == [second.pk, third.pk]
    assert link(world, first, second, shown_ids=(second.pk, third.pk)) == [second.pk]
    assert link(world, first, second, third, shown_ids=(second.pk, third.pk)) == [second.pk]


@pytest.mark.django_db
def test_only_instruments_of_the_same_unit_are_linked(world, three):
    other = published(world, world.other, world.other_manager, inner_number="B-1")
    with pytest.raises(NotOfTheUnit):
        link(world, three[0], other)
    # An instrument is not linked to itself.
    assert link(world, three[0], three[0], three[1]) == [three[1].pk]


def group(world, name, instruments, **more):
    return instrument_group_save(
        actor=world.manager,
        organization_id=world.unit.pk,
        name_zh=name,
        kind=GroupKind.INTERCHANGEABLE,
        instrument_ids=[one.pk for one in instruments],
        now=NOW,
        **more,
    )


@pytest.mark.django_db
def test_instruments_of_a_group_point_to_each_other(world, three):
    made = group(world, "透射电镜", three[:2], name_en="TEMs")
    (seen,) = groups_of(world.user, three[0].pk)
    assert (seen.group.name_en, [one.pk for one in seen.instruments]) == ("TEMs", [three[1].pk])
    assert groups_of(world.user, three[2].pk) == []
    group(world, "透射电镜", three, group_id=made.pk)
    assert [len(one.instruments) for one in groups_of_unit(world.user, world.unit.pk)] == [3]
    with pytest.raises(GroupNameTaken):
        group(world, "透射电镜", three[:2])
    with pytest.raises(Invalid):
        group(world, "一台", three[:1])
    instrument_group_remove(actor=world.manager, organization_id=world.unit.pk, group_id=made.pk, now=NOW)
    assert groups_of_unit(world.user, world.unit.pk) == []


@pytest.mark.django_db
def test_a_group_of_another_unit_is_not_changed(world, three):
    made = group(world, "透射电镜", three[:2])
    with pytest.raises(NotFound):
        instrument_group_remove(
            actor=world.other_manager, organization_id=world.other.pk, group_id=made.pk, now=NOW
        )
