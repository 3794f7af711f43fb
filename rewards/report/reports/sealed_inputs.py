"""What the results of a year follow from, as files of the package (docs/recompute.md)."""

from collections.abc import Callable
from functools import partial
from typing import Any

from instrument_share.kernel.canonical import canonical_json, format_instant
from rewards.cycle.domain.parts import Part
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.findings.models import Finding
from rewards.report.reports.facts import ReportFacts

POLICY = "奖励办法.toml"
BUDGET = "奖励资金.json"
DECISIONS = "核查决定.json"
SNAPSHOT = "年度数据清单.json"
PARTS = "年度数据"
BUDGET_FORMAT = "instrument-share-budget/1"
DECISIONS_FORMAT = "instrument-share-decisions/1"


def make_sealed_inputs(facts: ReportFacts) -> dict[str, Callable[[], bytes]]:
    """Return what makes each file, by its name: policy, budget, decisions, snapshot with its parts."""
    snapshot = StoredSnapshot(facts.cycle)
    return {
        POLICY: facts.cycle.policy.document.encode,
        BUDGET: lambda: _encode_budget(facts.cycle),
        DECISIONS: lambda: encode_decisions(facts),
        SNAPSHOT: lambda: snapshot.manifest,
        **{get_part_name(part): partial(snapshot.packed, part) for part in snapshot.parts.values()},
    }


def get_part_name(part: Part) -> str:
    """Return the name of a part of the snapshot in the package."""
    name = f"{part.kind}/{part.instrument}" if part.instrument else part.kind
    return f"{PARTS}/{name}.jsonl.gz"


def is_part(name: str) -> bool:
    """Return whether a file of the package is a part of the snapshot, of which there are thousands."""
    return name.startswith(f"{PARTS}/")


def _encode_budget(cycle: AssessmentCycle) -> bytes:
    budget = {"format": BUDGET_FORMAT, "year": cycle.year, "budget_yuan": f"{cycle.budget_yuan:.2f}"}
    return canonical_json(budget) + b"\n"


def encode_decisions(facts: ReportFacts) -> bytes:
    """Return the decided findings in the order of their decisions, and with them what each invalidates."""
    decided = sorted(facts.decided, key=lambda finding: finding.decision_number or 0)
    decisions = [describe_decision(finding) for finding in decided]
    return canonical_json({"format": DECISIONS_FORMAT, "decisions": decisions}) + b"\n"


def describe_decision(finding: Finding) -> dict[str, Any]:
    """Return a decision as it is sealed; nothing of the people who answered and decided."""
    assert finding.decided_at is not None
    return {
        "number": finding.decision_number,
        "finding": finding.public_id,
        "uscc": finding.organization.uscc,
        "instrument": finding.instrument.public_id if finding.instrument else None,
        "kind": finding.kind,
        "logs": finding.logs,
        "evidence_sha256": finding.evidence_hash,
        "state": finding.state,
        "invalidated_logs": finding.invalidated_logs,
        "falsified": finding.falsified,
        "overdue": finding.overdue,
        "reason": finding.reason,
        "found_at": format_instant(finding.found_at),
        "answer_due_date": finding.answer_due_date.isoformat(),
        "decided_at": format_instant(finding.decided_at),
    }
