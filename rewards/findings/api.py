"""Findings of a year, and joint decisions on them."""

from typing import Annotated

from django.http import HttpRequest
from ninja import Path, Query, Router

from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.accounts.permissions import require
from instrument_share.kernel.errors import NotFound, gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import IDEMPOTENT, idempotent_operation
from rewards.cycle.permissions import require_part
from rewards.cycle.selectors.cycles import get_cycle
from rewards.findings.domain.states import FindingState
from rewards.findings.schemas import (
    FindingOut,
    FindingsPage,
    JointDecisionIn,
    JointDecisionOut,
    serialize_finding,
    serialize_outcome,
)
from rewards.findings.selectors.browsing import filter_findings, name_findings_as_frozen
from rewards.findings.selectors.findings import findings, get_finding
from rewards.findings.services.deciding import findings_decide

router = Router(tags=["findings"], auth=members(TokenScope.MANAGE))


@router.get(
    "",
    response={200: FindingsPage, **error_responses(403, 404)},
    operation_id="findings",
    summary=gettext_noop("Findings of a year that you may see"),
)
def finding_list(
    request: HttpRequest,
    year: Annotated[int, Query(ge=2000, le=2099)],
    state: Annotated[FindingState | None, Query()] = None,
    unit: Annotated[PublicId | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> FindingsPage:
    """Open ones first. A unit's manager sees the unit's."""
    require_part(request.user)
    cycle = get_cycle(request.user, year)
    found = filter_findings(request.user, cycle, state=state or "", unit=unit or "")
    rows = page(found, ordering=("rank", "id"), cursor=cursor, limit=limit)
    name_findings_as_frozen(cycle, rows.items)
    return FindingsPage(items=[serialize_finding(row) for row in rows.items], next_cursor=rows.next_cursor)


@router.post(
    "/decide",
    response={200: JointDecisionOut, **error_responses(400, 403, 404)},
    operation_id="findings_decide",
    summary=gettext_noop("Decide several findings with one reason"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def joint_decision(request: HttpRequest, data: JointDecisionIn) -> JointDecisionOut:
    """As an auditor. Each is decided or refused by itself; what refused it stands beside it."""
    actor = person(request)
    require(actor, "rewards.decide_finding")
    chosen = findings(actor, get_cycle(actor, data.year)).filter(public_id__in=data.findings)
    public_ids = {row.pk: row.public_id for row in chosen}
    if set(public_ids.values()) != set(data.findings):
        raise NotFound
    outcome = findings_decide(
        actor=actor,
        finding_ids=list(public_ids),
        uphold=data.outcome == "uphold",
        reason=data.reason,
        seen=data.seen_decision_number,
        read_at=data.read_at,
        now=clock.now(),
    )
    return serialize_outcome(public_ids, outcome)


@router.get(
    "/{finding_id}",
    response={200: FindingOut, **error_responses(403, 404)},
    operation_id="finding",
    summary=gettext_noop("One finding"),
)
def finding(request: HttpRequest, finding_id: Annotated[PublicId, Path()]) -> FindingOut:
    require_part(request.user)
    found = get_finding(request.user, finding_id)
    name_findings_as_frozen(found.cycle, [found])
    return serialize_finding(found)
