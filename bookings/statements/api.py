"""Statements that a payer received or a unit drew up."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router

from bookings.statements.domain.states import StatementState
from bookings.statements.schemas import (
    StatementOut,
    StatementsPage,
    StatementWithLinesOut,
    serialize_statement,
    serialize_with_lines,
)
from bookings.statements.selectors.statements import get_statement, statements
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import gettext_noop
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import Day, PublicId
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.cursor import page

router = Router(tags=["statements"], auth=members(TokenScope.READ))


@router.get(
    "",
    response={200: StatementsPage, **error_responses()},
    operation_id="statements",
    summary=gettext_noop("Statements you may see"),
)
def statement_list(
    request: HttpRequest,
    unit: Annotated[PublicId | None, Query(description=gettext_noop("only statements of this unit"))] = None,
    month: Annotated[
        Day | None, Query(description=gettext_noop("only statements of the month that begins on this day"))
    ] = None,
    state: Annotated[StatementState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> StatementsPage:
    """Those sent to you or an organization that you administer, and those of units that you manage."""
    wanted: dict[str, Any] = {"organization__public_id": unit, "month": month, "state": state}
    found = statements(request.user).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    rows = page(found, ordering=("-month", "-id"), cursor=cursor, limit=limit)
    named = [row.payer_person_id for row in rows.items]
    people_listed(actor=person(request), what="statements.read", people=named, now=clock.now())
    return StatementsPage(
        items=[StatementOut(**serialize_statement(row)) for row in rows.items], next_cursor=rows.next_cursor
    )


@router.get(
    "/{statement_id}",
    response={200: StatementWithLinesOut, **error_responses(404)},
    operation_id="statement",
    summary=gettext_noop("One statement with its lines and payments"),
)
def statement(request: HttpRequest, statement_id: Annotated[PublicId, Path()]) -> StatementWithLinesOut:
    return serialize_with_lines(get_statement(request.user, statement_id))
