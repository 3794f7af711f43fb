"""What bookings that name a project take of its budget, from the request to a corrected use."""

from dataclasses import replace
from datetime import time
from decimal import Decimal

import pytest

from bookings.budgets.selectors import get_months, iterate_lines
from bookings.groups.domain import HandOverRefused
from bookings.groups.selectors.together import Wanted, check_together
from bookings.groups.services.hand_over import booking_hand_over
from bookings.groups.services.together import series_book, together_book
from bookings.projects.domain.choices import FundingSource
from bookings.projects.domain.errors import ProjectNumberTaken
from bookings.projects.domain.facts import ProjectFacts
from bookings.projects.services import project_change, project_close, project_reopen
from bookings.requests.domain.errors import BookingRefused
from bookings.requests.selectors.project_budget import get_budgets
from bookings.requests.services.bookings import booking_move
from bookings.requests.services.cancellations import booking_cancel
from bookings.requests.services.lapses_and_no_shows import bookings_no_show_due
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.usage import usage_confirm, usage_correct
from bookings.waiting.services.entries import waiting_join
from bookings.waiting.services.offers import offer_accept
from instrument_share.journal import selectors as journal
from instrument_share.journal.models import Notification
from instrument_share.kernel.errors import IllegalMove, NotFound
from providers.domain import ServiceMode
from providers.instruments.models import InstrumentLink
from providers.terms.models import PriceLine
from tests import factories
from tests.bookings.projects.things import add_project
from tests.bookings.requests.booking import book, codes
from tests.bookings.waiting.waiting import join, offered
from tests.factories import NOW, slot

pytestmark = pytest.mark.django_db
EXCEEDED = ["booking.project_budget_exceeded"]


def named(city, interval=None, **facts):
    return book(city, interval, organization_project_id=city.project.pk, **facts)


def figures(city):
    """Committed and spent yuan; the lines of the project's page add up to the same."""
    budget = get_budgets([city.project])[city.project.pk]
    lines = list(iterate_lines(city.project))
    months = get_months(city.project)
    assert sum(line.amount_yuan for line in lines) == budget.used_yuan
    assert sum(one.committed_yuan for one in months) == budget.committed_yuan
    assert sum(one.spent_yuan for one in months) == budget.spent_yuan
    return budget.committed_yuan, budget.spent_yuan


def refusal(act):
    with pytest.raises(BookingRefused) as refused:
        act()
    return codes(refused)


def wanted(city, interval, **facts):
    together = {"organization_project": city.project, **facts}
    return Wanted(city.instrument, interval, ServiceMode.OPERATED, city.company, "样品", **together)


def test_booking_bears_the_projects_name_and_number(city):
    add_project(city)
    made = named(city, project="别的")
    assert (made.project, made.organization_project) == ("钛合金疲劳机理 (2024YFC0001)", city.project)


def test_last_yuan_is_booked_and_the_next_refused_with_the_figures(city):
    add_project(city, 400)
    named(city, slot(day=1))
    named(city, slot(day=2))
    assert figures(city) == (400, 0)
    with pytest.raises(BookingRefused) as refused:
        named(city, slot(day=3, length=1))
    (problem,) = refused.value.problems
    assert problem.params == {
        "price": "100.00",
        "budget": "400.00",
        "left": "0.00",
        "committed": "400.00",
        "spent": "0.00",
    }


def test_linked_instrument_counts_too(city):
    second = factories.instrument(city.owner, name_zh="样品制备仪")
    factories.rule(second)
    factories.windows(second)
    InstrumentLink.objects.create(instrument=city.instrument, linked=second)
    add_project(city, 399)
    assert refusal(lambda: named(city)) == EXCEEDED
    named(city, slot(length=1))
    assert figures(city) == (200, 0)


def test_use_spends_what_it_costs_and_a_confirmed_correction_changes_that(city):
    add_project(city, 200, funding=FundingSource.NATURAL_SCIENCE)
    booking = named(city)
    booking_check_in(actor=city.keeper, booking_id=booking.pk, now=booking.starts_at)
    assert figures(city) == (200, 0)
    log = booking_check_out(actor=city.keeper, booking_id=booking.pk, now=slot(length=1).end)
    assert figures(city) == (0, 100)
    assert (log.project, log.funding_sources) == ("钛合金疲劳机理 (2024YFC0001)", ["国家自然科学基金"])
    after = slot(hour=18).start
    correction = usage_correct(
        actor=city.keeper,
        log_id=log.pk,
        changes={"amount_yuan": Decimal("130.50")},
        reason="加测",
        now=after,
    )
    assert figures(city) == (0, 100)
    usage_confirm(actor=city.researcher, log_id=log.pk, correction_id=correction.pk, now=after)
    assert figures(city) == (0, Decimal("130.50"))


