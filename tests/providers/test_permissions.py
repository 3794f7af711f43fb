"""Who may do what in this app, as a table: role × permission, on the unit's own subjects and on another's."""

from datetime import timedelta

import pytest
import rules
from django.db.models.functions import Now

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.models import Membership
from instrument_share.accounts.selectors.standing import forget_standing
from instrument_share.kernel.errors import Forbidden
from providers.instruments.models import InstrumentCategory
from providers.instruments.permissions import can_take_suspension_over
from providers.instruments.services.people import keeper_assign
from providers.instruments.services.suspension import instrument_resume, instrument_suspend
from tests import factories
from tests.providers.conftest import NOW, organization, person, published

PEOPLE = {
    "manager": Role.UNIT_MANAGER,
    "keeper": Role.KEEPER,
    "researcher": Role.RESEARCHER,
    "org_admin": Role.ORG_ADMIN,
    "officer": Role.BUREAU_OFFICER,
    "auditor": Role.BUREAU_AUDITOR,
    "finance": Role.FINANCE_OFFICER,
    "sysadmin": Role.SYSADMIN,
}
OF_THE_UNIT = {"manager", "keeper", "researcher", "org_admin"}
TABLE = {
    "providers.edit_unit": {"manager"},
    "providers.edit_instrument": {"manager"},
    "providers.set_rule": {"manager"},
    "providers.close_instrument": {"manager", "keeper"},
    "providers.qualify_user": {"manager", "keeper"},
    "providers.suspend_instrument": {"manager", "keeper", "officer"},
    "providers.review_publication": {"officer"},
    "providers.withdraw_publication": {"manager", "officer"},
    "providers.remind_unit": {"officer"},
    "providers.see_revisions": {"manager", "officer", "auditor"},
    "providers.maintain_tables": {"officer", "sysadmin"},
}


@pytest.fixture
def people(world):
    elsewhere = organization(9, "云屏市财政局", OrganizationKind.FINANCE)
    return {
        name: person(f"p_{name}", world.unit if name in OF_THE_UNIT else elsewhere, role)
        for name, role in PEOPLE.items()
    }


@pytest.mark.parametrize("permission", TABLE)
def test_role_by_permission(world, people, permission):
    own = published(world)
    foreign = published(world, world.other, world.other_manager)
    keeper_assign(actor=world.manager, instrument_id=own.pk, user_id=people["keeper"].pk, now=NOW)
    allowed = {name for name, user in people.items() if rules.has_perm(permission, user, own)}
    assert allowed == TABLE[permission]
    beyond = {name for name, user in people.items() if rules.has_perm(permission, user, foreign)}
    assert beyond == TABLE[permission] - OF_THE_UNIT


def test_a_keeper_of_another_instrument_of_the_unit_may_nothing(world, people):
    own = published(world)
    assert not rules.has_perm("providers.close_instrument", people["keeper"], own)


def test_the_table_names_every_permission():
    named = {name for name in rules.permissions.permissions if name.startswith("providers.")}
    assert named == set(TABLE)


def test_permission_on_organization_follows_its_own_key(world):
    assert rules.has_perm("providers.edit_unit", world.manager, world.unit)
    assert not rules.has_perm("providers.edit_unit", world.manager, world.other)


def test_permission_on_unknown_type_raises_even_where_its_key_is_that_of_a_unit(world):
    category = InstrumentCategory(pk=world.unit.pk)
    with pytest.raises(TypeError, match="InstrumentCategory"):
        rules.has_perm("providers.edit_unit", world.manager, category)


def test_an_officer_who_left_the_unit_does_not_decide_on_its_instruments(world, instrument):
    factories.member(world.unit, person=world.officer)
    Membership.objects.filter(user=world.officer, organization=world.unit).update(
        state="ended", ended_at=Now() - timedelta(days=1)
    )
    forget_standing(world.officer)
    step = {"instrument_id": instrument.pk, "now": NOW}
    with pytest.raises(Forbidden):
        instrument_suspend(actor=world.officer, reason="检修", **step)
    suspended = instrument_suspend(actor=world.manager, reason="检修", **step)
    assert not can_take_suspension_over(world.officer, suspended)
    with pytest.raises(Forbidden):
        instrument_resume(actor=world.officer, **step)
