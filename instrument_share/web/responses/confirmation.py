"""Pages that ask before something is done: GET shows the question, POST calls one service and redirects."""

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from functools import wraps
from typing import Any, Concatenate, Literal, ParamSpec

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.utils.functional import Promise
from django.views.decorators.http import require_http_methods

from instrument_share.kernel.errors import DomainError
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.responses.problem import status_of
from instrument_share.web.signed_in import SignedInRequest

P = ParamSpec("P")
Text = str | Promise


@dataclass(frozen=True)
class Confirmation:
    """What a page asks, what is done when it is confirmed, and what is said afterwards.

    `success` may be a function where it depends on what was entered or has changed. The next page is the one
    that led here unless `next_address` is given. The form goes to the page's own address, or to
    `action_address`. `template` extends the default one where more is shown. `asks_again` shows the page with
    what follows from what was entered before it is done.
    """

    heading: Text
    consequences: Sequence[Text]
    action: Text
    perform: Callable[[], object]
    success: Text | Callable[[], str]
    back_address: str
    next_address: str = ""
    action_address: str = ""
    form: forms.BaseForm | None = None
    asks_again: bool = False
    tone: Literal["primary", "danger"] = "primary"
    template: str = "instrument_share/confirm.html"
    extra_context: Mapping[str, Any] = field(default_factory=dict)

    def respond(self, request: SignedInRequest) -> HttpResponse:
        """Ask, or perform and redirect. A refusal stands in the form, and is raised where there is none."""
        if request.method != "POST":
            return self._ask(request, 200)
        if self.form is not None and not self.form.is_valid():
            return self._ask(request, 422)
        if self.asks_again:
            return self._ask(request, 200)
        try:
            self.perform()
        except DomainError as error:
            if self.form is None:
                raise
            add_problems(self.form, error)
            return self._ask(request, status_of(error))
        sentence = self.success() if callable(self.success) else self.success
        return redirect_with_message(request, str(sentence), self.next_address or self.back_address)

    def _ask(self, request: SignedInRequest, status: int) -> HttpResponse:
        names = ("heading", "consequences", "action", "action_address", "tone", "back_address", "form")
        context = {name: getattr(self, name) for name in names} | dict(self.extra_context)
        return render(request, self.template, context, status=status)


def confirmation_view(
    confirmation_of: Callable[Concatenate[SignedInRequest, P], Confirmation],
) -> Callable[..., HttpResponseBase]:
    """Make a view of a function that returns the confirmation for a request."""

    @login_required
    @require_http_methods(["GET", "HEAD", "POST"])
    @idempotent_form
    @wraps(confirmation_of)
    def view(request: SignedInRequest, *args: P.args, **kwargs: P.kwargs) -> HttpResponse:
        return confirmation_of(request, *args, **kwargs).respond(request)

    return view
