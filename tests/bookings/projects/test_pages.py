"""Pages and API of projects: opened by the administrator, named in a booking, looked at by the holder."""

from datetime import date, timedelta
from decimal import Decimal

import pytest
from django.urls import reverse

from bookings.projects.domain.facts import ProjectFacts
from bookings.projects.models import Project
from bookings.projects.services import (
    HELD_CHANGED,
    HELD_CLOSED,
    HELD_REOPENED,
    HOLDS,
    OUT_OF_PERIOD,
    project_change,
    project_close,
)
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.models import Booking
from bookings.requests.services.bookings import booking_move
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import Membership
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.journal.selectors import notifications
from tests import factories
from tests.api.test_api import Caller, asked
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book, codes
from tests.bookings.waiting.waiting import join, offered
from tests.factories import NOW, slot
from tests.page_fixtures import text_of

pytestmark = pytest.mark.django_db
ENTERED = {
    "name": "钛合金疲劳机理",
    "number": "2024YFC0001",
    "funding": "natural_science",
    "first_date": "2026-01-01",
    "last_date": "2026-12-31",
    "budget_yuan": "400",
    "open_to": "named",
}


@pytest.fixture
def as_person(client, clock):
    """A browser in which somebody is logged in, while the clock stands at NOW."""
    clock.set(NOW)

    def login(person):
        client.force_login(person)
        return client

    return login


def test_administrator_opens_a_project_and_its_holder_sees_what_it_spends(city, as_person):
    city.admin = factories.member(city.company, Role.ORG_ADMIN, name="管")
    new = f"/organizations/{city.company.public_id}/projects/new/"
    people = {"holder": city.admin.public_id, "members": [city.researcher.public_id]}
    made = as_person(city.admin).post(new, ENTERED | people)
    city.project = Project.objects.get()
    assert made.url == f"/projects/{city.project.public_id}/"
    assert (city.project.budget_yuan, list(city.project.members.all())) == (400, [city.researcher])
    book(city, organization_project_id=city.project.pk)
    page = as_person(city.admin).get(made.url)
    assert page.context["budget"].left_yuan == Decimal(200)
    assert [(line.part, line.amount_yuan) for line in page.context["lines"]] == [("committed", 200)]
    assert [(f"{one.first_date}", one.number) for one in page.context["months"]] == [("2026-03-01", 1)]
    assert "¥200.00 / ¥400.00" in text_of(page)
    assert f'href="/bookings/{Booking.objects.get().public_id}/"' in page.content.decode()
    lines = as_person(city.admin).get(made.url, {"format": "csv"}).getvalue().decode().splitlines()
    booking = Booking.objects.get()
    assert lines[1].startswith(f"{booking.public_id},,场发射扫描电子显微镜,云屏测试大学,戊,2026-03-03T09:00")
    assert lines[1].endswith("按报价占用,200.00")


def test_order_by_budget_is_for_who_sees_every_budget_of_the_list(city, as_person):
    for name, budget in (("甲", 100), ("乙", 300), ("丙", 200)):
        add_project(city, budget, name=name, number="", for_all_members=True)
    address = f"/organizations/{city.company.public_id}/projects/"
    orders = {}
    for person in (city.admin, city.researcher):
        page = as_person(person).get(address, {"sort": "-budget"})
        orders[person] = [one.name for one, _budget in page.context["rows"]]
        sorts = "sort=budget" in page.content.decode()
        assert sorts is (person == city.admin)
    assert orders[city.admin] == ["乙", "丙", "甲"]
    page = as_person(city.researcher).get(address)
    assert orders[city.researcher] == [one.name for one, _budget in page.context["rows"]]


def test_page_without_projects_says_who_opens_one_and_leads_who_does_there(city, as_person):
    city.admin = factories.member(city.company, Role.ORG_ADMIN, name="管")
    address = f"/organizations/{city.company.public_id}/projects/"
    people = (city.admin, city.researcher)

    def read():
        pages = [as_person(person).get(address) for person in people]
        told = ["由其选定可使用的人员" in text_of(page) for page in pages]
        return list(zip([page.text.count(f'href="{address}new/"') for page in pages], told, strict=True))

    assert read() == [(2, False), (0, True)]
    add_project(city, for_all_members=False)
    assert read() == [(1, False), (0, True)]


