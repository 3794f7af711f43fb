from datetime import timedelta
from decimal import Decimal
from functools import partial
from typing import get_type_hints

import pytest

from bookings.requests.domain.errors import StillInUse, TooEarly
from bookings.requests.models import Booking
from bookings.usage.domain.choices import Rating
from bookings.usage.domain.errors import (
    AlreadyConfirmed,
    AlreadyReviewed,
    NotConfirmedYet,
    SamePerson,
    UsageRefused,
)
from bookings.usage.models import UsageEntry, UsageLog
from bookings.usage.selectors.usage import get_usage_log
from bookings.usage.selectors.user_facts import find_payer
from bookings.usage.selectors.yearly import UsageOfYear, usage_of_year
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.usage import usage_confirm, usage_correct, usage_log_by_hand, usage_review
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership, Organization, OrganizationRelation
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.accounts.services import membership_request, membership_withdraw
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.interval import Interval
from instrument_share.web.responses import problem
from providers.instruments.models import Instrument
from providers.terms.domain.choices import ServiceMode
from tests import factories
from tests.bookings.requests.booking import book, codes, use
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
MINUTE, DAY = timedelta(minutes=1), timedelta(days=1)


def test_changed_number_of_samples_is_shown_before_it_is_recorded(city, send):
    booking = book(city, slot(hour=9, length=2), samples=3)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    typed = {"ends_at": f"{booking.ends_at.astimezone(CITY_TIME):%Y-%m-%dT%H:%M}", "samples": "3"}
    send_at = partial(send, city.keeper, "booking_check_out", booking.public_id, now=booking.ends_at)
    typed["shown"] = send_at(**typed).context["shown"]
    asked = send_at(**typed | {"samples": "0"})
    assert (asked.status_code, UsageLog.objects.exists()) == (200, False)
    assert send_at(**typed).status_code == 302
    assert UsageLog.objects.get().samples == 3


def test_a_check_out_is_told_all_that_is_wrong_with_it_at_once(city, send):
    booking = book(city, slot(hour=9, length=2), service_mode=ServiceMode.SAMPLES, samples=3)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)

    def get_errors(**typed):
        right = {"ends_at": f"{booking.ends_at.astimezone(CITY_TIME):%Y-%m-%dT%H:%M}", "samples": "0"}
        sent = {"now": booking.ends_at, **right, **typed}
        page = send(city.keeper, "booking_check_out", booking.public_id, **sent)
        return set(page.context["form"].errors)

    assert get_errors(setup="180", content="长" * 201) == {"content", "__all__", "samples"}
    unread = {"setup": "多", "idle": "180", "ends_at": "晚"}
    assert get_errors(**unread) == {"setup", "ends_at", "samples"}  # the sum is not known yet


def test_use_of_samples_has_at_least_one(city):
    booking = book(city, slot(hour=9, length=2), service_mode=ServiceMode.SAMPLES, samples=3)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    with pytest.raises(UsageRefused) as refused:
        booking_check_out(actor=city.keeper, booking_id=booking.pk, now=booking.ends_at, samples=0)
    assert codes(refused) == ["usage.samples_out_of_range"]
    assert problem.told(refused.value.problems[0].message, refused.value.problems[0].params) == (
        "样品数应在 1 至 10000 之间。"
    )


def test_a_check_out_writes_what_happened_and_what_it_costs(city):
    booking = book(city, slot(hour=9, length=2), samples=3)
    booking_check_in(
        actor=city.keeper, booking_id=booking.pk, now=booking.starts_at + timedelta(seconds=1, microseconds=9)
    )
    log = booking_check_out(
        actor=city.keeper,
        booking_id=booking.pk,
        now=booking.starts_at + timedelta(seconds=5401),
        setup_seconds=600,
        post_seconds=300,
        idle_seconds=1800,
        results="厚度 35 nm",
    )
    log.refresh_from_db()
    assert (log.starts_at, log.ends_at) == (
        booking.starts_at + timedelta(seconds=1),
        booking.starts_at + timedelta(seconds=5401),
    )
    assert (log.setup_seconds, log.measuring_seconds, log.effective_seconds) == (600, 2700, 3600)
    assert log.amount_yuan == Decimal("100.00")
    assert (log.user, log.operator, log.content) == (city.researcher, city.researcher, "二氧化钛薄膜")
    assert (log.external, log.related, log.in_region) == (True, False, True)
    assert (log.user_organization_kind, log.user_size_class) == ("enterprise", "small")
    assert (log.booking_id, log.capture, log.samples) == (booking.pk, "check_out", 3)
    booking.refresh_from_db()
    assert booking.state == "completed"


