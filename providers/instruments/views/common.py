"""Access checks shared by the views of units and instruments."""

from typing import TYPE_CHECKING, cast

from django.http import HttpRequest

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from providers.instruments.selectors import instruments as instruments_selectors

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.instruments.models import Instrument


def managed_unit(request: HttpRequest, public_id: str) -> "Organization":
    """Return the unit for its managers. Raises NotFound and Forbidden."""
    organization = accounts.organization(request.user, public_id)
    require(request.user, "providers.edit_unit", organization)
    return organization


def own_instrument(
    request: HttpRequest, public_id: str, permission: str = "providers.edit_instrument"
) -> "Instrument":
    """Return the instrument if the user has the permission. Raises NotFound and Forbidden."""
    instrument = instruments_selectors.instrument(request.user, public_id)
    require(request.user, permission, instrument)
    return instrument


def person(request: HttpRequest) -> "User":
    """Return the logged-in user, typed as User."""
    return cast("User", request.user)
