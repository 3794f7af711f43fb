"""What somebody with the database, a power cut or a fault may leave behind, and that it is named."""

import re
from datetime import timedelta
from io import StringIO

import pytest
from django.core.mail import EmailMessage
from django.core.management import CommandError, call_command
from django.db import connection
from django_tasks_db.models import DBTaskResult

from bookings.devices.models import Device, DeviceEvent
from bookings.kiosk.models import KioskAct
from bookings.kiosk.services.kiosks import kiosk_make
from bookings.requests.models import Booking
from bookings.statements.models import Statement, StatementLine
from bookings.usage.models import UsageDay, UsageLog
from instrument_share.journal.guards import create_all, guards_lifted
from instrument_share.journal.services import record
from instrument_share.mails.models import OutgoingMail
from instrument_share.mails.services import mails_enqueue
from instrument_share.operations.selectors.backups import count_findings
from instrument_share.transparency.registry import whole
from instrument_share.upkeep.verification import find_missing_guards, get_checks, verify
from rewards.vouchers.models import VoucherClaim, VoucherGrant, VoucherPayoutList, VoucherPayoutRow
from tests import factories
from tests.bookings.requests.booking import book, use
from tests.bookings.statements.conftest import confirmed_use, draft, not_attended
from tests.factories import NOW, slot
from tests.rewards.vouchers.conftest import claimable, vouchers  # noqa: F401 (fixtures)

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def var(settings, tmp_path):
    """The folder in which the command leaves how much it has found."""
    settings.VAR_DIR = tmp_path
    return tmp_path


def found():
    return {name: problems for name, problems in verify(NOW) if problems}


def write(statement, *values):
    """Write as somebody with the database does, who lifts the guards and puts them back."""
    settle()
    with guards_lifted(), connection.cursor() as cursor:
        cursor.execute(statement, values)


def settle():
    """PostgreSQL changes no table while checks of references to it are still to come."""
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")


def lift(table, constraint):
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
            cursor.execute(f"ALTER TABLE {table} DROP CONSTRAINT {constraint}")


@pytest.fixture
def city():
    return factories.city()


def test_a_site_in_order_has_no_finding(city):
    confirmed_use(city)
    book(city, slot(day=2))
    assert found() == {}
    said = StringIO()
    call_command("verify", stdout=said)
    assert {line.split()[1] for line in said.getvalue().splitlines()} == {"ok"}
    assert len(said.getvalue().splitlines()) == len(get_checks(NOW))
    assert count_findings() == 0


def test_two_bookings_of_the_same_time_are_named(city):
    first, second = book(city, slot(hour=9)), book(city, slot(hour=13))
    lift("bookings_booking", "booking_no_overlap")
    write(
        "UPDATE bookings_booking SET starts_at = %s, ends_at = %s, held_until = %s WHERE id = %s",
        first.starts_at + timedelta(hours=1),
        first.ends_at,
        first.ends_at,
        second.pk,
    )
    told = f"{second.public_id} holds time that {first.public_id} holds on the same instrument"
    assert found()["bookings.doubles"] == [told]
    if connection.vendor == "postgresql":
        missing = "the guard booking_no_overlap of bookings_booking is not in force"
        assert [one.split(":")[0] for one in found()["guards"]] == [missing]
    assert count_findings() is None
    with pytest.raises(CommandError, match=r"bookings\.doubles: BKG-") as told:
        call_command("verify", stdout=StringIO())
    assert count_findings() == len(str(told.value).splitlines()) > 0


def test_a_booking_that_was_removed_and_one_that_nobody_made_are_named(city):
    gone, made = book(city, slot(day=2)), book(city, slot(day=3))
    write("DELETE FROM bookings_booking WHERE id = %s", gone.pk)
    write("UPDATE bookings_booking SET public_id = 'BKG-MADE' WHERE id = %s", made.pk)
    assert found()["bookings.traces"] == [
        *(f"{one} is gone, and the journal tells of it" for one in sorted([gone.public_id, made.public_id])),
        "BKG-MADE holds time, and the journal tells of no act that made it",
    ]


def test_a_completed_booking_without_its_use_is_named(city):
    booking = book(city)
    write("UPDATE bookings_booking SET state = 'completed' WHERE id = %s", booking.pk)
    assert found() == {"bookings.states": [f"{booking.public_id} is completed without a use"]}


def test_a_booking_that_is_open_again_after_its_use_is_named(city):
    log = use(city)
    write("UPDATE bookings_booking SET state = 'approved' WHERE id = %s", log.booking_id)
    assert found() == {"bookings.states": [f"{log.booking.public_id} has a use and is not completed"]}


def test_sums_that_count_a_use_twice_are_named(city):
    use(city)
    UsageDay.objects.update(uses=2)
    assert "sums by day of the units" in found()["uses.once"][0]