def test_early_check_out_frees_time_and_overrun_extends_log(city):
    early = use(city, slot(hour=9, length=4), now=slot(hour=10).start)
    assert book(city, slot(hour=10, length=1), payer=False, now=early.ends_at).state == "approved"
    late = use(city, slot(day=2, hour=9, length=1), now=slot(day=2, hour=11).start)
    assert late.ends_at == slot(day=2, hour=11).start
    assert late.booking.held_until == slot(day=2, hour=10).start
    assert late.amount_yuan == Decimal("200.00")


def test_overdue_check_out_bills_booked_end_unless_real_end_is_named(city):
    booking = book(city, slot(hour=9, length=1))
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    out = partial(booking_check_out, actor=city.keeper, booking_id=booking.pk)
    overdue = booking.ends_at + 99 * MINUTE
    with pytest.raises(UsageRefused) as refused:
        out(now=overdue, ends_at=overdue + MINUTE)
    assert codes(refused) == ["usage.not_over"]
    with pytest.raises(UsageRefused) as refused:
        out(now=overdue, ends_at=booking.starts_at - MINUTE)
    assert codes(refused) == ["usage.ends_before_start"]
    log = out(now=overdue)
    assert (log.ends_at, log.amount_yuan) == (booking.ends_at, Decimal("100.00"))
    booking.refresh_from_db()
    assert booking.checked_out_at == overdue


def test_check_in_opens_15_minutes_early_for_one_use_at_a_time(city):
    first, second = book(city, slot(hour=9, length=1)), book(city, slot(hour=10, length=1), payer=False)
    with pytest.raises(TooEarly):
        booking_check_in(
            actor=city.keeper, booking_id=first.pk, now=first.starts_at - 15 * MINUTE - timedelta(seconds=1)
        )
    booking_check_in(actor=city.keeper, booking_id=first.pk, now=first.starts_at - 15 * MINUTE)
    with pytest.raises(StillInUse):
        booking_check_in(actor=city.keeper, booking_id=second.pk, now=second.starts_at)
    with pytest.raises(Forbidden):
        booking_check_out(actor=city.researcher, booking_id=first.pk, now=first.ends_at)


def test_parts_that_exceed_the_whole_are_refused_and_nothing_is_written(city):
    booking = book(city)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    with pytest.raises(UsageRefused) as refused:
        booking_check_out(
            actor=city.keeper,
            booking_id=booking.pk,
            now=booking.ends_at,
            measuring_seconds=7200,
            idle_seconds=1,
            samples=10_001,
        )
    assert codes(refused) == ["usage.seconds_exceed_time", "usage.samples_out_of_range"]
    assert Booking.objects.get().state == "in_use"
    assert not UsageEntry.objects.exists()


def test_use_inside_the_owner_is_internal_and_use_by_relatives_is_marked(city):
    sister = factories.organization("云屏测试研究院")
    low, high = sorted((sister, city.owner), key=lambda one: one.pk)
    OrganizationRelation.objects.create(first=low, second=high, declared_at=NOW)
    logs = {}
    parties = [
        ("own", city.owner, city.owner),
        ("sister", sister, sister),
        ("other", city.company, city.company),
        ("a person of the sister", sister, None),
        ("a person of another", city.company, None),
        ("a person of the owner", city.owner, None),
    ]
    for day, (name, organization, payer) in enumerate(parties, 1):
        person = factories.member(organization)
        interval = slot(day=day)
        booking = book(city, interval, actor=person, payer_organization_id=payer and payer.pk)
        booking_check_in(actor=city.keeper, booking_id=booking.pk, now=interval.start)
        logs[name] = booking_check_out(actor=city.keeper, booking_id=booking.pk, now=interval.end)
    assert {name: (log.user_kind, log.external, log.related) for name, log in logs.items()} == {
        "own": ("inside", False, False),
        "sister": ("outside", True, True),
        "other": ("enterprise", True, False),
        "a person of the sister": ("individual", True, True),
        "a person of another": ("individual", True, False),
        "a person of the owner": ("inside", False, False),
    }


