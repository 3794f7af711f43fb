"""Who may do what with units, instruments and their terms."""

from typing import Any

import rules

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import has_role_in, is_officer, is_supervisor_in, is_sysadmin
from instrument_share.accounts.selectors.standing import standing


def _owner(subject: Any) -> int | None:
    """The owning organization's id: of an organization itself, or of anything that belongs to one."""
    return getattr(subject, "organization_id", None) or getattr(subject, "pk", None)


manages_unit = has_role_in(_owner, Role.UNIT_MANAGER)
supervises_unit = is_supervisor_in(_owner, Role.BUREAU_OFFICER)
oversees_unit = is_supervisor_in(_owner, Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR)


@rules.predicate
def keeps(user: Any, instrument: Any) -> bool:
    """The person is named keeper of this instrument and still holds that role in the unit."""
    return (
        standing(user).holds(Role.KEEPER, instrument.organization_id)
        and instrument.keeper_links.filter(user=user).exists()
    )


def may_suspend_own(user: Any, instrument: Any) -> bool:
    """The person suspends and resumes the instrument for its unit, not for the bureau."""
    return bool((manages_unit | keeps)(user, instrument))


rules.add_perm("providers.edit_unit", manages_unit)
rules.add_perm("providers.edit_instrument", manages_unit)
rules.add_perm("providers.set_rule", manages_unit)
rules.add_perm("providers.close_instrument", manages_unit | keeps)
rules.add_perm("providers.qualify_user", manages_unit | keeps)
rules.add_perm("providers.suspend_instrument", manages_unit | keeps | supervises_unit)
rules.add_perm("providers.review_publication", supervises_unit)
rules.add_perm("providers.see_revisions", manages_unit | oversees_unit)
rules.add_perm("providers.withdraw_publication", manages_unit | supervises_unit)
rules.add_perm("providers.remind_unit", supervises_unit)
rules.add_perm("providers.maintain_tables", is_officer | is_sysadmin)
