from datetime import timedelta
from decimal import Decimal
from functools import partial

import pytest

from bookings.usage.domain.errors import CorrectedMeanwhile, SamePerson, UsageRefused
from bookings.usage.models import UsageCorrection, UsageLog
from bookings.usage.selectors.amounts import calculate_correction
from bookings.usage.selectors.logs_as_counted import IS_CORRECTED
from bookings.usage.selectors.usage import (
    get_confirmable_corrections,
    get_current_number,
    get_current_values,
    get_superseded_corrections,
    get_usage_log,
    waiting_confirmations,
)
from bookings.usage.selectors.yearly import usage_of_year
from bookings.usage.services.notifications import CONFIRM_OWN, CONFIRM_OWN_CORRECTION, CORRECTION_CONFIRMED
from bookings.usage.services.usage import usage_confirm, usage_correct
from instrument_share.journal.models import Notification
from instrument_share.kernel.interval import Interval
from providers.models import Instrument
from tests import factories
from tests.bookings.requests.booking import codes, use
from tests.bookings.usage.test_usage import by_hand
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
MINUTE = timedelta(minutes=1)


def test_correction_applies_after_second_person_confirms(city):
    log = use(city, slot(hour=9, length=2))
    correction = usage_correct(
        actor=city.keeper,
        log_id=log.pk,
        changes={"idle_seconds": 3600, "measuring_seconds": 3600, "amount_yuan": Decimal("100.00")},
        reason="样品台故障一小时",
        now=log.ends_at,
    )
    seen = get_usage_log(city.keeper, log.public_id)
    assert get_current_values(seen)["amount_yuan"] == Decimal("200.00")
    assert waiting_confirmations(city.researcher).get() == log
    with pytest.raises(SamePerson):
        usage_confirm(actor=city.keeper, log_id=log.pk, correction_id=correction.pk, now=NOW)
    usage_confirm(actor=city.manager, log_id=log.pk, correction_id=correction.pk, now=log.ends_at)
    values = get_current_values(get_usage_log(city.keeper, log.public_id))
    assert (values["amount_yuan"], values["effective_seconds"]) == (Decimal("100.00"), 3600)
    log.refresh_from_db()
    assert log.amount_yuan == Decimal("200.00")


def test_hours_that_were_corrected_since_they_were_read_are_not_confirmed(city):
    log = use(city, slot(hour=9, length=2))
    now, seen = log.ends_at, get_current_number(log)
    half = {"idle_seconds": 3600, "measuring_seconds": 3600}
    waiting, other = (
        usage_correct(actor=city.keeper, log_id=log.pk, changes=changes, reason="核对", now=now)
        for changes in (half, {"content": "断口"})
    )
    confirm = partial(usage_confirm, log_id=log.pk, now=now, seen=seen)
    confirm(actor=city.manager, correction_id=waiting.pk)
    for correction_id in (None, other.pk):
        with pytest.raises(CorrectedMeanwhile) as refused:
            confirm(actor=city.researcher, correction_id=correction_id)
        assert refused.value.params == {"hours": Decimal("1.00"), "amount": Decimal("100.00")}
    present = get_current_number(get_usage_log(city.researcher, log.public_id))
    assert (seen, present) == (1, 4)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=now, seen=present)


def test_who_proposed_a_correction_does_not_confirm_it_and_who_recorded_the_log_may(city):
    log = use(city)
    facts = {"changes": {"samples": 1}, "reason": "样品数有误", "now": log.ends_at}
    correction = usage_correct(actor=city.manager, log_id=log.pk, **facts)
    with pytest.raises(SamePerson):
        usage_confirm(actor=city.manager, log_id=log.pk, correction_id=correction.pk, now=log.ends_at)
    usage_confirm(actor=city.keeper, log_id=log.pk, correction_id=correction.pk, now=log.ends_at)
    assert get_current_values(get_usage_log(city.keeper, log.public_id))["samples"] == 1


def test_user_is_told_of_a_correction_that_somebody_else_confirms(city):
    log = use(city)
    for corrected, second, told in ((1, city.researcher, False), (2, city.manager, True)):
        facts = {"changes": {"samples": corrected}, "reason": "样品数有误", "now": log.ends_at}
        correction = usage_correct(actor=city.keeper, log_id=log.pk, **facts)
        usage_confirm(actor=second, log_id=log.pk, correction_id=correction.pk, now=log.ends_at)
        last = Notification.objects.filter(user=city.researcher).latest("pk")
        assert (last.message == CORRECTION_CONFIRMED) == told


