from dataclasses import replace
from datetime import date, timedelta

import pytest

from bookings.requests.domain.admission import FormerTime, Request, Requester, Situation, find_problems
from bookings.requests.domain.availability import ClosedTime, OwnTime
from instrument_share.kernel.wording import Bilingual
from providers.terms.domain.choices import QuotaHolder, QuotaSpan, ServiceMode, UserKind
from providers.terms.domain.terms import Price, Quota
from tests.bookings.requests.domain.terms import TERMS, between, hours, local, terms

USER, ORGANIZATION = QuotaHolder.USER, QuotaHolder.ORGANIZATION
DAY, WEEK, MONTH = QuotaSpan.DAY, QuotaSpan.WEEK, QuotaSpan.MONTH
NOW = local("2026-03-02 08:00")
ASKED = between("2026-03-03 09:00", "11:00")
REQUEST = Request(ASKED, ServiceMode.SELF_OPERATED, "二氧化钛薄膜")
REQUESTER = Requester(UserKind.OUTSIDE)
SITUATION = Situation(True, [between("2026-03-03 08:00", "20:00")], [], [])


def codes(rule=TERMS, now=NOW, situation=SITUATION, requester=REQUESTER, request=REQUEST):
    return [
        found.code
        for found in find_problems(rule, request=request, requester=requester, situation=situation, now=now)
    ]


def closed(start, end, *reasons):
    return ClosedTime(between(start, end), *(reasons or ["更换灯丝"]))


def asking(start, end, **changes):
    return replace(REQUEST, interval=between(start, end), **changes)


def moving(starts_at, free_until=None):
    """Where a booking lies that its user moves; to cancel it is free until its start, or until then."""
    return FormerTime(local(starts_at), local(free_until or starts_at))


def test_a_request_that_keeps_all_rules_is_admitted():
    assert codes() == []


def test_requester_counts_as_qualified_by_default():
    assert codes(terms(needs_qualification=True)) == []


@pytest.mark.parametrize(
    ("mode", "found"),
    [
        (ServiceMode.SELF_OPERATED, ["booking.qualification_missing"]),
        (ServiceMode.REMOTE, ["booking.qualification_missing"]),
        (ServiceMode.OPERATED, []),
        (ServiceMode.SAMPLES, []),
    ],
)
def test_who_operates_beside_it_or_from_elsewhere_needs_the_qualification(mode, found):
    rule = terms(needs_qualification=True, service_modes=frozenset(ServiceMode))
    request = replace(REQUEST, service_mode=mode, samples=1)
    assert codes(rule, request=request, **standing(qualified=False)) == found


def standing(**changes):
    return {"requester": replace(REQUESTER, **changes)}


def around(**changes):
    return {"situation": replace(SITUATION, **changes)}


def limited(holder, span, minutes=None, bookings=None):
    most_time = None if minutes is None else timedelta(minutes=minutes)
    return {"rule": terms(quotas=(Quota(holder, span, most_time, bookings),))}


@pytest.mark.parametrize(
    ("code", "case"),
    [
        ("not_published", around(published=False)),
        ("no_rule", {"rule": None}),
        ("account_inactive", standing(account_active=False)),
        ("organization_not_admitted", standing(organization_admitted=False)),
        ("credit_suspended", standing(credit_suspended_until=local("2026-04-01 00:00"))),
        ("subject_missing", {"request": replace(REQUEST, subject=" ")}),
        ("user_kind_refused", {"rule": terms(user_kinds=frozenset({UserKind.INSIDE}))}),
        ("qualification_missing", {"rule": terms(needs_qualification=True), **standing(qualified=False)}),
        ("service_mode_not_offered", {"rule": terms(service_modes=frozenset({ServiceMode.OPERATED}))}),
        ("no_price", {"rule": terms(prices=(Price(1, UserKind.INSIDE),))}),
        ("samples_missing", {"request": replace(REQUEST, service_mode=ServiceMode.SAMPLES)}),
        ("samples_out_of_range", {"request": replace(REQUEST, samples=10_001)}),
        ("off_step", {"request": asking("2026-03-03 09:10", "11:00")}),
        ("too_short", {"rule": terms(min_length=hours(3))}),
        ("too_long", {"rule": terms(max_length=hours(1))}),
        ("too_soon", {"rule": terms(lead=hours(26))}),
        ("too_far", {"rule": terms(horizon=timedelta(days=1))}),
        (
            "change_too_late",
            {"request": replace(REQUEST, moves_from=moving("2026-03-03 07:59"))},
        ),
        ("outside_windows", around(windows=[between("2026-03-03 08:00", "10:30")])),
        ("closed", around(closures=[closed("2026-03-03 10:59", "12:00")])),
        ("slot_taken", around(holds=[between("2026-03-03 10:30", "12:00")])),
        ("quota_user_day_minutes", limited(USER, DAY, minutes=119)),
        ("quota_user_week_minutes", limited(USER, WEEK, minutes=119)),
        ("quota_user_month_minutes", limited(USER, MONTH, minutes=119)),
        (
            "quota_user_day_bookings",
            {**limited(USER, DAY, bookings=1), **standing(bookings=[between("2026-03-03 23:00", "23:30")])},
        ),
        (
            "quota_user_week_bookings",
            {
                **limited(USER, WEEK, bookings=1),
                **standing(bookings=[between("2026-03-08 23:00", "2026-03-09 00:00")]),
            },
        ),
        (
            "quota_user_month_bookings",
            {
                **limited(USER, MONTH, bookings=1),
                **standing(bookings=[between("2026-03-01 00:00", "01:00")]),
            },
        ),
        (
            "quota_organization_day_minutes",
            {
                **limited(ORGANIZATION, DAY, minutes=180),
                **standing(organization_bookings=[between("2026-03-03 12:00", "13:01")]),
            },
        ),
        (
            "quota_organization_week_minutes",
            {
                **limited(ORGANIZATION, WEEK, minutes=180),
                **standing(organization_bookings=[between("2026-03-02 00:00", "01:01")]),
            },
        ),
        (
            "quota_organization_month_minutes",
            {
                **limited(ORGANIZATION, MONTH, minutes=180),
                **standing(organization_bookings=[between("2026-03-31 22:30", "23:31")]),
            },
        ),
        (
            "quota_organization_month_bookings",
            {
                **limited(ORGANIZATION, MONTH, bookings=1),
                **standing(organization_bookings=[between("2026-03-31 22:30", "23:31")]),
            },
        ),
    ],
)
def test_every_broken_rule_is_reported(code, case):
    assert codes(**case) == [f"booking.{code}"]


