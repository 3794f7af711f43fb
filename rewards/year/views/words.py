"""Texts about the steps of a year: names, consequences, results."""

from collections.abc import Iterator
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

from django.conf import settings
from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, ngettext, pgettext_lazy

from instrument_share.web.text.formats import bilingual, date_only, join_sentences, yuan
from rewards.cycle.domain.errors import OtherYearFirst
from rewards.cycle.domain.states import CycleState
from rewards.cycle.selectors.left_out import list_left_out
from rewards.findings.selectors.due import ANSWER_WORKING_DAYS
from rewards.inspections.selectors.inspections import count_undrawn, count_unrecorded
from rewards.objections.selectors.objections import objections_in_notice

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer
    from rewards.cycle.models import AssessmentCycle
    from rewards.year.selectors import CycleAhead

ACTIONS: dict[str, str | Promise] = {
    "freeze": gettext_lazy("Freeze the year’s data"),
    "check": gettext_lazy("Check the logs"),
    "score": gettext_lazy("Score the units and divide the budget"),
    "announce": gettext_lazy("Put the results out for public notice"),
    "approve": gettext_lazy("Approve the results"),
    "preview": gettext_lazy("Make a preview of the report"),
    "send": gettext_lazy("Seal the report and send it to Finance"),
}
"""What an officer can do, as its button says it."""

DONE: dict[str, str | Promise] = {
    "freeze": gettext_lazy("The year’s data are frozen. Check the logs next."),
    "check": gettext_lazy("The logs are checked. Auditors decide what was found; then score the units."),
    "score": gettext_lazy("The units are scored. Review the results, then put them out for notice."),
    "announce": gettext_lazy(
        "The results are public. They can be approved at the earliest when the notice has ended."
    ),
    "approve": gettext_lazy("The results are approved. Make a preview of the report next."),
    "preview": gettext_lazy("The preview is ready. Review it; then the report can be sealed."),
    "send": gettext_lazy("The report is sealed and sent. The Finance Bureau answers next."),
}

STEPS: tuple[tuple[str, str | Promise, str], ...] = (
    (CycleState.FROZEN, gettext_lazy("Freeze"), "frozen_at"),
    (CycleState.CHECKED, gettext_lazy("Check"), "checked_at"),
    (CycleState.SCORED, pgettext_lazy("step of a year", "Score"), "scored_at"),
    (CycleState.NOTICED, gettext_lazy("Public notice"), "noticed_at"),
    (CycleState.APPROVED, pgettext_lazy("step of a year", "Approve"), "approved_at"),
    (CycleState.REPORTED, gettext_lazy("Send"), ""),
    (CycleState.PAID, gettext_lazy("Pay"), ""),
)
_ORDER = list(CycleState)
MOST_UNITS = 10
"""Units that a list among the consequences of a step names; the others are counted."""


def build_step_line(ahead: "CycleAhead") -> list[tuple[str | Promise, str, str]]:
    """Return the line of steps with the day of each; a notice is over, and a check, once all is decided."""
    cycle, report = ahead.cycle, ahead.report
    in_notice = cycle.state == CycleState.NOTICED
    in_check = cycle.state == CycleState.CHECKED and ahead.step.waits_for == "findings"
    reached = _ORDER.index(CycleState(cycle.state)) - (in_notice or in_check)
    line = []
    for state, label, field in STEPS:
        place = _ORDER.index(CycleState(state))
        when = "done" if place <= reached else "now" if place == reached + 1 else "next"
        at = getattr(cycle, field) if field else None
        if state == CycleState.REPORTED and report is not None:
            at = report.sealed_at
        if state == CycleState.PAID:
            at = ahead.last_paid
        note = date_only(at) if at is not None and when == "done" else ""
        if in_notice and when == "now":
            note = _("until {date}").format(date=date_only(cycle.notice_ends_date))
        line.append((label, when, note))
    return line


def awaits_another(viewer: "Viewer", ahead: "CycleAhead") -> bool:
    """Return whether another officer than the viewer, who announced the results, has to approve them."""
    return ahead.step.move == "approve" and ahead.cycle.announced_by_id == viewer.pk


