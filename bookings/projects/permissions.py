"""Who keeps an organization's projects."""

from typing import Any

import rules

from instrument_share.accounts.domain.roles import MANAGING_ROLES
from instrument_share.accounts.permissions import add_permissions, has_role_in, is_manager
from instrument_share.accounts.selectors.standing import standing


@rules.predicate
def is_holder(user: Any, project: Any) -> bool:
    """Return whether the person holds the project and still belongs to its organization."""
    return project.holder_id == user.pk and project.organization_id in standing(user).organization_ids()


add_permissions(
    {
        "bookings.open_project": is_manager,
        "bookings.keep_project": is_holder | has_role_in(lambda one: one.organization_id, *MANAGING_ROLES),
    }
)
