"""Pages of one finding: evidence, answers, decisions, and what is taken for a falsification."""

from collections.abc import Callable
from datetime import date, datetime, timedelta
from functools import partial
from typing import TYPE_CHECKING, Any

import rules
from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from bookings.public import get_logs_confirmed_by_clock
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import DomainError
from instrument_share.web import clock
from instrument_share.web.forms.fields import add_problems
from instrument_share.web.forms.params import parse_instant
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses import problem
from instrument_share.web.responses.outcomes import posted_from
from instrument_share.web.signed_in import SignedInRequest
from rewards.cycle.domain.states import BEFORE_APPROVAL, TAKES_FINDINGS, CycleState
from rewards.cycle.permissions import require_part
from rewards.cycle.selectors.browsing import (
    viewable_booking_ids,
    viewable_log_ids,
)
from rewards.cycle.selectors.snapshot import describe_usage
from rewards.findings.domain.states import STANDING, FalsificationState, FindingState, is_decidable
from rewards.findings.forms import (
    AnswerForm,
    DecisionForm,
    FalsificationAnswerForm,
    FalsificationDecisionForm,
    FalsificationForm,
)
from rewards.findings.selectors import findings as findings_selectors
from rewards.findings.selectors.browsing import (
    filter_findings,
    get_finding_uses,
    get_organizations_in,
    name_findings_as_frozen,
)
from rewards.findings.selectors.due import list_kept_from_answering, was_kept_from_answering
from rewards.findings.selectors.falsifications import get_falsifications
from rewards.findings.selectors.findings import is_decidable_by
from rewards.findings.selectors.grounds import get_grounds
from rewards.findings.services.deciding import finding_answer as answer_finding
from rewards.findings.services.deciding import finding_decide as decide_finding
from rewards.findings.services.falsification import (
    falsification_answer as answer_falsification,
)
from rewards.findings.services.falsification import (
    falsification_decide as decide_falsification,
)
from rewards.findings.services.falsification import (
    falsification_propose as propose_falsification,
)
from rewards.findings.views.day_picture import draw_days
from rewards.findings.views.evidence import build_pieces, organizations_in
from rewards.findings.views.notice import tell_of_notice
from rewards.policy.selectors import get_policy_rules

if TYPE_CHECKING:
    from django import forms

    from rewards.cycle.models import AssessmentCycle
    from rewards.findings.models import Falsification, Finding

Forms = dict[str, "forms.Form"]


@require_safe
def finding(request: HttpRequest, public_id: str) -> HttpResponse:
    """Show a finding."""
    require_part(request.user)
    return _page(request, findings_selectors.get_finding(request.user, public_id), {})


