"""How a form is answered: by what happened and the next step, or by itself with what the rules refuse."""

from collections.abc import Callable
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponseRedirect

from instrument_share.kernel.errors import DomainError
from instrument_share.web.forms import add_problems

if TYPE_CHECKING:
    from django import forms


def redirect_with_message(request: HttpRequest, sentence: str, address: str) -> HttpResponseRedirect:
    """What happened in one sentence, on the page where the next step is."""
    messages.success(request, sentence)
    return HttpResponseRedirect(address)


def run_service(
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
