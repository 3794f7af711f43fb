"""Open-service cases and the uses they came from."""

from datetime import timedelta

import pytest
from django.urls import reverse

from bookings import selectors, services
from bookings.domain.quota import year_of
from bookings.models import CaseUse
from bookings.selectors import CaseFigures
from instrument_share.journal.selectors import history
from instrument_share.kernel.errors import Forbidden, Invalid
from providers.models import ServiceCase
from tests import factories
from tests.bookings.booking import book
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
    services.booking_approve(actor=city.keeper, booking_id=made.pk, now=before)
    services.booking_check_in(actor=city.keeper, booking_id=made.pk, now=interval.start)
    services.booking_check_out(actor=city.keeper, booking_id=made.pk, now=interval.end)
    return made


def cite(city, case, *bookings, actor=None):
    return services.case_uses_set(
        actor=actor or city.manager,
        case_id=case.pk,
        booking_ids=[one.public_id for one in bookings],
        now=NOW,
    )


def test_the_public_learns_how_many_and_how_long(city, case):
    first, second = used(city, -2), used(city, -1)
    assert cite(city, case, first, second) == 2
    assert cite(city, case, first, second) == 2
    length = sum((one.ends_at - one.starts_at).total_seconds() for one in (first, second))
    assert selectors.figures_of_cases([case.pk, 0]) == {case.pk: CaseFigures(2, length)}
    assert cite(city, case, second) == 1
    assert selectors.cited(case.pk) == {second.public_id}
    assert cite(city, case) == 0
    assert selectors.figures_of_cases([case.pk]) == {}
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


def test_the_units_manager_alone_says_it(city, case):
    with pytest.raises(Forbidden):
        cite(city, case, actor=city.keeper)
    done = used(city, -1)
    assert list(selectors.citable(city.manager, city.owner.pk)) == [done]
    for viewer in (city.keeper, city.researcher):
        assert list(selectors.citable(viewer, city.owner.pk)) == []


def test_the_page_offers_them_and_the_case_tells_figures_only(city, case, see, send):
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


def test_hours_of_one_unit(city):
    done = used(city, -1)
    hours = selectors.hours_of_unit(city.owner.pk, year_of(done.starts_at.year))
    assert hours.external_seconds == (done.ends_at - done.starts_at).total_seconds()
    assert selectors.hours_of_unit(0, year_of(done.starts_at.year)).external_seconds == 0
