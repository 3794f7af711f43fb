"""Every proposed time is admitted, and nothing that may be booked sooner or cheaper is passed over."""

from datetime import timedelta
from decimal import Decimal
from random import Random

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from bookings.proposals.domain import LeftOut, ProposalOrder
from bookings.proposals.selectors import get_proposals
from bookings.requests.models import CreditEvent
from bookings.requests.selectors.admission import find_booking_problems
from bookings.requests.selectors.costs import get_linked_quotes, get_quote
from bookings.requests.selectors.offers import Applicant
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.kernel.interval import Interval
from providers import public as providers
from providers.domain import PriceUnit, ServiceMode, UserKind
from providers.instruments.models import Instrument, InstrumentLink, Qualification
from providers.search.services.index import search_rebuild
from providers.terms.models import PriceLine
from tests import factories
from tests.bookings.requests.booking import book
from tests.engines import drawn
from tests.factories import LONG_AGO, NOW, slot

pytestmark = pytest.mark.django_db

HALF_HOUR = timedelta(minutes=30)
SPAN = Interval(NOW - timedelta(hours=8), NOW - timedelta(hours=8) + timedelta(days=5))
SELF, OPERATED, SAMPLES = ServiceMode.SELF_OPERATED, ServiceMode.OPERATED, ServiceMode.SAMPLES


def find(user, payer, length=3, order=ProposalOrder.SOONEST, mode=None, q="", category="", span=SPAN):
    return get_proposals(
        Applicant(user, payer, mode),
        search=providers.search(q),
        category=category,
        span=span,
        length=timedelta(hours=length),
        order=order,
        now=NOW,
    )


@pytest.fixture
def town(city):
    """The unit with twenty instruments more: rules, prices, holds, links and qualifications at random."""
    random = Random(12)
    for number in range(20):
        one = factories.instrument(city.owner, name_zh=f"衍射仪 {number}")
        factories.rule(
            one,
            price=f"{random.randint(1, 9)}0.00",
            step_minutes=random.choice([30, 60]),
            min_minutes=60,
            max_minutes=random.choice([120, 240, 480]),
            lead_minutes=random.choice([0, 60, 26 * 60]),
            turnaround_minutes=random.choice([0, 30]),
            needs_qualification=random.random() < 0.4,
            service_modes=random.choice([[SELF], [SELF, OPERATED], [OPERATED, SAMPLES], [SAMPLES]]),
            user_kinds=random.choice([list(UserKind), list(UserKind), [UserKind.INSIDE]]),
            decision=random.choice(["at_once", "by_keeper"]),
            quotas=random.choice([[], [{"holder": "user", "span": "day", "most_minutes": 180}]]),
        )
        factories.windows(one, first=NOW + timedelta(hours=random.choice([0, 1, 2])), days=7)
        PriceLine.objects.create(
            rule=one.rules.get(),
            unit=PriceUnit.HOUR,
            price_yuan=Decimal(random.randint(1, 9)),
            from_time="14:00",
            until_time="18:00",
            weekdays=random.choice([[], [2, 3]]),
        )
        if number % 3 == 0:
            until = NOW + timedelta(days=random.choice([1, 2, 300]))
            Qualification.objects.create(
                instrument=one,
                user=city.researcher,
                granted_by=city.keeper,
                granted_at=LONG_AGO,
                expires_at=until,
            )
        if number % 5 == 0:
            InstrumentLink.objects.create(instrument=one, linked=city.instrument)
    book(city, slot(day=1, hour=9), service_mode=OPERATED)
    book(city, slot(day=0, hour=14), service_mode=OPERATED, actor=city.keeper, payer=False)
    search_rebuild()
    next_free_rebuild(NOW)
    return city


def is_admitted(user, payer, one, interval, mode):
    asked = {"interval": interval, "service_mode": mode, "payer_organization": payer, "samples": 0}
    return not find_booking_problems(user, one, subject="薄膜", now=NOW, **asked)


def get_total(user, payer, one, interval, mode):
    asked = {"interval": interval, "service_mode": mode, "payer_organization": payer, "samples": 0}
    quotes = [get_quote(user, one, **asked)]
    quotes += [quote for _, quote in get_linked_quotes(user, providers.linked_ids(one.pk), **asked)]
    return sum(quote.total for quote in quotes)