def test_facts_of_the_moment_stay_when_the_organization_changes(city):
    log = use(city)
    city.company.size_class = "large"
    city.company.save()
    log.refresh_from_db()
    assert log.user_size_class == "small"


def test_the_user_confirms_what_the_keeper_recorded_once(city):
    log = use(city)
    with pytest.raises(SamePerson):
        usage_confirm(actor=city.keeper, log_id=log.pk, now=NOW)
    with pytest.raises(Forbidden):
        usage_confirm(actor=factories.user(), log_id=log.pk, now=NOW)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=log.ends_at)
    with pytest.raises(AlreadyConfirmed):
        usage_confirm(actor=city.manager, log_id=log.pk, now=log.ends_at)
    assert get_usage_log(city.researcher, log.public_id).is_confirmed


def by_hand(city, interval, **changes):
    facts = {
        "actor": city.keeper,
        "instrument_id": city.instrument.pk,
        "interval": interval,
        "user": city.researcher,
        "payer_organization_id": city.company.pk,
        "service_mode": ServiceMode.OPERATED,
        "content": "断口观察",
        "now": NOW,
        **changes,
    }
    return usage_log_by_hand(**facts)


def test_user_operates_a_remote_use(city):
    booking = book(city, service_mode=ServiceMode.REMOTE)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    log = booking_check_out(actor=city.keeper, booking_id=booking.pk, now=booking.ends_at)
    assert log.operator == city.researcher


def test_hours_are_entered_by_hand_for_92_days(city, see):
    oldest = NOW - timedelta(days=92)
    page = text_of(see(city.keeper, "usage_by_hand", now=NOW))
    assert "使用开始后 92 天内可以补录：目前可补录 2025年11月30日 08:00 及以后开始的使用。" in page
    log = by_hand(city, Interval(oldest, oldest + timedelta(hours=1)))
    assert (log.capture, log.booking, log.operator, log.amount_yuan) == (
        "manual",
        None,
        city.keeper,
        Decimal("100.00"),
    )
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, Interval(oldest - MINUTE, oldest), content="", samples=10_001)
    assert codes(refused) == ["usage.too_old", "usage.content_missing", "usage.samples_out_of_range"]
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, Interval(NOW - MINUTE, NOW + MINUTE))
    assert codes(refused) == ["usage.not_over"]


@pytest.mark.parametrize(
    "priced", [{"service_mode": "self_operated"}, {"user_kind": "inside"}], ids=["way of service", "user"]
)
def test_hours_for_which_the_rule_has_no_price_need_an_amount(city, send, priced):
    city.rule.price_lines.update(**priced)
    type(city.rule).objects.filter(pk=city.rule.pk).update(minimum_charge_yuan=30)
    hour = slot(-3, 14)
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, hour)
    assert [(one.code, one.field) for one in refused.value.problems] == [("usage.no_price", "amount_yuan")]
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, hour, amount_yuan=Decimal(-1))
    assert codes(refused) == ["usage.amount_negative"]
    typed = typed_by_hand(city)
    page = send(city.keeper, "usage_by_hand", **typed)
    assert page.status_code == 422
    assert "规则未列明此项收费，请填写金额，免费填 0。" in page.content.decode()
    shown = f"{slot(-3, 14, 1).to_text()} 3600 0 12.50"
    done = send(city.keeper, "usage_by_hand", **typed, amount_yuan="12.50", shown=shown)
    assert done.status_code == 302
    log = UsageLog.objects.get()
    assert (log.starts_at, log.amount_yuan, log.price) == (hour.start, Decimal("12.50"), [])


def test_hours_under_a_rule_without_prices_are_free(city):
    city.rule.price_lines.all().delete()
    assert by_hand(city, slot(-3, 14)).amount_yuan == Decimal(0)


