"""How many statements the busiest pages and a booking may take, with one row and with many.

Transactions and savepoints are not counted: they differ between a test and a site.
"""

from datetime import date, timedelta

import pytest
from django.test import Client
from django.urls import reverse

from bookings.projects.models import Project
from bookings.requests.models import Booking, BookingGroup
from bookings.requests.services.next_free import next_free_rebuild
from bookings.samples.models import SampleOrder
from bookings.statements.models import Statement
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership, Organization, User
from instrument_share.accounts.services import api_token_create
from instrument_share.kernel.city_time import CITY_TIME
from providers.instruments.models import Instrument, Qualification
from providers.search.services.index import search_rebuild
from tests import factories
from tests.factories import LONG_AGO, NOW, slot

pytestmark = pytest.mark.django_db

CONTROL = ("SAVEPOINT", "RELEASE", "ROLLBACK", "BEGIN", "COMMIT")
ADDRESSES = {
    "home": "/",
    "catalogue": "/instruments/",
    "free": "/instruments/?day=2026-03-05&begins=09:00&ends=11:00",
    "words": "/instruments/?q=%E8%B4%A8%E8%B0%B1",
    "words and free": "/instruments/?q=%E8%B4%A8%E8%B0%B1&day=2026-03-05&begins=09:00&ends=11:00",
    "timeline": "/timeline/?day=2026-03-05",
    "events": "/timeline/events/?day=2026-03-05",
    "week": "{instrument}availability/?start=2026-03-02T00:00:00Z&end=2026-03-09T00:00:00Z",
    "month": "{instrument}availability/?start=2026-03-02T00:00:00Z&end=2026-04-02T00:00:00Z",
    "instrument": "{instrument}",
}
VISITORS = {
    "home": 13,
    "catalogue": 8,
    "free": 9,
    "words": 8,
    "words and free": 9,
    "timeline": 9,
    "events": 6,
    "week": 4,
    "month": 4,
    "instrument": 16,
}
"""Of pages that are made anew; one of these says whether the page is shared already."""
SHARED = dict.fromkeys(VISITORS, 1)
MEMBERS = {
    "home": 17,
    "catalogue": 12,
    "free": 13,
    "words": 12,
    "words and free": 13,
    "timeline": 12,
    "events": 10,
    "week": 8,
    "month": 8,
    "instrument": 22,
}
"""Session, account, roles and unread notifications are 4 of these."""


@pytest.fixture
def shop(db, clock):
    """A city whose instrument is judged by everything: quotas, qualification, credit, a keeper."""
    clock.set(NOW)
    shop = factories.city(
        quotas=[
            {"holder": "user", "span": "week", "most_minutes": 6000},
            {"holder": "organization", "span": "month", "most_bookings": 2000},
        ],
        decision="by_keeper",
        turnaround_minutes=30,
        needs_qualification=True,
    )
    Instrument.objects.update(name_zh="质谱仪")
    Qualification.objects.create(
        instrument=shop.instrument,
        user=shop.researcher,
        granted_by=shop.keeper,
        granted_at=LONG_AGO,
        expires_at=NOW + timedelta(days=300),
    )
    search_rebuild()
    next_free_rebuild(NOW)
    return shop


def add_instruments(shop, count=50):
    for number in range(count):
        one = factories.instrument(shop.owner, name_zh=f"质谱仪 {number}")
        factories.rule(one)
        factories.windows(one, days=10)
    search_rebuild()
    next_free_rebuild(NOW)


def add_bookings(shop, count=1000, first=10):
    """Bookings of the instrument, one after the other, from some days ahead on."""
    group = BookingGroup.objects.create(user=shop.keeper, created_at=NOW)
    begin = NOW + timedelta(days=first)
    Booking.objects.bulk_create(
        Booking(
            group=group,
            instrument=shop.instrument,
            rule=shop.rule,
            user=shop.keeper,
            payer_person=shop.keeper,
            state="approved",
            starts_at=begin + timedelta(hours=number),
            ends_at=begin + timedelta(hours=number, minutes=30),
            held_until=begin + timedelta(hours=number + 1),
            user_kind="inside",
            service_mode="operated",
            subject="—",
            quote=[],
            quoted_yuan=0,
            requested_at=NOW,
        )
        for number in range(count)
    )


