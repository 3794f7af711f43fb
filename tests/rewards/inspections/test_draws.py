"""Draws: fixed before the seed is known, made once, without conflicts of interest, told to whom they hit."""

import json
from hashlib import sha256

import pytest
from django.core.files.storage import default_storage
from django.db import DatabaseError, connection, transaction
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import District, Membership
from instrument_share.journal.models import AuditEntry, Notification
from instrument_share.kernel.errors import Forbidden, ReasonMissing
from rewards.cycle.domain.errors import SnapshotDamaged
from rewards.inspections.domain.choices import DrawnFrom
from rewards.inspections.domain.draw import decode_inputs, draw_inspections
from rewards.inspections.domain.errors import (
    DrawnAlready,
    InspectorsTooFew,
    SeedDateTooEarly,
    SeedMissing,
    SeedNotOut,
    SizeInvalid,
    YearNotDrawable,
)
from rewards.inspections.models import InspectionDraw, Inspector, RandomInspection
from rewards.inspections.selectors.inspections import auditors
from rewards.inspections.services.draws import NamedInspector, auditors_named
from tests import factories
from tests.rewards.builders import AFTER, BEFORE, YEAR
from tests.rewards.conftest import DAY

pytestmark = pytest.mark.django_db


def inputs_of(draw):
    with default_storage.open(draw.inputs_file) as file:
        return file.read()


def test_inputs_are_fixed_and_hashed_before_the_seed_is_known(draws, year):
    draw = draws.announce()
    content = inputs_of(draw)
    assert sha256(content).hexdigest() == draw.inputs_sha256
    inputs = json.loads(content)
    assert [item[0] for item in inputs["items"]] == sorted(
        unit.uscc for unit in (year.first, year.second, year.third)
    )
    assert {item[1] for item in inputs["items"]} == {1}
    assert draw.candidates == 3
    entry = AuditEntry.objects.get(action="draw.announced")
    assert entry.details["inputs_sha256"] == draw.inputs_sha256
    assert entry.at < draws.drawn


def test_entries_of_the_year_weigh_as_many_seconds_as_they_were_effective(draws, year):
    draw = draws.announce(over=DrawnFrom.ENTRIES, size=5)
    items = decode_inputs(inputs_of(draw)).items
    assert len(items) == draw.candidates == 263
    assert {item.weight for item in items} == {36000}
    drawn = draws.make()
    assert len({each.log for each in drawn}) == 5
    assert all(each.instrument.usage_logs.filter(public_id=each.log).exists() for each in drawn)
    assert all(each.instrument.organization_id == each.organization_id for each in drawn)


def test_inputs_hold_nobodys_name(draws):
    content = inputs_of(draws.announce(over=DrawnFrom.ENTRIES)).decode()
    for name in ("科技局核查", "核查二", "专家甲", "研究员", "云屏理工大学"):
        assert name not in content


def test_a_draw_is_what_inputs_and_seed_give_and_is_made_once(draws):
    draw = draws.announce()
    drawn = draws.make("seed")
    expected = draw_inspections(decode_inputs(inputs_of(draw)), "seed")
    assert [(one.item.uscc, one.lead, one.second) for one in expected] == [
        (each.organization.uscc, each.lead.number, each.second.number) for each in drawn
    ]
    assert draws.make("seed") == drawn  # the same again
    with pytest.raises(DrawnAlready):
        draws.make("another")
    assert RandomInspection.objects.count() == 2


def test_a_seed_that_could_be_known_is_refused(draws):
    with pytest.raises(SeedDateTooEarly):
        draws.announce(seed_date=draws.announced.date())
    with pytest.raises(ReasonMissing):
        draws.announce(source_zh=" ")
    draws.announce()
    with pytest.raises(SeedNotOut):
        draws.make(now=draws.announced + DAY)
    with pytest.raises(SeedMissing):
        draws.make(" ")


def test_only_a_frozen_year_that_is_not_approved_is_drawn_from(steps, year):
    from instrument_share.accounts.models import Organization
    from tests.rewards.inspections.conftest import Draws

    draws = Draws(steps, Organization.objects.get(kind="bureau"))
    with pytest.raises(YearNotDrawable):
        draws.announce(inspectors=[])
    steps.through("approve")
    with pytest.raises(YearNotDrawable):
        draws.announce(now=AFTER + 20 * DAY)


def test_what_was_announced_is_not_drawn_once_the_year_is_approved(draws, steps, client, clock):
    draw = draws.announce()
    for step in (steps.score, steps.announce, steps.approve):
        step()
    later = AFTER + 20 * DAY
    with pytest.raises(YearNotDrawable):
        draws.make(now=later)
    assert not RandomInspection.objects.exists()
    clock.set(later)
    client.force_login(steps.city.officer)
    page = client.get(reverse("draw", args=[draw.public_id])).content.decode()
    assert reverse("draw_seed", args=[draw.public_id]) not in page
    assert "不再抽取" in page


@pytest.mark.parametrize("size", [0, 101])
def test_a_sample_has_a_size(draws, size):
    with pytest.raises(SizeInvalid):
        draws.announce(size=size)


def test_an_auditor_of_a_district_is_not_drawn(draws):
    district = District.objects.create(code="990105", name_zh="启辰高新区")
    bureau = factories.organization("高新区科技局", kind="bureau", region=district)
    theirs = factories.member(bureau, Role.BUREAU_AUDITOR)
    assert theirs not in auditors()
    named = auditors_named([theirs.pk, draws.city.auditor.pk], {})
    assert [one.user_id for one in named] == [draws.city.auditor.pk]


