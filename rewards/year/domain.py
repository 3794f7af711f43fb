"""The next step of an annual assessment, and what it waits for."""

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from typing import Literal

from rewards.cycle.domain.states import CycleState
from rewards.report.domain.states import ReportState

WaitsFor = (
    Literal["", "year", "other_year", "findings", "objections", "anew", "notice"]
    | Literal["policy", "preview", "finance", "payment"]
)


Preview = Literal["", "made", "looked_at"]
"""Whether the paper was previewed since the approval, and looked through."""
_BEFORE_SENDING: Mapping[Preview, tuple[str, WaitsFor]] = {
    "": ("preview", ""),
    "made": ("", "preview"),
    "looked_at": ("send", ""),
}


@dataclass(frozen=True)
class NextStep:
    """The next step: `move` is what an officer can do now (of `domain.states.MOVES`, or empty).

    `waits_for` says what has to come first: the end of the year, the results of another year, decisions on
    findings and on proposed falsifications, answers to objections, decisions that an answer promised
    (`anew`), the end of the public notice, a policy that is no draft, a look through the preview, the answer
    of the Finance Bureau, or its payments.
    """

    move: str
    waits_for: WaitsFor = ""


def get_next_step(
    state: str,
    *,
    year: int,
    today: date,
    other_year: int | None = None,
    notice_ends: date | None = None,
    undecided: int = 0,
    open_objections: int = 0,
    promised_anew: bool = False,
    outdated: bool = False,
    draft: bool = False,
    preview: Preview = "",
    report_state: str = "",
) -> NextStep:
    """Return the next step; `today` is in the city.

    `other_year`: one beside which this may not be frozen; `undecided`: findings and proposed falsifications;
    `outdated`: a finding was decided after scoring; `draft`: the policy is one; `preview`: how far the look
    at the paper is.
    """
    findings: WaitsFor = "findings" if undecided else ""
    match CycleState(state):
        case CycleState.COLLECTING:
            if today.year <= year:
                return NextStep("", "year")
            return NextStep("", "other_year") if other_year else NextStep("freeze")
        case CycleState.FROZEN:
            return NextStep("check")
        case CycleState.CHECKED:
            return NextStep("score", findings)
        case CycleState.SCORED:
            return _scored(outdated, findings or ("anew" if promised_anew else ""))
        case CycleState.NOTICED:
            waits_for = findings or ("objections" if open_objections else "anew" if promised_anew else "")
            return _in_notice(today, notice_ends, outdated, waits_for or ("policy" if draft else ""))
        case CycleState.APPROVED:
            return NextStep("", "policy") if draft else NextStep(*_BEFORE_SENDING[preview])
        case CycleState.REPORTED:
            return NextStep("", "payment" if report_state == ReportState.ACCEPTED else "finance")
        case CycleState.PAID:
            return NextStep("")


def _scored(outdated: bool, waits_for: WaitsFor) -> NextStep:
    if outdated:
        return NextStep("score", "findings" if waits_for == "findings" else "")
    return NextStep("", waits_for) if waits_for else NextStep("announce")


def _in_notice(today: date, notice_ends: date | None, outdated: bool, waits_for: WaitsFor) -> NextStep:
    if outdated:
        return NextStep("score", "findings" if waits_for == "findings" else "")
    if (
        notice_ends is not None and today <= notice_ends and waits_for != "anew"
    ):  # another notice follows that
        return NextStep("", "notice")
    return NextStep("", waits_for) if waits_for else NextStep("approve")
