"""What these pages share: whose unit or instrument it is, and how a form is answered."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any, cast

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import DomainError
from instrument_share.web.forms import add_problems
from providers import selectors

if TYPE_CHECKING:
    from django import forms

    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument


def managed_unit(request: HttpRequest, public_id: str) -> "Organization":
    """The unit, for its managers. Raises NotFound and Forbidden."""
    organization = accounts.organization(request.user, public_id)
    require(request.user, "providers.edit_unit", organization)
    return organization


def own_instrument(
    request: HttpRequest, public_id: str, permission: str = "providers.edit_instrument"
) -> "Instrument":
    """The instrument, for who may do this with it. Raises NotFound and Forbidden."""
    instrument = selectors.instrument(request.user, public_id)
    require(request.user, permission, instrument)
    return instrument


def person(request: HttpRequest) -> "User":
    """Who acts; the views of these pages are for people who are logged in."""
    return cast("User", request.user)


def done(request: HttpRequest, sentence: str, address: str) -> HttpResponseRedirect:
    """What happened in one sentence, on the page where the next step is."""
    messages.success(request, sentence)
    return HttpResponseRedirect(address)


def carried_out(
    form: "forms.BaseForm", act: Callable[[], Any], *, but: type[DomainError] | tuple[()] = ()
) -> Any:
    """What `act` gives, or None with what the rules refuse put into the form; `but` is for the caller."""
    if not form.is_valid():
        return None
    try:
        return act()
    except but:
        raise
    except DomainError as error:
        add_problems(form, error)
        return None


def confirmed(
    request: HttpRequest, context: dict[str, Any], act: Callable[[], Any], after: Any
) -> HttpResponse:
    """A page that asks first. `after()` answers once `act` is done; what the rules refuse stands in the form.

    `context` is that of `instrument_share/confirm.html`. Without a form a refusal becomes an error page.
    """
    form = context.get("form")
    if request.method != "POST":
        return render(request, "instrument_share/confirm.html", context)
    if form is None:
        act()
    elif carried_out(form, lambda: (act(),)) is None:
        return render(request, "instrument_share/confirm.html", context, status=422)
    answer: HttpResponse = after()
    return answer
