"""Make a preview of the paper, and confirm that it was looked through; only then can it be sealed."""

from dataclasses import replace
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.documents import official
from instrument_share.journal.services import record
from instrument_share.kernel.progress import Tell
from instrument_share.kernel.states import require_transition
from rewards.assessment.services.recomputing import find_result_differences
from rewards.cycle.domain.parts import hash_content
from rewards.cycle.domain.states import MOVES
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.cycle.services.files import file_store
from rewards.cycle.services.long_steps import LongStep, StepTell, tell_of
from rewards.policy.selectors import get_policy_rules, require_decided_policy
from rewards.report.domain.errors import PreviewMissing, ResultsNotComputed
from rewards.report.models import ReportPreview
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.letter import build_finance_letter
from rewards.report.reports.links import get_verification_url
from rewards.report.selectors.previews import get_next_number, get_preview

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

FOLDER = "previews"
CODE = "预览稿"
NOTICE = "预览稿：尚未封装和签名，不得据此拨付"


def report_preview(*, actor: "User", cycle_id: int, now: datetime) -> ReportPreview:
    """Make the paper of the approved results as it will be sealed, marked on each page as a preview.

    Raises ResultsNotComputed, PolicyIsDraft, and IllegalMove when the cycle is not approved, or was sent.
    """
    return PREVIEW.take(actor=actor, cycle_id=cycle_id, now=now)


def _admit(actor: "User", cycle: AssessmentCycle, _now: datetime) -> None:
    require(actor, "rewards.send_report", cycle)
    require_transition(MOVES, cycle.state, "preview", kind="cycle")
    require_decided_policy(cycle.policy)


def _compute(cycle: AssessmentCycle, now: datetime, tell: StepTell) -> bytes:
    require_computed(cycle, tell)
    letter = build_finance_letter(
        get_report_facts(cycle),
        get_policy_rules(cycle.policy),
        code=CODE,
        url=get_verification_url(""),
        at=now,
    )
    return official.render_official(replace(letter, notice=NOTICE), tell_of(tell, "paper"))


def _keep(actor: "User", cycle: AssessmentCycle, pdf: bytes, now: datetime) -> ReportPreview:
    digest = hash_content(pdf)
    preview = ReportPreview.objects.create(
        cycle=cycle,
        number=get_next_number(cycle),
        sha256=digest,
        file=file_store(folder=FOLDER, name=f"{digest}.pdf", content=pdf),
        made_at=now,
        made_by=actor,
    )
    details = {"number": preview.number, "pdf_sha256": digest}
    record(actor=actor, action="report.previewed", subject=cycle, now=now, details=details)
    return preview


PREVIEW = LongStep(_admit, _compute, _keep)


@transaction.atomic
def preview_confirm(*, actor: "User", cycle_id: int, sha256: str, now: datetime) -> ReportPreview:
    """Confirm that the preview with this SHA-256 was looked through; a second time changes nothing.

    Raises PreviewMissing when it is not the present one.
    """
    cycle = cycle_lock(cycle_id)
    _admit(actor, cycle, now)
    preview = get_preview(cycle)
    if preview is None or preview.sha256 != sha256:
        raise PreviewMissing
    if preview.looked_at is None:
        preview.looked_at, preview.looked_by = now, actor
        preview.save(update_fields=["looked_at", "looked_by"])
        record(actor=actor, action="report.looked_at", subject=cycle, now=now, details={"pdf_sha256": sha256})
    return preview


def require_computed(cycle: AssessmentCycle, tell: Tell) -> None:
    """Raise ResultsNotComputed unless snapshot, policy and decisions give the stored results."""
    differing = find_result_differences(cycle, tell)
    if differing:
        raise ResultsNotComputed(count=len(differing), first=str(differing[0]))


def require_looked_at(cycle: AssessmentCycle) -> None:
    """Raise PreviewMissing unless somebody has looked through the paper of the results as approved."""
    preview = get_preview(cycle)
    if preview is None or preview.looked_at is None:
        raise PreviewMissing
