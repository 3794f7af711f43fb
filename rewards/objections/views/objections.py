"""Pages of an objection for the bureau and the unit that it is about."""

from typing import TYPE_CHECKING, Any

import rules
from django import forms
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import Forbidden
from instrument_share.web import clock
from instrument_share.web.forms.params import parse_instant
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import posted_from, redirect_with_message, run_service
from instrument_share.web.responses.problem import told
from instrument_share.web.signed_in import SignedInRequest
from rewards.cycle.domain.states import BEFORE_APPROVAL
from rewards.cycle.selectors.scope import can_see_all
from rewards.objections.domain.choices import AnswerEffect
from rewards.objections.domain.errors import AnsweredAlready
from rewards.objections.forms import AnswerForm, CommentForm
from rewards.objections.selectors import objections as selectors
from rewards.objections.services import objections as services
from rewards.objections.views.public import describe_objector, get_state

if TYPE_CHECKING:
    from rewards.objections.models import Objection


@login_required
@require_safe
def objection(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show an objection; the unit sees who objected as the public does."""
    return _page(request, selectors.get_objection(request.user, public_id))


@login_required
@posted_from("objection")
@idempotent_form
def objection_answer(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Answer an objection."""
    found = selectors.get_objection(request.user, public_id)
    require(request.user, "rewards.answer_objection", found)
    form = AnswerForm(request.POST, effects=selectors.list_effects(found))

    def answer() -> object:
        return services.objection_answer(
            actor=request.user,
            objection_id=found.pk,
            effect=AnswerEffect(form.cleaned_data["effect"]),
            text=form.cleaned_data["text"],
            read_at=parse_instant(request.POST.get("read_at", "")),
            now=clock.now(),
        )

    try:
        done = run_service(form, answer, reraise=AnsweredAlready)
    except AnsweredAlready as error:
        messages.error(request, told(error.message, error.params))
        return redirect(_address(found))
    if done is None:
        return _page(request, found, answer_form=form, status=422)
    return redirect_with_message(
        request, _("Answered. The objector has a mail with the answer."), _address(found)
    )


@login_required
@posted_from("objection")
@idempotent_form
def objection_comment(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Comment on an objection as the unit that it is about."""
    found = selectors.get_objection(request.user, public_id)
    require(request.user, "rewards.comment_objection", found)
    form = CommentForm(request.POST)
    done = run_service(
        form,
        lambda: services.objection_comment(
            actor=request.user, objection_id=found.pk, text=form.cleaned_data["text"], now=clock.now()
        ),
    )
    if done is None:
        return _page(request, found, comment_form=form, status=422)
    return redirect_with_message(request, _("Your comment is with the bureau."), _address(found))


@login_required
@require_safe
def objection_file(request: SignedInRequest, public_id: str, sha256: str) -> FileResponse:
    """Serve a file of an objection, to be saved."""
    found = selectors.get_file(request.user, public_id, sha256)
    if not can_see_all(request.user):
        raise Forbidden
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.media_type
    )


def _address(found: "Objection") -> str:
    return reverse("objection", args=[found.public_id])


def _page(
    request: SignedInRequest,
    found: "Objection",
    *,
    answer_form: forms.Form | None = None,
    comment_form: forms.Form | None = None,
    status: int = 200,
) -> HttpResponse:
    selectors.name_unit_as_frozen(found)
    answer = getattr(found, "answer", None)
    is_open = answer is None and found.cycle.state in BEFORE_APPROVAL
    if answer_form is None and is_open and rules.has_perm("rewards.answer_objection", request.user, found):
        answer_form = AnswerForm(effects=selectors.list_effects(found))
    if comment_form is None and is_open and rules.has_perm("rewards.comment_objection", request.user, found):
        comment_form = CommentForm()
    context: dict[str, Any] = {
        "objection": found,
        "cycle": found.cycle,
        "state": get_state(found),
        "objector": describe_objector(found),
        "sees_all": can_see_all(request.user),
        "comments": found.comments.select_related("commented_by").order_by("id"),
        "files": found.files.order_by("id"),
        "answer": answer,
        "effect": AnswerEffect(answer.effect) if answer else None,
        "answer_form": answer_form,
        "read_at": clock.now().isoformat(),
        "comment_form": comment_form,
    }
    return render(request, "rewards/objections/objection.html", context, status=status)
