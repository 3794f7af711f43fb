"""Permissions on a unit, its instruments and their terms."""

from typing import Any

import rules
from django.apps import apps
from django.db.models import Model

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import (
    has_role_in,
    is_bound_to,
    is_officer,
    is_supervisor_in,
    is_sysadmin,
)
from instrument_share.accounts.selectors.standing import standing
from providers.instruments.domain.choices import InstrumentState
from providers.instruments.models import Instrument, InstrumentGroup

_owned: set[type[Model]] = {Instrument, InstrumentGroup}


def register_owned(*models: type[Model]) -> None:
    """Register models whose rows belong to an organization, so that permissions find their owner."""
    _owned.update(models)


def _owner(subject: Any) -> int | None:
    """Return the id of the organization that the subject is or belongs to; None has no owner.

    Raises TypeError for anything else, whose key could equal an organization's.
    """
    if subject is None:
        return None
    if isinstance(subject, tuple(_owned)):
        return int(subject.organization_id)  # type: ignore[attr-defined]
    if isinstance(subject, apps.get_model("accounts", "Organization")):
        return int(subject.pk)
    raise TypeError(f"{type(subject).__name__} is not known to belong to a unit.")


is_unit_manager = has_role_in(_owner, Role.UNIT_MANAGER)
is_unit_officer = is_supervisor_in(_owner, Role.BUREAU_OFFICER)
is_bound = is_bound_to(_owner)
decides_for_bureau = is_unit_officer & ~is_bound
is_unit_overseer = is_supervisor_in(_owner, Role.BUREAU_OFFICER, Role.BUREAU_AUDITOR)


@rules.predicate
def is_keeper_of(user: Any, instrument: Any) -> bool:
    """Return whether the user is a keeper of the instrument and still has that role in the unit."""
    return (
        standing(user).holds(Role.KEEPER, instrument.organization_id)
        and instrument.keeper_links.filter(user=user).exists()
    )


def can_suspend_for_unit(user: Any, instrument: Any) -> bool:
    """Return whether the user suspends and resumes the instrument for its unit, not the bureau."""
    return bool((is_unit_manager | is_keeper_of)(user, instrument))


def is_suspended_by_bureau_for(user: Any, instrument: Any) -> bool:
    """Return whether the bureau has suspended the instrument and the user acts for the unit."""
    return instrument.suspended_by_bureau and can_suspend_for_unit(user, instrument)


def can_take_suspension_over(user: Any, instrument: Any) -> bool:
    """Return whether the unit suspended the instrument and the user may make that the bureau's suspension."""
    is_by_unit = instrument.state == InstrumentState.SUSPENDED and not instrument.suspended_by_bureau
    return is_by_unit and decides_for_bureau(user, instrument) and not can_suspend_for_unit(user, instrument)


def is_recused(user: Any, instrument: Any) -> bool:
    """Return whether the user would decide on the instrument for the bureau, but is bound to its unit."""
    return bool((is_unit_officer & is_bound)(user, instrument)) and not can_suspend_for_unit(user, instrument)


rules.add_perm("providers.edit_unit", is_unit_manager)
rules.add_perm("providers.edit_instrument", is_unit_manager)
rules.add_perm("providers.set_rule", is_unit_manager)
rules.add_perm("providers.close_instrument", is_unit_manager | is_keeper_of)
rules.add_perm("providers.qualify_user", is_unit_manager | is_keeper_of)
rules.add_perm("providers.suspend_instrument", is_unit_manager | is_keeper_of | decides_for_bureau)
rules.add_perm("providers.review_publication", decides_for_bureau)
rules.add_perm("providers.see_revisions", is_unit_manager | is_unit_overseer)
rules.add_perm("providers.maintain_tables", is_officer | is_sysadmin)
