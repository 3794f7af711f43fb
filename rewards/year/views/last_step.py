"""What the page of a year says of the long step that a job takes, or took last."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.utils.functional import Promise
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import number
from rewards.cycle.domain.states import MOVES
from rewards.cycle.selectors.step_runs import LastStep, StepState
from rewards.year.views.words import ACTIONS, DONE

if TYPE_CHECKING:
    from rewards.year.selectors import CycleAhead

LOGS: dict[str, str | Promise] = {
    "freeze": gettext_lazy("Logs collected"),
    "check": gettext_lazy("Logs checked"),
    "score": gettext_lazy("Logs totalled"),
    "preview": gettext_lazy("Logs totalled again"),
    "send": gettext_lazy("Logs totalled again"),
}
"""What the bar of a step shows while it reads the year's logs."""
_LEADS_TO = {move: state for moves in MOVES.values() for move, state in moves.items()}


@dataclass(frozen=True)
class StepNews:
    """A step with its state and what is said about it: of its progress, its result, or why it was refused."""

    state: str
    action: str
    asked_by: str
    bar: tuple[str, int, int, str] | None
    sentence: str


def describe_last_step(ahead: "CycleAhead") -> StepNews | None:
    """Return what is said about the last long step; nothing once the year has gone on from there."""
    last = ahead.last
    if last is None or not _is_news(last, ahead):
        return None
    run = last.run
    return StepNews(
        state=last.state.value,
        action=str(ACTIONS[run.move]),
        asked_by=run.user.name,
        bar=_bar(last),
        sentence=_sentence(last),
    )


def _is_news(last: LastStep, ahead: "CycleAhead") -> bool:
    if last.is_under_way:
        return True
    move, state = last.run.move, ahead.cycle.state
    if last.state is not StepState.DONE:
        return move in MOVES.get(state, {})  # it can be asked for again
    answered = ahead.report is not None and ahead.report.answered_at is not None
    return state == _LEADS_TO[move] and not ahead.outdated and not answered


def _bar(last: LastStep) -> tuple[str, int, int, str] | None:
    done, total = last.run.done, last.run.total
    if last.state is not StepState.RUNS or not total:
        return None
    counts = {"done": number(done), "total": number(total)}
    match last.run.counted:
        case "paper":
            return _("Report laid out"), done, total, ""  # a percentage
        case "files":
            return _("Files made"), done, total, _("{done} of {total} files").format(**counts)
    return str(LOGS[last.run.move]), done, total, _("{done} of {total} logs").format(**counts)


def _sentence(last: LastStep) -> str:
    if last.state is StepState.DONE:
        return str(DONE[last.run.move])
    if last.state is StepState.REFUSED:
        return told(last.run.problem["message"], last.run.problem["params"])
    return ""