def test_who_closes_a_project_is_told_whom_it_hits_and_these_are_told(city, as_person):
    add_project(city, for_all_members=True)
    named = {"organization_project_id": city.project.pk}
    booking = book(city, slot(day=5), **named)
    book(city, slot(day=6), actor=city.admin, **named)
    book(city, slot(day=7))
    page, address = as_person(city.admin), f"/projects/{city.project.public_id}/close/"
    assert "有 2 个尚未开始的预约使用本项目，将通知预约人。" in text_of(page.get(address))
    before = {person: list(notifications(person)) for person in (city.admin, city.researcher)}
    page.post(address)
    assert list(notifications(city.admin)) == before[city.admin]
    assert len(notifications(city.researcher)) == len(before[city.researcher]) + 1
    told = notifications(city.researcher).first()
    assert told.path == f"/bookings/{booking.public_id}/"
    assert told.params["project"] == "钛合金疲劳机理"
    assert "不能改期" in text_of(as_person(city.researcher).get(reverse("inbox")))


def test_holder_is_told_of_what_an_administrator_does_with_the_project(city, as_person):
    city.holder = factories.member(city.company, name="项")
    add_project(city, holder_id=city.holder.pk)
    address = f"/projects/{city.project.public_id}/"
    admin = as_person(city.admin)
    for act in ("close", "reopen"):
        assert "将通知项目负责人项。" in text_of(admin.get(f"{address}{act}/"))
        admin.post(f"{address}{act}/")
    facts = ProjectFacts(name="改名", holder_id=city.holder.pk)
    for _again in "ab":  # the second time nothing changes
        project_change(actor=city.admin, project_id=city.project.pk, facts=facts, now=NOW)
    told = [(one.message, one.path) for one in reversed(notifications(city.holder))]
    assert told == [(message, address) for message in (HOLDS, HELD_CLOSED, HELD_REOPENED, HELD_CHANGED)]
    assert not notifications(city.admin).exists()


def test_holder_is_not_told_of_their_own_act_or_once_they_have_left(city, as_person):
    city.holder = factories.member(city.company, name="项")
    add_project(city, holder_id=city.holder.pk)
    address = f"/projects/{city.project.public_id}/"
    assert "将通知项目负责人" not in text_of(as_person(city.holder).get(f"{address}close/"))
    as_person(city.holder).post(f"{address}close/")
    assert notifications(city.holder).count() == 1
    Membership.objects.filter(user=city.holder).update(state="ended", ended_at=NOW)
    forget_standing(city.holder)
    assert "将通知项目负责人" not in text_of(as_person(city.admin).get(f"{address}reopen/"))
    as_person(city.admin).post(f"{address}reopen/")
    assert notifications(city.holder).count() == 1


@pytest.mark.parametrize("is_offered", [False, True])
def test_who_waits_for_time_for_a_closed_project_is_told_too(city, as_person, is_offered):
    add_project(city, for_all_members=True)
    if not is_offered:
        book(city, slot(day=5), payer=False, actor=city.admin)
    entry = join(city, wanted=slot(day=5), organization_project_id=city.project.pk)
    assert len(offered(entry)) == is_offered
    address = f"/projects/{city.project.public_id}/close/"
    words = text_of(as_person(city.admin).get(address))
    assert "有 1 个候补使用本项目" in words
    assert "尚未开始的预约使用本项目" not in words
    as_person(city.admin).post(address)
    told = notifications(entry.user).first()
    assert (told.path, told.params["project"]) == (reverse("my_waiting"), "钛合金疲劳机理")
    assert "stands" not in told.message


@pytest.mark.parametrize("decision", ["at_once", "by_keeper"])
def test_a_booking_whose_project_is_closed_is_not_offered_to_be_moved_and_says_why(city, as_person, decision):
    factories.rule(city.instrument, decision=decision)
    add_project(city)
    booking = book(city, slot(day=5), organization_project_id=city.project.pk)
    address = f"/bookings/{booking.public_id}/"
    why = "项目“钛合金疲劳机理”关闭期间，本预约不能改期。"
    for is_closed in (False, True):
        if is_closed:
            project_close(actor=city.admin, project_id=city.project.pk, now=NOW)
        for person, pages in ((city.researcher, (address, "/me/")), (city.keeper, (address,))):
            for page in pages:
                answer = as_person(person).get(page)
                assert (f"{address}move/" in answer.text, why in text_of(answer)) == (
                    not is_closed,
                    is_closed,
                )
    assert "改期截止时间" not in text_of(as_person(city.researcher).get("/me/"))


