"""Claim a share of a confirmed statement on a voucher; check, audit and refuse claims."""

from collections.abc import Iterable, Sequence
from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.urls import reverse

from bookings.public import BilledUse
from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock, people_for_city
from instrument_share.accounts.selectors.organizations import related_ids
from instrument_share.accounts.services.documents import Upload
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.journal.unique import raise_when_taken
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Problem, gettext_noop, require_found, require_reason
from instrument_share.kernel.wording import Bilingual
from rewards.vouchers.domain.choices import ClaimState, get_next_state
from rewards.vouchers.domain.errors import (
    REASON_MISSING,
    AmountChanged,
    AuditedBySame,
    ClaimedAlready,
    ClaimIncomplete,
    InvoiceUsed,
    InvoiceUsedByOther,
    NothingClaimable,
    RelatedSince,
    RelatedUnit,
    StatementUnconfirmed,
    UsesChanged,
    UsesChangedTooLate,
    VoucherExpired,
)
from rewards.vouchers.domain.terms import normalize_invoice
from rewards.vouchers.models import VoucherClaim, VoucherGrant, VoucherUse
from rewards.vouchers.selectors.claims import (
    Offered,
    claim_lock,
    claimable_now,
    find_agreed_statement,
    find_changed_claims,
    find_claim_on,
    find_claim_on_invoice,
    find_related_claims,
    find_waiting_claims,
    get_offer,
    get_uses_of,
    is_listed,
)
from rewards.vouchers.services.telling import check_proofs, keep_proofs, record_act, tell_administrators

if TYPE_CHECKING:
    from bookings.models import Statement
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer

APPROVED = gettext_noop("The claim of {organization} over ¥{amount} is approved and will be paid.")
APPROVED_WAITING = gettext_noop(
    "The claim of {organization} over ¥{amount} is approved. It is paid once its statement is paid or "
    "confirmed again and corrections of its uses are billed."
)


@transaction.atomic
def voucher_claim(
    *,
    actor: "User",
    grant_id: int,
    statement_id: int,
    invoice_number: str,
    invoice_date: date,
    sole_support: bool,
    uploads: Iterable[Upload],
    now: datetime,
    shown_yuan: Decimal | None = None,
) -> VoucherClaim:
    """Claim what a confirmed statement comes to on a voucher, by its invoice.

    `sole_support` is the organization's word that no other public money pays for these hours; `shown_yuan`
    the amount that its administrator was shown. Under the lock of the organization, by which its claims come
    one after the other; an invoice that another organization claims is refused by the database. Raises
    VoucherExpired, StatementUnconfirmed, RelatedUnit, ClaimedAlready, InvoiceUsed, ClaimIncomplete,
    NothingClaimable, AmountChanged, InvoiceUsedByOther.
    """
    grant = require_found(VoucherGrant.objects.select_related("scheme").filter(pk=grant_id).first())
    require(actor, "rewards.claim_voucher", grant)
    organization_lock(grant.organization_id)
    today = now.astimezone(CITY_TIME).date()
    require_valid(grant, today)
    statement = _require_statement(grant, statement_id)
    uses = get_uses_of(statement, grant.scheme.terms)
    invoice = normalize_invoice(invoice_number)
    _require_unclaimed(statement, uses, invoice)
    files, problems = check_proofs(uploads)
    problems += _find_problems(invoice, invoice_date, today, sole_support=sole_support)
    if problems:
        raise ClaimIncomplete(problems=problems)
    found = claimable_now(grant, statement, uses)
    if not found.amount_yuan:
        raise NothingClaimable
    if shown_yuan not in (None, found.amount_yuan):
        raise AmountChanged(amount=f"{found.amount_yuan:,.2f}")
    with raise_when_taken(InvoiceUsedByOther(invoice=invoice), VoucherClaim, "seller", "invoice_number"):
        claim = VoucherClaim.objects.create(
            grant=grant,
            statement=statement,
            seller_id=statement.organization_id,
            year=statement.year,
            basis_yuan=found.basis_yuan,
            amount_yuan=found.amount_yuan,
            invoice_number=invoice,
            invoice_date=invoice_date,
            submitted_at=now,
            submitted_by=actor,
        )
    VoucherUse.objects.bulk_create(_to_use(claim, use) for use in uses)
    proofs = keep_proofs(files, claim=claim)
    _record(actor, "voucher_claim.submitted", claim, now, files=proofs, logs=[u.log.public_id for u in uses])
    notify(
        users=people_for_city(Role.BUREAU_OFFICER),
        kind=NotificationKind.ASSESSMENT,
        message=gettext_noop("{organization} claims ¥{amount} on an innovation voucher."),
        params={**_params(claim), "amount": f"{claim.amount_yuan:,.2f}"},
        path=_path(claim),
        now=now,
    )
    return claim


