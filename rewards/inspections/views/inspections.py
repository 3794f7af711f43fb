"""Page of a random inspection: what was drawn, recorded and seen."""

from typing import Any

import rules
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.http.response import HttpResponseBase
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.files import picture_response
from instrument_share.web.responses.outcomes import answer_form, redirect_with_message
from instrument_share.web.signed_in import SignedInRequest
from rewards.cycle.domain.states import TAKES_FINDINGS
from rewards.cycle.selectors.scope import can_see_all
from rewards.declarations.permissions import require_on_other_unit
from rewards.inspections.domain.choices import CHECKLIST, InspectionOutcome, Seen
from rewards.inspections.forms import RecordForm
from rewards.inspections.selectors import inspections as selectors
from rewards.inspections.services.inspections import inspection_record


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def inspection(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show an inspection; its inspectors record it here, once. What is refused stays on the page."""
    found = selectors.get_inspection(request.user, public_id)
    selectors.name_drawn_as_frozen(found.draw.cycle, [found])
    now = clock.now()
    today = now.astimezone(CITY_TIME).date()
    if request.method == "POST":
        require_on_other_unit(request.user, "rewards.record_inspection", found)
    may_record = not found.outcome and rules.has_perm("rewards.record_inspection", request.user, found)
    form = RecordForm(
        request.POST or None,
        request.FILES or None,
        drawn=selectors.get_drawn_date(found),
        today=today,
        may_open_finding=found.draw.cycle.state in TAKES_FINDINGS,
    )

    def respond(_recorded: Any) -> HttpResponse:
        sentence = _("Recorded. The unit is told and can read it.")
        return redirect_with_message(request, sentence, reverse("inspection", args=[public_id]))

    return answer_form(
        request,
        form,
        save=lambda: inspection_record(
            actor=request.user,
            inspection_id=found.pk,
            outcome=InspectionOutcome(form.cleaned_data["outcome"]),
            inspected_date=form.cleaned_data["inspected_date"],
            checklist=form.checklist,
            notes=form.cleaned_data["notes"],
            photos=form.cleaned_data["photos"],
            logs=form.cleaned_data.get("logs", "").split(),
            now=now,
        ),
        respond=respond,
        template="rewards/inspections/inspection.html",
        context=lambda: {
            "inspection": found,
            "cycle": found.draw.cycle,
            "form": form if may_record or form.is_bound else None,
            "points": [(_(CHECKLIST[code]), Seen(seen)) for code, seen in found.checklist.items()],
            "is_auditor": standing(request.user).holds(Role.BUREAU_AUDITOR),
            "has_inspector_left": selectors.has_inspector_left(found),
            "photos": found.photos.order_by("position"),
            "sees_names": can_see_all(request.user) or may_record,
        },
    )


@login_required
@require_safe
def inspection_photo(request: SignedInRequest, public_id: str, position: int) -> HttpResponseBase:
    """Serve a photo of an inspection that the viewer may see."""
    return picture_response(selectors.get_photo(request.user, public_id, position).file)