def test_who_may_use_a_project_no_longer_is_told_and_offered_no_move_until_they_may_again(city, as_person):
    factories.rule(city.instrument, decision="at_once")
    add_project(city, for_all_members=True)
    booking = book(city, slot(day=5), organization_project_id=city.project.pk)
    without_booking = factories.member(city.company)
    why = f"项目“钛合金疲劳机理”不对{city.researcher.name}开放期间，本预约不能改期。"
    told = []
    named = frozenset({city.researcher.pk})
    for members, is_open in ((frozenset(), False), (frozenset(), False), (named, True), (frozenset(), False)):
        facts = ProjectFacts("钛合金疲劳机理", city.admin.pk, for_all_members=False, member_ids=members)
        project_change(actor=city.admin, project_id=city.project.pk, facts=facts, now=NOW)
        page = as_person(city.researcher).get(f"/bookings/{booking.public_id}/")
        assert (f"/bookings/{booking.public_id}/move/" in page.text) is is_open
        assert (why in text_of(page)) is not is_open
        told.append(notifications(city.researcher).filter(params__project="钛合金疲劳机理").count())
    assert told == [1, 1, 2, 3]
    assert not notifications(without_booking).exists()
    inbox = text_of(as_person(city.researcher).get(reverse("inbox")))
    assert "不再对您开放" in inbox
    assert "现已对您开放" in inbox


def test_whose_booking_a_new_period_leaves_out_is_told_and_can_move_it_only_into_the_period(city, as_person):
    add_project(city, for_all_members=True, last_date=date(2026, 7, 31))
    early, late, other = slot(day=5), slot(day=20), factories.member(city.company)
    book(city, early, actor=other, organization_project_id=city.project.pk)
    booking = book(city, late, organization_project_id=city.project.pk)

    def end(last):
        facts = ProjectFacts("钛合金疲劳机理", city.admin.pk, for_all_members=True, last_date=last)
        project_change(actor=city.admin, project_id=city.project.pk, facts=facts, now=NOW)
        about = notifications(city.researcher).filter(params__project="钛合金疲劳机理")
        return [one.message for one in about]

    assert end(late.start.date()) == []  # its last day counts
    assert end(late.start.date() - timedelta(days=1)) == [OUT_OF_PERIOD]
    assert end(late.start.date() - timedelta(days=2)) == [OUT_OF_PERIOD]
    assert not notifications(other).filter(params__project="钛合金疲劳机理").exists()
    assert "部分预约超出新的执行期" in text_of(as_person(city.researcher).get(reverse("inbox")))
    moved = {"actor": city.researcher, "booking_id": booking.pk, "now": NOW}
    with pytest.raises(BookingRefused) as refused:
        booking_move(**moved, interval=slot(day=21))
    assert codes(refused) == ["booking.project_over"]
    assert booking_move(**moved, interval=slot(day=6)).starts_at == slot(day=6).start


def test_who_changes_a_project_reads_whom_it_may_hit(city, as_person):
    add_project(city, for_all_members=True)
    address = f"/projects/{city.project.public_id}/edit/"
    words = text_of(as_person(city.admin).get(address))
    assert "尚未开始的预约" not in words
    assert "候补" not in words
    book(city, slot(day=5), actor=city.admin, organization_project_id=city.project.pk)
    join(city, wanted=slot(day=5), organization_project_id=city.project.pk)
    words = text_of(as_person(city.admin).get(address))
    assert "有 1 个尚未开始的预约使用本项目，仍按原预约执行；预约人不能再使用" in words
    assert "有 1 个候补使用本项目；变更使其可用时段减少或恢复的，将通知候补人。" in words


def test_form_keeps_what_was_entered_and_says_what_is_wrong(city, as_person):
    add_project(city)
    page = as_person(city.admin)
    new = f"/organizations/{city.company.public_id}/projects/new/"
    people = {"holder": city.admin.public_id}
    refused = page.post(new, ENTERED | people | {"last_date": "2025-12-31", "budget_yuan": "-1"})
    assert refused.status_code == 422
    assert list(refused.context["form"].errors) == ["budget_yuan"]
    refused = page.post(new, ENTERED | people | {"last_date": "2025-12-31"})
    assert list(refused.context["form"].errors) == ["last_date"]
    taken = page.post(new, ENTERED | people)
    assert "本单位已有该编号的项目" in text_of(taken)


