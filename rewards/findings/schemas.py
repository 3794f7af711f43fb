"""Findings in the API."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from ninja import Schema
from pydantic import Field

from instrument_share.kernel.errors import DomainError
from instrument_share.web.api.fields import OrganizationRef, PublicId, Text500, organization_ref
from instrument_share.web.responses.problem import told
from rewards.findings.domain.states import FindingState

if TYPE_CHECKING:
    from rewards.findings.models import Finding

MOST_FINDINGS = 200


class FindingOut(Schema):
    """核查问题: a suspicious case of a year, and the last decision on it."""

    id: PublicId = Field(examples=["FND-7K2M9QX4TB"])
    year: int
    kind: str = Field(description="code of the check", examples=["overlap"])
    unit: OrganizationRef
    instrument: PublicId | None
    logs: list[PublicId]
    effective_seconds: int = Field(description="of its logs together")
    amount_yuan: Decimal = Field(description="of its logs together")
    points_at_stake: Decimal | None = Field(description="null before the year was scored")
    yuan_at_stake: Decimal | None
    state: FindingState
    answer: str = Field(description="what the unit says")
    no_objection: bool
    answer_due_date: date
    answered_at: datetime | None
    reason: str = Field(description="of the last decision")
    decision_number: int | None = Field(description="order of decisions in the year")
    invalidated_logs: list[PublicId]
    decided_at: datetime | None


class FindingsPage(Schema):
    items: list[FindingOut]
    next_cursor: str | None


class JointDecisionIn(Schema):
    """One decision on several findings of a year."""

    year: int = Field(ge=2000, le=2099)
    findings: list[PublicId] = Field(min_length=1, max_length=MOST_FINDINGS)
    outcome: Literal["uphold", "dismiss"] = Field(description="upheld: none of their logs counts any more")
    reason: Text500 = Field(description="the same for each; the units and later readers see it")


class FindingRefusedOut(Schema):
    """A finding that was not decided, and why."""

    finding: PublicId
    code: str
    detail: str


class JointDecisionOut(Schema):
    decided: list[PublicId]
    refused: list[FindingRefusedOut]


def serialize_finding(finding: "Finding") -> FindingOut:
    """Return a finding of a selector."""
    kept = (
        *("kind", "logs", "effective_seconds", "amount_yuan", "points_at_stake", "yuan_at_stake", "state"),
        *("answer", "no_objection", "answer_due_date", "answered_at", "reason", "decision_number"),
        *("invalidated_logs", "decided_at"),
    )
    return FindingOut(
        id=finding.public_id,
        year=finding.cycle.year,
        unit=organization_ref(finding.organization),
        instrument=finding.instrument.public_id if finding.instrument else None,
        **{name: getattr(finding, name) for name in kept},
    )


def serialize_outcome(
    public_ids: Mapping[int, str], outcome: Mapping[int, DomainError | None]
) -> JointDecisionOut:
    """Return what became of each finding of a joint decision, in the reader's language."""
    return JointDecisionOut(
        decided=[public_ids[pk] for pk, refusal in outcome.items() if refusal is None],
        refused=[
            FindingRefusedOut(
                finding=public_ids[pk], code=refusal.code, detail=told(refusal.message, refusal.params)
            )
            for pk, refusal in outcome.items()
            if refusal is not None
        ],
    )