def describe_waiting(viewer: "Viewer", ahead: "CycleAhead") -> str:
    """Return what the year waits for; empty when only for the viewer's next step."""
    if awaits_another(viewer, ahead):
        return _("The results were announced by you; another officer approves them.")
    return _describe_what_is_awaited(ahead)


def _describe_what_is_awaited(ahead: "CycleAhead") -> str:
    match ahead.step.waits_for:
        case "year":
            return _("The year is still running; its data can be frozen from 1 January {following}.").format(
                following=ahead.cycle.year + 1
            )
        case "other_year":
            return _(OtherYearFirst.message).format(other=ahead.other_year)
        case "findings":
            return _count_findings(ahead)
        case "objections":
            return _count_objections(ahead)
        case "anew":
            return _("An objection was upheld: an auditor decides findings anew; then score the units again.")
        case "notice":
            return join_sentences(_tell_of_notice(ahead))
        case "policy":
            return _(
                "The policy is a draft: with it the results can be shown, but not approved, sent or paid."
            )
        case "preview":
            return _("The preview has to be reviewed before the report is sealed.")
        case "finance":
            return _("The report is with the Finance Bureau, which accepts or returns it.")
        case "payment":
            return _("The Finance Bureau has accepted the report and records the payments.")
    return ""


def _count_findings(ahead: "CycleAhead") -> str:
    if not ahead.open_findings:
        return ngettext(
            "%(count)s falsification is proposed; a second person has to confirm or reject it.",
            "%(count)s falsifications are proposed; a second person has to confirm or reject each.",
            ahead.open_falsifications,
        ) % {"count": ahead.open_falsifications}
    return ngettext(
        "%(count)s finding is open; an auditor has to decide it.",
        "%(count)s findings are open; an auditor has to decide each.",
        ahead.open_findings,
    ) % {"count": ahead.open_findings}


def _count_objections(ahead: "CycleAhead") -> str:
    return ngettext(
        "%(count)s objection is not answered yet.",
        "%(count)s objections are not answered yet.",
        ahead.open_objections,
    ) % {"count": ahead.open_objections}


def _tell_of_notice(ahead: "CycleAhead") -> Iterator[str]:
    """Yield until when the notice runs, and what else stands against the approval."""
    cycle = ahead.cycle
    days = {"last": date_only(cycle.notice_ends_date), "first": date_only(cycle.approvable_from)}
    undecided = bool(ahead.open_findings or ahead.open_falsifications)
    if cycle.policy.is_draft:
        yield _(
            "The public notice runs through {last}. "
            "The policy is a draft: only under a decided policy can the results be approved."
        ).format(**days)
    elif undecided or ahead.open_objections:
        yield _(
            "The public notice runs through {last}. "
            "At the earliest from {first} on the results can be approved."
        ).format(**days)
    else:
        yield _("The public notice runs through {last}. From {first} on the results can be approved.").format(
            **days
        )
    if undecided:
        yield _count_findings(ahead)
    if ahead.open_objections:
        yield _count_objections(ahead)


def describe_consequences(move: str, ahead: "CycleAhead", today: date) -> Iterator[str]:
    """Yield sentences about what a step will do, and to whom."""
    cycle = ahead.cycle
    match move:
        case "freeze":
            if today <= date(cycle.year, 12, 31):
                yield _("The year {year} is not over: whatever is logged from now on will not count.").format(
                    year=cycle.year
                )
            yield _("All usage logs, instruments, open times and completeness of {year} are frozen.").format(
                year=cycle.year
            )
            yield from _tell_of_what_is_left_out(cycle.year)
            yield _("Everything later is computed from this copy alone; later corrections do not count.")
            yield _("This cannot be undone.")
        case "check":
            yield _("Every check goes through every log; what is suspicious becomes a finding.")
            yield _("Units have {days} working days to answer; auditors decide.").format(
                days=ANSWER_WORKING_DAYS
            )
        case "score":
            yield from _tell_of_scoring(ahead)
        case "announce":
            text = _("Everybody can read the units’ grades and amounts, and object for {days} working days.")
            yield text.format(days=settings.PUBLIC_NOTICE_WORKING_DAYS)
            yield _(
                "Each unit is told its score and award. Another officer than you approves the results later."
            )
        case "approve":
            yield _("The results can no longer change: no finding can be decided anew.")
            yield from _tell_of_awards(cycle)
            yield from _warn_of_inspections(cycle)
        case "preview":
            yield _("The letter with its attachments is made as it will be sealed, marked as a preview.")
        case "send":
            yield _(
                "Letter, tables, policy and the list of the data are sealed, signed and handed to Finance."
            )
            yield from _tell_of_awards(cycle)
            yield _("The files can never be changed; if Finance returns them, a new report is sent.")
    if ahead.open_findings and move == "score":
        yield ngettext(
            "%(count)s finding is still open; when it is upheld later, the units have to be scored again.",
            "%(count)s findings are still open; when one is upheld later, the units have to be scored again.",
            ahead.open_findings,
        ) % {"count": ahead.open_findings}
    if move in {"freeze", "check", "score", "preview", "send"}:
        yield _("This may take minutes. The page shows the progress; it continues if you leave the page.")


