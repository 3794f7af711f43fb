"""Innovation vouchers in the API."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Annotated, Any

from django.core.files.base import ContentFile
from ninja import Schema
from pydantic import Base64Bytes, Field

from instrument_share.kernel.errors import gettext_noop as _
from instrument_share.web.api.fields import (
    Amount,
    BodyIn,
    Day,
    OrganizationRef,
    PublicId,
    Text200,
    Text500,
    organization_ref,
)
from rewards.vouchers.domain.choices import ApplicationState, ClaimState, Issuer
from rewards.vouchers.selectors.claims import Offered, Waiting
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

    zh: str = Field(description=_("the fact, in Chinese"))
    en: str = Field(description=_("the fact, in English"))


class StatedOut(FactOut):
    stated: str = Field(description=_("what the applicant states on it"))


class VoucherSchemeOut(Schema):
    """One batch of a scheme of innovation vouchers, with its terms."""

    id: PublicId = Field(examples=["VSC-7K2M9QX4TB"])
    code: str = Field(
        description=_("code of the scheme; its batches share the cap of an organization and year")
    )
    batch: int = Field(description=_("number of the batch in its scheme"))
    issuer: Issuer = Field(description=_("who gives the money"))
    name_zh: str
    name_en: str
    kinds: list[str] = Field(description=_("kinds of organizations that may apply"))
    sizes: list[str] = Field(description=_("size classes of organizations that may apply"))
    share_percent: Decimal = Field(
        description=_("share of the cost of uses that a voucher pays, in per cent")
    )
    cap_yuan: Decimal = Field(
        description=_("most for an organization in a year, in yuan; the year of the statement counts")
    )
    budget_yuan: Decimal = Field(description=_("budget of the batch, in yuan"))
    left_yuan: Decimal = Field(description=_("what is left of the budget to be granted, in yuan"))
    apply_from: date = Field(description=_("the first day of applications"))
    apply_until: date = Field(description=_("the last day of applications"))
    use_from: date = Field(description=_("the first day of uses that a voucher pays"))
    use_until: date = Field(description=_("the last day of uses that a voucher pays"))
    claim_until: date = Field(description=_("the last day of claims"))
    facts: list[FactOut] = Field(description=_("what applicants state and prove, in order"))


class DocumentIn(BodyIn):
    """A PDF, JPEG or PNG. A request has 2.5 MB at most; larger files are sent on the page."""

    name: Text200 = Field(description=_("name of the file"))
    content: Base64Bytes = Field(description=_("the file in base64"))

    def as_upload(self) -> ContentFile[bytes]:
        """Return the file as the services take it."""
        return ContentFile(self.content, name=self.name)


Documents = Annotated[list[DocumentIn], Field(max_length=MOST_FILES)]


class VoucherApplicationIn(BodyIn):
    scheme: PublicId
    organization: PublicId = Field(description=_("the organization that applies; one that you administer"))
    amount_yuan: Money = Field(description=_("amount applied for, in yuan"))
    stated: list[Text500] = Field(
        max_length=50, description=_("a statement on each fact of the scheme, in order")
    )
    documents: Documents = Field(description=_("proofs of what is stated"))


class VoucherApplicationOut(Schema):
    """An organization asks for an innovation voucher."""

    id: PublicId = Field(examples=["VAP-7K2M9QX4TB"])
    scheme: PublicId
    organization: OrganizationRef
    amount_yuan: Decimal = Field(description=_("amount applied for, in yuan"))
    stated: list[StatedOut] = Field(
        description=_("each fact of the scheme with the applicant's statement on it")
    )
    state: ApplicationState = Field(description=_("`submitted`, then `granted` or `refused`"))
    reason: str = Field(description=_("why it was refused; empty: it was not"))
    submitted_at: datetime
    decided_at: datetime | None = Field(description=_("when it was granted or refused; null: not yet"))
    voucher: PublicId | None = Field(description=_("the voucher that was granted; null: none"))


class VoucherOut(Schema):
    """An innovation voucher: what an organization was granted, and what is left of it."""

    id: PublicId = Field(examples=["VGR-7K2M9QX4TB"])
    scheme: PublicId
    organization: OrganizationRef
    amount_yuan: Decimal = Field(description=_("amount granted, in yuan"))
    left_yuan: Decimal = Field(description=_("what claims in force leave of it, in yuan"))
    use_until: date = Field(description=_("the last day of uses that a voucher pays"))
    claim_until: date = Field(description=_("the last day of claims"))
    granted_at: datetime = Field(description=_("when it was granted"))


class ClaimableOut(Schema):
    """A statement against which a claim can be made, and what it would come to."""

    statement: PublicId = Field(description=_("the statement against which a claim can be made"))
    unit: OrganizationRef
    basis_yuan: Decimal = Field(description=_("what the uses in the period of the voucher cost, in yuan"))
    amount_yuan: Decimal = Field(description=_("what a claim would come to now, in yuan"))


class VoucherWithClaimableOut(VoucherOut):
    claimable: list[ClaimableOut] = Field(
        description=_(
            "statements against which you can claim now; empty unless you administer the organization"
        )
    )


class VoucherClaimIn(BodyIn):
    voucher: PublicId = Field(description=_("the voucher on which the claim is made"))
    statement: PublicId = Field(
        description=_("the statement whose uses are paid; the organization has confirmed it")
    )
    invoice_number: Annotated[Text200, Field(max_length=60)]
    invoice_date: Day
    sole_support: bool = Field(
        description=_("your declaration that no other public money pays for these hours")
    )
    expected_yuan: Money | None = Field(
        None,
        description=_(
            "what you expect the claim to come to, in yuan; refused if it comes to something else; null: "
            "whatever it is"
        ),
    )
    documents: Documents = Field(description=_("the invoice and the proof of payment"))


class VoucherClaimOut(Schema):
    """A share of a confirmed statement is claimed on a voucher."""

    id: PublicId = Field(examples=["VCL-7K2M9QX4TB"])
    voucher: PublicId = Field(description=_("the voucher on which the claim is made"))
    organization: OrganizationRef
    statement: PublicId = Field(description=_("the statement whose uses are paid"))
    unit: OrganizationRef
    basis_yuan: Decimal = Field(description=_("what the uses of the claim cost, in yuan"))
    amount_yuan: Decimal = Field(description=_("what is claimed, in yuan"))
    invoice_number: str
    invoice_date: date
    state: ClaimState = Field(
        description=_(
            "`submitted`, `checked` by one person, `audited` by another, `listed` for payment, `paid`; or "
            "`refused`"
        )
    )
    reason: str = Field(description=_("why it was refused; empty: it was not"))
    submitted_at: datetime
    checked_at: datetime | None = Field(description=_("when the first person checked it; null: not yet"))
    audited_at: datetime | None = Field(description=_("when the second person audited it; null: not yet"))
    refused_at: datetime | None = Field(description=_("when it was refused; null: it was not"))
    waits_for_bill: bool = Field(
        description=_(
            "whether a correction of a use is still to be billed: until then no payout list takes it"
        )
    )
    waits_for_agreement: bool = Field(
        description=_(
            "whether the statement, whose payment the unit has reversed, is still to be paid or confirmed "
            "again: until then no payout list takes it"
        )
    )


class RefusalIn(BodyIn):
    reason: Text500 = Field(description=_("why; the applicant can read it"))


class PayoutListIn(BodyIn):
    scheme: PublicId
    expected_yuan: Money = Field(
        description=_(
            "what you expect the audited claims to come to, in yuan; refused if they come to something else"
        )
    )


class PayoutRowOut(Schema):
    claim: PublicId = Field(description=_("the claim that is paid"))
    organization: OrganizationRef
    amount_yuan: Decimal = Field(description=_("what is paid, in yuan"))
    is_paid: bool = Field(description=_("whether Finance has paid it"))


class PayoutListOut(Schema):
    """Audited claims of a batch that Finance is asked to pay."""

    id: PublicId = Field(examples=["VPL-7K2M9QX4TB"])
    scheme: PublicId
    number: int = Field(description=_("number of the list, 1 for the first of the batch"))
    total_yuan: Decimal = Field(description=_("sum of its claims, in yuan"))
    made_at: datetime


class PayoutListWithRowsOut(PayoutListOut):
    rows: list[PayoutRowOut] = Field(description=_("its claims, one by one"))


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
    kept["claim_until"] = scheme.terms.claim_until
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
        "claim_until": grant.scheme.terms.claim_until,
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


def serialize_claim(claim: "VoucherClaim", waiting: Waiting) -> VoucherClaimOut:
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
        waits_for_bill=claim.pk in waiting.for_bill,
        waits_for_agreement=claim.pk in waiting.for_agreement,
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