def test_who_recorded_or_corrects_their_own_use_has_colleagues_asked_to_confirm(city):
    own = {"user": city.keeper, "payer_organization_id": city.owner.pk}
    log = by_hand(city, Interval(NOW - MINUTE, NOW), **own)
    usage_correct(actor=city.keeper, log_id=log.pk, changes={"samples": 2}, reason="样品数有误", now=NOW)
    assert not Notification.objects.filter(user=city.keeper).exists()
    told = Notification.objects.filter(user=city.manager)
    assert [one.message for one in told] == [CONFIRM_OWN, CONFIRM_OWN_CORRECTION]
    colleague = factories.keeper(city.instrument)
    by_hand(city, Interval(NOW - 2 * MINUTE, NOW - MINUTE), **own)
    assert Notification.objects.filter(user=colleague).latest("pk").message == CONFIRM_OWN
    assert told.count() == 2


def test_amount_of_correction_follows_corrected_values(city):
    log = use(city, slot(hour=9, length=2))
    half = {"ends_at": log.ends_at - timedelta(hours=1), "measuring_seconds": 3600}
    correct = partial(calculate_correction, log, reason="提前结束", now=log.ends_at)
    assert correct(half)["amount_yuan"] == Decimal(100)
    assert correct({**half, "amount_yuan": Decimal("70.00")})["amount_yuan"] == Decimal(70)
    assert "amount_yuan" not in correct({**half, "amount_yuan": log.amount_yuan})
    assert correct({"content": "断口"}) == {"content": "断口"}


def test_correction_names_all_that_is_wrong_with_it(city):
    log = use(city, slot(hour=9, length=2))
    late = log.ends_at + timedelta(days=100)
    with pytest.raises(UsageRefused) as refused:
        calculate_correction(log, {"starts_at": log.starts_at - MINUTE}, reason=" ", now=late)
    assert codes(refused) == ["usage.reason_missing", "usage.added_too_late"]
    with pytest.raises(UsageRefused) as refused:
        calculate_correction(log, {"ends_at": log.starts_at}, reason="记错", now=late)
    assert codes(refused) == ["usage.ends_before_start"]


def test_correction_adds_no_time_outside_the_days_of_service(city):
    """A use that ran on after the instrument was retired keeps its time, and may be shortened."""
    log = by_hand(city, slot(-2, hour=9, length=16), now=NOW)  # until 01:00 of the day after
    Instrument.objects.filter(pk=log.instrument_id).update(
        state="retired", retired_at=slot(-2, hour=12).start, in_service_date=slot(-2).start.date()
    )
    log.instrument.refresh_from_db()
    correct = partial(calculate_correction, log, reason="记错", now=NOW)
    for changes, code in (
        ({"ends_at": log.ends_at + MINUTE}, "usage.after_service"),
        ({"starts_at": log.starts_at - timedelta(hours=10)}, "usage.before_service"),
    ):
        with pytest.raises(UsageRefused) as refused:
            correct(changes)
        assert codes(refused) == [code]
    for allowed in ({"starts_at": log.starts_at - MINUTE}, {"ends_at": log.ends_at - MINUTE}):
        assert correct({**allowed, "measuring_seconds": 3600})


def test_one_correction_of_the_amount_waits_at_a_time(city):
    log = use(city, slot(hour=9, length=2))
    correct = partial(usage_correct, actor=city.keeper, log_id=log.pk, reason="记错", now=log.ends_at)
    confirm = partial(usage_confirm, actor=city.researcher, log_id=log.pk, now=log.ends_at)
    half = {"ends_at": log.ends_at - timedelta(hours=1), "measuring_seconds": 3600}
    first = correct(changes=half)
    for changes in ({"samples": 2}, {"amount_yuan": Decimal(160)}, {"starts_at": log.starts_at + MINUTE}):
        with pytest.raises(UsageRefused) as refused:
            correct(changes=changes)
        assert "usage.correction_waiting" in codes(refused)
    assert correct(changes={"content": "断口"}).changes == {"content": "断口"}
    confirm(correction_id=first.pk)
    confirm(correction_id=correct(changes={"samples": 2}).pk)
    values = get_current_values(get_usage_log(city.keeper, log.public_id))
    assert (values["samples"], values["amount_yuan"]) == (2, Decimal(100))


