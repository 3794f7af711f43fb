from dataclasses import replace
from datetime import timedelta
from decimal import Decimal

import pytest

from bookings.requests.domain.states import BookingState
from bookings.requests.models import Booking
from bookings.usage.domain.choices import Capture, Rating
from bookings.usage.domain.errors import HistoryRefused
from bookings.usage.domain.history import HistoryRow, PastUse
from bookings.usage.models import Review, UsageEntry, UsageLog
from bookings.usage.selectors.usage import find_broken_links, get_usage_log
from bookings.usage.services.automatic import usage_confirm_due
from bookings.usage.services.history import history_import
from bookings.usage.services.usage import usage_confirm
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership, OrganizationRelation
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import Forbidden
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book, use
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
LATER = NOW + timedelta(days=40)


def administrator():
    return factories.member(factories.organization("云屏平台"), Role.SYSADMIN)


def past(city, day, hour=9, length=2, **changes):
    booked = slot(day=day, hour=hour, length=length)
    used = {
        "time": booked,
        "operator_id": city.keeper.pk,
        "idle_seconds": 1800,
        "confirmed_by_id": city.researcher.pk,
        "rating": Rating.VERY_SATISFIED,
        **changes.pop("used", {}),
    }
    return HistoryRow(
        instrument_id=city.instrument.pk,
        user_id=city.researcher.pk,
        payer_organization_id=city.company.pk,
        service_mode=ServiceMode.OPERATED,
        subject="断口观察",
        **{"booked": booked, "used": PastUse(**used), **changes},
    )


def test_what_nobody_confirmed_waits_for_a_person_as_nobody_was_asked(city, django_assert_num_queries):
    rows = [past(city, day, used={"confirmed_by_id": None, "rating": None}) for day in (3, 4)]
    history_import(actor=administrator(), rows=rows, now=LATER)
    with django_assert_num_queries(1):  # however many a former system left
        assert usage_confirm_due(LATER + timedelta(days=30)) == 0
    log = UsageLog.objects.first()
    assert not Notification.objects.filter(user=city.researcher).exists()
    usage_confirm(actor=city.researcher, log_id=log.pk, now=LATER)
    assert get_usage_log(city.researcher, log.public_id).is_confirmed


def test_a_past_period_becomes_bookings_logs_confirmations_and_reviews_in_one_chain(city):
    first = use(city, slot(day=1))
    counts = history_import(
        actor=administrator(),
        rows=[
            past(city, 3),
            past(city, 2),
            past(
                city,
                4,
                booked=None,
                used={"capture": Capture.IMPORT, "confirmed_by_id": None, "rating": None},
            ),
            HistoryRow(
                instrument_id=city.instrument.pk,
                user_id=city.researcher.pk,
                payer_organization_id=None,
                service_mode=ServiceMode.OPERATED,
                subject="取消",
                booked=slot(day=5),
                state=BookingState.CANCELLED,
                ended_at=NOW,
            ),
        ],
        now=LATER,
    )
    assert vars(counts) == {"bookings": 3, "logs": 3, "confirmations": 2, "reviews": 2}
    assert list(find_broken_links()) == []
    assert [
        (entry.number, entry.kind, entry.recorded_at) for entry in UsageEntry.objects.order_by("number")
    ] == [
        (1, "log", slot(day=1).end),
        (2, "log", slot(day=2).end),
        (3, "confirmation", slot(day=2).end),
        (4, "log", slot(day=3).end),
        (5, "confirmation", slot(day=3).end),
        (6, "log", slot(day=4).end),
    ]
    log = UsageLog.objects.exclude(pk=first.pk).earliest("starts_at")
    assert (log.amount_yuan, log.effective_seconds, log.external) == (Decimal("150.00"), 5400, True)
    assert (log.booking.quoted_yuan, log.booking.state) == (Decimal("200.00"), "completed")
    assert log.entry.recorded_by == city.keeper
    assert Review.objects.count() == 2
    entry = journal.history(city.instrument).get(action="usage.history_imported")
    assert entry.details == {
        "first_number": 2,
        "last_number": 6,
        "last_hash": UsageEntry.objects.get(number=6).hash,
    }


def test_contradictions_are_listed_by_row_and_nothing_is_written(city):
    book(city, slot(day=2))
    with pytest.raises(HistoryRefused) as refused:
        history_import(
            actor=administrator(),
            rows=[
                past(city, 1, hour=9),
                past(city, 1, hour=10),
                past(city, 2, hour=10),
                past(city, 39, hour=9, length=48),
            ],
            now=LATER,
        )
    assert [(problem.code, problem.params["number"]) for problem in refused.value.problems] == [
        ("history.not_over", 4),
        ("history.overlap", 2),
        ("history.overlap", 3),
    ]
    assert Booking.objects.count() == 1
    assert not UsageLog.objects.exists()