def _tell_of_what_is_left_out(year: int) -> Iterator[str]:
    left_out = list_left_out(year)
    if count := sum(each.unconfirmed for each in left_out):
        yield ngettext(
            "%(count)s use is not confirmed and will not count.",
            "%(count)s uses are not confirmed and will not count.",
            count,
        ) % {"count": count}
    if count := sum(each.running for each in left_out):
        yield ngettext(
            "%(count)s use is not checked out: without a log it will not count in any year.",
            "%(count)s uses are not checked out: without a log they will not count in any year.",
            count,
        ) % {"count": count}
    if count := sum(each.facts for each in left_out):
        yield ngettext(
            "%(count)s declared fact waits for the bureau’s confirmation and will not count.",
            "%(count)s declared facts wait for the bureau’s confirmation and will not count.",
            count,
        ) % {"count": count}
    for each in left_out[:MOST_UNITS]:
        yield _("{unit}: {uses} uses, {facts} declared facts. The unit is told.").format(
            unit=bilingual(each.unit, "name"), uses=each.unconfirmed + each.running, facts=each.facts
        )
    if count := len(left_out[MOST_UNITS:]):
        yield ngettext(
            "%(count)s other unit is concerned and told as well.",
            "%(count)s other units are concerned and told as well.",
            count,
        ) % {"count": count}


def _tell_of_scoring(ahead: "CycleAhead") -> Iterator[str]:
    cycle = ahead.cycle
    yield _("The budget of {budget} is divided among the units by “{policy}”, version {version}.").format(
        budget=yuan(cycle.budget_yuan),
        policy=bilingual(cycle.policy, "title"),
        version=cycle.policy.version,
    )
    if cycle.scored_at:
        yield _("Results that were computed before are replaced; the same data give the same results.")
    if cycle.state == CycleState.NOTICED and ahead.outdated:
        yield _("The public notice ends, and has to begin anew. Each unit is told so.")
        yield from _tell_objectors(cycle)


def _tell_objectors(cycle: "AssessmentCycle") -> Iterator[str]:
    if count := objections_in_notice(cycle).count():
        yield ngettext(
            "Who raised the %(count)s objection is told by mail, and can object to the new results.",
            "Those who raised the %(count)s objections are told by mail, and can object to the new results.",
            count,
        ) % {"count": count}


def _tell_of_awards(cycle: "AssessmentCycle") -> Iterator[str]:
    if cycle.scored_at:
        yield _("Units: {units}, awards together {total}. Each unit is told its award.").format(
            units=cycle.totals["units"], total=yuan(Decimal(cycle.totals["awarded_yuan"]))
        )


def _warn_of_inspections(cycle: "AssessmentCycle") -> Iterator[str]:
    if count := count_undrawn(cycle):
        yield ngettext(
            "%(count)s draw was announced and is not made yet; afterwards it can't be made any more.",
            "%(count)s draws were announced and are not made yet; afterwards they can't be made any more.",
            count,
        ) % {"count": count}
    if count := count_unrecorded(cycle):
        yield ngettext(
            "%(count)s random inspection is not recorded yet; it can lead to no finding any more.",
            "%(count)s random inspections are not recorded yet; they can lead to no finding any more.",
            count,
        ) % {"count": count}
