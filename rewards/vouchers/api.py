"""Innovation vouchers: batches, applications, vouchers, claims and payout lists."""

from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, Annotated, Any

import rules
from django.http import HttpRequest
from ninja import Path, Query, Router, Status

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import clock
from instrument_share.web.api.auth import EVERYBODY, members, person
from instrument_share.web.api.fields import PublicId
from instrument_share.web.api.openapi import error_responses
from instrument_share.web.api.pagination import Cursor, Limit
from instrument_share.web.cursor import page
from instrument_share.web.idempotency import IDEMPOTENT, idempotent_operation
from rewards.vouchers import schemas
from rewards.vouchers.domain.choices import OPEN_STAGES, ApplicationState, ClaimState
from rewards.vouchers.domain.terms import NOTHING, get_left
from rewards.vouchers.selectors import claims as claim_selectors
from rewards.vouchers.selectors import payouts, vouchers
from rewards.vouchers.services import claiming, granting, paying

if TYPE_CHECKING:
    from rewards.vouchers.models import VoucherClaim

router = Router(tags=["vouchers"], auth=members(TokenScope.MANAGE))
Id = Annotated[PublicId, Path()]
REFUSALS = error_responses(400, 403, 404, 409)


@router.get(
    "/schemes",
    auth=EVERYBODY,
    response={200: schemas.VoucherSchemesPage, **error_responses()},
    operation_id="voucher_schemes",
    summary=gettext_noop("Batches of innovation vouchers"),
)
def scheme_list(
    request: HttpRequest,  # noqa: ARG001 (operations get it)
    cursor: Cursor = None,
    limit: Limit = 50,
) -> schemas.VoucherSchemesPage:
    """Those that take applications longest come first."""
    rows = page(vouchers.schemes(), ordering=("-apply_until", "-id"), cursor=cursor, limit=limit)
    granted = vouchers.get_granted_by_scheme()
    return schemas.VoucherSchemesPage(
        items=[
            schemas.serialize_scheme(row, get_left(row.budget_yuan, [granted.get(row.pk, NOTHING)]))
            for row in rows.items
        ],
        next_cursor=rows.next_cursor,
    )


