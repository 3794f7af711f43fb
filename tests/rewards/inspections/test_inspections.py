"""Inspections: recorded once by who was drawn, with checklist, photos and a finding where one is due."""

from datetime import date
from decimal import Decimal
from io import BytesIO
from types import SimpleNamespace

import pytest
from django.db import DatabaseError, transaction
from django.db.models.functions import Now

from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import District, Organization
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import Forbidden, NotFound
from providers.instruments.domain.pictures import PictureUnusable
from rewards.declarations.domain.errors import OwnUnit
from rewards.findings.models import Finding
from rewards.findings.services import telling
from rewards.findings.services.deciding import finding_decide
from rewards.inspections.domain.choices import DrawnFrom, InspectionOutcome, Seen
from rewards.inspections.domain.errors import (
    ChecklistIncomplete,
    InspectedInFuture,
    InspectionRecorded,
    LogsNotOfUnit,
    NotesMissing,
    PhotosTooMany,
)
from rewards.inspections.models import InspectionPhoto
from rewards.inspections.selectors.inspections import get_inspection, inspections_to_record
from rewards.inspections.services.draws import auditors_named
from tests import factories
from tests.factories import jpeg
from tests.rewards.builders import YEAR, local
from tests.rewards.conftest import DAY
from tests.rewards.inspections.conftest import SEEN

pytestmark = pytest.mark.django_db


@pytest.fixture
def drawn(draws):
    """One unit after the other, all three drawn."""
    draws.announce(size=3)
    return draws.make()


def test_an_inspection_without_objection_is_kept_and_told(draws, drawn, year):
    mine = next(each for each in drawn if each.organization == year.first)
    recorded = draws.record(mine, outcome=InspectionOutcome.NO_OBJECTION, photos=[BytesIO(jpeg())])
    assert (recorded.outcome, recorded.finding, recorded.checklist["log"]) == ("no_objection", None, "yes")
    assert InspectionPhoto.objects.get(inspection=mine).file.name.startswith("inspections/")
    assert "no objection" in Notification.objects.filter(user=year.manager).latest("id").message


def test_an_inspector_records_only_what_was_drawn_for_him_or_her(draws, drawn):
    for each in drawn:
        own = {each.lead.user_id, each.second.user_id}
        for auditor in (draws.city.auditor, draws.second_auditor):
            assert (each in inspections_to_record(auditor)) == (auditor.pk in own)
            if auditor.pk not in own:
                with pytest.raises(Forbidden):
                    draws.record(each, actor=auditor)
        with pytest.raises(Forbidden):
            draws.record(each, actor=draws.city.officer)


@pytest.fixture
def pair(draws):
    """An inspection by both auditors, and a third one who was not drawn."""
    named = auditors_named([draws.city.auditor.pk, draws.second_auditor.pk], {})
    draws.announce(size=1, inspectors=named)
    (one,) = draws.make()
    other = draws.city.person("核查三", Organization.objects.get(kind="bureau"), Role.BUREAU_AUDITOR)
    return SimpleNamespace(inspection=one, lead=one.lead.user, second=one.second.user, other=other)


def lose_role(person, _unit):
    person.memberships.update(state="ended", ended_at=Now())
    forget_standing(person)


def join_unit(person, unit):
    factories.member(unit, person=person)


def leave_unit(person, unit):
    join_unit(person, unit)
    person.memberships.filter(organization=unit).update(state="ended", ended_at=Now())
    forget_standing(person)


def lock_account(person, _unit):
    person.is_active = False
    person.save()


@pytest.mark.parametrize("lose", [lose_role, join_unit, leave_unit])
def test_who_was_drawn_records_only_as_an_auditor_who_is_not_of_the_unit(draws, pair, lose):
    lose(pair.lead, pair.inspection.organization)
    assert list(inspections_to_record(pair.lead)) == []
    for person in (pair.lead, pair.other):
        with pytest.raises(Forbidden):
            draws.record(pair.inspection, actor=person)
    assert list(inspections_to_record(pair.other)) == []
    assert list(inspections_to_record(pair.second)) == [pair.inspection]
    assert draws.record(pair.inspection, actor=pair.second).recorded_by == pair.second


@pytest.mark.parametrize("lose", [lose_role, join_unit, leave_unit, lock_account])
def test_another_auditor_records_where_nobody_who_was_drawn_is_left(draws, pair, lose):
    for person in (pair.lead, pair.second):
        lose(person, pair.inspection.organization)
    with pytest.raises(Forbidden):
        draws.record(pair.inspection, actor=draws.city.officer)
    assert list(inspections_to_record(draws.city.officer)) == []
    assert list(inspections_to_record(pair.other)) == [pair.inspection]
    assert draws.record(pair.inspection, actor=pair.other).recorded_by == pair.other


def test_an_auditor_of_the_unit_does_not_stand_in(draws, pair):
    for person in (pair.lead, pair.second, pair.other):
        join_unit(person, pair.inspection.organization)
    assert list(inspections_to_record(pair.other)) == []
    with pytest.raises(OwnUnit):
        draws.record(pair.inspection, actor=pair.other)