def address(shop, name):
    return ADDRESSES[name].format(instrument=reverse("instrument", args=[shop.instrument.public_id]))


def count(statements, act):
    return len([sql for sql in statements.of(act) if not sql.startswith(CONTROL)])


def open_page(client, where):
    answer = client.get(where)
    assert answer.status_code == 200
    return answer


def assert_within(statements, client, shop, budgets):
    over = {}
    for name, most in budgets.items():
        open_page(client, address(shop, name))  # fills what is kept as long as the process lives
        taken = count(statements, lambda name=name: open_page(client, address(shop, name)))
        if taken > most:
            over[name] = (taken, most)
    assert over == {}


def test_pages_of_visitors(shop, client, statements):
    assert_within(statements, client, shop, VISITORS)
    add_instruments(shop)
    assert_within(statements, client, shop, VISITORS)


def test_pages_of_members(shop, client, statements):
    client.force_login(shop.researcher)
    assert_within(statements, client, shop, MEMBERS)
    add_instruments(shop)
    assert_within(statements, client, shop, MEMBERS)


@pytest.mark.usefixtures("shared_pages")
def test_shared_pages_of_visitors(shop, client, statements):
    add_instruments(shop)
    assert_within(statements, client, shop, SHARED)


@pytest.mark.usefixtures("shared_pages")
def test_home_of_a_member_while_nobody_writes(shop, client, statements):
    client.force_login(shop.researcher)
    assert_within(statements, client, shop, {"home": 5})


def test_an_unchanged_calendar_is_not_sent_again(shop, client, statements, clock):
    where = address(shop, "week")
    tag = open_page(client, where)["ETag"]

    def again():
        return client.get(where, headers={"If-None-Match": tag}).status_code

    assert again() == 304
    assert count(statements, again) == 4
    client.cookies["django_language"] = "en"
    assert again() == 200
    del client.cookies["django_language"]
    clock.move(timedelta(minutes=5))
    assert again() == 200
    clock.set(NOW)
    assert again() == 304
    book_by_api(shop, sign_in_by_token(shop), day=3)
    assert again() == 200


def test_a_calendar_of_later_days_outlives_the_minute(shop, client, clock):
    where = address(shop, "week").replace("03-02T", "03-10T").replace("03-09T", "03-17T")
    tag = open_page(client, where)["ETag"]
    clock.move(timedelta(hours=2))
    assert client.get(where, headers={"If-None-Match": tag}).status_code == 304


def sign_in_by_token(shop):
    _token, secret = api_token_create(actor=shop.researcher, name="t", now=NOW)
    return Client(headers={"Authorization": f"Bearer {secret}"})


def book_by_api(shop, api, *, day, key=""):
    time = slot(day=day)
    asked = {
        "instrument": shop.instrument.public_id,
        "starts_at": time.start.isoformat(),
        "ends_at": time.end.isoformat(),
        "service_mode": "self_operated",
        "payer_organization": shop.company.public_id,
        "subject": "二氧化钛薄膜",
    }
    headers = {"Idempotency-Key": key} if key else {}
    answer = api.post("/api/v1/bookings", asked, content_type="application/json", headers=headers)
    assert answer.status_code == 201, answer.content


def book_by_form(shop, client, *, day):
    time = slot(day=day)
    asked = {
        "starts_at": f"{time.start.astimezone(CITY_TIME):%Y-%m-%dT%H:%M}",
        "ends_at": f"{time.end.astimezone(CITY_TIME):%Y-%m-%dT%H:%M}",
        "payer": shop.company.public_id,
        "service_mode": "self_operated",
        "subject": "二氧化钛薄膜",
        "direction": "research",
        "samples": "0",
        "form_token": f"token {day}",
    }
    answer = client.post(reverse("book", args=[shop.instrument.public_id]), asked)
    assert answer.status_code == 302, answer.content


def test_a_booking_by_the_api(shop, statements):
    api = sign_in_by_token(shop)
    book_by_api(shop, api, day=1)
    assert count(statements, lambda: book_by_api(shop, api, day=2)) <= 12
    assert count(statements, lambda: book_by_api(shop, api, day=3, key="a key")) <= 14
    add_bookings(shop)
    assert count(statements, lambda: book_by_api(shop, api, day=4)) <= 12