def test_hours_that_one_person_recorded_and_confirmed_are_named(city):
    log = confirmed_use(city, slot(day=1))
    confirmation = log.confirmations.get()
    write(
        "UPDATE bookings_usageentry SET recorded_by_id = %s WHERE id = %s",
        log.entry.recorded_by_id,
        confirmation.entry_id,
    )
    assert found()["uses.by_two"] == [f"{log.public_id} was confirmed by the person who recorded it"]


def test_hours_that_somebody_confirmed_whose_own_key_recorded_them_are_named(city):
    by_kiosk, by_device = confirmed_use(city, slot(day=1)), confirmed_use(city, slot(day=2))
    of_both = {"at": NOW, "received_at": NOW, "digest": ""}
    kiosk, _key = kiosk_make(actor=city.manager, instrument_id=city.instrument.pk, name="门口", now=NOW)
    KioskAct.objects.create(kiosk=kiosk, key="1", kind="check_out", booking=by_kiosk.booking, **of_both)
    device = Device.objects.create(instrument=city.instrument, made_at=NOW, made_by=city.manager)
    of_both |= {"device": device, "kind": "stop", "booking": by_device.booking, "answer": {}}
    DeviceEvent.objects.create(sequence=1, key_made_by=city.manager, **of_both)
    write("UPDATE bookings_usagelog SET capture = 'device' WHERE id = %s", by_device.pk)
    assert "uses.by_two" not in found()
    # Whoever made a key later, or sent the end of a use once more, recorded nothing of it.
    late = of_both | {"received_at": by_device.ends_at + timedelta(days=1)}
    DeviceEvent.objects.create(sequence=2, key_made_by=city.researcher, **late)
    assert "uses.by_two" not in found()
    for log in (by_kiosk, by_device):
        by_manager = "UPDATE bookings_usageentry SET recorded_by_id = %s WHERE id = %s"
        write(by_manager, city.manager.pk, log.confirmations.get().entry_id)
    assert found()["uses.by_two"] == [
        f"{log.public_id} was confirmed by the person with whose key it was recorded"
        for log in (by_kiosk, by_device)
    ]


def test_a_use_with_more_hours_than_its_time_is_named(city):
    log = confirmed_use(city, slot(day=1))
    seconds = int((log.ends_at - log.starts_at).total_seconds())
    change = "UPDATE bookings_usagelog SET measuring_seconds = %s, effective_seconds = %s, idle_seconds = %s"
    write(change, seconds - 60, seconds - 60, 60)
    assert "uses.hours" not in found()
    write(change, seconds - 60, seconds - 60, 61)
    assert found()["uses.hours"] == [f"{log.public_id} has more hours than its time"]


def test_an_entry_that_no_program_wrote_is_named_and_ends_no_check(city):
    log = use(city)
    record(actor=None, action="usage.recorded", subject=log, now=NOW, details={"overlaps": []})
    UsageDay.objects.update(uses=2)
    named, sums = found()["uses.once"]
    assert named == f"what overlaps {log.public_id} is not what the journal tells"
    assert "sums by day of the units" in sums


def test_a_check_that_can_not_go_on_names_what_it_has_found_and_holds_up_no_other(monkeypatch):
    def find():
        yield "a booking has two uses"
        raise ValueError("no interval")

    both = (whole("uses", find), whole("guards", lambda: ["a guard is missing"]))
    monkeypatch.setattr("instrument_share.upkeep.verification.get_checks", lambda _now: both)
    assert found() == {
        "uses": ["a booking has two uses", "the check uses could not be completed: ValueError: no interval"],
        "guards": ["a guard is missing"],
    }


def test_a_statement_that_does_not_add_up_is_named(vouchers, claimable):  # noqa: F811
    statement = Statement.objects.get(pk=claimable.statement.pk)
    write("UPDATE bookings_statement SET total_yuan = total_yuan + 1")
    line = StatementLine.objects.get(statement=statement)
    write("UPDATE bookings_statementline SET amount_yuan = amount_yuan + 5")
    log = UsageLog.objects.get(pk=line.log_id)
    assert found()["statements"] == [
        f"{statement.public_id} has a total of 201.00, and lines of 205.00 yuan",
        f"{statement.public_id} bills {log.public_id} with another amount than its log has",
    ]


def test_statements_that_were_put_on_another_payer_are_named(city):
    confirmed_use(city)
    confirmed_use(city, slot(day=1), payer=False)
    not_attended(city, slot(day=2), payer=False)
    of_company, of_person = sorted(draft(city), key=lambda one: one.lines.count())
    assert (of_company.payer_organization, of_person.payer_person) == (city.company, city.researcher)
    assert found() == {}
    settle_on = (
        "UPDATE bookings_statement SET payer_organization_id = NULL, payer_person_id = %s WHERE id = %s"
    )
    write(settle_on, city.keeper.pk, of_company.pk)
    write(settle_on, city.manager.pk, of_person.pk)
    assert sorted(found()["statements"]) == sorted(
        f"line {line.position} of {line.statement.public_id} bills what another payer owes"
        for line in StatementLine.objects.all()
    )
    assert StatementLine.objects.count() == 3