@pytest.mark.parametrize("payer", ["company", "person"])
@pytest.mark.parametrize("order", ProposalOrder)
def test_proposals_are_admitted_and_cost_what_their_bookings_cost(town, payer, order):
    payer = town.company if payer == "company" else None
    for length in (1, 3):
        found = find(town.researcher, payer, length, order)
        assert found.items
        for one in found.items:
            asked = (town.researcher, payer, one.instrument, one.slot.interval, one.slot.service_mode)
            assert is_admitted(*asked), one
            assert get_total(*asked) == one.slot.total_yuan, one
            assert SPAN.contains(one.slot.interval)
        assert len(found.items) + sum(found.left_out.values()) == found.looked_at == 21
    assert found.left_out


def test_no_admitted_time_is_sooner_or_cheaper_and_nothing_bookable_is_left_out(town):
    asked = (town.researcher, town.company)
    soonest = {one.instrument.pk: one.slot for one in find(*asked).items}
    cheapest = {one.instrument.pk: one.slot for one in find(*asked, order=ProposalOrder.CHEAPEST).items}
    random = Random(5)
    for one in Instrument.objects.all():
        for _ in range(drawn(12)):
            start = NOW + random.randrange(2 * 96) * HALF_HOUR
            interval, mode = Interval(start, start + timedelta(hours=3)), random.choice([SELF, OPERATED])
            if SPAN.contains(interval) and is_admitted(*asked, one, interval, mode):
                assert soonest[one.pk].interval.start <= start
                assert cheapest[one.pk].total_yuan <= get_total(*asked, one, interval, mode)
    assert any(soonest[pk].total_yuan > cheapest[pk].total_yuan for pk in soonest)


def test_order_follows_time_or_price(town):
    times = [one.slot.interval.start for one in find(town.researcher, town.company).items]
    assert times == sorted(times)
    cheapest = find(town.researcher, town.company, order=ProposalOrder.CHEAPEST).items
    totals = [one.slot.total_yuan for one in cheapest]
    assert totals == sorted(totals)
    assert len(set(totals)) > 3


def test_words_category_and_mode_narrow_the_proposals(town):
    assert find(town.researcher, town.company, q="衍射").looked_at == 20
    assert find(town.researcher, town.company, category="990000").looked_at == 0
    modes = {one.slot.service_mode for one in find(town.researcher, town.company, mode=OPERATED).items}
    assert modes == {OPERATED}


def test_what_is_left_out_has_its_reason(city):
    for name, fields in {"甲": {"user_kinds": [UserKind.INSIDE]}, "乙": {"service_modes": [SAMPLES]}}.items():
        factories.rule(factories.instrument(city.owner, name_zh=name), **fields)
    only_self = factories.instrument(city.owner, name_zh="丙")
    factories.rule(only_self, needs_qualification=True, service_modes=[SELF])
    factories.windows(only_self)
    search_rebuild()
    next_free_rebuild(NOW)
    found = find(city.researcher, city.company)
    assert [one.instrument for one in found.items] == [city.instrument]
    assert found.left_out == {LeftOut.NOT_ADMITTED: 2, LeftOut.NOT_QUALIFIED: 1}
    assert find(city.researcher, city.company, length=9).left_out[LeftOut.NOT_FREE] == 1


def test_suspended_credit_is_told(city):
    for number in range(3):
        CreditEvent.objects.create(
            user=city.researcher,
            booking=book(city, slot(day=number + 1)),
            kind="no_show",
            occurred_at=NOW - timedelta(days=1),
            ends_at=NOW + timedelta(days=80),
        )
    found = find(city.researcher, city.company)
    assert not found.items
    assert found.suspended_until == NOW + timedelta(days=80)


def add_instruments(city, count):
    for number in range(count):
        one = factories.instrument(city.owner, name_zh=f"衍射仪 {number}")
        factories.rule(one)
        factories.windows(one, days=3)
    search_rebuild()
    next_free_rebuild(NOW)


def test_statements_do_not_grow_and_instruments_are_bounded(client, clock, city):
    clock.set(NOW)
    client.force_login(city.researcher)
    add_instruments(city, 0)
    client.get("/find/")
    with CaptureQueriesContext(connection) as few:
        page = client.get("/find/").content.decode()
    assert page.count('class="btn btn-primary" href="/instruments/') == 1
    add_instruments(city, 61)
    with CaptureQueriesContext(connection) as many:
        page = client.get("/find/?sort=cheapest").content.decode()
    assert page.count('class="btn btn-primary" href="/instruments/') == 60
    assert len(many) <= len(few) + 1, [one["sql"][:120] for one in many]
    assert "找到的仪器超过 60 台" in page