def require_valid(grant: VoucherGrant, day: date) -> None:
    """Raise VoucherExpired after the last day of claims on a voucher."""
    if not grant.scheme.terms.takes_claims(day):
        raise VoucherExpired(last=grant.scheme.terms.claim_until)


def require_offered(grant: VoucherGrant, statement_id: str, day: date) -> Offered:
    """Return what can be claimed on a voucher against a statement (public id); the caller may see it.

    Raises VoucherExpired, NotFound, RelatedUnit, ClaimedAlready where somebody has claimed it,
    NothingClaimable.
    """
    require_valid(grant, day)
    offer = get_offer(grant, statement_id)
    statement = _require_statement(grant, offer.statement.pk)
    before = find_claim_on(statement, get_uses_of(statement, grant.scheme.terms))
    if before is not None:
        raise ClaimedAlready(claim=before.public_id)
    if not offer.claimable.amount_yuan:
        raise NothingClaimable
    return offer


def _require_statement(grant: VoucherGrant, statement_id: int) -> "Statement":
    statement = find_agreed_statement(grant, statement_id)
    if statement is None:
        raise StatementUnconfirmed
    if statement.organization_id in related_ids(grant.organization_id):
        raise RelatedUnit(unit=statement.organization.name_zh)
    return statement


def _require_unclaimed(statement: "Statement", uses: Sequence[BilledUse], invoice: str) -> None:
    before = find_claim_on(statement, uses)
    if before is not None:
        raise ClaimedAlready(claim=before.public_id)
    same = find_claim_on_invoice(statement, invoice)
    if same is not None:
        raise InvoiceUsed(invoice=invoice, claim=same.public_id)


def _find_problems(invoice: str, invoice_date: date, today: date, *, sole_support: bool) -> list[Problem]:
    problems = []
    if not invoice:
        message = gettext_noop("Enter the invoice number.")
        problems.append(Problem("voucher.invoice_missing", message, field="invoice_number"))
    if invoice_date > today:
        message = gettext_noop("The date of the invoice lies in the future.")
        problems.append(Problem("voucher.invoice_in_future", message, field="invoice_date"))
    if not sole_support:
        message = gettext_noop("Hours for which other public money pays can’t be claimed.")
        problems.append(Problem("voucher.other_support", message, field="sole_support"))
    return problems


def _to_use(claim: VoucherClaim, use: BilledUse) -> VoucherUse:
    return VoucherUse(
        claim=claim,
        log_id=use.log.pk,
        starts_at=use.starts_at,
        ends_at=use.ends_at,
        effective_seconds=use.effective_seconds,
        billed_yuan=use.billed_yuan,
    )


@transaction.atomic
def voucher_claim_check(*, actor: "User", claim_id: int, now: datetime) -> VoucherClaim:
    """Confirm that a claim is right, as the first of two people.

    Raises RelatedSince, UsesChanged, IllegalMove.
    """
    claim = claim_lock(claim_id)
    require(actor, "rewards.decide_voucher", claim.grant)
    state = get_next_state(claim.state, "check")
    require_approvable(actor, claim, now)
    claim.state = state
    claim.checked_at, claim.checked_by = now, actor
    claim.save(update_fields=["state", "checked_at", "checked_by"])
    _record(actor, "voucher_claim.checked", claim, now)
    return claim


@transaction.atomic
def voucher_claim_audit(*, actor: "User", claim_id: int, now: datetime) -> VoucherClaim:
    """Confirm a checked claim as the second person: it may be put on a payout list.

    Raises AuditedBySame, RelatedSince, UsesChanged, IllegalMove.
    """
    claim = claim_lock(claim_id)
    require(actor, "rewards.audit_voucher", claim.grant)
    state = get_next_state(claim.state, "audit")
    require_approvable(actor, claim, now)
    claim.state = state
    claim.audited_at, claim.audited_by = now, actor
    claim.save(update_fields=["state", "audited_at", "audited_by"])
    _record(actor, "voucher_claim.audited", claim, now)
    tell_administrators(
        claim.grant.organization,
        APPROVED_WAITING if claim in find_waiting_claims([claim]) else APPROVED,
        now,
        path=_path(claim),
        params={**_params(claim), "amount": f"{claim.amount_yuan:,.2f}"},
    )
    return claim


