"""Compare findings, decisions on them and falsifications with the journal, and with the snapshot."""

from collections import defaultdict
from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime
from itertools import zip_longest
from typing import TYPE_CHECKING, Any

from instrument_share.journal.selectors import entries
from instrument_share.kernel.canonical import fingerprint
from rewards.cycle.domain.entries import EntryFacts
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import StoredSnapshot, get_unit_ids
from rewards.findings.domain.all_checks import SeenCandidate
from rewards.findings.domain.checks import Candidate
from rewards.findings.domain.evidence import hash_evidence
from rewards.findings.domain.states import FalsificationState, FindingState
from rewards.findings.models import Falsification, Finding, FindingDecision
from rewards.findings.selectors.frozen_logs import read_logs
from rewards.report.selectors.told import (
    act,
    acts_on,
    compare,
    find_missing,
    get_detail,
    last_of,
    write_day,
    write_yuan,
)

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry

    Acts = Mapping[str, Sequence[AuditEntry]]

DECISIONS = ("finding.upheld", "finding.dismissed")
FALSIFICATION = "finding.falsification_"


def find_untold_findings(cycle: AssessmentCycle) -> Iterator[str]:
    """Yield every difference between a year's findings and its journal or snapshot.

    Raises SnapshotDamaged, SnapshotVersionUnknown.
    """
    findings = list(Finding.objects.filter(cycle=cycle).select_related("instrument").order_by("id"))
    acts = acts_on(findings)
    opened = entries().filter(action="finding.opened", details__cycle=cycle.public_id)
    yield from find_missing("finding", findings, opened)
    snapshot = StoredSnapshot(cycle)
    logs = read_logs(snapshot, {log for each in findings for log in each.logs})
    checked = [each for each in findings if not _is_opened(each, acts)]
    yield from _checked(checked, cycle, snapshot, logs)
    for finding in findings:
        told = last_of(acts.get(finding.public_id, ()))
        if "finding.opened" in told:
            yield from _opened(finding, told["finding.opened"], logs)
        yield from _finding(finding, told)
    yield from _decisions(cycle, acts)
    yield from _falsifications(findings, acts)


def _is_opened(finding: Finding, acts: "Acts") -> bool:
    return any(entry.action == "finding.opened" for entry in acts.get(finding.public_id, ()))


def _checked(
    findings: Sequence[Finding],
    cycle: AssessmentCycle,
    snapshot: StoredSnapshot,
    logs: Mapping[str, EntryFacts],
) -> Iterator[str]:
    """Compare what checks have found with what they told, and with the frozen logs."""
    entries_of_checks = entries().filter(action="cycle.checked", subject_id=cycle.public_id)
    told = {entry.at: entry for entry in entries_of_checks.order_by("pk")}
    yield from _checks(findings, told)
    owners = {row.instrument: row.uscc for row in snapshot.instruments()}
    ids = get_unit_ids(cycle)
    for finding in findings:
        instrument = finding.instrument.public_id if finding.instrument else ""
        uscc = owners.get(instrument, "")
        evidence = hash_evidence(finding.kind, instrument, finding.logs, finding.evidence)
        facts = {
            "evidence": (finding.evidence_hash, evidence),
            "organization": (finding.organization_id, ids.get(uscc)),
            **_figures(finding, instrument, uscc, logs),
        }
        yield from compare(f"finding {finding.public_id}", "snapshot", facts)


def _checks(findings: Sequence[Finding], told: "Mapping[datetime, AuditEntry]") -> Iterator[str]:
    """Compare the findings of each check together: none of them has an entry of its own."""
    by_check: dict[datetime, list[Finding]] = defaultdict(list)
    for finding in findings:
        by_check[finding.found_at].append(finding)
    for at in sorted(by_check.keys() | told.keys()):
        found = fingerprint(*sorted((each.public_id, each.evidence_hash) for each in by_check[at]))
        hashes = {"evidence": (found, get_detail(told.get(at), "sha256"))}
        yield from compare(f"findings of {at}", "journal", hashes)
        due = get_detail(told.get(at), "due")
        for finding in by_check[at]:
            days = {"answer_due_date": (write_day(finding.answer_due_date), due)}
            yield from compare(f"finding {finding.public_id}", "journal", days)


def _figures(
    finding: Finding, instrument: str, uscc: str, logs: Mapping[str, EntryFacts]
) -> dict[str, tuple[Any, Any]]:
    """Return the figures of a finding as stored and as its logs give them."""
    unknown = sorted(set(finding.logs) - logs.keys())
    if unknown:
        return {"logs": (unknown, [])}
    candidate = Candidate(finding.kind, tuple(finding.logs), finding.evidence)
    seen = SeenCandidate.of(candidate, instrument, uscc, logs)
    return {
        "first_date": (finding.first_date, seen.first_date),
        "effective_seconds": (finding.effective_seconds, seen.effective_seconds),
        "amount_yuan": (write_yuan(finding.amount_yuan), write_yuan(seen.amount)),
    }


