"""The bureau suspends an organization and reinstates it."""

from functools import partial

import pytest

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain import Role
from instrument_share.accounts.services.organizations import HasAllSysadmins
from instrument_share.kernel.errors import IllegalMove
from tests import factories
from tests.factories import NOW

pytestmark = pytest.mark.django_db


@pytest.fixture
def officer():
    return factories.officer()


def test_a_suspended_organization_acts_through_nobody_until_it_is_reinstated(officer):
    company = factories.organization("云屏晶体有限公司")
    admin = factories.member(company, Role.ORG_ADMIN)
    services.organization_suspend(actor=officer, organization_id=company.pk, reason="被投诉", now=NOW)
    assert selectors.refresh_standing(admin).roles == frozenset()
    with pytest.raises(IllegalMove):
        services.organization_suspend(actor=officer, organization_id=company.pk, reason="再次", now=NOW)
    services.organization_reinstate(actor=officer, organization_id=company.pk, now=NOW)
    assert selectors.refresh_standing(admin).roles == {Role.ORG_ADMIN}


def test_an_organization_of_all_system_administrators_is_not_suspended(officer):
    office, other = factories.organization("云屏信息中心"), factories.organization("云屏晶体有限公司")
    factories.member(office, Role.SYSADMIN)
    suspend = partial(services.organization_suspend, actor=officer, reason="检查", now=NOW)
    with pytest.raises(HasAllSysadmins):
        suspend(organization_id=office.pk)
    factories.member(other, Role.SYSADMIN)
    assert suspend(organization_id=office.pk).state == "suspended"
    with pytest.raises(HasAllSysadmins):
        suspend(organization_id=other.pk)