def test_hours_by_hand_are_recorded_once_their_amount_was_shown(city, send):
    typed = typed_by_hand(city)
    asked = send(city.keeper, "usage_by_hand", **typed)
    assert (asked.status_code, asked.context["shown"]) == (200, f"{slot(-3, 14, 1).to_text()} 3600 0 100.00")
    typed |= {"ends_at": "2026-02-27T16:00", "shown": asked.context["shown"]}
    longer = send(city.keeper, "usage_by_hand", **typed)
    assert "¥200.00" in longer.content.decode()
    assert not UsageLog.objects.exists()
    typed["shown"] = longer.context["shown"]
    assert send(city.keeper, "usage_by_hand", **typed).status_code == 302
    assert UsageLog.objects.get().amount_yuan == Decimal("200.00")


def typed_by_hand(city):
    """Return what the form for a use by hand holds of an hour three days ago."""
    return {
        "instrument": city.instrument.public_id,
        "starts_at": "2026-02-27T14:00",
        "ends_at": "2026-02-27T15:00",
        "person": city.researcher.username,
        "account": "organization",
        "uscc": city.company.uscc,
        "content": "断口观察",
        "service_mode": "operated",
        "direction": "research",
        "purpose": "service",
    }


def test_hours_by_hand_lie_in_the_days_of_service(city):
    """The day on which an instrument was retired belongs to them, as in an assessment."""
    retired_at = slot(-2, hour=12).start
    Instrument.objects.filter(pk=city.instrument.pk).update(
        state="retired", retired_at=retired_at, in_service_date=slot(-5).start.date()
    )
    by_hand(city, slot(-2, hour=13, length=11))  # until midnight
    by_hand(city, slot(-5, hour=0))
    for time, code in ((slot(-1, 0, 2), "usage.after_service"), (slot(-6, 22, 2), "usage.before_service")):
        with pytest.raises(UsageRefused) as refused:
            by_hand(city, time)
        assert codes(refused) == [code]
    Instrument.objects.filter(pk=city.instrument.pk).update(in_service_date=None, published_at=NOW - DAY)
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, slot(-2, 9))
    assert codes(refused) == ["usage.before_service"]


def test_draft_has_no_hours_and_is_not_offered(city, see):
    Instrument.objects.filter(pk=city.instrument.pk).update(state="draft", published_at=None)
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, slot(-1, 9))
    assert codes(refused) == ["usage.not_published"]
    assert city.instrument.public_id not in see(city.keeper, "usage_by_hand").content.decode()


@pytest.mark.parametrize("mode", [ServiceMode.SELF_OPERATED, ServiceMode.REMOTE])
def test_user_operated_what_is_entered_by_hand_as_self_operated_or_remote(city, mode):
    log = by_hand(city, Interval(NOW - MINUTE, NOW), service_mode=mode)
    assert (log.operator, log.entry.recorded_by) == (city.researcher, city.keeper)


def test_organization_that_the_user_has_left_since_pays_for_a_use_of_before(city, send):
    ended = slot(-2, 9)
    membership = Membership.objects.get(user=city.researcher, organization=city.company)
    Membership.objects.filter(pk=membership.pk).update(state="ended", ended_at=ended.end)
    forget_standing(city.researcher)
    log = by_hand(city, slot(-3, 9))
    assert (log.payer_organization, log.external) == (city.company, True)
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, slot(-1, 9))
    assert codes(refused) == ["usage.payer_not_of_user"]
    shown = f"{slot(-3, 14, 1).to_text()} 3600 0 100.00"
    assert send(city.keeper, "usage_by_hand", **typed_by_hand(city), shown=shown).status_code == 302
    assert UsageLog.objects.latest("pk").payer_organization == city.company


def test_who_left_the_owning_unit_since_was_inside_at_a_use_of_before(city):
    """Else a unit could make hours of its own people external ones by waiting until they are gone."""
    own = factories.member(city.owner, Role.RESEARCHER)
    Membership.objects.filter(user=own).update(state="ended", ended_at=slot(-2, 9).end)
    forget_standing(own)
    before = by_hand(city, slot(-3, 9), user=own, payer_organization_id=None)
    assert (before.user_kind, before.external, before.related) == ("inside", False, False)
    after = by_hand(city, slot(-1, 9), user=own, payer_organization_id=None)
    assert (after.user_kind, after.external, after.related) == ("individual", True, False)