def test_who_began_before_somebody_else_changed_the_project_sees_both_and_saves_what_was_typed(
    city, as_person
):
    add_project(city)
    colleague = factories.member(city.company, name="庚")
    page, address = as_person(city.admin), f"/projects/{city.project.public_id}/edit/"
    theirs = {"holder": city.admin.public_id, "revision": "1", "budget_yuan": "9", "last_date": "2027-01-31"}
    assert page.post(address, ENTERED | {"open_to": "all"} | theirs).status_code == 302
    people = {"open_to": "named", "members": [colleague.public_id]}
    mine = ENTERED | people | {"holder": city.admin.public_id, "revision": "1", "budget_yuan": "250"}
    refused = page.post(address, mine)
    assert refused.status_code == 422
    assert "该项目在您打开后已被他人修改。请对照两个版本，修改后重新保存。" in text_of(refused)
    assert [tuple(one) for one in refused.context["meanwhile"]] == [
        ("结束日期", "2027年1月31日 周日", "2026年12月31日 周四"),
        ("预算（元）", "9.00", "250"),
        ("可使用人员", "本单位全体成员", "项目负责人和下列指定人员"),
        ("指定人员", "—", "庚"),
    ]
    form = refused.context["form"]
    assert (form["budget_yuan"].value(), form["revision"].value()) == ("250", "2")
    assert page.post(address, mine | {"revision": form["revision"].value()}).status_code == 302
    city.project.refresh_from_db()
    assert (city.project.budget_yuan, city.project.last_date, city.project.revision) == (
        250,
        date(2026, 12, 31),
        3,
    )


def test_booking_form_offers_projects_of_ones_organizations_and_names_the_chosen_one(city, as_person):
    form = f"/instruments/{city.instrument.public_id}/book/"
    assert "organization_project" not in as_person(city.researcher).get(form).context["form"].fields
    add_project(city, 300)
    add_project(city, name="不给戊用", number="", for_all_members=False)
    chosen = Project.objects.get(number="2024YFC0001")
    page = as_person(city.researcher)
    offered = page.get(form).context["form"].fields["organization_project"].choices
    assert [key for key, _name in offered] == ["", chosen.public_id]
    entered = {
        "starts_at": "2026-03-03T09:00",
        "ends_at": "2026-03-03T11:00",
        "payer": city.company.public_id,
        "service_mode": "self_operated",
        "subject": "陶瓷",
        "direction": "research",
        "organization_project": chosen.public_id,
    }
    assert page.post(form, entered).status_code == 302
    assert Booking.objects.get().organization_project == chosen
    later = entered | {"starts_at": "2026-03-04T09:00", "ends_at": "2026-03-04T11:00"}
    quote = text_of(page.get(f"/instruments/{city.instrument.public_id}/quote/", later))
    assert "本次费用 200.00 元，项目预算 300.00 元仅余 100.00 元" in quote
    refused = page.post(form, later)
    assert (refused.status_code, list(refused.context["form"].errors)) == (422, ["organization_project"])
    again = page.get(form, {"like": Booking.objects.get().public_id}).context["form"]
    assert again["organization_project"].value() == chosen.public_id


def test_list_takes_as_many_statements_for_many_projects_as_for_one(
    city, as_person, django_assert_max_num_queries, django_assert_num_queries
):
    add_project(city, 500)
    page, address = as_person(city.admin), f"/organizations/{city.company.public_id}/projects/"
    page.get(address)
    with django_assert_max_num_queries(25) as few:
        page.get(address)
    for number in range(5):
        add_project(city, 100 * number, name=f"项目{number}", number="")
        if number > 1:
            book(city, slot(day=3 + number), organization_project_id=city.project.pk)
    with django_assert_num_queries(len(few)):
        rows = page.get(address).context["rows"]
    assert [budget.left_yuan for _project, budget in rows] == [500, 0, 100, 0, 100, 200]
    lines = page.get(address, {"format": "csv"}).getvalue().decode().splitlines()
    assert [line.rsplit(",", 1)[1] for line in lines[1:]] == [
        "500.00",
        "0.00",
        "100.00",
        "0.00",
        "100.00",
        "200.00",
    ]
    colleague = as_person(city.researcher).get(address)
    assert {budget for _project, budget in colleague.context["rows"]} == {None}


def test_program_that_names_people_does_not_open_the_project_to_everybody(city, clock):
    clock.set(NOW)
    city.admin = factories.member(city.company, Role.ORG_ADMIN, name="管")
    people = {"holder": city.admin.public_id, "members": [city.researcher.public_id]}
    facts = {"name": "钛合金", "organization": city.company.public_id, **people}
    refused = Caller(city.admin)("POST", "/projects", facts)
    assert refused.status_code == 422
    found = [(one["code"], one["field"]) for one in refused.json()["problems"]]
    assert found == [("project.members_of_all", "members")]
    assert not Project.objects.exists()
    made = Caller(city.admin)("POST", "/projects", {**facts, "for_all_members": False}).json()
    assert (made["for_all_members"], made["members"]) == (False, people["members"])