@router.get(
    "/applications",
    response={200: schemas.VoucherApplicationsPage, **error_responses()},
    operation_id="voucher_applications",
    summary=gettext_noop("Applications for vouchers that you may see"),
)
def application_list(
    request: HttpRequest,
    state: Annotated[ApplicationState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> schemas.VoucherApplicationsPage:
    """Those of organizations that you administer; the bureau and Finance see all."""
    found = vouchers.applications(request.user)
    found = found.filter(state=state) if state else found
    rows = page(found, ordering=("id",), cursor=cursor, limit=limit)
    return schemas.VoucherApplicationsPage(
        items=[schemas.serialize_application(row) for row in rows.items], next_cursor=rows.next_cursor
    )


@router.post(
    "/applications",
    response={201: schemas.VoucherApplicationOut, **REFUSALS},
    operation_id="voucher_apply",
    summary=gettext_noop("Apply for a voucher"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def application_create(
    request: HttpRequest, data: schemas.VoucherApplicationIn
) -> Status[schemas.VoucherApplicationOut]:
    """For an organization that you administer."""
    made = granting.voucher_apply(
        actor=person(request),
        scheme_id=vouchers.get_scheme(data.scheme).pk,
        organization_id=accounts.organization(request.user, data.organization).pk,
        amount_yuan=data.amount_yuan,
        stated=data.stated,
        uploads=[one.as_upload() for one in data.documents],
        now=clock.now(),
    )
    return Status(201, _serialize_application(request, made.public_id))


@router.get(
    "/applications/{application_id}",
    response={200: schemas.VoucherApplicationOut, **error_responses(404)},
    operation_id="voucher_application",
    summary=gettext_noop("One application for a voucher"),
)
def application(request: HttpRequest, application_id: Id) -> schemas.VoucherApplicationOut:
    return _serialize_application(request, application_id)


@router.post(
    "/applications/{application_id}/grant",
    response={200: schemas.VoucherApplicationOut, **REFUSALS},
    operation_id="voucher_grant",
    summary=gettext_noop("Grant a voucher"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def application_grant(request: HttpRequest, application_id: Id) -> schemas.VoucherApplicationOut:
    """As far as the batch has it left, in the order of applications."""
    return _decide(request, application_id, granting.voucher_grant)


@router.post(
    "/applications/{application_id}/refuse",
    response={200: schemas.VoucherApplicationOut, **REFUSALS},
    operation_id="voucher_application_refuse",
    summary=gettext_noop("Refuse an application for a voucher"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def application_refuse(
    request: HttpRequest, application_id: Id, data: schemas.RefusalIn
) -> schemas.VoucherApplicationOut:
    return _decide(request, application_id, granting.voucher_application_refuse, reason=data.reason)


def _decide(
    request: HttpRequest, application_id: str, service: Callable[..., object], **facts: Any
) -> schemas.VoucherApplicationOut:
    found = vouchers.get_application(request.user, application_id)
    service(actor=person(request), application_id=found.pk, now=clock.now(), **facts)
    return _serialize_application(request, application_id)


def _serialize_application(request: HttpRequest, application_id: str) -> schemas.VoucherApplicationOut:
    return schemas.serialize_application(vouchers.get_application(request.user, application_id))


@router.get(
    "/grants",
    response={200: schemas.VouchersPage, **error_responses()},
    operation_id="vouchers",
    summary=gettext_noop("Vouchers that you may see"),
)
def voucher_list(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> schemas.VouchersPage:
    """With what is left of each."""
    rows = page(vouchers.grants(request.user), ordering=("-id",), cursor=cursor, limit=limit)
    left = vouchers.get_balances(rows.items)
    return schemas.VouchersPage(
        items=[schemas.VoucherOut(**schemas.serialize_voucher(row, left[row.pk])) for row in rows.items],
        next_cursor=rows.next_cursor,
    )


@router.get(
    "/grants/{voucher_id}",
    response={200: schemas.VoucherWithClaimableOut, **error_responses(404)},
    operation_id="voucher",
    summary=gettext_noop("One voucher, and what can be claimed on it"),
)
def voucher(request: HttpRequest, voucher_id: Id) -> schemas.VoucherWithClaimableOut:
    found = vouchers.get_grant(request.user, voucher_id)
    today = clock.now().astimezone(CITY_TIME).date()
    may_claim = rules.has_perm("rewards.claim_voucher", request.user, found)
    offered = claim_selectors.offered_statements(found, today) if may_claim else []
    return schemas.VoucherWithClaimableOut(
        **schemas.serialize_voucher(found, vouchers.get_balances([found])[found.pk]),
        claimable=[schemas.serialize_offer(one) for one in offered],
    )


@router.get(
    "/claims",
    response={200: schemas.VoucherClaimsPage, **error_responses()},
    operation_id="voucher_claims",
    summary=gettext_noop("Claims on vouchers that you may see"),
)
def claim_list(
    request: HttpRequest,
    state: Annotated[ClaimState | None, Query()] = None,
    cursor: Cursor = None,
    limit: Limit = 50,
) -> schemas.VoucherClaimsPage:
    """In the order of their receipt."""
    found = claim_selectors.claims(request.user, stage=state)
    rows = page(found, ordering=("id",), cursor=cursor, limit=limit)
    waiting = _find_waiting(rows.items)
    return schemas.VoucherClaimsPage(
        items=[schemas.serialize_claim(row, waiting) for row in rows.items], next_cursor=rows.next_cursor
    )


@router.post(
    "/claims",
    response={201: schemas.VoucherClaimOut, **REFUSALS},
    operation_id="voucher_claim_create",
    summary=gettext_noop("Claim on a voucher"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def claim_create(request: HttpRequest, data: schemas.VoucherClaimIn) -> Status[schemas.VoucherClaimOut]:
    """Against a statement that the organization confirmed, by its invoice."""
    grant = vouchers.get_grant(request.user, data.voucher)
    made = claiming.voucher_claim(
        actor=person(request),
        grant_id=grant.pk,
        statement_id=claim_selectors.get_agreed_statement(grant, data.statement).pk,
        invoice_number=data.invoice_number,
        invoice_date=data.invoice_date,
        sole_support=data.sole_support,
        shown_yuan=data.expected_yuan,
        uploads=[one.as_upload() for one in data.documents],
        now=clock.now(),
    )
    return Status(201, _serialize_claim(request, made.public_id))


@router.get(
    "/claims/{claim_id}",
    response={200: schemas.VoucherClaimOut, **error_responses(404)},
    operation_id="voucher_claim",
    summary=gettext_noop("One claim on a voucher"),
)
def claim(request: HttpRequest, claim_id: Id) -> schemas.VoucherClaimOut:
    return _serialize_claim(request, claim_id)


@router.post(
    "/claims/{claim_id}/check",
    response={200: schemas.VoucherClaimOut, **REFUSALS},
    operation_id="voucher_claim_check",
    summary=gettext_noop("Check a claim"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def claim_check(request: HttpRequest, claim_id: Id) -> schemas.VoucherClaimOut:
    """As the first of two people of the bureau."""
    return _move(request, claim_id, claiming.voucher_claim_check)


@router.post(
    "/claims/{claim_id}/audit",
    response={200: schemas.VoucherClaimOut, **REFUSALS},
    operation_id="voucher_claim_audit",
    summary=gettext_noop("Audit a checked claim"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def claim_audit(request: HttpRequest, claim_id: Id) -> schemas.VoucherClaimOut:
    """As the second person: it may be put on a payout list."""
    return _move(request, claim_id, claiming.voucher_claim_audit)


@router.post(
    "/claims/{claim_id}/refuse",
    response={200: schemas.VoucherClaimOut, **REFUSALS},
    operation_id="voucher_claim_refuse",
    summary=gettext_noop("Refuse a claim"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def claim_refuse(request: HttpRequest, claim_id: Id, data: schemas.RefusalIn) -> schemas.VoucherClaimOut:
    """Its hours, its invoice and its part of the voucher are free again."""
    return _move(request, claim_id, claiming.voucher_claim_refuse, reason=data.reason)


def _move(
    request: HttpRequest, claim_id: str, service: Callable[..., object], **facts: Any
) -> schemas.VoucherClaimOut:
    found = claim_selectors.get_claim(request.user, claim_id)
    service(actor=person(request), claim_id=found.pk, now=clock.now(), **facts)
    return _serialize_claim(request, claim_id)


def _serialize_claim(request: HttpRequest, claim_id: str) -> schemas.VoucherClaimOut:
    found = claim_selectors.get_claim(request.user, claim_id)
    return schemas.serialize_claim(found, _find_waiting([found]))


def _find_waiting(rows: Iterable["VoucherClaim"]) -> claim_selectors.Waiting:
    """Return which claims wait: none that was refused, or that a list has taken."""
    return claim_selectors.find_waiting_claims([row for row in rows if row.stage in OPEN_STAGES])  # type: ignore[attr-defined]


@router.get(
    "/payout-lists",
    response={200: schemas.PayoutListsPage, **error_responses()},
    operation_id="voucher_payout_lists",
    summary=gettext_noop("Payout lists of vouchers"),
)
def payout_lists(request: HttpRequest, cursor: Cursor = None, limit: Limit = 50) -> schemas.PayoutListsPage:
    """For the bureau and Finance."""
    rows = page(payouts.payout_lists(request.user), ordering=("-id",), cursor=cursor, limit=limit)
    return schemas.PayoutListsPage(
        items=[schemas.PayoutListOut(**schemas.serialize_list(row)) for row in rows.items],
        next_cursor=rows.next_cursor,
    )


@router.post(
    "/payout-lists",
    response={201: schemas.PayoutListWithRowsOut, **REFUSALS},
    operation_id="voucher_payout_list_make",
    summary=gettext_noop("Make a payout list of the audited claims"),
    openapi_extra=IDEMPOTENT,
)
@idempotent_operation
def payout_list_make(
    request: HttpRequest, data: schemas.PayoutListIn
) -> Status[schemas.PayoutListWithRowsOut]:
    """Every audited claim of the batch that stands on no list; Finance is notified.

    A claim waits for the next list while a correction of its uses is not billed yet, or while its statement
    is to be paid or confirmed again.
    """
    scheme = vouchers.get_scheme(data.scheme)
    made = paying.voucher_list_make(
        actor=person(request), scheme_id=scheme.pk, shown_yuan=data.expected_yuan, now=clock.now()
    )
    return Status(201, schemas.serialize_list_with_rows(made))


@router.get(
    "/payout-lists/{list_id}",
    response={200: schemas.PayoutListWithRowsOut, **error_responses(404)},
    operation_id="voucher_payout_list",
    summary=gettext_noop("One payout list with its claims"),
)
def payout_list(request: HttpRequest, list_id: Id) -> schemas.PayoutListWithRowsOut:
    return schemas.serialize_list_with_rows(payouts.get_payout_list(request.user, list_id))