def test_cancelled_in_time_is_free_again_and_late_or_missed_is_spent():
    city = factories.city(late_cancel_percent=50, cancel_deadline_minutes=24 * 60, no_show_percent=100)
    add_project(city)
    early, late, _missed = (named(city, slot(day=day)) for day in (1, 2, 3))
    booking_cancel(actor=city.researcher, booking_id=early.pk, now=NOW)
    assert figures(city) == (400, 0)
    booking_cancel(actor=city.researcher, booking_id=late.pk, now=late.starts_at)
    assert figures(city) == (200, 100)
    bookings_no_show_due(slot(day=3, hour=10).start)
    assert figures(city) == (0, 300)


def test_move_is_checked_again_without_what_it_took_before(city):
    add_project(city, 200)
    booking = named(city)
    booking_move(actor=city.researcher, booking_id=booking.pk, interval=slot(day=2), now=NOW)
    longer = slot(day=2, length=3)
    assert (
        refusal(lambda: booking_move(actor=city.researcher, booking_id=booking.pk, interval=longer, now=NOW))
        == EXCEEDED
    )
    assert figures(city) == (200, 0)


def test_keeper_who_moves_a_booking_is_not_told_the_figures_of_its_project(city):
    """The project is another organization's; who may use it reads the figures."""
    add_project(city, 200)
    booking = named(city)

    def told_to(actor):
        with pytest.raises(BookingRefused) as refused:
            booking_move(actor=actor, booking_id=booking.pk, interval=slot(day=2, length=3), now=NOW)
        assert codes(refused) == EXCEEDED
        return set(refused.value.problems[0].params)

    assert told_to(city.keeper) == {"price"}
    assert told_to(city.researcher) == {"price", "budget", "left", "committed", "spent"}


def test_closed_project_keeps_its_bookings_and_takes_no_more(city):
    add_project(city)
    booking = named(city)
    project_close(actor=city.admin, project_id=city.project.pk, now=NOW)
    assert refusal(lambda: named(city, slot(day=2))) == ["booking.project_closed"]
    booking.refresh_from_db()
    assert (booking.state, figures(city)) == ("approved", (200, 0))
    with pytest.raises(IllegalMove):
        project_close(actor=city.admin, project_id=city.project.pk, now=NOW)
    project_reopen(actor=city.admin, project_id=city.project.pk, now=NOW)
    assert named(city, slot(day=2)).organization_project == city.project


def test_only_named_members_and_the_holder_may_use_it(city):
    colleague = factories.member(city.company, name="同")
    add_project(city, for_all_members=False, member_ids=frozenset({colleague.pk}))
    assert refusal(lambda: named(city)) == ["booking.project_not_allowed"]
    named(city, slot(day=2), actor=colleague)
    named(city, slot(day=3), actor=city.admin)


def test_project_of_another_payer_is_refused_and_of_strangers_not_found(city):
    add_project(city)
    assert refusal(lambda: named(city, payer=False)) == ["booking.project_other_payer"]
    stranger = factories.member(factories.organization("云屏另一大学"))
    with pytest.raises(NotFound):
        named(city, actor=stranger, payer_organization_id=None)


def test_booking_is_handed_over_to_who_may_use_the_project_only(city):
    first, second = (factories.member(city.company, name=name) for name in ("己", "庚"))
    people = frozenset({city.researcher.pk, second.pk})
    add_project(city, 200, for_all_members=False, member_ids=people)
    booking = named(city)
    with pytest.raises(HandOverRefused) as refused:
        booking_hand_over(actor=city.researcher, booking_id=booking.pk, colleague_id=first.pk, now=NOW)
    assert codes(refused) == ["booking.project_not_allowed"]
    after = booking_hand_over(actor=city.researcher, booking_id=booking.pk, colleague_id=second.pk, now=NOW)
    assert after.user == second


