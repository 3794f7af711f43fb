"""Open-service cases and the uses they came from."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings.requests.services.deciding import booking_approve
from bookings.usage.models import CaseUse
from bookings.usage.selectors.cases import (
    CaseFigures,
    citable_bookings,
    get_case_figures,
    get_cited_ids,
    get_seconds_of_bookings,
)
from bookings.usage.selectors.statistics import get_unit_hours_of_year
from bookings.usage.services.attendance import booking_check_in, booking_check_out
from bookings.usage.services.cases import case_uses_set
from bookings.usage.views import cases
from instrument_share.journal.selectors import history
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Forbidden, Invalid
from instrument_share.kernel.interval import Interval
from providers.units.models import ServiceCase
from tests import factories
from tests.bookings.requests.booking import book
from tests.bookings.usage.test_usage import by_hand
from tests.factories import LONG_AGO, NOW, slot

pytestmark = pytest.mark.django_db
HOUR = timedelta(hours=1)


@pytest.fixture
def city():
    made = factories.city(decision="by_keeper", decision_hours=48)
    factories.windows(made.instrument, first=NOW - timedelta(days=7), days=7)
    return made


@pytest.fixture
def case(city):
    return ServiceCase.objects.create(
        organization=city.owner,
        title_zh="案例",
        body_zh="完成检测",
        created_at=LONG_AGO,
        published_at=LONG_AGO,
    )


def used(city, day, **more):
    interval = slot(day=day)
    before = interval.start - HOUR
    made = book(city, interval, now=before, **more)
    booking_approve(actor=city.keeper, booking_id=made.pk, now=before)
    booking_check_in(actor=city.keeper, booking_id=made.pk, now=interval.start)
    booking_check_out(actor=city.keeper, booking_id=made.pk, now=interval.end)
    return made


def cite(city, case, *bookings, actor=None):
    return case_uses_set(
        actor=actor or city.manager,
        case_id=case.pk,
        booking_ids=[one.public_id for one in bookings],
        now=NOW,
    )


def test_hours_of_a_case_count_time_once(city, case):
    """An hour of the booking was entered by hand meanwhile; the rest is its own."""
    taken = Interval(slot(day=-2).start, slot(day=-2).start + HOUR)
    log = by_hand(city, taken, now=taken.end)
    cite(city, case, booking := used(city, -2))
    assert booking.usage_log.overlap.taken == {log.public_id: taken.to_text()}
    length = (booking.ends_at - booking.starts_at - HOUR).total_seconds()
    assert get_case_figures([case.pk]) == {case.pk: CaseFigures(1, length)}
    assert get_seconds_of_bookings([booking]) == {booking.usage_log.pk: length}


def test_public_case_shows_use_count_and_duration(city, case):
    first, second = used(city, -2), used(city, -1)
    assert cite(city, case, first, second) == 2
    assert cite(city, case, first, second) == 2
    length = sum((one.ends_at - one.starts_at).total_seconds() for one in (first, second))
    assert get_case_figures([case.pk, 0]) == {case.pk: CaseFigures(2, length)}
    assert cite(city, case, second) == 1
    assert get_cited_ids(case.pk) == {second.public_id}
    assert cite(city, case) == 0
    assert get_case_figures([case.pk]) == {}
    assert [entry.details["bookings"] for entry in history(case)] == [
        sorted([first.public_id, second.public_id]),
        [second.public_id],
        [],
    ]


def test_only_completed_uses_by_others_are_cited(city, case):
    requested = book(city, slot(day=1))
    with pytest.raises(Invalid) as refused:
        cite(city, case, requested)
    assert [problem.code for problem in refused.value.problems] == ["case.not_citable"]
    assert not CaseUse.objects.exists()


def test_only_unit_manager_cites_uses(city, case):
    with pytest.raises(Forbidden):
        cite(city, case, actor=city.keeper)
    done = used(city, -1)
    assert list(citable_bookings(city.manager, city.owner.pk)) == [done]
    for viewer in (city.keeper, city.researcher):
        assert list(citable_bookings(viewer, city.owner.pk)) == []


def test_page_offers_citable_uses_and_case_shows_figures_only(city, case, see, send):
    done = used(city, -1)
    page = see(city.manager, "case_uses", case.public_id).content.decode()
    assert done.public_id in page
    assert send(city.manager, "case_uses", case.public_id, uses=[done.public_id]).status_code == 302
    public = see(None, "publication", case.public_id).content.decode()
    assert "来自 1 次使用" in public
    assert done.public_id not in public
    assert city.researcher.name not in public
    address = reverse("case_uses", args=[case.public_id])
    assert address not in public


def test_two_who_cite_uses_at_once_keep_what_the_other_has_cited_and_taken_off(city, case, see, send):
    kept, dropped, mine, theirs = (used(city, day) for day in (-4, -3, -2, -1))
    cite(city, case, kept, dropped)
    shown = see(city.manager, "case_uses", case.public_id).context["form"]["shown"].value()
    cite(city, case, kept, dropped, theirs)
    cite(city, case, dropped, theirs)
    ticked = [kept.public_id, mine.public_id]
    assert send(city.manager, "case_uses", case.public_id, uses=ticked, shown=shown).status_code == 302
    assert get_cited_ids(case.pk) == {mine.public_id, theirs.public_id}


def offered(answer):
    return [one.public_id for one, _box in answer.context["others"]]


def test_citable_uses_are_filtered_by_query_parameters(city, case, see, send):
    first, second, third = (used(city, day) for day in (-3, -2, -1))

    def found(**query):
        return offered(see(city.manager, "case_uses", case.public_id, **query))

    newest_first = [one.public_id for one in (third, second, first)]
    assert found() == newest_first
    assert found(instrument=city.instrument.public_id) == newest_first
    day = slot(day=-2).start.astimezone(CITY_TIME).date().isoformat()
    assert found(first=day) == newest_first[:2]
    assert found(last=day) == newest_first[1:]
    assert found(first=day, last=day) == [second.public_id]
    assert found(q=f"{city.researcher.name} {first.public_id}") == [first.public_id]
    assert found(q=f"{city.researcher.name} 没有这个词") == []
    wrong = see(city.manager, "case_uses", case.public_id, first="昨天", instrument="INS-0000000000")
    assert offered(wrong) == newest_first
    assert set(wrong.context["asked"].errors) == {"first", "instrument"}
    cite(city, case, first)
    narrowed = see(city.manager, "case_uses", case.public_id, first=day, last=day)
    assert [one.public_id for one, _box in narrowed.context["cited"]] == [first.public_id]
    assert offered(narrowed) == [second.public_id]
    assert str(narrowed.context["cited"][0][1]).count(" checked") == 1


def test_uses_are_paged_and_take_as_many_statements_for_many(city, case, see, statements, monkeypatch):
    monkeypatch.setattr(cases, "PER_PAGE", 2)
    used(city, -6)

    def more():
        for day in (-5, -4, -3):
            used(city, day)

    statements.assert_unchanged(lambda: see(city.manager, "case_uses", case.public_id), by=more)
    page = see(city.manager, "case_uses", case.public_id)
    cursor = page.context["page"].next_cursor
    behind = see(city.manager, "case_uses", case.public_id, cursor=cursor)
    assert len(offered(page)) == len(offered(behind)) == 2
    assert not set(offered(page)) & set(offered(behind))


def test_hours_of_year_are_computed_per_unit(city):
    done = used(city, -1)
    hours = get_unit_hours_of_year(city.owner.pk, done.starts_at.year)
    assert hours.external_seconds == (done.ends_at - done.starts_at).total_seconds()
    assert get_unit_hours_of_year(0, done.starts_at.year).external_seconds == 0
