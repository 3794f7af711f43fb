"""Answers to a form: a redirect with a message, or the form again with what the rules refuse."""

from collections.abc import Callable
from functools import wraps
from typing import TYPE_CHECKING, Any

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import redirect, render
from django.urls import reverse
from django.views.decorators.http import require_http_methods

from instrument_share.kernel.errors import DomainError
from instrument_share.web.forms.fields import add_problems

if TYPE_CHECKING:
    from django import forms


def posted_from(page: str) -> Callable[[Callable[..., HttpResponseBase]], Callable[..., HttpResponseBase]]:
    """Let a view take what the form on another page sends; `page` is the name of that page's pattern.

    Whoever opens the address without sending anything is led there, with its filters: after a change of the
    language on the page that shows what was refused, or a new login.
    """

    def decorate(view: Callable[..., HttpResponseBase]) -> Callable[..., HttpResponseBase]:
        @require_http_methods(["GET", "HEAD", "POST"])
        @wraps(view)
        def take(request: HttpRequest, *args: Any, **kwargs: Any) -> HttpResponseBase:
            if request.method == "POST":
                return view(request, *args, **kwargs)
            query = request.GET.urlencode()
            return redirect(reverse(page, args=args, kwargs=kwargs) + (query and f"?{query}"))

        return take

    return decorate


def redirect_with_message(request: HttpRequest, sentence: str, address: str) -> HttpResponseRedirect:
    """Redirect to the page of the next step, with one sentence on what happened."""
    messages.success(request, sentence)
    return HttpResponseRedirect(address)


def render_form(request: HttpRequest, template: str, context: dict[str, Any]) -> HttpResponse:
    """Render the page of a form, with the status of a refusal where it has been sent."""
    return render(request, template, context, status=422 if request.method == "POST" else 200)


def run_service(
    form: "forms.BaseForm", call: Callable[[], Any], *, reraise: type[DomainError] | tuple[()] = ()
) -> Any:
    """Return what `call` returns for a valid form, or None with what the rules refuse put into the form.

    Errors of the type `reraise` are left to the caller.
    """
    if not form.is_valid():
        return None
    try:
        return call()
    except reraise:
        raise
    except DomainError as error:
        add_problems(form, error)
        return None


def answer_form(
    request: HttpRequest,
    form: "forms.BaseForm",
    *,
    save: Callable[[], Any],
    respond: Callable[[Any], HttpResponse],
    template: str,
    context: Callable[[], dict[str, Any]],
) -> HttpResponse:
    """Save a form that was posted and respond to what `save` returns; else show the page with the form.

    None means that the form holds what is wrong; the page then has status 422.
    """
    saved = run_service(form, save) if request.method == "POST" else None
    return render_form(request, template, context()) if saved is None else respond(saved)
