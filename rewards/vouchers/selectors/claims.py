"""Claims, their state with payout lists and payouts, and what a statement would come to."""

from collections import defaultdict
from collections.abc import Collection, Container, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING

import rules
from django.db.models import Case, CharField, Exists, F, OuterRef, QuerySet, Value, When

from bookings.public import (
    BilledUse,
    agreed_statements,
    billed_uses,
    is_agreed,
    uses_with_correction_to_bill,
)
from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors.organizations import related_ids, related_ids_of_each
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import require_found
from rewards.vouchers.domain.choices import ClaimState
from rewards.vouchers.domain.terms import Claimable, Terms, get_claimable
from rewards.vouchers.models import (
    VoucherClaim,
    VoucherGrant,
    VoucherPayout,
    VoucherPayoutRow,
    VoucherUse,
)
from rewards.vouchers.selectors.vouchers import (
    claimed_in_year,
    claimed_on_grant,
    claims_in_force,
    is_found,
)

if TYPE_CHECKING:
    from bookings.models import Statement
    from instrument_share.accounts.selectors import Viewer

_LISTED = VoucherPayoutRow.objects.filter(claim=OuterRef("pk"))
_PAID = VoucherPayout.objects.filter(row__claim=OuterRef("pk"), reversal__isnull=True)


def claims(viewer: "Viewer", *, stage: ClaimState | None = None) -> QuerySet[VoucherClaim]:
    """Return the claims that the viewer may see, of one `stage` or all, in the order of their receipt."""
    found = VoucherClaim.objects.all()
    if not rules.has_perm("rewards.see_vouchers", viewer):
        own = standing(viewer).organization_ids(Role.ORG_ADMIN)
        found = found.filter(grant__organization__in=own)
    reached = Case(
        When(Exists(_PAID), then=Value(ClaimState.PAID.value)),
        When(Exists(_LISTED), then=Value(ClaimState.LISTED.value)),
        default=F("state"),
        output_field=CharField(),
    )
    staged = found.annotate(stage=reached)
    if stage is not None:
        staged = staged.filter(stage=stage)
    return (
        staged.select_related("grant__scheme", "grant__organization", "statement", "seller")
        .select_related("submitted_by", "checked_by", "audited_by", "refused_by")
        .order_by("id")
    )


def find_claims(
    viewer: "Viewer", *, state: str = "", scheme: str = "", text: str = ""
) -> QuerySet[VoucherClaim]:
    """Return the claims that the viewer may see, at a stage, on a scheme, by organization or number."""
    found = claims(viewer, stage=ClaimState(state) if state else None)
    return found.filter(is_found("grant__organization", "grant__scheme", scheme, text))


def get_claim(viewer: "Viewer", public_id: str) -> VoucherClaim:
    """Return a claim that the viewer may see. Raises NotFound."""
    return require_found(claims(viewer).filter(public_id=public_id).first())


def claim_lock(claim_id: int) -> VoucherClaim:
    """Return a claim with its voucher, locked until the transaction ends. Raises NotFound."""
    return require_found(
        VoucherClaim.objects.select_for_update(of=("self",))
        .select_related("grant__scheme", "grant__organization", "statement")
        .filter(pk=claim_id)
        .first()
    )


def is_listed(claim: VoucherClaim) -> bool:
    """Return whether a claim stands on a payout list; under its lock no list takes it meanwhile."""
    return VoucherPayoutRow.objects.filter(claim=claim).exists()


def claim_uses(claim: VoucherClaim) -> QuerySet[VoucherUse]:
    """Return the uses of a claim in their order; the caller may see it."""
    return claim.uses.select_related("log__instrument", "log__user").order_by("id")


def get_covered(terms: Terms, uses: Collection[BilledUse]) -> list[BilledUse]:
    """Return the uses that a scheme supports: they start in its period, and the unit was no related one then.

    Where it is related now, nothing of it is offered.
    """
    return [use for use in uses if terms.covers(_get_day(use)) and not use.log.related]


def _get_day(use: BilledUse) -> date:
    return use.starts_at.astimezone(CITY_TIME).date()


def compute_claimable(
    grant: VoucherGrant, uses: Collection[BilledUse], *, of_voucher: list[Decimal], of_year: list[Decimal]
) -> Claimable:
    """Return what uses come to on a voucher, by the claims in force on it and in the year."""
    return get_claimable(
        grant.scheme.terms,
        [(_get_day(use), use.billed_yuan) for use in get_covered(grant.scheme.terms, uses)],
        granted=grant.amount_yuan,
        of_voucher=of_voucher,
        of_year=of_year,
    )


def claimable_now(grant: VoucherGrant, statement: "Statement", uses: Collection[BilledUse]) -> Claimable:
    """Return what uses of a statement come to on a voucher now."""
    return compute_claimable(
        grant,
        uses,
        of_voucher=claimed_on_grant(grant.pk),
        of_year=claimed_in_year(grant.organization_id, grant.scheme.code, statement.year),
    )


def find_claim_on(statement: "Statement", uses: Collection[BilledUse]) -> VoucherClaim | None:
    """Return the claim in force on a statement or on one of these uses, if there is one."""
    of_statement = claims_in_force().filter(statement=statement).first()
    if of_statement is not None:
        return of_statement
    held = VoucherUse.objects.filter(released_at__isnull=True, log__in=[use.log for use in uses])
    first = held.select_related("claim").first()
    return first.claim if first else None


