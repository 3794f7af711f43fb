"""Objections as a viewer may see them, and what of them hinders approval."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.core import signing
from django.db.models import Exists, F, OuterRef, Q, QuerySet

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import NotFound, require_found
from rewards.cycle.domain.states import CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.scope import NOTICED, can_see_all, managed_units
from rewards.cycle.selectors.snapshot import StoredSnapshot, name_as_frozen
from rewards.findings.models import Finding, FindingDecision
from rewards.objections.domain.choices import AnswerEffect
from rewards.objections.domain.errors import ObjectionNotScored, ObjectionsOpen
from rewards.objections.models import Objection, ObjectionFile

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

SALT = "rewards.objection"


def takes_objections(cycle: AssessmentCycle, now: datetime) -> bool:
    """Return whether the public notice runs: through the whole of its last day in the city."""
    return (
        cycle.state == CycleState.NOTICED
        and cycle.notice_ends_date is not None
        and now.astimezone(CITY_TIME).date() <= cycle.notice_ends_date
    )


def is_notice_withdrawn(cycle: AssessmentCycle) -> bool:
    """Return whether the notice of a year that `get_announced_cycle` returns is to begin anew."""
    return cycle.state not in NOTICED


def get_announced_cycle(year: int) -> AssessmentCycle:
    """Return a year whose results are in public notice, or were when somebody objected. Raises NotFound."""
    objected = Objection.objects.filter(cycle=OuterRef("pk"))
    announced = AssessmentCycle.objects.filter(Q(state__in=NOTICED) | Exists(objected), year=year)
    return require_found(announced.first())


def units_in_notice(cycle: AssessmentCycle) -> Mapping[str, tuple[str, str]]:
    """Return the Chinese and English names of the year's units, as frozen, by public id."""
    return {unit.organization: (unit.name_zh, unit.name_en) for unit in StoredSnapshot(cycle).units()}


def name_unit_as_frozen(objection: Objection) -> None:
    """Give the unit that an objection is about its names of the freeze, to be shown and never saved."""
    if objection.organization is not None:
        name_as_frozen(objection.cycle, [objection.organization])


def objections_of(cycle: AssessmentCycle) -> QuerySet[Objection]:
    """Return every objection of a year with its answer; pages for everybody show number, day and answer."""
    return _rows().filter(cycle=cycle).order_by("number")


def objections_in_notice(cycle: AssessmentCycle) -> QuerySet[Objection]:
    """Return the objections of the notice that runs; those of a withdrawn one are not among them."""
    return objections_of(cycle).filter(raised_at__gte=cycle.noticed_at)


def get_objection(viewer: "Viewer", public_id: str) -> Objection:
    """Return one objection: for the bureau and Finance, or for the unit that it is about. Raises NotFound."""
    return require_found(_visible(viewer).filter(public_id=public_id).first())


def viewable_ids(viewer: "Viewer", cycle: AssessmentCycle) -> frozenset[str]:
    """Return the objections of a year (public ids) whose page the viewer may open."""
    return frozenset(_visible(viewer).filter(cycle=cycle).values_list("public_id", flat=True))


def get_file(viewer: "Viewer", public_id: str, sha256: str) -> ObjectionFile:
    """Return a file of an objection that the viewer may see. Raises NotFound."""
    objection = get_objection(viewer, public_id)
    return require_found(ObjectionFile.objects.filter(objection=objection, sha256=sha256).first())


def sign_objection(objection: Objection) -> str:
    """Return the secret by which who objected finds the answer."""
    return signing.dumps(objection.public_id, salt=SALT)


def get_signed(token: str) -> Objection:
    """Return the objection that the secret is for. Raises NotFound."""
    try:
        public_id = signing.loads(token, salt=SALT)
    except signing.BadSignature:
        raise NotFound from None
    return require_found(_rows().filter(public_id=public_id).first())


def open_objections() -> QuerySet[Objection]:
    """Return objections that are not answered, of every year."""
    return Objection.objects.filter(answer__isnull=True)


def unkept_promises() -> QuerySet[Objection]:
    """Return objections whose answer promises that findings are decided anew, and the units then scored.

    It is kept by a decision, since the objection was raised, on a finding of its unit that was there then;
    and by a scoring since the answer. A decision on another unit's finding keeps none, nor does the first one
    on a finding that another objection has opened. Where its unit had none, or it is about no unit, any
    decision keeps it: else the year could never be approved. Scoring alone keeps none: a year is scored once
    more as well when a decided policy replaces its draft.
    """
    cycle, raised, unit = OuterRef("cycle"), OuterRef("raised_at"), OuterRef("organization")
    meant = Finding.objects.filter(cycle=cycle, organization=unit, found_at__lt=raised)
    decided = FindingDecision.objects.filter(cycle=cycle, decided_at__gte=raised)
    decided_meant = decided.filter(finding__organization=unit, finding__found_at__lt=raised)
    is_decided = Q(Exists(decided_meant)) | (Q(Exists(decided)) & ~Q(Exists(meant)))
    kept = is_decided & Q(cycle__scored_at__gt=F("answer__answered_at"))
    return Objection.objects.filter(answer__effect=AnswerEffect.SCORED_ANEW).exclude(kept)


def list_effects(objection: Objection) -> list[AnswerEffect]:
    """Return what can follow from an answer: no finding without a unit, none anew where none was."""
    impossible = set() if objection.organization_id else {AnswerEffect.FINDING}
    findings = Finding.objects.filter(cycle=objection.cycle_id, found_at__lt=objection.raised_at)
    if objection.organization_id:
        findings = findings.filter(organization=objection.organization_id)
    if not findings.exists():
        impossible.add(AnswerEffect.SCORED_ANEW)
    return [effect for effect in AnswerEffect if effect not in impossible]


def require_objections_settled(cycle: AssessmentCycle) -> None:
    """Raise ObjectionsOpen or ObjectionNotScored where objections hinder the approval of the year."""
    waiting = open_objections().filter(cycle=cycle).count()
    if waiting:
        raise ObjectionsOpen(count=waiting)
    require_promises_kept(cycle)


def require_promises_kept(cycle: AssessmentCycle) -> None:
    """Raise ObjectionNotScored where an answer promises decisions anew: these results can't be approved."""
    if unkept_promises().filter(cycle=cycle).exists():
        raise ObjectionNotScored


def _visible(viewer: "Viewer") -> QuerySet[Objection]:
    rows = _rows()
    return rows if can_see_all(viewer) else rows.filter(Q(organization__in=managed_units(viewer)))


def _rows() -> QuerySet[Objection]:
    return Objection.objects.select_related(
        "cycle", "organization", "answer", "answer__finding", "answer__answered_by"
    )
