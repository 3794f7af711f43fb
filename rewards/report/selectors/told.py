"""Compare what a year's rows say with what the journal tells and the snapshot holds."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from instrument_share.journal.selectors import entries
from rewards.cycle.domain.parts import parse_manifest
from rewards.cycle.domain.states import CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.policy.models import RewardPolicy
from rewards.policy.selectors import get_policy_columns
from rewards.report.domain.states import ReportState
from rewards.report.models import FinanceReport, ReportPreview

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry

Told = Mapping[str, Mapping[str, "AuditEntry"]]
"""By the public id of a subject: the last entry of each action on it."""

CONTACT = ("notice_person", "notice_phone", "notice_address")
STATES = {
    "cycle.opened": CycleState.COLLECTING,
    "cycle.frozen": CycleState.FROZEN,
    "cycle.checked": CycleState.CHECKED,
    "cycle.scored": CycleState.SCORED,
    "cycle.announced": CycleState.NOTICED,
    "cycle.approved": CycleState.APPROVED,
    "report.sent": CycleState.REPORTED,
    "report.returned": CycleState.APPROVED,
    "cycle.paid": CycleState.PAID,
    "cycle.unpaid": CycleState.REPORTED,
}
"""The state of a year after an act."""


def find_untold_changes(cycle: AssessmentCycle) -> Iterator[str]:
    """Yield every difference between the rows of a scored year and its journal or snapshot.

    Raises SnapshotDamaged, SnapshotVersionUnknown.
    """
    reports = list(FinanceReport.objects.filter(cycle=cycle).order_by("number"))
    yield from _snapshot(cycle)
    yield from _policy(cycle.policy)
    yield from _cycle(cycle, told_of([cycle]).get(cycle.public_id, {}), told_of(reports).values())
    yield from _previews(cycle)
    for report in reports:
        yield from _report(report, told_of([report]).get(report.public_id, {}))
    sent = entries().filter(action="report.sent", details__cycle=cycle.public_id)
    yield from find_missing("report", reports, sent)


def told_of(rows: Iterable[Any]) -> Told:
    """Return the journal of rows of one model that have a public id: the last entry of each action."""
    return {subject: last_of(acts) for subject, acts in acts_on(rows).items()}


def last_of(acts: "Iterable[AuditEntry]") -> "dict[str, AuditEntry]":
    """Return the last entry of each action."""
    return {entry.action: entry for entry in acts}


def acts_on(rows: Iterable[Any]) -> "Mapping[str, Sequence[AuditEntry]]":
    """Return the whole journal of rows of one model by their public ids, oldest first."""
    subjects = {row.public_id: row._meta.label for row in rows}
    found: dict[str, list[AuditEntry]] = defaultdict(list)
    ids = list(subjects)
    for entry in entries().filter(subject_type__in=set(subjects.values()), subject_id__in=ids).order_by("id"):
        found[entry.subject_id].append(entry)
    return found


def find_missing(what: str, rows: Iterable[Any], told: "Iterable[AuditEntry]") -> Iterator[str]:
    """Yield the subjects that the journal tells of and that are not among the rows."""
    present = {row.public_id for row in rows}
    for entry in told:
        if entry.subject_id not in present:
            yield f"{what} {entry.subject_id}: is told of by the journal and not there"


def compare(where: str, source: str, pairs: Mapping[str, tuple[Any, Any]]) -> Iterator[str]:
    """Yield the columns whose two values (stored, told) differ."""
    for column, (stored, told) in pairs.items():
        if stored != told:
            yield f"{where} {column}: {stored} is stored, the {source} says {told}"


def act(entry: "AuditEntry | None", at: Any, by: int | None, name: str) -> dict[str, tuple[Any, Any]]:
    """Return instant and person of an act as stored and as told; neither where it was not done."""
    told = (entry.at, entry.actor_id) if entry else (None, None)
    return {f"{name}_at": (at, told[0]), f"{name}_by": (by, told[1])}


def get_detail(entry: "AuditEntry | None", key: str, without: Any = None) -> Any:
    """Return a detail of an entry; `without` where there is no entry or no such detail."""
    return entry.details.get(key, without) if entry else without


def _snapshot(cycle: AssessmentCycle) -> Iterator[str]:
    snapshot = StoredSnapshot(cycle)
    snapshot.verify()
    rows = cycle.parts.values_list("kind", "instrument__public_id", "rows", "sha256")
    stored = {(kind, instrument or "", count, sha256) for kind, instrument, count, sha256 in rows}
    named = {(one.kind, one.instrument, one.rows, one.sha256) for one in parse_manifest(snapshot.manifest)}
    for kind, instrument, *_ in sorted(stored ^ named):
        yield f"snapshot part {kind} {instrument}".rstrip() + ": is not what the manifest names"
    yield from compare("year", "snapshot", {"year": (cycle.year, snapshot.year)})


def _policy(policy: RewardPolicy) -> Iterator[str]:
    yield from compare("policy", "document", get_policy_columns(policy))
    loaded = told_of([policy]).get(policy.public_id, {}).get("policy.loaded")
    told = {
        "sha256": (policy.sha256, get_detail(loaded, "sha256")),
        "created_at": (policy.created_at, loaded and loaded.at),
    }
    yield from compare("policy", "journal", told)


def _cycle(
    cycle: AssessmentCycle, told: "Mapping[str, AuditEntry]", of_reports: "Iterable[Mapping[str, AuditEntry]]"
) -> Iterator[str]:
    opened, frozen, scored = (told.get(f"cycle.{act}") for act in ("opened", "frozen", "scored"))
    announced, approved = told.get("cycle.announced"), told.get("cycle.approved")
    adopted = told.get("cycle.policy_adopted")
    scored = _unless_followed(scored, adopted)
    notice = _unless_followed(announced, scored, adopted)  # scored once more, it has to begin anew
    under = adopted or opened
    acts = [*told.values(), *(entry for one in of_reports for entry in one.values())]
    last = max(filter(_state_after, acts), key=lambda entry: entry.pk, default=None)
    checked = told.get("cycle.checked")
    columns = {
        "state": (cycle.state, last and _state_after(last)),
        "policy": (str(cycle.policy), get_detail(under, "policy")),
        "policy_sha256": (cycle.policy.sha256, get_detail(under, "policy_sha256", cycle.policy.sha256)),
        "budget_yuan": (write_yuan(cycle.budget_yuan), write_yuan(get_detail(opened, "budget_yuan"))),
        "snapshot_hash": (cycle.snapshot_hash, get_detail(frozen, "snapshot")),
        "decisions_scored": (cycle.decisions_scored, get_detail(scored, "decisions", 0)),
        "frozen_at": (cycle.frozen_at, frozen and frozen.at),
        "checked_at": (cycle.checked_at, checked and checked.at),
        "scored_at": (cycle.scored_at, scored and scored.at),
        "noticed_at": (cycle.noticed_at, notice and notice.at),
        "announced_by": (cycle.announced_by_id, announced and announced.actor_id),
        **{name: (getattr(cycle, name), get_detail(announced, name, "")) for name in CONTACT},
        "notice_ends_date": (write_day(cycle.notice_ends_date), get_detail(notice, "through")),
        "objections_zh": (cycle.objections_zh, get_detail(approved, "objections", "")),
        **act(approved, cycle.approved_at, cycle.approved_by_id, "approved"),
    }
    yield from compare("year", "journal", columns)


def _unless_followed(entry: "AuditEntry | None", *later: "AuditEntry | None") -> "AuditEntry | None":
    """Return the entry of an act, None where a later one undid it."""
    if entry is None or any(each is not None and each.pk > entry.pk for each in later):
        return None
    return entry


def _state_after(entry: "AuditEntry") -> str | None:
    """Return the state of a year after an act, None after one that changes none."""
    if entry.action == "cycle.policy_adopted":
        return str(entry.details["state"])
    return STATES.get(entry.action)


def write_yuan(amount: Decimal | str | None) -> str | None:
    """Return an amount as the journal writes it."""
    return None if amount is None else f"{Decimal(amount):.2f}"


def write_day(day: Any) -> str | None:
    """Return a day as the journal writes it."""
    return day and day.isoformat()


def _previews(cycle: AssessmentCycle) -> Iterator[str]:
    made = ReportPreview.objects.filter(cycle=cycle).order_by("pk")
    told = entries().filter(subject_type=cycle._meta.label, subject_id=cycle.public_id).order_by("pk")
    of_previews = told.filter(action="report.previewed")
    pairs: Iterable[tuple[Any, Any]] = zip_longest(made, of_previews)
    for number, (preview, entry) in enumerate(pairs, start=1):
        columns = {
            "number": (preview and preview.number, get_detail(entry, "number")),
            "sha256": (preview and preview.sha256, get_detail(entry, "pdf_sha256")),
            **act(entry, preview and preview.made_at, preview and preview.made_by_id, "made"),
        }
        yield from compare(f"preview {number}", "journal", columns)
    looked = {
        (one.looked_at, one.looked_by_id, one.sha256) for one in made if one.looked_at or one.looked_by_id
    }
    said = {
        (one.at, one.actor_id, one.details["pdf_sha256"]) for one in told.filter(action="report.looked_at")
    }
    yield from compare("previews", "journal", {"looked_at": (looked, said)})


def _report(report: FinanceReport, told: "Mapping[str, AuditEntry]") -> Iterator[str]:
    sent = told.get("report.sent")
    answered = told.get("report.accepted") or told.get("report.returned")
    columns = {
        "state": (report.state, answered.action.partition(".")[2] if answered else ReportState.SENT),
        "number": (report.number, get_detail(sent, "number")),
        "pdf_sha256": (report.pdf_sha256, get_detail(sent, "pdf_sha256")),
        "package_sha256": (report.package_sha256, get_detail(sent, "package_sha256", report.package_sha256)),
        "package_sm3": (report.package_sm3, get_detail(sent, "package_sm3", "")),
        "cycle": (report.cycle.public_id, get_detail(sent, "cycle")),
        "answer_note": (report.answer_note, get_detail(answered, "note", "")),
        **act(sent, report.sealed_at, report.sent_by_id, "sent"),
        **act(answered, report.answered_at, report.answered_by_id, "answered"),
    }
    yield from compare(f"report {report.number} ({report.code})", "journal", columns)
