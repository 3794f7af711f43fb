"""Who declares and withdraws facts, who confirms them, and that nobody decides on his or her own unit."""

from typing import TYPE_CHECKING, Any

import rules

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import (
    add_permissions,
    has_role_in,
    is_bound_to,
    is_officer,
    require,
)
from rewards.declarations.domain.errors import OwnUnit

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from rewards.declarations.models import DeclaredFact


def _organization_id(subject: Any) -> int | None:
    return getattr(subject, "organization_id", None)


manages_assessed_unit = has_role_in(_organization_id, Role.UNIT_MANAGER)
is_on_own_unit = is_bound_to(_organization_id)
"""Of who decides: the subject is about a unit to which he or she belongs, or did not long ago."""


@rules.predicate
def was_declared_by_unit(_viewer: Any, fact: "DeclaredFact") -> bool:
    """Return whether somebody of the unit declared the fact, rather than the bureau."""
    return is_on_own_unit(fact.declared_by, fact)


add_permissions(
    {
        "rewards.declare_fact": has_role_in(lambda subject: subject.pk, Role.UNIT_MANAGER) | is_officer,
        "rewards.withdraw_fact": manages_assessed_unit & was_declared_by_unit,
        "rewards.decide_fact": is_officer & ~is_on_own_unit,
    }
)


def may_replace(viewer: "Viewer", fact: "DeclaredFact") -> bool:
    """Return whether a person may replace a fact that waits: a unit only what its own people declared."""
    return bool(is_officer(viewer) or was_declared_by_unit(viewer, fact))


def is_declarer(viewer: "Viewer", fact: "DeclaredFact") -> bool:
    """Return whether the person declared the fact, which somebody else confirms."""
    return viewer.pk == fact.declared_by_id


def require_on_other_unit(actor: "Viewer", permission: str, subject: object) -> None:
    """Do as `require`, and raise OwnUnit for who is bound to the unit that the subject is about."""
    if is_on_own_unit(actor, subject):
        raise OwnUnit
    require(actor, permission, subject)
