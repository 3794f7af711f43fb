"""The type of a request behind `login_required`."""

from typing import TYPE_CHECKING

from django.http import HttpRequest

if TYPE_CHECKING:
    from django_htmx.middleware import HtmxDetails

    from instrument_share.accounts.models import User


class SignedInRequest(HttpRequest):
    """A request of a person who is logged in; for annotations only, Django makes its own."""

    user: "User"
    htmx: "HtmxDetails"
