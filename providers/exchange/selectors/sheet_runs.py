"""Read remembered columns and imports under way."""

from collections.abc import Mapping, Sequence
from enum import Enum, StrEnum
from typing import TYPE_CHECKING

from django.db.models import QuerySet

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.standing import standing
from instrument_share.jobs.selectors import JobState, job_states
from instrument_share.kernel.errors import require_found
from providers.exchange.models import SheetMemory, SheetRun

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer


class RunState(Enum):
    """An import is in, was stopped by what the rules refuse, was given up by the queue, or waits to go on."""

    FINISHED = "finished"
    STOPPED = "stopped"
    GIVEN_UP = "given_up"
    WAITS = "waits"


def has_waiting_job(run: SheetRun) -> bool:
    """Return whether a job waits to import the next part."""
    job_id = str(run.job_id)
    return run.job_id is not None and job_states([job_id]).get(job_id) is JobState.WAITS


def sheet_run_states(runs: Sequence[SheetRun]) -> Mapping[int, RunState]:
    """Return the state of each import by its primary key."""
    jobs = job_states(str(run.job_id) for run in runs if run.finished_at is None and run.job_id)
    return {run.pk: _state(run, jobs) for run in runs}


def _state(run: SheetRun, jobs: Mapping[str, JobState]) -> RunState:
    if run.stopped:
        return RunState.STOPPED
    if run.finished_at is not None:
        return RunState.FINISHED
    return RunState.GIVEN_UP if jobs.get(str(run.job_id)) is JobState.GIVEN_UP else RunState.WAITS


def sheet_memory(organization_id: int, kind: StrEnum) -> dict[str, str]:
    """Return the unit's last choices for columns, by normalized heading."""
    found = SheetMemory.objects.filter(organization_id=organization_id, kind=kind.value).first()
    return found.columns if found else {}


def sheet_words(organization_id: int, kind: StrEnum) -> dict[str, dict[str, str]]:
    """Return what the unit has said that words of its sheets mean: field → word → our word or code."""
    found = SheetMemory.objects.filter(organization_id=organization_id, kind=kind.value).first()
    return found.words if found else {}


def sheet_run(viewer: "Viewer", organization_id: int, public_id: str) -> SheetRun:
    """Return an import of a unit that the viewer manages, or one of their own. Raises NotFound."""
    return require_found(_visible_runs(viewer, organization_id).filter(public_id=public_id).first())


def run_of_upload(viewer: "User", organization_id: int, key: str) -> SheetRun | None:
    """Return the viewer's import of an upload, unless it has stopped."""
    return SheetRun.objects.filter(
        organization_id=organization_id, user=viewer, key=key, stopped=False
    ).first()


def sheet_runs(viewer: "Viewer", organization_id: int, limit: int = 10) -> list[SheetRun]:
    """Return the last imports of a unit that the viewer manages, or their own there, newest first."""
    found = _visible_runs(viewer, organization_id).select_related("user")
    return list(found.order_by("-started_at", "-pk")[:limit])


def _visible_runs(viewer: "Viewer", organization_id: int) -> QuerySet[SheetRun]:
    runs = SheetRun.objects.filter(organization_id=organization_id)
    is_manager = standing(viewer).holds(Role.UNIT_MANAGER, organization_id)
    if viewer.is_anonymous:
        return runs.none()
    return runs if is_manager else runs.filter(user=viewer)
