"""Pages of a usage log: details, confirmation, correction and review."""

import json
from datetime import timedelta
from typing import TYPE_CHECKING, Any

import rules
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from bookings.requests.views.common import get_desk, get_return_address
from bookings.usage.domain import chain
from bookings.usage.domain.choices import Capture, Rating
from bookings.usage.forms.usage import CorrectionForm, ReviewForm
from bookings.usage.keys import is_by_key_of
from bookings.usage.registry import get_frozen_date
from bookings.usage.selectors import usage as usage_selectors
from bookings.usage.selectors.amounts import calculate_correction
from bookings.usage.selectors.disputes import (
    disputes_of,
    get_confirmation_deadline,
    get_dispute_deadline,
    has_open_dispute,
    may_dispute,
)
from bookings.usage.selectors.receipts import get_covered_numbers
from bookings.usage.selectors.usage import (
    get_confirmable_corrections,
    get_correction_id,
    get_current_values,
    get_superseded_corrections,
    get_withdrawable_corrections,
    usage_entries,
)
from bookings.usage.services.usage import usage_confirm, usage_correct, usage_review
from instrument_share.accounts.permissions import require
from instrument_share.transparency.selectors.checkpoints import get_next_checkpoint_at
from instrument_share.web import clock
from instrument_share.web.forms.params import parse_number
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import posted_from, redirect_with_message, run_service
from instrument_share.web.signed_in import SignedInRequest
from providers import public as providers

if TYPE_CHECKING:
    from bookings.usage.models import UsageCorrection, UsageLog, UsageOverlap
    from instrument_share.accounts.models import User