@transaction.atomic
def voucher_claim_refuse(*, actor: "User", claim_id: int, reason: str, now: datetime) -> VoucherClaim:
    """Refuse a claim with a reason: its hours, its invoice and its part of the voucher are free again.

    Raises ReasonMissing, and IllegalMove once it stands on a payout list.
    """
    claim = claim_lock(claim_id)
    require(actor, "rewards.audit_voucher", claim.grant)
    claim.state = get_next_state(ClaimState.LISTED if is_listed(claim) else claim.state, "refuse")
    claim.reason = require_reason(reason, code=REASON_MISSING)
    claim.refused_at, claim.refused_by = now, actor
    claim.save(update_fields=["state", "reason", "refused_at", "refused_by"])
    claim.uses.update(released_at=now)
    _record(actor, "voucher_claim.refused", claim, now, reason=claim.reason)
    tell_administrators(
        claim.grant.organization,
        gettext_noop("The claim of {organization} was refused: {reason}"),
        now,
        path=_path(claim),
        params={**_params(claim), "reason": claim.reason},
    )
    return claim


def require_approvable(actor: "Viewer", claim: VoucherClaim, now: datetime) -> None:
    """Raise AuditedBySame, RelatedSince or UsesChanged where the actor can't check or audit a claim."""
    hindrance = find_hindrance(actor, claim, now)
    if hindrance is not None:
        raise hindrance


def find_hindrance(
    viewer: "Viewer", claim: VoucherClaim, now: datetime
) -> RelatedSince | UsesChanged | AuditedBySame | None:
    """Return why the viewer can't check or audit a claim, as comes next; None: nothing hinders."""
    fault = find_faults([claim], now).get(claim.pk)
    if fault is None and claim.state == ClaimState.CHECKED and claim.checked_by_id == viewer.pk:
        return AuditedBySame()
    return fault


def require_faultless(found: Sequence[VoucherClaim], now: datetime) -> None:
    """Raise RelatedSince or UsesChanged for the first claim that has to be refused."""
    faults = find_faults(found, now)
    first = next((claim for claim in found if claim.pk in faults), None)
    if first is not None:
        raise faults[first.pk]


def find_faults(found: Sequence[VoucherClaim], now: datetime) -> dict[int, RelatedSince | UsesChanged]:
    """Return why claims have to be refused for what became known since they were made, by their id.

    Takes as many statements however many claims.
    """
    related, billed = find_related_claims(found), find_changed_claims(found)
    today = now.astimezone(CITY_TIME).date()
    changes = {one.pk: _describe_change(one, billed[one.pk], today) for one in found if one.pk in billed}
    return changes | {one.pk: _describe_relation(one) for one in found if one.pk in related}


def _describe_relation(claim: VoucherClaim) -> RelatedSince:
    unit = Bilingual(claim.seller.name_zh, claim.seller.name_en)
    return RelatedSince(claim=claim.public_id, unit=unit, **_params(claim))


def _describe_change(claim: VoucherClaim, billed_yuan: Decimal, today: date) -> UsesChanged:
    terms = claim.grant.scheme.terms
    error = UsesChanged if terms.takes_claims(today) else UsesChangedTooLate
    return error(
        claim=claim.public_id,
        now=f"{billed_yuan:,.2f}",
        before=f"{claim.basis_yuan:,.2f}",
        last=terms.claim_until,
    )


def _path(claim: VoucherClaim) -> str:
    return reverse("voucher_claim", args=[claim.public_id])


def _params(claim: VoucherClaim) -> dict[str, Any]:
    organization = claim.grant.organization
    return {"organization": Bilingual(organization.name_zh, organization.name_en)}


def _record(actor: "User", action: str, claim: VoucherClaim, now: datetime, **details: Any) -> None:
    facts = {
        "grant": claim.grant.public_id,
        "statement": claim.statement.public_id,
        "invoice": claim.invoice_number,
        "amount_yuan": f"{claim.amount_yuan:.2f}",
        **details,
    }
    record_act(actor, action, claim, now, organization_id=claim.grant.organization_id, **facts)