def test_who_left_a_related_organization_since_was_related_at_a_use_of_before(city):
    low, high = sorted((city.owner, city.company), key=lambda one: one.pk)
    OrganizationRelation.objects.create(first=low, second=high, declared_at=NOW)
    Membership.objects.filter(user=city.researcher).update(state="ended", ended_at=slot(-2, 9).end)
    forget_standing(city.researcher)
    logs = [by_hand(city, slot(day, 9), payer_organization_id=None) for day in (-3, -1)]
    assert [(log.external, log.related) for log in logs] == [(True, True), (True, False)]
    Organization.objects.filter(pk=city.company.pk).update(state="suspended")
    log = by_hand(city, slot(-3, 13), payer_organization_id=None)
    assert (log.external, log.related) == (True, True)
    with pytest.raises(UsageRefused) as refused:
        find_payer(city.researcher, city.company.name_zh, slot(-3, 16).start)
    assert [one.code for one in refused.value.problems] == ["usage.payer_not_of_user"]


def test_a_relation_that_has_ended_since_counts_for_a_use_of_before(city):
    """Else a unit could enter hours of its relative once the two are parted."""
    low, high = sorted((city.owner, city.company), key=lambda one: one.pk)
    OrganizationRelation.objects.create(
        first=low, second=high, declared_at=NOW - 30 * DAY, ended_at=slot(-2, 8).start
    )
    assert [by_hand(city, slot(day, 9)).related for day in (-3, -1)] == [True, False]


def test_people_of_the_owner_are_inside_and_of_relatives_related_whatever_they_may_do(city, settings):
    """Neither a suspension nor a missing second factor makes their hours those of strangers."""
    settings.SECOND_FACTOR_ROLES = ["unit_manager"]
    low, high = sorted((city.owner, city.company), key=lambda one: one.pk)
    OrganizationRelation.objects.create(first=low, second=high, declared_at=NOW)
    Organization.objects.filter(pk=city.company.pk).update(state="suspended")
    forget_standing(city.researcher)
    by_relative = by_hand(city, slot(-3, 9), payer_organization_id=None)
    assert (by_relative.external, by_relative.related) == (True, True)
    manager = factories.member(city.owner, Role.UNIT_MANAGER)
    own = by_hand(city, slot(-1, 9), user=manager, payer_organization_id=None)
    assert (own.user_kind, own.external, own.related) == ("inside", False, False)


def test_request_that_was_withdrawn_makes_no_organization_pay(city):
    other = factories.organization("云屏第二公司")
    asked = membership_request(actor=city.researcher, organization_id=other.pk, now=NOW - 3 * DAY)
    membership_withdraw(actor=city.researcher, membership_id=asked.pk, now=NOW - DAY)
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, slot(-2, 9), payer_organization_id=other.pk)
    assert codes(refused) == ["usage.payer_not_of_user"]


def test_payer_must_be_organization_of_user(city):
    """Or two colleagues could make their own use a small enterprise's."""
    colleague = factories.keeper(city.instrument)
    with pytest.raises(UsageRefused) as refused:
        by_hand(city, Interval(NOW - MINUTE, NOW), user=colleague)
    assert codes(refused) == ["usage.payer_not_of_user"]


def test_the_user_rates_a_confirmed_use_once(city):
    log = use(city)
    with pytest.raises(NotConfirmedYet):
        usage_review(actor=city.researcher, log_id=log.pk, rating=Rating.SATISFIED, now=NOW)
    usage_confirm(actor=city.researcher, log_id=log.pk, now=NOW)
    with pytest.raises(Forbidden):
        usage_review(actor=city.keeper, log_id=log.pk, rating=Rating.VERY_SATISFIED, now=NOW)
    usage_review(actor=city.researcher, log_id=log.pk, rating=Rating.SATISFIED, now=NOW)
    with pytest.raises(AlreadyReviewed):
        usage_review(actor=city.researcher, log_id=log.pk, rating=Rating.SATISFIED, now=NOW)