@pytest.mark.parametrize(
    "case",
    [
        {"rule": terms(lead=hours(25))},
        {"rule": terms(horizon=hours(27))},
        {"rule": terms(min_length=hours(2), max_length=hours(2))},
        {"request": replace(REQUEST, moves_from=moving("2026-03-03 08:00"))},
        around(windows=[ASKED]),
        around(closures=[closed("2026-03-03 08:00", "09:00"), closed("2026-03-03 11:00", "12:00")]),
        around(holds=[between("2026-03-03 08:00", "09:00"), between("2026-03-03 11:00", "12:00")]),
        limited(USER, WEEK, minutes=120, bookings=1),
        {
            **limited(USER, WEEK, bookings=1),
            **standing(bookings=[between("2026-03-01 22:00", "2026-03-02 00:00")]),
        },
        {
            **limited(USER, DAY, bookings=1),
            **standing(bookings=[between("2026-03-02 22:00", "23:00"), between("2026-03-04 00:00", "01:00")]),
        },
        # Somebody who pays for themselves has no organization whose quota could be used up.
        {**limited(ORGANIZATION, MONTH, minutes=60), **standing(for_organization=False)},
        {"rule": terms(needs_qualification=True), **standing(qualified=True)},
        {
            "rule": terms(needs_qualification=True),
            "request": replace(REQUEST, service_mode=ServiceMode.OPERATED),
            **standing(qualified=False),
        },
    ],
)
def test_request_at_rule_limit_is_admitted(case):
    assert codes(**case) == []


def test_the_pause_after_a_use_counts_on_both_sides():
    rule = terms(turnaround=timedelta(minutes=15))
    assert codes(rule, situation=replace(SITUATION, holds=[between("2026-03-03 11:15", "12:00")])) == []
    assert codes(rule, situation=replace(SITUATION, holds=[between("2026-03-03 11:14", "12:00")])) == [
        "booking.slot_taken"
    ]


def test_what_the_requester_holds_themself_is_told_as_theirs_with_the_pause():
    rule = terms(turnaround=timedelta(minutes=15))
    own = [
        OwnTime(between("2026-03-03 08:00", "08:45"), local("2026-03-03 09:00"), "B-before"),
        OwnTime(between("2026-03-03 11:10", "12:00"), local("2026-03-03 12:15"), "B-after"),
    ]
    holds = [between("2026-03-03 10:00", "10:30")]
    found = find_problems(
        rule,
        request=REQUEST,
        requester=REQUESTER,
        situation=replace(SITUATION, holds=holds, own_times=own),
        now=NOW,
    )
    assert [(one.code, one.subject, one.params) for one in found] == [
        ("booking.slot_taken", None, {}),
        ("booking.slot_taken", "B-after", {"time": own[1].interval}),
    ]


def test_booking_spans_gap_only_if_rule_allows():
    night = asking("2026-03-03 18:00", "2026-03-04 09:00")
    two_days = [between("2026-03-03 08:00", "20:00"), between("2026-03-04 08:00", "20:00")]
    long = {"max_length": hours(24), "horizon": timedelta(days=9)}
    situation = replace(SITUATION, windows=two_days)
    assert codes(terms(**long), situation=situation, request=night) == ["booking.outside_windows"]
    assert codes(terms(may_span_gaps=True, **long), situation=situation, request=night) == []