def test_correction_that_can_not_be_confirmed_keeps_no_other_from_waiting(city):
    log = use(city, slot(day=0, hour=9, length=2))
    later = Interval(log.ends_at, log.ends_at + timedelta(hours=1))
    correct = partial(usage_correct, actor=city.keeper, log_id=log.pk, reason="记错", now=later.end)
    first = correct(changes={"ends_at": later.end, "measuring_seconds": 3 * 3600})
    other = by_hand(city, later, now=later.end)
    with pytest.raises(UsageRefused) as refused:
        usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=first.pk, now=later.end)
    assert codes(refused) == ["usage.overlaps"]
    assert refused.value.problems[0].params == {"log": other.public_id, "time": later}
    assert get_superseded_corrections(get_usage_log(city.keeper, log.public_id)) == [first]
    assert correct(changes={"samples": 2}).changes == {"samples": 2}


def test_amount_entered_by_hand_stays_when_its_use_is_corrected(city):
    hour = Interval(NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    corrected = {}
    for name, amount in (("by rule", None), ("agreed", Decimal("30.00"))):
        log = by_hand(city, hour, amount_yuan=amount)
        hour = Interval(hour.start - timedelta(hours=2), hour.end - timedelta(hours=2))
        corrected[name] = usage_correct(
            actor=city.keeper, log_id=log.pk, changes={"measuring_seconds": 1800}, reason="含午休", now=NOW
        ).changes.get("amount_yuan")
    assert corrected == {"by rule": "50.00", "agreed": None}


def test_samples_that_were_forgotten_by_hand_are_charged_by_the_rule(city):
    """Without samples a rule that charges each of them asks for nothing; that is no amount by hand."""
    city.rule.price_lines.update(unit="sample", price_yuan=30)
    hour = Interval(NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    corrected = []
    for amount in (None, Decimal("20.00")):
        log = by_hand(city, hour, amount_yuan=amount)
        hour = Interval(hour.start - timedelta(hours=2), hour.end - timedelta(hours=2))
        correction = usage_correct(
            actor=city.keeper, log_id=log.pk, changes={"samples": 5}, reason="漏记样品", now=NOW
        )
        corrected.append((log.amount_yuan, correction.changes.get("amount_yuan")))
    assert corrected == [(Decimal(0), "150.00"), (Decimal(20), None)]


def test_correction_to_what_the_rule_has_no_price_for_names_the_amount(city):
    city.rule.price_lines.update(service_mode="self_operated")
    log = use(city, slot(hour=9, length=2))
    correct = partial(calculate_correction, log, reason="记错", now=log.ends_at)
    with pytest.raises(UsageRefused) as refused:
        correct({"service_mode": "operated"})
    assert [(one.code, one.field) for one in refused.value.problems] == [("usage.no_price", "amount_yuan")]
    assert correct({"service_mode": "operated", "amount_yuan": Decimal(0)})["amount_yuan"] == Decimal(0)
    assert correct({"service_mode": "operated", "amount_yuan": log.amount_yuan}) == {
        "service_mode": "operated"
    }


def test_free_use_by_hand_without_a_price_stays_free_when_corrected(city):
    """Its ¥0 was entered, since the rule had no price; it did not follow from the rule."""
    city.rule.price_lines.update(service_mode="self_operated")
    log = by_hand(city, slot(-3, 9), amount_yuan=Decimal(0))
    correct = partial(calculate_correction, log, reason="记错", now=NOW)
    assert correct({"service_mode": "self_operated"}) == {"service_mode": "self_operated"}
    assert correct({"samples": 2}) == {"samples": 2}


def test_conflicting_corrections_are_not_both_confirmed(city, two_may_wait):
    log = use(city, slot(hour=9, length=3))
    hour = timedelta(hours=1)
    corrections = [
        usage_correct(
            actor=city.keeper,
            log_id=log.pk,
            changes={**changes, "measuring_seconds": 3600},
            reason="记错",
            now=log.ends_at,
        )
        for changes in ({"ends_at": log.starts_at + hour}, {"starts_at": log.ends_at - hour})
    ]
    first, second = (one.pk for one in corrections)
    usage_confirm(actor=city.manager, log_id=log.pk, correction_id=second, now=log.ends_at)
    with pytest.raises(UsageRefused) as refused:
        usage_confirm(actor=city.manager, log_id=log.pk, correction_id=first, now=log.ends_at)
    assert codes(refused) == ["usage.ends_before_start"]
    (fact,) = usage_of_year(2026)
    assert (fact["starts_at"], fact["ends_at"]) == (log.ends_at - hour, log.ends_at)


def test_year_of_usage_names_the_end_that_was_logged_where_it_was_corrected(city):
    kept, log = use(city, slot(hour=8, length=1)), use(city, slot(hour=9, length=3))
    correction = usage_correct(
        actor=city.keeper,
        log_id=log.pk,
        changes={"ends_at": log.ends_at - timedelta(hours=1), "measuring_seconds": 7200},
        reason="记错",
        now=log.ends_at,
    )
    assert [fact["logged_ends_at"] for fact in usage_of_year(2026)] == [None, None]
    usage_confirm(actor=city.manager, log_id=log.pk, correction_id=correction.pk, now=log.ends_at)
    assert [(fact["ends_at"], fact["logged_ends_at"]) for fact in usage_of_year(2026)] == [
        (kept.ends_at, None),
        (log.ends_at - timedelta(hours=1), log.ends_at),
    ]


def test_unconfirmable_correction_is_not_pending(city, two_may_wait):
    log = use(city, slot(hour=9, length=3))
    usage_confirm(actor=city.manager, log_id=log.pk, now=log.ends_at)
    hour = timedelta(hours=1)
    first, second = (
        usage_correct(
            actor=city.keeper,
            log_id=log.pk,
            changes={**changes, "measuring_seconds": 3600},
            reason="记错",
            now=log.ends_at,
        )
        for changes in ({"ends_at": log.starts_at + hour}, {"starts_at": log.ends_at - hour})
    )
    seen = get_usage_log(city.manager, log.public_id)
    assert get_confirmable_corrections(city.manager, seen) == [first, second]
    assert waiting_confirmations(city.manager).get() == log
    usage_confirm(actor=city.manager, log_id=log.pk, correction_id=second.pk, now=log.ends_at)
    seen = get_usage_log(city.manager, log.public_id)
    assert get_confirmable_corrections(city.manager, seen) == []
    assert get_superseded_corrections(seen) == [first]
    assert not waiting_confirmations(city.manager).exists()
    assert not waiting_confirmations(city.researcher).exists()


def test_all_correction_problems_are_reported_together(city):
    log = use(city)
    with pytest.raises(UsageRefused) as refused:
        usage_correct(actor=city.keeper, log_id=log.pk, changes={"user_id": 1}, reason="", now=NOW)
    assert codes(refused) == ["usage.reason_missing", "usage.not_correctable"]
    with pytest.raises(UsageRefused) as refused:
        usage_correct(
            actor=city.keeper,
            log_id=log.pk,
            changes={
                "starts_at": log.starts_at - timedelta(days=400),
                "ends_at": log.ends_at - timedelta(days=400),
                "idle_seconds": 99999,
            },
            reason="错",
            now=NOW,
        )
    assert codes(refused) == ["usage.seconds_exceed_time", "usage.other_year", "usage.added_too_late"]
    with pytest.raises(UsageRefused) as refused:
        usage_correct(
            actor=city.keeper, log_id=log.pk, changes={"samples": log.samples}, reason="错", now=NOW
        )
    assert codes(refused) == ["usage.nothing_changed"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"purpose": "party"}, "usage.unknown_code"),
        ({"direction": "up"}, "usage.unknown_code"),
        ({"service_mode": "by_post"}, "usage.unknown_code"),
        ({"amount_yuan": Decimal("10000000000.00")}, "usage.amount_out_of_range"),
        ({"amount_yuan": Decimal("0.001")}, "usage.amount_out_of_range"),
        ({"amount_yuan": Decimal("NaN")}, "usage.amount_out_of_range"),
        ({"amount_yuan": Decimal("-0.01")}, "usage.amount_negative"),
        ({"samples": 10_001}, "usage.samples_out_of_range"),
        ({"samples": -1}, "usage.samples_out_of_range"),
        ({"idle_seconds": -1}, "usage.seconds_negative"),
        ({"content": " "}, "usage.content_missing"),
        ({"content": "断" * 201}, "usage.text_too_long"),
        ({"project": "断" * 201}, "usage.text_too_long"),
        ({"results": "断" * 501}, "usage.text_too_long"),
    ],
)
def test_correction_rejects_invalid_values(city, changes, code):
    log = use(city)
    correct = partial(usage_correct, actor=city.keeper, log_id=log.pk, changes=changes, now=NOW)
    with pytest.raises(UsageRefused) as refused:
        correct(reason="错")
    assert codes(refused) == [code]
    with pytest.raises(UsageRefused) as refused:
        correct(reason="错" * 501)
    assert codes(refused) == ["usage.text_too_long", code]
    assert not UsageCorrection.objects.exists()


def test_whether_a_log_is_corrected_is_asked_of_its_confirmations_alone():
    # With all corrections read again for each log, reading a million took two minutes more.
    assert UsageCorrection._meta.db_table not in str(UsageLog.objects.filter(IS_CORRECTED).query)
