"""Sample orders: those that one may see, and a new one."""

from typing import Annotated, Any

from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from bookings.requests.api.parts import find_payer
from bookings.samples.domain.states import SampleOrderState
from bookings.samples.schemas import (
    SampleOrderIn,
    SampleOrderOut,
    SampleOrdersPage,
    SampleOrderWithSamplesOut,
    serialize_order,
    serialize_with_samples,
)
from bookings.samples.selectors import get_order, sample_orders
from bookings.samples.services import orders as services
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.errors import gettext_noop
from instrument_share.personal.services.disclosures import people_listed
from instrument_share.web import clock
from instrument_share.web.api.auth import members, person
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import IDEMPOTENT, idempotent_operation
from providers import public as providers

router = Router(tags=["samples"], auth=members(TokenScope.BOOK))


@router.get(
    "",
    response={200: SampleOrdersPage, **error_responses()},
    operation_id="sample_orders",
    summary=gettext_noop("Sample orders you may see"),
)
def sample_order_list(
    request: HttpRequest,
    state: Annotated[SampleOrderState | None, Query()] = None,
    instrument: Annotated[PublicId | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> SampleOrdersPage:
    """One's own, one's organization's as its administrator, one's instruments' as keeper or manager; for the
    bureau and Finance all of their region."""
    wanted: dict[str, Any] = {"state": state, "instrument__public_id": instrument}
    found = sample_orders(request.user).filter(
        **{name: value for name, value in wanted.items() if value is not None}
    )
    rows = page(found, ordering=("-submitted_at", "-id"), cursor=cursor, limit=limit)
    named = [row.user_id for row in rows.items]
    people_listed(actor=person(request), what="samples.read", people=named, now=clock.now())
    return SampleOrdersPage(
        items=[SampleOrderOut(**serialize_order(row)) for row in rows.items], next_cursor=rows.next_cursor
    )


@router.post(
    "",
    response={201: SampleOrderWithSamplesOut, **error_responses(400, 403, 404, 410)},
    operation_id="sample_order_create",
    summary=gettext_noop("Order the measurement of samples"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def sample_order_create(request: HttpRequest, data: SampleOrderIn) -> Status[SampleOrderWithSamplesOut]:
    """The unit quotes a price, which is accepted on the order's page."""
    payer = find_payer(request, data.payer_organization)
    made = services.sample_order_create(
        actor=person(request),
        instrument_id=providers.instrument_id(request.user, data.instrument),
        payer_organization_id=payer and payer.pk,
        subject=data.subject,
        project=data.project,
        direction=data.direction,
        afterwards=data.afterwards,
        samples=[one.as_facts() for one in data.samples],
        now=clock.now(),
    )
    return Status(201, serialize_with_samples(request.user, made))


@router.get(
    "/{order_id}",
    response={200: SampleOrderWithSamplesOut, **error_responses(404)},
    operation_id="sample_order",
    summary=gettext_noop("One sample order with its samples and files"),
)
def sample_order(request: HttpRequest, order_id: Annotated[PublicId, Path()]) -> SampleOrderWithSamplesOut:
    return serialize_with_samples(request.user, get_order(request.user, order_id))