def test_all_request_problems_are_reported_together():
    assert codes(
        terms(max_length=hours(1), user_kinds=frozenset({UserKind.INSIDE})),
        situation=Situation(True, [], [], [ASKED]),
        request=asking("2026-03-03 09:10", "11:10", subject=""),
    ) == [
        "booking.subject_missing",
        "booking.user_kind_refused",
        "booking.off_step",
        "booking.too_long",
        "booking.outside_windows",
        "booking.slot_taken",
    ]


def test_each_refusal_names_violated_limit():
    def params(rule, request=REQUEST, now=NOW, situation=SITUATION):
        (found,) = find_problems(rule, request=request, requester=REQUESTER, situation=situation, now=now)
        return found.field, found.params

    soon = local("2026-03-03 03:00")
    assert params(terms(lead=hours(7)), now=soon) == ("starts_at", {"lead": hours(7)})
    far = terms(horizon=timedelta(days=1))
    assert params(far) == ("ends_at", {"latest": local("2026-03-03 08:00")})
    moved = replace(REQUEST, moves_from=moving("2026-03-02 12:00"))
    assert params(terms(change_deadline=hours(5)), moved) == (None, {"deadline": local("2026-03-02 07:00")})
    assert params(terms(min_length=timedelta(minutes=150))) == ("ends_at", {"shortest": hours(2.5)})
    assert params(terms(max_length=timedelta(minutes=90))) == ("ends_at", {"longest": hours(1.5)})
    open_days = [between("2026-03-02 18:00", "2026-03-03 08:00"), between("2026-03-03 10:00", "20:00")]
    cut = (between("2026-03-03 00:00", "08:00"), between("2026-03-03 10:00", "20:00"))
    assert params(TERMS, situation=replace(SITUATION, windows=open_days)) == ("starts_at", {"hours": cut})
    other_day = [between("2026-03-04 08:00", "20:00")]
    assert params(TERMS, situation=replace(SITUATION, windows=other_day)) == (
        "starts_at",
        {"days": (date(2026, 3, 3),)},
    )
    closures = [
        closed("2026-03-03 10:00", "12:00", "年度校准"),
        closed("2026-03-03 08:00", "10:00", "更换灯丝", "Filament change"),
    ]
    assert params(TERMS, situation=replace(SITUATION, closures=closures)) == (
        "starts_at",
        {"closure": closures[1].interval, "reason": Bilingual("更换灯丝", "Filament change")},
    )


def test_the_latest_end_that_a_refusal_names_is_one_that_is_admitted():
    """Not the minute at which somebody asks."""
    odd = local("2026-03-02 10:37")
    far = terms(horizon=timedelta(days=1), step=hours(0.5))
    (found,) = find_problems(far, request=REQUEST, requester=REQUESTER, situation=SITUATION, now=odd)
    assert (found.code, found.params["latest"]) == ("booking.too_far", local("2026-03-03 10:30"))
    assert codes(far, now=odd, request=asking("2026-03-03 09:00", "10:30")) == []


def test_inapplicable_organization_quota_does_not_hide_later_quotas():
    quotas = (Quota(ORGANIZATION, MONTH, hours(1)), Quota(USER, DAY, hours(1)))
    requester = replace(REQUESTER, for_organization=False)
    assert codes(terms(quotas=quotas), requester=requester) == ["booking.quota_user_day_minutes"]


@pytest.mark.parametrize(
    ("start", "end", "admitted"),
    [
        ("2026-03-03 19:00", "2026-03-04 09:00", True),
        ("2026-03-03 20:00", "2026-03-04 09:00", False),
        ("2026-03-03 19:00", "2026-03-04 08:00", False),
        ("2026-03-03 19:00", "2026-03-04 20:00", True),
        ("2026-03-03 08:00", "2026-03-04 09:00", True),
    ],
)
def test_a_booking_over_a_gap_begins_and_ends_while_the_instrument_is_open(start, end, admitted):
    windows = [between("2026-03-03 08:00", "20:00"), between("2026-03-04 08:00", "20:00")]
    rule = terms(may_span_gaps=True, max_length=hours(48), horizon=timedelta(days=9))
    found = codes(rule, situation=replace(SITUATION, windows=windows), request=asking(start, end))
    assert found == ([] if admitted else ["booking.outside_windows"])


@pytest.mark.parametrize(("deadline", "late"), [(3, False), (4, False), (5, True)])
def test_a_booking_is_moved_until_its_deadline(deadline, late):
    moved = replace(REQUEST, moves_from=moving("2026-03-02 12:00"))
    found = codes(terms(change_deadline=hours(deadline)), request=moved)
    assert found == (["booking.change_too_late"] if late else [])


@pytest.mark.parametrize(("free_until", "late"), [("2026-03-02 08:00", False), ("2026-03-02 07:59", True)])
def test_a_booking_is_moved_only_while_cancelling_it_is_free(free_until, late):
    moved = replace(REQUEST, moves_from=moving("2026-03-02 12:00", free_until))
    found = codes(terms(change_deadline=hours(1)), request=moved)
    assert found == (["booking.change_too_late"] if late else [])
