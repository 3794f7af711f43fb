"""Innovation vouchers in the API."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from django.core.files.base import ContentFile
from ninja import Schema
from pydantic import Base64Bytes, Field

from instrument_share.web.api.fields import (
    Amount,
    Day,
    OrganizationRef,
    PublicId,
    Text200,
    Text500,
    organization_ref,
)
from rewards.vouchers.domain.choices import ApplicationState, ClaimState, Issuer
from rewards.vouchers.selectors.claims import Offered
from rewards.vouchers.selectors.payouts import payout_rows
from rewards.vouchers.services.telling import MOST_FILES

if TYPE_CHECKING:
    from rewards.vouchers.models import (
        VoucherApplication,
        VoucherClaim,
        VoucherGrant,
        VoucherPayoutList,
        VoucherScheme,
    )

Money = Annotated[Amount, Field(gt=0, max_digits=14, decimal_places=2)]
_TERMS = (
    *("code", "batch", "issuer", "name_zh", "name_en", "kinds", "sizes", "share_percent", "cap_yuan"),
    *("budget_yuan", "apply_from", "apply_until", "use_from", "use_until"),
)


class FactOut(Schema):
    """What applicants state and prove."""

    zh: str
    en: str


class StatedOut(FactOut):
    stated: str = Field(description="the applicant's word on it")


class VoucherSchemeOut(Schema):
    """科技创新券方案: one batch of a scheme with its terms."""

    id: PublicId = Field(examples=["VSC-7K2M9QX4TB"])
    code: str = Field(description="batches with the same code share the cap of an organization and year")
    batch: int
    issuer: Issuer
    name_zh: str
    name_en: str
    kinds: list[str] = Field(description="of organizations that may apply")
    sizes: list[str] = Field(description="size classes of organizations that may apply")
    share_percent: Decimal
    cap_yuan: Decimal
    budget_yuan: Decimal
    left_yuan: Decimal = Field(description="of the budget, not granted yet")
    apply_from: date
    apply_until: date
    use_from: date
    use_until: date = Field(description="the last day of uses, and of claims")
    facts: list[FactOut]


class DocumentIn(Schema):
    """A PDF, JPEG or PNG. A request has 2.5 MB at most; larger files are sent on the page."""

    name: Text200
    content: Base64Bytes

    def as_upload(self) -> ContentFile[bytes]:
        """Return the file as the services take it."""
        return ContentFile(self.content, name=self.name)


Documents = Annotated[list[DocumentIn], Field(max_length=MOST_FILES)]


class VoucherApplicationIn(Schema):
    scheme: PublicId
    organization: PublicId = Field(description="one that you administer")
    amount_yuan: Money
    stated: list[Text500] = Field(max_length=50, description="a word on each fact of the scheme, in order")
    documents: Documents


class VoucherApplicationOut(Schema):
    """科技创新券申请: an organization asks for a voucher."""

    id: PublicId = Field(examples=["VAP-7K2M9QX4TB"])
    scheme: PublicId
    organization: OrganizationRef
    amount_yuan: Decimal
    stated: list[StatedOut]
    state: ApplicationState
    reason: str = Field(description="why it was refused")
    submitted_at: datetime
    decided_at: datetime | None
    voucher: PublicId | None = Field(description="the voucher that was granted")


class VoucherOut(Schema):
    """科技创新券: what an organization was granted, and what is left of it."""

    id: PublicId = Field(examples=["VGR-7K2M9QX4TB"])
    scheme: PublicId
    organization: OrganizationRef
    amount_yuan: Decimal
    left_yuan: Decimal
    use_until: date
    granted_at: datetime


class ClaimableOut(Schema):
    """A statement against which can be claimed, and what the claim would come to."""

    statement: PublicId
    unit: OrganizationRef
    basis_yuan: Decimal = Field(description="what the uses in the period of the voucher cost")
    amount_yuan: Decimal


class VoucherWithClaimableOut(VoucherOut):
    claimable: list[ClaimableOut]


class VoucherClaimIn(Schema):
    voucher: PublicId
    statement: PublicId = Field(description="one that the organization confirmed")
    invoice_number: Annotated[Text200, Field(max_length=60)]
    invoice_date: Day
    sole_support: bool = Field(description="your word that no other public money pays for these hours")
    expected_yuan: Money | None = Field(None, description="refused if the claim comes to something else")
    documents: Documents


class VoucherClaimOut(Schema):
    """兑付申请: a share of a confirmed statement is claimed on a voucher."""

    id: PublicId = Field(examples=["VCL-7K2M9QX4TB"])
    voucher: PublicId
    organization: OrganizationRef
    statement: PublicId
    unit: OrganizationRef
    basis_yuan: Decimal
    amount_yuan: Decimal
    invoice_number: str
    invoice_date: date
    state: ClaimState
    reason: str = Field(description="why it was refused")
    submitted_at: datetime
    checked_at: datetime | None
    audited_at: datetime | None
    refused_at: datetime | None


class ReasonIn(Schema):
    reason: Text500 = Field(description="the applicant reads it")


class PayoutListIn(Schema):
    scheme: PublicId


class PayoutRowOut(Schema):
    claim: PublicId
    organization: OrganizationRef
    amount_yuan: Decimal
    is_paid: bool


class PayoutListOut(Schema):
    """兑付清单: audited claims of a batch that Finance is asked to pay."""

    id: PublicId = Field(examples=["VPL-7K2M9QX4TB"])
    scheme: PublicId
    number: int = Field(description="1 for the first of the batch")
    total_yuan: Decimal
    made_at: datetime


class PayoutListWithRowsOut(PayoutListOut):
    rows: list[PayoutRowOut]


class VoucherApplicationsPage(Schema):
    items: list[VoucherApplicationOut]
    next_cursor: str | None


class VouchersPage(Schema):
    items: list[VoucherOut]
    next_cursor: str | None


class VoucherClaimsPage(Schema):
    items: list[VoucherClaimOut]
    next_cursor: str | None


class PayoutListsPage(Schema):
    items: list[PayoutListOut]
    next_cursor: str | None


class VoucherSchemesPage(Schema):
    items: list[VoucherSchemeOut]
    next_cursor: str | None


def serialize_scheme(scheme: "VoucherScheme", left: Decimal) -> VoucherSchemeOut:
    """Return a batch with what is left of its budget."""
    kept = {name: getattr(scheme, name) for name in _TERMS}
    return VoucherSchemeOut(id=scheme.public_id, left_yuan=left, facts=scheme.facts, **kept)


def serialize_application(application: "VoucherApplication") -> VoucherApplicationOut:
    """Return an application of a selector."""
    grant = getattr(application, "grant", None)
    kept = ("amount_yuan", "stated", "state", "reason", "submitted_at", "decided_at")
    return VoucherApplicationOut(
        id=application.public_id,
        scheme=application.scheme.public_id,
        organization=organization_ref(application.organization),
        voucher=grant.public_id if grant else None,
        **{name: getattr(application, name) for name in kept},
    )


def serialize_voucher(grant: "VoucherGrant", left: Decimal) -> dict[str, Any]:
    """Return a voucher with what is left of it."""
    return {
        "id": grant.public_id,
        "scheme": grant.scheme.public_id,
        "organization": organization_ref(grant.organization),
        "amount_yuan": grant.amount_yuan,
        "left_yuan": left,
        "use_until": grant.scheme.use_until,
        "granted_at": grant.granted_at,
    }


def serialize_offer(offer: Offered) -> ClaimableOut:
    """Return a statement against which can be claimed."""
    return ClaimableOut(
        statement=offer.statement.public_id,
        unit=organization_ref(offer.statement.organization),
        basis_yuan=offer.claimable.basis_yuan,
        amount_yuan=offer.claimable.amount_yuan,
    )


def serialize_claim(claim: "VoucherClaim") -> VoucherClaimOut:
    """Return a claim of a selector, with the state that follows from lists and payouts."""
    kept = (
        *("basis_yuan", "amount_yuan", "invoice_number", "invoice_date", "reason", "submitted_at"),
        *("checked_at", "audited_at", "refused_at"),
    )
    return VoucherClaimOut(
        id=claim.public_id,
        voucher=claim.grant.public_id,
        organization=organization_ref(claim.grant.organization),
        statement=claim.statement.public_id,
        unit=organization_ref(claim.seller),
        state=claim.stage,  # type: ignore[attr-defined]
        **{name: getattr(claim, name) for name in kept},
    )


def serialize_list(payout_list: "VoucherPayoutList") -> dict[str, Any]:
    """Return a payout list without its rows."""
    kept = ("number", "total_yuan", "made_at")
    return {
        "id": payout_list.public_id,
        "scheme": payout_list.scheme.public_id,
        **{name: getattr(payout_list, name) for name in kept},
    }


def serialize_list_with_rows(payout_list: "VoucherPayoutList") -> PayoutListWithRowsOut:
    """Return a payout list with its rows."""
    rows = [
        PayoutRowOut(
            claim=row.claim.public_id,
            organization=organization_ref(row.claim.grant.organization),
            amount_yuan=row.amount_yuan,
            is_paid=row.is_paid,  # type: ignore[attr-defined]
        )
        for row in payout_rows(payout_list)
    ]
    return PayoutListWithRowsOut(**serialize_list(payout_list), rows=rows)
