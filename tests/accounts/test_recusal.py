"""Nobody decides on an organization to which they belong, ask to belong, or belonged within three years."""

from datetime import timedelta

import pytest
from django.db.models.functions import Now

from instrument_share.accounts import selectors, services
from instrument_share.accounts.models import Membership, Organization
from instrument_share.kernel.errors import Forbidden
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db

THREE_YEARS = timedelta(days=3 * 365)


@pytest.fixture
def company():
    return factories.organization("云屏晶体有限公司")


@pytest.fixture
def officer():
    return factories.officer()


def suspend(officer, company):
    return services.organization_suspend(actor=officer, organization_id=company.pk, reason="被投诉", now=NOW)


def set_membership(officer, company, **fields):
    factories.member(company, person=officer)
    Membership.objects.filter(user=officer, organization=company).update(**fields)


@pytest.mark.parametrize(
    ("state", "over_for"),
    [
        ("active", None),
        ("pending", None),
        ("ended", timedelta(minutes=1)),
        ("ended", THREE_YEARS - timedelta(hours=1)),
        ("refused", timedelta(days=1)),
    ],
)
def test_an_officer_does_not_decide_on_an_organization_that_he_is_bound_to(officer, company, state, over_for):
    set_membership(officer, company, state=state, ended_at=None if over_for is None else Now() - over_for)
    with pytest.raises(Forbidden):
        suspend(officer, company)


def test_an_officer_decides_again_three_years_after_he_left(officer, company):
    set_membership(officer, company, state="ended", ended_at=Now() - THREE_YEARS - timedelta(hours=1))
    assert suspend(officer, company).state == "suspended"


def test_people_of_a_suspended_organization_stay_bound_to_it(officer, company):
    factories.member(company, person=officer)
    Organization.objects.filter(pk=company.pk).update(state="suspended")
    with pytest.raises(Forbidden):
        services.organization_reinstate(actor=officer, organization_id=company.pk, now=NOW)


def test_a_former_role_gives_no_standing(officer, company):
    set_membership(officer, company, state="ended", ended_at=Now())
    assert company.pk not in selectors.standing(officer).organization_ids()