def find_claim_on_invoice(statement: "Statement", number: str) -> VoucherClaim | None:
    """Return the payer's claim in force on an invoice of the unit (number as normalized), if there is one."""
    payer, seller = statement.payer_organization_id, statement.organization_id
    found = claims_in_force().filter(grant__organization=payer, seller=seller, invoice_number=number)
    return found.first()


@dataclass(frozen=True)
class Offered:
    """A statement against which may be claimed, and what the claim comes to."""

    statement: "Statement"
    claimable: Claimable


def offered_statements(grant: VoucherGrant, day: date) -> list[Offered]:
    """Return the statements against which a voucher can be claimed on a day; the caller may see it.

    Empty after the last day of claims.
    """
    if not grant.scheme.terms.takes_claims(day):
        return []
    taken = claims_in_force().filter(grant__organization=grant.organization_id)
    apart = related_ids(grant.organization_id)
    found = agreed_statements(grant.organization_id).exclude(pk__in=taken.values("statement"))
    statements = list(found.exclude(organization__in=apart))
    uses = billed_uses([one.pk for one in statements])
    of_voucher = claimed_on_grant(grant.pk)
    of_year = {
        year: claimed_in_year(grant.organization_id, grant.scheme.code, year)
        for year in {one.year for one in statements}
    }
    offers = (
        Offered(
            one,
            compute_claimable(grant, uses[one.pk], of_voucher=of_voucher, of_year=of_year[one.year]),
        )
        for one in statements
    )
    return [one for one in offers if one.claimable.amount_yuan]


def get_agreed_statement(grant: VoucherGrant, public_id: str) -> "Statement":
    """Return a statement to which the organization of a voucher agreed. Raises NotFound."""
    return require_found(agreed_statements(grant.organization_id).filter(public_id=public_id).first())


def get_offer(grant: VoucherGrant, public_id: str) -> Offered:
    """Return a statement to which the organization of a voucher agreed, and what a claim would come to.

    Whether it can be claimed is for `require_offered`; the caller may see the voucher. Raises NotFound.
    """
    statement = get_agreed_statement(grant, public_id)
    return Offered(statement, claimable_now(grant, statement, get_uses_of(statement, grant.scheme.terms)))


def find_agreed_statement(grant: VoucherGrant, statement_id: int) -> "Statement | None":
    """Return the statement if the organization of a voucher agreed to it."""
    return agreed_statements(grant.organization_id).filter(pk=statement_id).first()


def get_uses_of(statement: "Statement", terms: Terms) -> Sequence[BilledUse]:
    """Return the uses of a statement that a scheme supports."""
    return get_covered(terms, billed_uses([statement.pk])[statement.pk])


def find_changed_claims(found: Collection[VoucherClaim]) -> Mapping[int, Decimal]:
    """Return what is billed now of the uses of the claims where that is no longer their basis, by their id.

    Nothing of a use that was corrected to a day outside the period. Takes four statements at most, however
    many claims.
    """
    claimed: dict[int, set[int]] = defaultdict(set)
    for claim_id, log in VoucherUse.objects.filter(claim__in=found).values_list("claim", "log"):
        claimed[claim_id].add(log)
    uses = billed_uses([claim.statement_id for claim in found])
    basis = {claim.pk: _get_basis(claim, uses[claim.statement_id], claimed[claim.pk]) for claim in found}
    return {claim.pk: basis[claim.pk] for claim in found if basis[claim.pk] != claim.basis_yuan}


def find_related_claims(found: Collection[VoucherClaim]) -> frozenset[int]:
    """Return the ids of the claims whose unit is related to their organization by now.

    As when they are made: a relation that has ended says nothing. Takes three statements, however many.
    """
    related = related_ids_of_each({claim.grant.organization_id for claim in found})
    return frozenset(claim.pk for claim in found if claim.seller_id in related[claim.grant.organization_id])


def _get_basis(claim: VoucherClaim, billed: Collection[BilledUse], claimed: Container[int]) -> Decimal:
    covered = get_covered(claim.grant.scheme.terms, billed)
    return sum((use.billed_yuan for use in covered if use.log.pk in claimed), Decimal(0))


@dataclass(frozen=True)
class Waiting:
    """The ids of claims that no payout list takes yet, by what has to come before."""

    for_bill: frozenset[int]
    """The bill of a correction of a use; once it is there, `find_changed_claims` compares."""
    for_agreement: frozenset[int]
    """The payer's: the statement was paid unconfirmed, and the unit has reversed a payment."""

    def __contains__(self, claim: VoucherClaim) -> bool:
        return claim.pk in self.for_bill | self.for_agreement


def find_waiting_claims(found: Collection[VoucherClaim]) -> Waiting:
    """Return which of these claims wait. Takes three statements at most, however many claims."""
    claimed = list(VoucherUse.objects.filter(claim__in=found).values_list("claim", "log"))
    corrected = uses_with_correction_to_bill([log for _claim, log in claimed])
    return Waiting(
        for_bill=frozenset(claim for claim, log in claimed if log in corrected),
        for_agreement=frozenset(claim.pk for claim in found if not is_agreed(claim.statement)),
    )


def leave_out_waiting(found: Collection[VoucherClaim]) -> list[VoucherClaim]:
    """Return the claims that wait for nothing before a payout list takes them, in their order."""
    waiting = find_waiting_claims(found)
    return [claim for claim in found if claim not in waiting]
