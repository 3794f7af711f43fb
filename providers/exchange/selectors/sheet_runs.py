"""Read remembered columns and imports under way."""

from typing import TYPE_CHECKING

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import NotFound
from providers.exchange.domain.sheets.definition import SheetKindName
from providers.exchange.models import SheetMemory, SheetRun

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer


def sheet_memory(organization_id: int, kind: SheetKindName) -> dict[str, str]:
    """Return the unit's last choices for columns, by normalized heading."""
    found = SheetMemory.objects.filter(organization_id=organization_id, kind=kind.value).first()
    return found.columns if found else {}


def sheet_words(organization_id: int, kind: SheetKindName) -> dict[str, dict[str, str]]:
    """Return what the unit has said that words of its sheets mean: field → word → our word or code."""
    found = SheetMemory.objects.filter(organization_id=organization_id, kind=kind.value).first()
    return found.words if found else {}


def sheet_run(viewer: "Viewer", organization_id: int, public_id: str) -> SheetRun:
    """Return an import of a unit that the viewer manages. Raises NotFound."""
    run = SheetRun.objects.filter(organization_id=organization_id, public_id=public_id).first()
    if run is None or not standing(viewer).holds(Role.UNIT_MANAGER, organization_id):
        raise NotFound
    return run


def run_of_upload(viewer: "User", organization_id: int, key: str) -> SheetRun | None:
    """Return the viewer's import of an upload, unless it has stopped."""
    return SheetRun.objects.filter(
        organization_id=organization_id, user=viewer, key=key, stopped=False
    ).first()


def sheet_runs(viewer: "Viewer", organization_id: int, limit: int = 10) -> list[SheetRun]:
    """Return the last imports of a unit that the viewer manages, newest first."""
    if not standing(viewer).holds(Role.UNIT_MANAGER, organization_id):
        return []
    found = SheetRun.objects.filter(organization_id=organization_id).select_related("user")
    return list(found.order_by("-started_at", "-pk")[:limit])