def _opened(finding: Finding, told: "AuditEntry", logs: Mapping[str, EntryFacts]) -> Iterator[str]:
    """Compare what an inspection or objection has opened.

    It has no figures without logs, or where it was opened before they were kept.
    """
    instrument = finding.instrument.public_id if finding.instrument else ""
    content = hash_evidence(finding.kind, instrument, finding.logs, finding.evidence)
    columns = {
        "organization": (finding.organization_id, told.organization_id),
        "evidence": (content, get_detail(told, "sha256")),
        "evidence_hash": (finding.evidence_hash, get_detail(told, "sha256")),
        "instrument": (instrument, get_detail(told, "instrument")),
        "found_at": (finding.found_at, told.at),
        "answer_due_date": (write_day(finding.answer_due_date), get_detail(told, "due")),
    }
    yield from compare(f"finding {finding.public_id}", "journal", columns)
    figures = {
        "first_date": (finding.first_date, None),
        "effective_seconds": (finding.effective_seconds, 0),
        "amount_yuan": (finding.amount_yuan, 0),
    }
    if finding.logs and finding.first_date is not None:
        figures = _figures(finding, instrument, "", logs)
    yield from compare(f"finding {finding.public_id}", "snapshot", figures)


def _finding(finding: Finding, told: "Mapping[str, AuditEntry]") -> Iterator[str]:
    decided = _last(told, DECISIONS)
    answered = told.get("finding.answered")
    columns = {
        "state": (finding.state, _outcome(decided, FindingState.OPEN)),
        "decision_number": (finding.decision_number, get_detail(decided, "number")),
        "invalidated_logs": (finding.invalidated_logs, get_detail(decided, "invalidated", [])),
        "falsified": (finding.falsified, get_detail(decided, "falsified", False)),
        "overdue": (finding.overdue, get_detail(decided, "overdue", False)),
        "reason": (finding.reason, get_detail(decided, "reason", "")),
        "no_objection": (finding.no_objection, get_detail(answered, "no_objection", False)),
        "answer": (finding.answer, get_detail(answered, "answer", "")),
        "answered_late": (finding.answered_late, get_detail(answered, "overdue", False)),
        **act(answered, finding.answered_at, finding.answered_by_id, "answered"),
        **act(decided, finding.decided_at, finding.decided_by_id, "decided"),
    }
    yield from compare(f"finding {finding.public_id}", "journal", columns)


def _last(told: "Mapping[str, AuditEntry]", actions: Iterable[str]) -> "AuditEntry | None":
    return max((told[each] for each in actions if each in told), key=lambda entry: entry.pk, default=None)


def _outcome(entry: "AuditEntry | None", without: str) -> str:
    """Return the last word of an action: `upheld` of `finding.upheld`."""
    return entry.action.removeprefix(FALSIFICATION).rpartition(".")[2] if entry else without


def _decisions(cycle: AssessmentCycle, acts: "Acts") -> Iterator[str]:
    """Compare every decision, the earlier ones too, by its number."""
    told = {
        entry.details["number"]: entry
        for some in acts.values()
        for entry in some
        if entry.action in DECISIONS
    }
    rows = {row.number: row for row in FindingDecision.objects.filter(cycle=cycle).select_related("finding")}
    for number in sorted(rows.keys() | told.keys()):
        row: Any = rows.get(number)
        entry = told.get(number)
        columns = {
            "finding": (row and row.finding.public_id, entry and entry.subject_id),
            "state": (row and row.state, entry and _outcome(entry, "")),
            "reason": (row and row.reason, get_detail(entry, "reason")),
            "invalidated_logs": (row and row.invalidated_logs, get_detail(entry, "invalidated")),
            "falsified": (row and row.falsified, get_detail(entry, "falsified")),
            "overdue": (row and row.overdue, get_detail(entry, "overdue")),
            **act(entry, row and row.decided_at, row and row.decided_by_id, "decided"),
        }
        yield from compare(f"decision {number}", "journal", columns)


def _falsifications(findings: Sequence[Finding], acts: "Acts") -> Iterator[str]:
    """Compare the falsifications of each finding, in the order in which they were proposed."""
    rows: dict[int, list[Falsification]] = defaultdict(list)
    for row in Falsification.objects.filter(finding__in=findings).order_by("pk"):
        rows[row.finding_id].append(row)
    for finding in findings:
        told: list[dict[str, AuditEntry]] = []
        for entry in acts.get(finding.public_id, ()):
            if entry.action == f"{FALSIFICATION}proposed":
                told.append({})
            if entry.action.startswith(FALSIFICATION):
                told[-1][entry.action.removeprefix(FALSIFICATION)] = entry
        for number, (row, each) in enumerate(zip_longest(rows[finding.pk], told), start=1):
            where = f"falsification {number} of finding {finding.public_id}"
            yield from compare(where, "journal", _falsification(row or Falsification(), each or {}))


def _falsification(row: Falsification, told: "Mapping[str, AuditEntry]") -> dict[str, tuple[Any, Any]]:
    proposed, answered = told.get("proposed"), told.get("answered")
    decided = _last(told, (FalsificationState.CONFIRMED, FalsificationState.REJECTED))
    return {
        "state": (row.state, _outcome(decided, FalsificationState.PROPOSED)),
        "reason": (row.reason, get_detail(proposed, "reason")),
        "question": (row.question, get_detail(proposed, "question")),
        "answer_due_date": (write_day(row.answer_due_date), get_detail(proposed, "due")),
        "answer": (row.answer, get_detail(answered, "answer", "")),
        "decision": (row.decision, get_detail(decided, "reason", "")),
        **act(proposed, row.proposed_at, row.proposed_by_id, "proposed"),
        **act(answered, row.answered_at, row.answered_by_id, "answered"),
        **act(decided, row.decided_at, row.decided_by_id, "decided"),
    }