def test_officers_and_auditors_announce_and_draw_and_nobody_else(draws):
    with pytest.raises(Forbidden):
        draws.announce(actor=draws.city.finance)
    draws.announce(actor=draws.city.auditor)
    with pytest.raises(Forbidden):
        draws.make(actor=draws.city.finance)
    assert draws.make(actor=draws.city.auditor)


def test_members_of_a_unit_or_a_related_one_never_inspect_it(draws, year):
    first = draws.city.auditor
    Membership.objects.create(
        user=first,
        organization=year.second,
        role=Role.KEEPER.value,
        state="ended",
        created_at=BEFORE,
        ended_at=draws.announced,
    )
    year.third.parent = year.second
    year.third.save()
    draws.announce()
    barred = {each.name: each.barred for each in Inspector.objects.all()}
    assert barred == {
        "科技局核查": sorted([year.second.uscc, year.third.uscc]),
        "核查二": [],
        "专家甲": [],
    }


def test_a_membership_that_ended_before_the_year_is_no_conflict(draws, year):
    Membership.objects.create(
        user=draws.city.auditor,
        organization=year.second,
        role=Role.KEEPER.value,
        state="ended",
        created_at=BEFORE,
        ended_at=BEFORE,
    )
    draws.announce()
    assert Inspector.objects.get(number=1).barred == []


@pytest.mark.parametrize("asked", [{"state": "pending"}, {"state": "refused", "ended_at": AFTER}])
def test_who_left_a_unit_and_asks_to_come_back_does_not_inspect_it(draws, year, asked):
    """A role that is asked for again is the same row, which forgets when it had ended."""
    asking = {"role": Role.RESEARCHER.value, "created_at": AFTER, **asked}
    Membership.objects.create(user=draws.city.auditor, organization=year.second, **asking)
    draws.announce()
    assert Inspector.objects.get(number=1).barred == [year.second.uscc]


def test_what_was_declared_and_an_experts_own_unit_are_conflicts(draws, year):
    declared = {draws.city.auditor.pk: frozenset([year.first.uscc])}
    named = auditors_named([draws.city.auditor.pk, draws.second_auditor.pk], declared)
    draws.announce(inspectors=[*named, NamedInspector("专家乙", "云屏海洋研究院")])
    assert [each.barred for each in Inspector.objects.order_by("number")] == [
        [year.first.uscc],
        [],
        [year.third.uscc],
    ]


def test_an_expert_of_a_part_or_a_relative_of_a_unit_does_not_inspect_it(draws, year):
    year.third.parent = year.second
    year.third.save()
    named = auditors_named([draws.city.auditor.pk, draws.second_auditor.pk], {})
    experts = [NamedInspector("专家乙", "云屏大学物理学院"), NamedInspector("专家丙", year.second.name_zh)]
    draws.announce(inspectors=[*named, *experts])
    assert [each.barred for each in Inspector.objects.order_by("number")[2:]] == [
        [year.first.uscc],
        sorted([year.second.uscc, year.third.uscc]),
    ]


def test_a_unit_without_two_inspectors_is_named(draws, year):
    named = [*auditors_named([draws.city.auditor.pk], {}), NamedInspector("专家乙", "云屏海洋研究院")]
    with pytest.raises(InspectorsTooFew) as refused:
        draws.announce(inspectors=named)
    assert refused.value.params == {"units": "云屏海洋研究院"}


def test_units_and_inspectors_that_are_drawn_are_told(draws, year):
    draws.announce(size=3)
    drawn = draws.make()
    told = Notification.objects.filter(path__contains="/bureau/inspections/")
    of_first = next(each for each in drawn if each.organization == year.first)
    assert told.get(user=year.manager).path == f"/bureau/inspections/{of_first.public_id}/"
    inspectors = [pk for each in drawn for pk in (each.lead.user_id, each.second.user_id) if pk]
    assert sorted(told.exclude(user=year.manager).values_list("user", flat=True)) == sorted(inspectors)


def test_inputs_that_changed_are_not_drawn_from(draws):
    draw = draws.announce()
    with default_storage.open(draw.inputs_file, "wb") as file:
        file.write(b"{}")
    with pytest.raises(SnapshotDamaged):
        draws.make()


CHANGES = {
    "another source": "UPDATE rewards_inspectiondraw SET source_zh = 'x'",
    "no announcement": "DELETE FROM rewards_inspectiondraw",
    "another conflict": "UPDATE rewards_inspector SET barred = '[]'",
    "another seed": "UPDATE rewards_drawresult SET seed = 'x'",
    "no result": "DELETE FROM rewards_drawresult",
    "another unit": "UPDATE rewards_randominspection SET organization_id = organization_id",
    "another inspector": "UPDATE rewards_randominspection SET lead_id = second_id",
    "no inspection": "DELETE FROM rewards_randominspection",
}


@pytest.mark.parametrize("statement", CHANGES.values(), ids=CHANGES)
def test_the_database_keeps_what_was_announced_and_drawn(draws, statement):
    draws.announce()
    draws.make()
    with pytest.raises(DatabaseError, match=r"append-only|is drawn"), transaction.atomic():
        connection.cursor().execute(statement)


def test_a_second_draw_has_the_next_number(draws):
    draws.announce()
    draws.announce(over=DrawnFrom.ENTRIES)
    assert list(InspectionDraw.objects.order_by("id").values_list("number", flat=True)) == [1, 2]
    assert InspectionDraw.objects.first().cycle.year == YEAR