def test_an_auditor_of_a_district_does_not_stand_in(draws, pair):
    district = District.objects.create(code="990105", name_zh="启辰高新区")
    bureau = factories.organization("高新区科技局", kind="bureau", region=district)
    theirs = factories.member(bureau, Role.BUREAU_AUDITOR)
    for person in (pair.lead, pair.second):
        lose_role(person, bureau)
    assert list(inspections_to_record(theirs)) == []
    with pytest.raises(Forbidden):
        draws.record(pair.inspection, actor=theirs)


def test_an_inspection_is_recorded_once(draws, drawn):
    draws.record(drawn[0], outcome=InspectionOutcome.NO_OBJECTION)
    with pytest.raises(InspectionRecorded) as refused:
        draws.record(drawn[0], outcome=InspectionOutcome.NO_OBJECTION)
    drawn[0].refresh_from_db()
    said = {"name": drawn[0].recorded_by.name, "time": drawn[0].recorded_at}
    assert refused.value.params == said
    with pytest.raises(DatabaseError, match="the inspection is recorded"), transaction.atomic():
        drawn[0].refresh_from_db()
        drawn[0].notes = "另写"
        drawn[0].save(update_fields=["notes"])


def test_what_has_to_be_filled_in(draws, drawn):
    refused = {
        ChecklistIncomplete: {"checklist": {"log": Seen.YES}},
        NotesMissing: {"checklist": SEEN | {"log": Seen.NO}},
        InspectedInFuture: {"inspected_date": (draws.drawn + 9 * DAY).date()},
        PhotosTooMany: {"photos": [BytesIO()] * 13},
        PictureUnusable: {"photos": [BytesIO(b"%PDF-")]},
    }
    for error, values in refused.items():
        with pytest.raises(error):
            draws.record(drawn[0], **{"outcome": InspectionOutcome.NO_OBJECTION, **values})
    with pytest.raises(NotesMissing):
        draws.record(drawn[0], outcome=InspectionOutcome.FINDING)
    with pytest.raises(InspectedInFuture):
        draws.record(drawn[0], outcome=InspectionOutcome.NO_OBJECTION, inspected_date=draws.announced.date())


def test_a_finding_of_an_inspection_is_answered_and_decided_like_any_other(draws, drawn, year):
    mine = next(each for each in drawn if each.organization == year.first)
    log = year.first_instrument.usage_logs.first()
    recorded = draws.record(mine, outcome=InspectionOutcome.FINDING, notes="现场无台账", logs=[log.public_id])
    finding = Finding.objects.get()
    assert recorded.finding == finding
    assert (finding.kind, finding.organization, finding.logs) == ("inspection", year.first, [log.public_id])
    assert finding.evidence["inspection"] == mine.public_id
    assert (finding.first_date, finding.effective_seconds) == (date(YEAR, 1, 2), 36000)
    assert finding.amount_yuan == log.amount_yuan == Decimal(300)
    assert finding.answer_due_date > draws.drawn.date()
    told = Notification.objects.get(user=year.manager, created_at=finding.found_at)
    assert told.message == telling.OPENED_BY_PEOPLE
    assert told.params["kind"] == {"words": "Seen at a random inspection"}
    assert told.params["due"] == {"date": finding.answer_due_date.isoformat()}
    assert told.path == f"/bureau/findings/{finding.public_id}/"
    decided = finding_decide(
        actor=draws.city.auditor,
        finding_id=finding.pk,
        uphold=True,
        reason="属实",
        invalidated_logs=finding.logs,
        now=draws.drawn + 30 * DAY,
    )
    assert decided.decision_number == 1


def test_the_drawn_entry_is_what_the_finding_is_about(draws):
    draws.announce(over=DrawnFrom.ENTRIES, size=1)
    (one,) = draws.make()
    draws.record(one, outcome=InspectionOutcome.FINDING, notes="与纸质记录不符")
    finding = Finding.objects.get()
    assert (finding.logs, finding.instrument) == ([one.log], one.instrument)


def test_logs_of_another_unit_are_refused(draws, drawn, year):
    mine = next(each for each in drawn if each.organization == year.first)
    foreign = year.second_instrument.usage_logs.first().public_id
    with pytest.raises(LogsNotOfUnit):
        draws.record(mine, outcome=InspectionOutcome.FINDING, notes="现场无台账", logs=[foreign])
    assert not Finding.objects.exists()


def test_a_log_that_was_recorded_after_the_freeze_is_refused(draws, drawn, year):
    mine = next(each for each in drawn if each.organization == year.first)
    late = year.city.log(
        year.first_instrument, local(YEAR, 12, 20, 8), payer=year.first, external=False, amount=300
    )
    with pytest.raises(LogsNotOfUnit):
        draws.record(mine, outcome=InspectionOutcome.FINDING, notes="现场无台账", logs=[late.public_id])


def test_a_unit_sees_its_own_inspection_only(draws, drawn, year):
    for each in drawn:
        if each.organization == year.first:
            assert get_inspection(year.manager, each.public_id) == each
        else:
            with pytest.raises(NotFound):
                get_inspection(year.manager, each.public_id)
