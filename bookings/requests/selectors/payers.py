"""Read the organization that pays for a booking."""

from typing import TYPE_CHECKING

from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.errors import require_found

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


def get_payer(actor: "User", organization_id: int | None) -> "Organization | None":
    """Return the organization that pays, None when the person pays. Raises NotFound if not visible."""
    if organization_id is None:
        return None
    return require_found(accounts.organizations(actor).filter(pk=organization_id).first())