def test_a_proposal_leads_to_the_booking_form_filled_in(client, clock, town):
    clock.set(NOW)
    client.force_login(town.researcher)
    page = client.get("/find/", {"hours": "2", "payer": "person", "q": "电子显微镜"}).content.decode()
    (row,) = page.split('<li class="row-head">')[1:]
    address = row.split('class="btn btn-primary" href="')[1].split('"')[0].replace("&amp;", "&")
    form = client.get(address).context["form"]
    (proposed,) = find(town.researcher, None, 2, q="电子显微镜").items
    assert form["starts_at"].value() == f"{proposed.slot.interval.start + timedelta(hours=8):%Y-%m-%dT%H:%M}"
    assert form["payer"].value() == "person"
    assert form["service_mode"].value() == proposed.slot.service_mode
    assert not client.get(address).context["problems"]


@pytest.mark.parametrize(
    ("asked", "words"),
    [
        ({"hours": "20"}, "无足够时长的空闲时段"),
        ({"q": "qqqqxxx"}, "未找到相关仪器"),
        ({"hours": "0.08"}, "不得小于 0.09"),
        ({"first": "2026-03-05", "last": "2026-03-04"}, "结束日期不得早于开始日期"),
        ({"first": "2026-03-05", "last": "2026-04-05"}, "最多选择 31 天"),
    ],
)
def test_empty_and_wrong_requests_say_what_to_change(client, clock, town, asked, words):
    clock.set(NOW)
    client.force_login(town.researcher)
    assert words in client.get("/find/", asked).content.decode()


def test_page_speaks_english(client, clock, town):
    clock.set(NOW)
    client.force_login(town.researcher)
    page = client.get("/find/", headers={"accept-language": "en"}).content.decode()
    assert "Not proposed:" in page
    assert "The keeper decides by" in page


def test_api_proposes_the_same_and_its_proposal_can_be_booked(client, clock, town):
    clock.set(NOW)
    client.force_login(town.researcher)
    asked = {
        "minutes": 180,
        "from": SPAN.start.isoformat(),
        "until": SPAN.end.isoformat(),
        "payer_organization": town.company.public_id,
        "sort": "cheapest",
    }
    answer = client.get(reverse("api-v1:proposals"), asked).json()
    expected = find(town.researcher, town.company, order=ProposalOrder.CHEAPEST)
    assert [one["instrument"] for one in answer["items"]] == [
        one.instrument.public_id for one in expected.items
    ]
    assert answer["left_out"] == {reason.value: expected.left_out[reason] for reason in LeftOut}
    first = answer["items"][0]
    told = {name: first[name] for name in ("instrument", "starts_at", "ends_at", "service_mode")}
    booked = client.post(
        reverse("api-v1:booking_list"),
        {**told, "subject": "薄膜", "payer_organization": town.company.public_id},
        content_type="application/json",
    )
    assert booked.status_code == 201, booked.content
    assert booked.json()["quoted_yuan"] == first["total_yuan"] or expected.items[0].linked
    assert client.get(reverse("api-v1:proposals"), {**asked, "units": "1"}).status_code == 422


def test_api_says_what_cancelling_a_proposed_time_costs_as_the_quote_does(client, clock, town):
    clock.set(NOW)
    client.force_login(town.researcher)
    span = {"from": SPAN.start.isoformat(), "until": SPAN.end.isoformat()}
    shared = {"payer_organization": town.company.public_id}
    items = client.get(reverse("api-v1:proposals"), {"minutes": 120, **span, **shared}).json()["items"]
    told = {one["instrument"]: one["late_cancel_yuan"] for one in items}
    for one in items:
        asked = {name: one[name] for name in ("starts_at", "ends_at", "service_mode")} | shared
        address = reverse("api-v1:quote", args=[one["instrument"]])
        quote = client.post(address, {**asked, "subject": "薄膜"}, content_type="application/json").json()
        assert told[one["instrument"]] == quote["late_cancel_yuan"]
    assert {cost is None for cost in told.values()} == {True, False}