@login_required
@require_safe
def usage_log(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show a usage log."""
    return render(request, "bookings/usage/usage_log.html", _shown(request, public_id, ReviewForm()))


def _shown(request: SignedInRequest, public_id: str, review_form: ReviewForm) -> dict[str, Any]:
    log = usage_selectors.get_usage_log(request.user, public_id)
    values = get_current_values(log)
    viewer = request.user
    may_confirm = rules.has_perm("bookings.confirm_usage", viewer, log)
    review, overlap = getattr(log, "review", None), getattr(log, "overlap", None)
    entries = list(usage_entries(log))
    return {
        "log": log,
        "values": values,
        "differs": {name for name in values if values[name] != getattr(log, name)},
        "entries": entries,
        "disputes": list(disputes_of(log)),
        "may_dispute": may_dispute(viewer, log, clock.now()),
        "confirmed_from": get_confirmation_deadline(log),
        "dispute_until": get_dispute_deadline(log),
        "now": clock.now(),
        "overlap": overlap,
        "overlapped": overlap and _list_overlapped(viewer, overlap),
        "overlap_reason": overlap and _get_overlap_reason(log, overlap),
        "receipts": get_covered_numbers(log, entries),
        "next_receipts_at": get_next_checkpoint_at(clock.now()),
        "keepers": providers.keepers_of([log.instrument_id])[log.instrument_id],
        "may_confirm": may_confirm
        and not log.is_confirmed  # type: ignore[attr-defined]
        and log.entry.recorded_by_id != viewer.pk
        and not is_by_key_of(viewer, log)
        and (log.user_id == viewer.pk or not has_open_dispute(log)),
        "confirmable": _ids(get_confirmable_corrections(viewer, log)) if may_confirm else set(),
        "overtaken": _ids(get_superseded_corrections(log)),
        "results": [
            (one, rules.has_perm("bookings.withdraw_result", viewer, one)) for one in log.stated_results.all()
        ],
        "may_state_result": rules.has_perm("bookings.state_result", viewer, log),
        "withdrawable": _ids(get_withdrawable_corrections(viewer, log)),
        "may_correct": rules.has_perm("bookings.correct_usage", viewer, log),
        "is_mine": log.user_id == viewer.pk,
        "here": get_desk(viewer, log),
        "review": review,
        "may_review": review is None
        and log.is_confirmed  # type: ignore[attr-defined]
        and rules.has_perm("bookings.review_usage", viewer, log),
        "review_form": review_form,
    }


def _list_overlapped(viewer: "User", overlap: "UsageOverlap") -> list[tuple[str, bool]]:
    """Return the numbers of the uses that a use overlaps, each with whether the viewer may read it."""
    logs = usage_selectors.usage_logs(viewer).filter(public_id__in=list(overlap.taken))
    readable = set(logs.values_list("public_id", flat=True))
    return [(number, number in readable) for number in overlap.taken]


def _get_overlap_reason(log: "UsageLog", overlap: "UsageOverlap") -> str:
    """Return why an overlapping use was recorded: what the keeper wrote, or that it was checked out."""
    return overlap.reason if Capture(log.capture).is_by_hand else _(overlap.reason)


def _ids(corrections: "list[UsageCorrection]") -> set[int]:
    return {correction.pk for correction in corrections}


@login_required
@require_POST
@idempotent_form
def confirm(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Confirm the log as the page showed it (`seen`), or the correction named by `correction`."""
    log = usage_selectors.get_usage_log(request.user, public_id)
    usage_confirm(
        actor=request.user,
        log_id=log.pk,
        correction_id=get_correction_id(log, request.POST.get("correction")),
        seen=parse_number(request.POST.get("seen", "")),
        now=clock.now(),
    )
    address = get_return_address(request, reverse("usage_log", args=[public_id]))
    confirmed = usage_selectors.get_usage_log(request.user, public_id)
    if not confirmed.is_confirmed:  # type: ignore[attr-defined]
        sentence = _("The correction is confirmed. The use itself still waits to be confirmed.")
    elif get_frozen_date(log.starts_at):
        sentence = _("Confirmed. The hours count in no assessment: the data of that year are frozen.")
    else:
        sentence = _("Confirmed. The hours count from now on.")
    return redirect_with_message(request, sentence, address)


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def correct(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Correct a usage log; what changes, the amount included, is shown before it is recorded."""
    log = usage_selectors.get_usage_log(request.user, public_id)
    require(request.user, "bookings.correct_usage", log)
    values = get_current_values(log)
    form = CorrectionForm(request.POST if request.method == "POST" else None, values=values)
    now = clock.now()
    changes = run_service(
        form, lambda: calculate_correction(log, form.changes, form.cleaned_data["reason"], now)
    )
    shown = changes and json.dumps(chain.to_plain_value(changes), sort_keys=True)
    if changes and request.POST.get("shown") == shown:
        correction = run_service(
            form,
            lambda: usage_correct(
                actor=request.user,
                log_id=log.pk,
                changes=form.changes,
                reason=form.cleaned_data["reason"],
                now=now,
            ),
        )
        if correction is not None:
            sentence = _("The correction is recorded. It counts once a second person has confirmed it.")
            return redirect_with_message(request, sentence, reverse("usage_log", args=[public_id]))
    limit_days = settings.MANUAL_ENTRY_LIMIT_DAYS
    context = {
        "log": log,
        "form": form,
        "values": values,
        "changes": changes,
        "shown": shown,
        "now": now,
        "limit_days": limit_days,
        "add_until": values["starts_at"] + timedelta(days=limit_days),
    }
    return render(request, "bookings/usage/correct.html", context, status=422 if form.errors else 200)


@login_required
@posted_from("usage_log")
@idempotent_form
def review(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Rate a use."""
    log = usage_selectors.get_usage_log(request.user, public_id)
    form = ReviewForm(request.POST)
    if not form.is_valid():
        return render(request, "bookings/usage/usage_log.html", _shown(request, public_id, form), status=422)
    usage_review(
        actor=request.user,
        log_id=log.pk,
        rating=Rating(form.cleaned_data["rating"]),
        comment=form.cleaned_data["comment"],
        now=clock.now(),
    )
    address = get_return_address(request, reverse("usage_log", args=[public_id]))
    return redirect_with_message(request, _("Thank you. The unit sees your rating."), address)