def test_program_opens_changes_and_closes_a_project_and_books_for_it(city, clock):
    clock.set(NOW)
    city.admin = factories.member(city.company, Role.ORG_ADMIN, name="管")
    admin, user = Caller(city.admin), Caller(city.researcher)
    facts = {"name": "钛合金", "holder": city.admin.public_id, "budget_yuan": "200.00"}
    made = admin("POST", "/projects", {**facts, "organization": city.company.public_id})
    assert (made.status_code, made.json()["state"]) == (201, "open")
    project = made.json()["id"]
    seen = user("GET", "/projects").json()["items"]
    assert [(one["id"], one["budget_yuan"]) for one in seen] == [(project, None)]
    booked = user("POST", "/bookings", asked(city, organization_project=project))
    assert (booked.json()["project"], booked.json()["organization_project"]) == ("钛合金", project)
    refused = user("POST", "/bookings", asked(city, slot(day=2), organization_project=project)).json()
    assert [one["code"] for one in refused["problems"]] == ["booking.project_budget_exceeded"]
    spending = admin("GET", f"/projects/{project}/spending").json()
    figures = ("committed_yuan", "spent_yuan", "left_yuan")
    assert [spending[name] for name in figures] == ["200.00", "0.00", "0.00"]
    assert user("GET", f"/projects/{project}/spending").status_code == 404
    etag = admin("GET", f"/projects/{project}")["ETag"]
    assert made["ETag"] == etag
    more = {**facts, "budget_yuan": "500.00"}
    assert user("PUT", f"/projects/{project}", more, **{"If-Match": etag}).status_code == 403
    assert admin("PUT", f"/projects/{project}", more, **{"If-Match": etag}).json()["revision"] == 2
    assert admin("PUT", f"/projects/{project}", more, **{"If-Match": etag}).status_code == 412
    assert admin("PUT", f"/projects/{project}", more).status_code == 428
    anyhow = {"If-Match": "*"}
    (problem,) = admin("PUT", f"/projects/{project}", {**facts, "budget_yuan": 0.1}, **anyhow).json()[
        "problems"
    ]
    assert (problem["field"], "200.00" in problem["detail"]) == ("budget_yuan", True)
    stranger = {**facts, "holder": "USR-0000000000"}
    refused = admin("PUT", f"/projects/{project}", stranger, **anyhow)
    assert refused.json()["problems"][0]["field"] == "holder"
    assert admin("POST", f"/projects/{project}/close").json()["state"] == "closed"
    assert admin("POST", f"/projects/{project}/reopen").json()["state"] == "open"


def test_project_is_read_and_sent_back_without_losing_who_may_use_it(city):
    people = frozenset({city.researcher.pk})
    project = add_project(city, for_all_members=False, member_ids=people).public_id
    admin, user = Caller(city.admin), Caller(city.researcher)
    read = admin("GET", f"/projects/{project}")
    assert read.json()["members"] == [city.researcher.public_id]
    assert admin("GET", "/projects").json()["items"][0]["members"] == [city.researcher.public_id]
    assert user("GET", f"/projects/{project}").json()["members"] is None
    kept = ("name", "number", "funding", "for_all_members", "members", "first_date", "last_date")
    facts = {name: read.json()[name] for name in kept} | {"holder": read.json()["holder"]["id"]}
    changed = admin("PUT", f"/projects/{project}", facts, **{"If-Match": read["ETag"]})
    assert changed.json()["members"] == [city.researcher.public_id]
    assert user("GET", f"/projects/{project}").status_code == 200


def test_people_of_one_name_are_told_apart_where_a_project_names_them(city, as_person):
    admin = factories.member(city.company, Role.ORG_ADMIN, name="管")
    twins = [factories.member(city.company, name=city.researcher.name), city.researcher]
    new = as_person(admin).get(f"/organizations/{city.company.public_id}/projects/new/")
    for field in ("holder", "members"):
        labels = dict(new.context["form"].fields[field].choices)
        assert [labels[one.public_id] for one in twins] == [f"戊（{one.public_id}）" for one in twins]


def test_chart_of_a_project_has_every_month_of_its_table(city, as_person):
    project = add_project(city)
    book(city, organization_project_id=project.pk)
    for month in range(1, 13):
        earlier = Booking.objects.first()
        earlier.pk, earlier.public_id, ago = None, f"BKG-{month}", timedelta(days=30 * month)
        for name in ("starts_at", "ends_at", "held_until"):
            setattr(earlier, name, getattr(earlier, name) - ago)
        earlier.save()
    page = as_person(city.admin).get(f"/projects/{project.public_id}/")
    months = page.context["months"]
    assert (len(months), f"{months[-1].first_date}") == (13, "2025-03-01")
    assert len(page.context["chart"]["categories"]) == 13
    assert page.context["chart"]["series"][1]["data"] == [200] * 13
