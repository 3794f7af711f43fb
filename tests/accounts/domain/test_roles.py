import pytest

from instrument_share.accounts.domain import OrganizationKind, Role
from instrument_share.accounts.domain.roles import grantable_roles, is_last

ADMIN, MANAGER, KEEPER, RESEARCHER = Role.ORG_ADMIN, Role.UNIT_MANAGER, Role.KEEPER, Role.RESEARCHER


@pytest.mark.parametrize(
    ("held", "owns", "given"),
    [
        ([], True, set()),
        ([RESEARCHER, KEEPER], True, set()),
        ([Role.BUREAU_OFFICER, Role.FINANCE_OFFICER], True, set()),
        ([ADMIN], True, {RESEARCHER, ADMIN}),
        ([MANAGER], True, {RESEARCHER, ADMIN, KEEPER, MANAGER}),
        ([MANAGER], False, {RESEARCHER, ADMIN}),
        ([Role.SYSADMIN], True, {RESEARCHER, ADMIN, KEEPER, MANAGER, Role.SYSADMIN}),
        ([Role.SYSADMIN], False, {RESEARCHER, ADMIN, Role.SYSADMIN}),
    ],
)
def test_each_role_grants_its_permissions(held, owns, given):
    assert grantable_roles(held, kind=OrganizationKind.UNIVERSITY, owns_instruments=owns) == given


@pytest.mark.parametrize(
    ("kind", "given"),
    [
        (OrganizationKind.BUREAU, {Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR}),
        (OrganizationKind.FINANCE, {Role.FINANCE_OFFICER}),
        (OrganizationKind.SERVICE_BODY, set()),
    ],
)
def test_supervising_roles_are_grantable_only_in_authorities(kind, given):
    everywhere = {RESEARCHER, ADMIN, Role.SYSADMIN}
    assert grantable_roles([Role.SYSADMIN], kind=kind, owns_instruments=False) == everywhere | given


@pytest.mark.parametrize(
    ("role", "others", "last"),
    [
        (MANAGER, [], True),
        (MANAGER, [ADMIN, KEEPER], True),
        (MANAGER, [MANAGER], False),
        (ADMIN, [RESEARCHER, KEEPER], True),
        (ADMIN, [ADMIN], False),
        (ADMIN, [MANAGER], False),
        (RESEARCHER, [], False),
        (KEEPER, [], False),
        (Role.SYSADMIN, [ADMIN], True),
        (Role.SYSADMIN, [Role.SYSADMIN], False),
    ],
)
def test_is_last_depends_on_role_and_other_holders(role, others, last):
    assert is_last(role, others) is last