def test_import_refuses_self_confirmation_and_future_uses(city):
    importer = administrator()
    rows = [
        past(city, 1, used={"confirmed_by_id": city.keeper.pk}),
        past(city, 2, used={"operator_id": city.researcher.pk, "confirmed_by_id": importer.pk}),
        past(city, 3, used={"recorded_at": slot(day=3).start}),
        past(city, 4, used={"confirmed_at": LATER + timedelta(seconds=1)}),
    ]
    with pytest.raises(HistoryRefused) as refused:
        history_import(actor=importer, rows=rows, now=LATER)
    assert [(problem.code, problem.params["number"]) for problem in refused.value.problems] == [
        ("history.same_person", 1),
        ("history.same_person", 2),
        ("history.recorded_when", 3),
        ("history.recorded_when", 4),
    ]


def test_use_that_the_rule_has_no_price_for_needs_its_amount(city):
    city.rule.price_lines.update(service_mode="self_operated")
    free = past(city, 3, used={"amount_yuan": Decimal(0)})
    with pytest.raises(HistoryRefused) as refused:
        history_import(actor=administrator(), rows=[free, past(city, 1), past(city, 2)], now=LATER)
    assert [(problem.code, problem.params["number"]) for problem in refused.value.problems] == [
        ("usage.no_price", 2),
        ("usage.no_price", 3),
    ]
    assert not UsageLog.objects.exists()
    assert history_import(actor=administrator(), rows=[free], now=LATER).logs == 1


def test_a_decision_after_its_deadline_is_refused_as_a_request_lapses_then(city):
    due = slot(1).start - timedelta(days=1)
    rows = [
        past(city, 1, decide_by=due, decided_at=due - timedelta(seconds=1)),
        past(city, 2, decide_by=due, decided_at=due),
        past(city, 3, decided_at=due),
    ]
    with pytest.raises(HistoryRefused) as refused:
        history_import(actor=administrator(), rows=rows, now=LATER)
    assert [(problem.code, problem.params["number"]) for problem in refused.value.problems] == [
        ("history.decided_late", 2)
    ]


def test_whose_people_users_were_is_asked_of_the_start_of_each_use(city):
    """What ended since counts for uses before, as where hours are entered by hand."""
    own, relative = factories.member(city.owner, Role.RESEARCHER), city.researcher
    Membership.objects.filter(user__in=[own, relative]).update(state="ended", ended_at=slot(3, 8).start)
    low, high = sorted((city.owner, city.company), key=lambda one: one.pk)
    OrganizationRelation.objects.create(
        first=low, second=high, declared_at=slot(1, 8).start, ended_at=slot(5, 8).start
    )
    in_person = [
        replace(past(city, day, hour), user_id=person.pk, payer_organization_id=None)
        for day in (2, 4)
        for hour, person in ((9, own), (12, relative))
    ]
    paid = [past(city, day, hour=15) for day in (2, 4, 6)]
    history_import(actor=administrator(), rows=[*in_person, *paid], now=LATER)
    logs = UsageLog.objects.order_by("starts_at")
    assert [(log.user_kind, log.external, log.related) for log in logs] == [
        ("inside", False, False),
        ("individual", True, True),
        ("enterprise", True, True),
        ("individual", True, False),
        ("individual", True, False),
        ("enterprise", True, True),
        ("enterprise", True, False),
    ]


def test_uses_without_booking_may_overlap(city):
    rows = [past(city, 1, booked=None), past(city, 1, hour=10, booked=None)]
    assert history_import(actor=administrator(), rows=rows, now=LATER).logs == 2


def test_unit_manager_cannot_import_history(city):
    with pytest.raises(Forbidden):
        history_import(actor=city.manager, rows=[past(city, 1)], now=LATER)


def test_the_number_of_statements_does_not_grow_with_the_rows(city, statements):
    start = NOW

    def more(count, first):
        rows = [
            past(city, day=1 + number // 5, hour=8 + number % 5, length=1)
            for number in range(first, first + count)
        ]
        history_import(actor=importer, rows=rows, now=start + timedelta(days=400))

    importer = administrator()
    few = statements.of(lambda: more(2, 0))
    many = statements.of(lambda: more(50, 10))
    assert len(many) <= len(few) + 2