def test_series_takes_as_many_dates_as_the_budget_has_and_says_so_before(city):
    add_project(city, 400)
    dates = [wanted(city, slot(day=day)) for day in (1, 2, 3)]
    checked = [[one.code for one in each.problems] for each in check_together(city.researcher, dates, NOW)]
    assert checked == [[], [], EXCEEDED]
    made = series_book(actor=city.researcher, requests=dates, now=NOW)
    assert [len(made.booked), len(made.refused), figures(city)] == [2, 1, (400, 0)]


def test_date_beyond_the_budget_is_refused_with_the_same_figures_before_it_is_booked_and_then(city):
    add_project(city, 500)
    dates = [wanted(city, slot(day=day)) for day in (1, 2, 3)]
    (said,) = check_together(city.researcher, dates, NOW)[-1].problems
    made = series_book(actor=city.researcher, requests=dates, now=NOW)
    ((_date, (told,)),) = made.refused
    assert said.params == told.params
    assert (told.params["price"], told.params["left"]) == ("200.00", "100.00")


def test_basket_beyond_the_budget_books_nothing(city):
    add_project(city, 300)
    dates = [wanted(city, slot(day=day)) for day in (1, 2)]
    assert refusal(lambda: together_book(actor=city.researcher, requests=dates, now=NOW)) == EXCEEDED
    assert figures(city) == (0, 0)


def test_offer_from_the_waiting_list_takes_nothing_until_it_is_accepted(city):
    add_project(city, 200)
    entry = waiting_join(
        actor=city.researcher,
        instrument_id=city.instrument.pk,
        wanted=slot(day=8),
        minutes=120,
        service_mode=ServiceMode.OPERATED,
        payer_organization_id=city.company.pk,
        subject="薄膜",
        organization_project_id=city.project.pk,
        now=NOW,
    )
    offered = entry.offers.get().booking
    assert (offered.organization_project, figures(city)) == (city.project, (0, 0))
    other = named(city, slot(day=2))
    accept = {"actor": city.researcher, "booking_id": offered.pk, "now": NOW}
    assert refusal(lambda: offer_accept(**accept)) == EXCEEDED
    booking_cancel(actor=city.researcher, booking_id=other.pk, now=NOW)
    offer_accept(**accept)
    assert figures(city) == (200, 0)


def test_who_waits_is_offered_the_soonest_time_that_the_budget_covers(city):
    """Hours cost 300 until noon."""
    PriceLine.objects.create(rule=city.rule, price_yuan=Decimal(300), from_time=time(8), until_time=time(12))
    add_project(city, 200)
    entry = join(
        city, city.researcher, wanted=slot(day=1, hour=8, length=8), organization_project_id=city.project.pk
    )
    assert offered(entry) == [(slot(day=1, hour=12).start, slot(day=1, hour=12).end, "offered")]


def test_holder_changes_the_budget_and_the_journal_says_from_what_to_what(city):
    add_project(city, 200, holder_id=city.researcher.pk)
    facts = ProjectFacts(
        name=city.project.name,
        number=city.project.number,
        holder_id=city.researcher.pk,
        budget_yuan=Decimal(50),
    )
    project_change(actor=city.researcher, project_id=city.project.pk, facts=facts, now=NOW)
    assert refusal(lambda: named(city)) == EXCEEDED
    entry = list(journal.history(city.project))[-1]
    assert (entry.action, entry.details) == (
        "project.changed",
        {"changed": {"budget_yuan": ["200.00", "50.00"]}},
    )


def test_who_becomes_the_holder_of_a_project_is_told_and_so_is_the_former_one(city):
    add_project(city, holder_id=city.researcher.pk)
    (told,) = Notification.objects.all()
    assert (told.user, told.path) == (city.researcher, f"/projects/{city.project.public_id}/")
    again = ProjectFacts(name="改名", holder_id=city.researcher.pk)
    taken = replace(again, holder_id=city.admin.pk)
    project_change(actor=city.admin, project_id=city.project.pk, facts=taken, now=NOW)
    last = Notification.objects.exclude(pk=told.pk).get()
    assert (last.user, last.message, last.params) == (
        city.researcher,
        "You are no longer the holder of the project “{project}”.",
        {"project": "改名"},
    )


def test_number_is_given_once_in_an_organization(city):
    add_project(city)
    with pytest.raises(ProjectNumberTaken):
        add_project(city, name="另一个")
    add_project(city, name="没有编号", number="")
    add_project(city, name="也没有", number="")