def test_a_year_of_use_has_corrected_values_and_names_nobody(city):
    log = use(city, slot(hour=19, length=1), now=slot(hour=21).start)
    correction = usage_correct(
        actor=city.keeper, log_id=log.pk, changes={"samples": 7}, reason="漏记", now=log.ends_at
    )
    usage_confirm(actor=city.researcher, log_id=log.pk, now=log.ends_at)
    usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=correction.pk, now=log.ends_at)
    usage_review(actor=city.researcher, log_id=log.pk, rating=Rating.NEUTRAL, now=log.ends_at)
    (fact,) = usage_of_year(2026)
    assert fact.keys() == get_type_hints(UsageOfYear).keys()
    assert (fact["samples"], fact["confirmed"], fact["rating"]) == (7, True, "neutral")
    assert (fact["inside_windows_seconds"], fact["effective_seconds"]) == (3600, 7200)
    assert (fact["quoted_yuan"], fact["amount_yuan"]) == (Decimal("100.00"), Decimal("200.00"))
    assert (fact["user"], fact["recorded_by"]) == (city.researcher.public_id, city.keeper.public_id)
    assert city.researcher.name not in str(fact)
    assert list(usage_of_year(2025)) == []


def test_use_belongs_to_year_of_its_local_start(city):
    evening = NOW.replace(year=2025, month=12, day=31, hour=16)  # midnight in the city
    by_hand(city, Interval(evening - MINUTE, evening))
    by_hand(city, Interval(evening, evening + MINUTE))
    assert [fact["starts_at"] for fact in usage_of_year(2025)] == [evening - MINUTE]
    assert [fact["starts_at"] for fact in usage_of_year(2026)] == [evening]


def test_year_includes_overlapping_uses_of_adjacent_years(city):
    midnight = NOW.replace(year=2025, month=12, day=31, hour=16)
    starts = [
        by_hand(
            city, Interval(midnight + MINUTE * at, midnight + MINUTE * end), overlap_reason="两个样品仓"
        ).starts_at
        for at, end in ((-9, -8), (-5, 1), (0, 2), (1, 3))
    ]
    assert [fact["starts_at"] for fact in usage_of_year(2025)] == starts[:3]
    assert [fact["starts_at"] for fact in usage_of_year(2026)] == starts[1:]


def test_year_includes_long_uses_of_adjacent_years_that_overlap_its_own(city):
    """Else the time would count in both years."""
    midnight, day = NOW.replace(year=2025, month=12, day=31, hour=16), timedelta(days=1)
    long, short = (
        by_hand(
            city,
            Interval(midnight + at * day, midnight + end * day),
            overlap_reason="两个样品仓",
            now=midnight + 44 * day,
        ).starts_at
        for at, end in ((-46, 44), (40, 41))
    )
    assert [fact["starts_at"] for fact in usage_of_year(2025)] == [long, short]
    assert [fact["starts_at"] for fact in usage_of_year(2026)] == [long, short]


def test_year_includes_uses_of_adjacent_years_that_a_correction_made_long(city):
    midnight, day = NOW.replace(year=2025, month=12, day=31, hour=16), timedelta(days=1)
    now = midnight + 44 * day
    long = by_hand(city, Interval(midnight - 46 * day, midnight - 45 * day), now=now)
    correction = usage_correct(
        actor=city.keeper, log_id=long.pk, changes={"ends_at": now}, reason="试验未中断", now=now
    )
    usage_confirm(actor=city.researcher, log_id=long.pk, correction_id=correction.pk, now=now)
    interval = Interval(midnight + 40 * day, midnight + 41 * day)
    short = by_hand(city, interval, overlap_reason="两个样品仓", now=now)
    for year in (2025, 2026):
        assert [fact["id"] for fact in usage_of_year(year)] == [long.public_id, short.public_id]


def test_a_manager_of_the_unit_may_log_and_a_keeper_of_another_instrument_may_not(city):
    other = factories.keeper(factories.instrument(city.owner))
    hour = Interval(NOW - timedelta(hours=2), NOW - timedelta(hours=1))
    with pytest.raises(Forbidden):
        by_hand(city, hour, actor=other)
    assert by_hand(city, hour, actor=city.manager).entry.number == 1


def test_log_freezes_payers_regional_status(city):
    here = use(city, slot(day=1))
    city.company.in_region = False
    city.company.save()
    away = use(city, slot(day=2))
    by_person = use(city, slot(day=3), payer=False)
    assert (here.in_region, away.in_region, by_person.in_region) == (True, False, True)