def test_a_booking_by_the_form(shop, client, statements):
    """Its answer also asks whether what is booked with it is still to be decided."""
    client.force_login(shop.researcher)
    book_by_form(shop, client, day=1)
    assert count(statements, lambda: book_by_form(shop, client, day=2)) <= 19
    add_bookings(shop)
    assert count(statements, lambda: book_by_form(shop, client, day=3)) <= 19


# --- Lists ------------------------------------------------------------------------------------------------

LISTS = {
    "/organizations/?sort=district&kind=enterprise&q=YP": ("officer", 8),
    "/system/accounts/?sort=-login&role=researcher": ("sysadmin", 12),
    "/organizations/{company}/members/?sort=-name&role=researcher": ("admin", 15),
    "/organizations/{company}/projects/?sort=-budget&q=纳米": ("admin", 15),
    "/samples/?show=all&sort=quote": ("keeper", 13),
    "/me/samples/": ("researcher", 10),
    "/unit/{unit}/instruments/?sort=-value": ("manager", 14),
    "/unit/{unit}/statements/?sort=-owed": ("manager", 13),
    "/me/statements/?sort=due": ("admin", 11),
}
"""Who opens a list, and how many statements it may take. Desks: `tests/pages`; vouchers: `tests/rewards`."""


def add_list_rows(shop, first, last):
    """Rows of every list, with the numbers from `first` to before `last`."""
    numbers = range(first, last)
    company, payer = shop.company, {"payer_organization": shop.company}
    Organization.objects.bulk_create(
        Organization(uscc=f"YP{number}", name_zh=f"纳米{number}", kind="enterprise", created_at=NOW)
        for number in numbers
    )
    people = User.objects.bulk_create(User(username=f"p{number}", name=f"人{number}") for number in numbers)
    Membership.objects.bulk_create(
        Membership(user=person, organization=company, role="researcher", state="active", created_at=NOW)
        for person in people
    )
    Project.objects.bulk_create(
        Project(
            organization=company,
            name=f"纳米{number}",
            funding="natural_science",
            holder=person,
            created_at=NOW,
        )
        for number, person in zip(numbers, people, strict=True)
    )
    SampleOrder.objects.bulk_create(
        SampleOrder(
            **payer,
            instrument=shop.instrument,
            user=shop.researcher,
            user_kind="external",
            direction="research",
            afterwards="return",
            subject=f"断口{number}",
            submitted_at=NOW,
            due_at=NOW + timedelta(days=3),
        )
        for number in numbers
    )
    Statement.objects.bulk_create(
        Statement(
            **payer,
            organization=shop.owner,
            month=date(2020 + number // 12, number % 12 + 1, 1),
            year=2020 + number // 12,
            number=number,
            state="sent",
            total_yuan=number,
            drafted_at=NOW,
            sent_at=NOW,
            due_date=date(2026, 4, 1),
        )
        for number in numbers
    )
    for number in numbers:
        factories.instrument(shop.owner, name_zh=f"质谱仪 {number}", state="draft", value_yuan=number)


def test_lists_take_as_many_statements_with_many_rows(shop, statements):
    readers = {
        "officer": factories.officer(),
        "sysadmin": factories.member(factories.organization("数据中心"), Role.SYSADMIN),
        "admin": factories.member(shop.company, Role.ORG_ADMIN),
        "keeper": shop.keeper,
        "manager": shop.manager,
        "researcher": shop.researcher,
    }
    clients = {name: Client() for name in readers}
    for name, reader in readers.items():
        clients[name].force_login(reader)

    def count_all():
        found = {}
        for address, (reader, _most) in LISTS.items():
            where = address.format(company=shop.company.public_id, unit=shop.owner.public_id)
            found[address] = count(statements, lambda where=where, at=reader: open_page(clients[at], where))
        return found

    add_list_rows(shop, 1, 2)
    count_all()  # fills what is kept as long as the process lives
    few = count_all()
    add_list_rows(shop, 2, 32)
    assert count_all() == few
    assert {address: taken for address, taken in few.items() if taken > LISTS[address][1]} == {}
