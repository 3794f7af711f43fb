"""Permissions on annual assessments."""

from typing import TYPE_CHECKING

import rules

from instrument_share.accounts.permissions import is_auditor, is_finance, is_officer
from instrument_share.kernel.errors import Forbidden
from rewards.cycle.selectors.scope import managed_units

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

rules.add_perm("rewards.trace_any", is_officer | is_auditor | is_finance)


def require_part(viewer: "Viewer") -> None:
    """Raise Forbidden unless the viewer may trace all assessments and findings, or manages a unit."""
    if not (rules.has_perm("rewards.trace_any", viewer) or managed_units(viewer)):
        raise Forbidden
