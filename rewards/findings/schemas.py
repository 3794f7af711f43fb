"""Findings in the API."""

from collections.abc import Mapping
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Literal

from ninja import Schema
from pydantic import Field

from instrument_share.kernel.errors import DomainError
from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import (
    BodyIn,
    Instant,
    OrganizationRef,
    PublicId,
    Text500,
    organization_ref,
)
from instrument_share.web.responses.problem import told
from rewards.findings.domain.states import HIGHEST_NUMBER, FindingState

if TYPE_CHECKING:
    from rewards.findings.models import Finding

MOST_FINDINGS = 200


class FindingOut(Schema):
    """A suspicious case of a year, and the last decision on it."""

    id: PublicId = Field(examples=["FND-7K2M9QX4TB"])
    year: int = Field(description=_("year of the assessment"))
    kind: str = Field(description=_("code of the check that found it"), examples=["overlap"])
    unit: OrganizationRef
    instrument: PublicId | None = Field(
        description=_("the instrument that it concerns; null: it concerns the unit")
    )
    logs: list[PublicId] = Field(description=_("usage logs that it concerns"))
    effective_seconds: int = Field(description=_("effective seconds of its logs together"))
    amount_yuan: Decimal = Field(description=_("amount of its logs together, in yuan"))
    points_at_stake: Decimal | None = Field(
        description=_("points that the unit loses if it is upheld; null: the year was not scored yet")
    )
    yuan_at_stake: Decimal | None = Field(
        description=_(
            "yuan of the award that the unit loses if it is upheld; null: the year was not scored yet"
        )
    )
    state: FindingState = Field(description=_("`open`, or decided: `upheld` or `dismissed`"))
    answer: str = Field(description=_("what the unit says; empty: nothing yet"))
    no_objection: bool = Field(description=_("whether the unit accepts what was found"))
    answer_due_date: date = Field(description=_("the last day on which the unit answers in time"))
    answered_at: datetime | None = Field(description=_("when the unit answered; null: not yet"))
    reason: str = Field(description=_("reason of the last decision; empty: none yet"))
    decision_number: int | None = Field(
        description=_("order of the last decision in the year; null: none yet")
    )
    invalidated_logs: list[PublicId] = Field(description=_("logs that no longer count by the last decision"))
    decided_at: datetime | None = Field(description=_("when it was last decided on; null: never"))


class FindingsPage(Schema):
    items: list[FindingOut]
    next_cursor: str | None


class JointDecisionIn(BodyIn):
    """One decision on several findings of a year."""

    year: int = Field(ge=2000, le=2099, description=_("year of the assessment to which they belong"))
    findings: list[PublicId] = Field(
        min_length=1, max_length=MOST_FINDINGS, description=_("the findings that are decided together")
    )
    outcome: Literal["uphold", "dismiss"] = Field(
        description=_("`uphold`: none of their logs counts any more; `dismiss`: all of them count")
    )
    seen_decision_number: int | None = Field(
        None,
        ge=0,
        le=HIGHEST_NUMBER,
        description=_(
            "the highest `decision_number` of the year that you have read, 0 for none; findings that were "
            "decided after it are refused; without it none is refused for that"
        ),
    )
    read_at: Instant | None = Field(
        None,
        description=_(
            "when you read the findings, by the `Date` of that answer; those that their unit answered after "
            "it are refused; without it none is refused for that"
        ),
    )
    reason: Text500 = Field(description=_("reason, the same for each; the units and later readers see it"))


class FindingRefusedOut(Schema):
    """A finding that was not decided, and why."""

    finding: PublicId = Field(description=_("the finding that was not decided"))
    code: str
    detail: str


class JointDecisionOut(Schema):
    decided: list[PublicId] = Field(description=_("findings that were decided"))
    refused: list[FindingRefusedOut] = Field(
        description=_("findings that were not decided, each with what stood against it")
    )


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