def test_vouchers_that_do_not_add_up_are_named(vouchers, claimable):  # noqa: F811
    claim = vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    made = vouchers.list(claimable.scheme)
    assert found() == {}
    write("UPDATE rewards_vouchergrant SET amount_yuan = 1")
    write("UPDATE rewards_voucherpayoutrow SET amount_yuan = 7")
    write("UPDATE rewards_voucheruse SET billed_yuan = billed_yuan + 1")
    grant = VoucherGrant.objects.get()
    assert found()["vouchers"] == [
        f"{claim.amount_yuan:.2f} yuan are claimed on {grant.public_id} of 1.00",
        f"{claim.public_id} is based on 200.00, and its uses cost 201.00 yuan",
        f"{made.public_id} has a total of {claim.amount_yuan:.2f}, and rows of 7.00 yuan",
        f"{claim.public_id} is listed with another amount than it claims",
    ]
    assert (
        VoucherClaim.objects.count() == VoucherPayoutList.objects.count() == VoucherPayoutRow.objects.count()
    )


def test_mails_that_were_queued_twice_or_lost_are_named():
    message = EmailMessage("预约已确认", "…", to=["ren@example.org"])
    first, lost = mails_enqueue([message], now=NOW)[0], mails_enqueue([message], now=NOW + timedelta(1))[0]
    assert found() == {}
    again = mails_enqueue([message], now=NOW)[0]
    DBTaskResult.objects.filter(args_kwargs__kwargs__public_id=lost.public_id).delete()
    told = found()["mails"]
    assert told[0] == f"{min(first.public_id, again.public_id)} was queued 2 times"
    assert told[1:] == [f"{lost.public_id} waits, and no job will send it"]
    OutgoingMail.objects.exclude(pk=first.pk).delete()
    assert found() == {}


def test_a_job_that_no_version_knows_is_named():
    mails_enqueue([EmailMessage("x", "…", to=["ren@example.org"])], now=NOW)
    OutgoingMail.objects.all().delete()
    DBTaskResult.objects.update(task_path="gone.tasks.work")
    assert "does not know gone.tasks.work" in found()["jobs"][0]


def test_an_act_that_was_changed_behind_its_seal_is_named(city, clock):
    from instrument_share.journal.services import audit_seal

    record(actor=city.keeper, action="user.signed_up", subject=city.keeper, now=NOW - timedelta(hours=1))
    audit_seal(NOW)
    write("UPDATE journal_auditentry SET actor_name = 'somebody else'")
    assert "the seal 1 over entries" in found()["seals"][0]


def test_a_changed_use_breaks_its_chain_and_is_named(city):
    use(city)
    write("UPDATE bookings_usagelog SET content = 'another'")
    assert "entry 1 (log, recorded" in found()["usage"][0]


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite asks at once")
def test_a_booking_whose_owner_is_gone_is_named(city):
    booking = book(city)
    with connection.cursor() as cursor:
        cursor.execute("SET CONSTRAINTS ALL IMMEDIATE")
        cursor.execute("ALTER TABLE bookings_booking DISABLE TRIGGER ALL")
        cursor.execute("UPDATE bookings_booking SET user_id = 4711")
        cursor.execute("ALTER TABLE bookings_booking ENABLE TRIGGER ALL")
    told = f"bookings.Booking {booking.pk}: user refers to 4711, which is not there"
    assert found()["references"] == [told]
    assert Booking.objects.count() == 1


def test_a_guard_that_was_lifted_is_named():
    table = "" if connection.vendor == "sqlite" else " ON journal_auditentry"
    with connection.cursor() as cursor:
        cursor.execute(f"DROP TRIGGER journal_auditentry_no_update{table}")
    assert list(find_missing_guards()) == [
        "the guard journal_auditentry_no_update of journal_auditentry is not in force: run migrate, and ask "
        "who lifted it"
    ]
    create_all()
    assert list(find_missing_guards()) == []


@pytest.mark.skipif(connection.vendor != "postgresql", reason="SQLite has triggers, which migrate makes")
def test_the_statement_that_is_told_makes_the_refusal_of_two_bookings_again():
    lift("bookings_booking", "booking_no_overlap")
    (told,) = find_missing_guards()
    create_all()
    assert list(find_missing_guards()) == [told]
    with connection.cursor() as cursor:
        cursor.execute(re.search("run “(.+)” in the database", told)[1])
    assert list(find_missing_guards()) == []