@login_required
@posted_from("finding")
@idempotent_form
def finding_decide(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Decide a finding."""
    found = findings_selectors.get_finding(request.user, public_id)
    form = DecisionForm(request.POST, finding=found)

    def decide() -> None:
        decide_finding(
            actor=request.user,
            finding_id=found.pk,
            uphold=form.uphold,
            invalidated_logs=form.invalidated,
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            read_at=_get_read_at(request),
            now=clock.now(),
        )

    sentence = _("{finding} is decided; the unit and the bureau see the decision and its reason.")
    sentence = sentence.format(finding=found.public_id)
    if refused := _take(request, found, "decision", form, decide, sentence):
        return refused
    tell_of_notice(request, found.cycle)
    return _to_next(request, found)


def _to_next(request: HttpRequest, decided: "Finding") -> HttpResponse:
    """Redirect to the year's next open finding that the viewer can decide, or to the list."""
    still_open = filter_findings(request.user, decided.cycle, state=FindingState.OPEN)
    today = _today()
    waiting = still_open.order_by("answer_due_date", "id")
    following = next((one for one in waiting if is_decidable_by(request.user, one, today)), None)
    if following is not None:
        sentence = _("This page shows the next finding to decide, {finding}.")
        messages.info(request, sentence.format(finding=following.public_id))
        return HttpResponseRedirect(reverse("finding", args=[following.public_id]))
    if not waiting:
        messages.info(request, _("No finding is open any more."))
    return HttpResponseRedirect(reverse("findings", args=[decided.cycle.year]))


@login_required
@posted_from("finding")
@idempotent_form
def finding_answer(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Answer a finding as its unit."""
    found = findings_selectors.get_finding(request.user, public_id)
    form = AnswerForm(request.POST)
    write = _writing(partial(answer_finding, read_at=_get_read_at(request)), request, found, form)
    sentence = _("Your answer is with the auditors. You can change it until they decide.")
    return _take(request, found, "answer", form, write, sentence) or _back(found)


@login_required
@posted_from("finding")
@idempotent_form
def falsification_propose(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Propose that a finding proves a falsification."""
    found = findings_selectors.get_finding(request.user, public_id)
    form = FalsificationForm(request.POST)
    write = _writing(propose_falsification, request, found, form)
    sentence = _("Proposed. The unit is asked; another auditor or an officer decides.")
    return _take(request, found, "proposal", form, write, sentence) or _back(found)


@login_required
@posted_from("finding")
@idempotent_form
def falsification_answer(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Answer the question of a proposed falsification as the unit."""
    found = findings_selectors.get_finding(request.user, public_id)
    form = FalsificationAnswerForm(request.POST)
    write = _writing(partial(answer_falsification, read_at=_get_read_at(request)), request, found, form)
    sentence = _("Your answer is with the auditors. You can change it until they decide.")
    return _take(request, found, "reply", form, write, sentence) or _back(found)


@login_required
@posted_from("finding")
@idempotent_form
def falsification_decide(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Confirm or reject a falsification."""
    found = findings_selectors.get_finding(request.user, public_id)
    form = FalsificationDecisionForm(request.POST)

    def decide() -> None:
        decide_falsification(
            actor=request.user,
            finding_id=found.pk,
            confirm=form.cleaned_data["outcome"] == "confirm",
            reason=form.cleaned_data["reason"],
            seen=form.cleaned_data["seen"],
            read_at=_get_read_at(request),
            now=clock.now(),
        )

    sentence = _("Decided. The unit and the bureau see the decision and its reason.")
    if refused := _take(request, found, "verdict", form, decide, sentence):
        return refused
    tell_of_notice(request, found.cycle)
    return _back(found)


def _get_read_at(request: SignedInRequest) -> datetime | None:
    """Return when the page was made on which the form was filled in."""
    return parse_instant(request.POST.get("read_at", ""))


def _writing(
    service: Callable[..., Any], request: SignedInRequest, found: "Finding", form: "forms.Form"
) -> Callable[[], None]:
    """Return a call of a service with what the form holds."""

    def write() -> None:
        service(actor=request.user, finding_id=found.pk, now=clock.now(), **form.cleaned_data)

    return write


def _take(
    request: SignedInRequest,
    found: "Finding",
    name: str,
    form: "forms.Form",
    write: Callable[[], None],
    sentence: str,
) -> HttpResponse | None:
    """Write what a valid form holds and say so; return the page again where it is invalid or refused."""
    if not form.is_valid():
        return _page(request, found, {name: form}, status=422)
    try:
        write()
    except DomainError as error:
        if error.kind == "forbidden":
            raise
        add_problems(form, error)
        return _page(request, found, {name: form}, status=problem.status_of(error))
    messages.success(request, sentence)
    return None


def _back(found: "Finding") -> HttpResponse:
    return HttpResponseRedirect(reverse("finding", args=[found.public_id]))


def _page(request: HttpRequest, found: "Finding", forms: Forms, status: int = 200) -> HttpResponse:
    """Show the finding; `forms` are those that were sent and refused."""
    name_findings_as_frozen(found.cycle, [found])
    uses = get_finding_uses(request.user, found)
    grounds, logs = get_grounds(found, uses), [describe_usage(row) for row in uses]
    bodies = {*organizations_in(found.evidence), *grounds.relations}
    organizations = get_organizations_in(request.user, found.cycle, bodies)
    pictures, undrawn = draw_days(grounds)
    falsifications = get_falsifications(found)
    forms = _offered(request, found, falsifications) | forms
    decision = forms.get("decision")
    invalidated = set(found.invalidated_logs)
    marked = set(decision["logs"].value() or []) if decision else invalidated
    was_suspended = bool(list_kept_from_answering([found]))
    context = {
        "finding": found,
        "is_too_late_to_answer": not found.is_answered_in_time and _today() > found.answer_due_date,
        "was_suspended": was_suspended,
        "read_at": clock.now().isoformat(),
        "could_not_answer": was_suspended and found.answered_at is None,
        "reads_journal": rules.has_perm("site.read_journal", request.user),
        "costs_points": _costs_points(found.cycle),
        "today": _today(),
        "is_unheard": any(_is_unheard(each) for each in falsifications),
        "cycle": found.cycle,
        "pieces": build_pieces(found.kind, found.evidence, grounds, organizations),
        "pictures": pictures,
        "undrawn": undrawn,
        "logs": [
            log | {"invalidated": log["log"] in invalidated, "marked": log["log"] in marked} for log in logs
        ],
        "unseen": len(found.logs) - len(logs),
        "opens": viewable_log_ids(request.user, [log["log"] for log in logs]),
        "confirmed_by_clock": get_logs_confirmed_by_clock([log["log"] for log in logs], grounds.frozen_at),
        "opens_booking": viewable_booking_ids(
            request.user, [log["booking"] for log in logs if log["booking"]]
        ),
        **dict.fromkeys(("decision", "answer", "proposal", "reply", "verdict")),
        **forms,
        "earlier": findings_selectors.get_decisions(found)[1:],
        "falsifications": falsifications,
        "decidable_from": _decidable_from(found),
        "is_unchecked": found.cycle.state == CycleState.FROZEN,
        "sees_all": rules.has_perm("rewards.trace_any", request.user),
        "is_settled": found.cycle.state not in BEFORE_APPROVAL,
    }
    return render(request, "rewards/findings/finding.html", context, status=status)


def _costs_points(cycle: "AssessmentCycle") -> bool:
    """Whether a finding that is upheld without an answer in time takes points by the year's policy."""
    policy = get_policy_rules(cycle.policy)
    return bool(policy.groups and policy.findings.points.get("overdue"))


def _today() -> date:
    return clock.now().astimezone(CITY_TIME).date()


def _decidable_from(found: "Finding") -> date | None:
    """Return the day from which an open finding can be decided without an answer, while that lies ahead."""
    if found.state != FindingState.OPEN or is_decidable(found.answered_at, found.answer_due_date, _today()):
        return None
    return found.answer_due_date + timedelta(days=1)


def _offered(request: HttpRequest, found: "Finding", falsifications: "list[Falsification]") -> Forms:
    """Return the forms of what the viewer can do with the finding now."""
    offered: Forms = {}
    answers = rules.has_perm("rewards.answer_finding", request.user, found)
    if answers and found.state == FindingState.OPEN and found.cycle.state in TAKES_FINDINGS:
        written = {"answer": found.answer, "no_objection": found.no_objection}
        offered["answer"] = AnswerForm(initial=written)
    if found.cycle.state not in BEFORE_APPROVAL:
        return offered
    standing = next((one for one in falsifications if one.state in STANDING), None)
    if is_decidable_by(request.user, found, _today()):
        offered["decision"] = DecisionForm(
            finding=found, may_dismiss=standing is None, initial=_decided(found)
        )
    if (
        standing is None
        and found.state != FindingState.DISMISSED
        and rules.has_perm("rewards.decide_finding", request.user, found)
    ):
        offered["proposal"] = FalsificationForm()
    if answers and standing is not None and standing.state == FalsificationState.PROPOSED:
        offered["reply"] = FalsificationAnswerForm(initial={"answer": standing.answer})
    if standing is not None and _may_decide(request, found, standing):
        offered["verdict"] = FalsificationDecisionForm(may_confirm=_is_confirmable(found, standing))
    return offered


def _may_decide(request: HttpRequest, found: "Finding", standing: "Falsification") -> bool:
    is_other = standing.proposed_by_id != request.user.pk
    return is_other and rules.has_perm("rewards.decide_falsification", request.user, found)


def _is_confirmable(found: "Finding", standing: "Falsification") -> bool:
    return (
        standing.state == FalsificationState.PROPOSED
        and found.state == FindingState.UPHELD
        and is_decidable(standing.answered_at, standing.answer_due_date, _today())
    )


def _is_unheard(proposed: "Falsification") -> bool:
    is_open = proposed.state == FalsificationState.PROPOSED and proposed.answered_at is None
    return is_open and was_kept_from_answering(proposed)


def _decided(found: "Finding") -> dict[str, Any]:
    """Return the previous decision as initial values of the form."""
    if found.state == FindingState.OPEN:
        return {}
    outcome = "dismiss"
    if found.state == FindingState.UPHELD:
        outcome = "none" if not found.invalidated_logs else "chosen"
        if set(found.invalidated_logs) == set(found.logs):
            outcome = "all"
    return {"outcome": outcome, "logs": found.invalidated_logs, "reason": found.reason}
