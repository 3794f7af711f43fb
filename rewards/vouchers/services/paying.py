"""Payout lists for the Finance Bureau, payouts with the bank's reference, and what comes back."""

from datetime import date, datetime
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django.db import transaction
from django.db.models import Max
from django.urls import reverse

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import managers_of
from instrument_share.accounts.services import role_holders_tell
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop, require_reason
from instrument_share.kernel.wording import Bilingual
from rewards.payments.domain.errors import PaidInFuture, ReversedTooEarly
from rewards.payments.selectors.accounts import account_keepers
from rewards.payments.services.paid_accounts import Named, Receiver, require_receiver
from rewards.payments.services.payments import get_last_return, require_returned
from rewards.payments.services.references import require_reference
from rewards.vouchers.domain.errors import (
    REASON_MISSING,
    ListChanged,
    NothingToList,
    PaidAlready,
    PaidBeforeList,
    PayoutDiffers,
    PayoutReversed,
    TookPartInClaim,
)
from rewards.vouchers.models import (
    VoucherPayout,
    VoucherPayoutList,
    VoucherPayoutRow,
    VoucherReversal,
)
from rewards.vouchers.reports import get_printed_names
from rewards.vouchers.selectors.claims import leave_out_waiting
from rewards.vouchers.selectors.payouts import (
    audited_claims_lock,
    get_payout_in_force,
    is_involved,
    payers_of,
    payout_lock,
    row_lock,
)
from rewards.vouchers.selectors.vouchers import scheme_lock
from rewards.vouchers.services.claiming import require_faultless
from rewards.vouchers.services.telling import record_act, tell_administrators

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

CAME_BACK = gettext_noop(
    "The payout of ¥{amount} to {organization} came back: {reason} Check the receiving account."
)
TO_REPLACED = gettext_noop(
    "The payout of ¥{amount} to {organization} went to the account ending in {digits}, which had been "
    "replaced: {reason} Tell the Finance Bureau if it did not arrive."
)


@transaction.atomic
def voucher_list_make(
    *, actor: "User", scheme_id: int, now: datetime, shown_yuan: Decimal | None = None
) -> VoucherPayoutList:
    """Put every audited claim of a batch that stands on no list onto a new one, for Finance.

    Those with a use whose correction is not billed yet, or whose statement is no longer agreed to, wait for
    the next one. `shown_yuan` is the sum that the actor was shown (None skips the comparison). Raises
    NothingToList, RelatedSince, UsesChanged, ListChanged.
    """
    require(actor, "rewards.list_vouchers")
    scheme = scheme_lock(scheme_id)
    waiting = leave_out_waiting(audited_claims_lock(scheme.pk))
    if not waiting:
        raise NothingToList
    require_faultless(waiting, now)
    total = sum((claim.amount_yuan for claim in waiting), Decimal(0))
    if shown_yuan not in (None, total):
        raise ListChanged(amount=f"{total:,.2f}")
    last = scheme.payout_lists.aggregate(last=Max("number"))["last"] or 0
    made = VoucherPayoutList.objects.create(
        scheme=scheme,
        number=last + 1,
        total_yuan=total,
        made_at=now,
        made_by=actor,
    )
    VoucherPayoutRow.objects.bulk_create(
        VoucherPayoutRow(
            payout_list=made,
            position=position,
            claim=claim,
            amount_yuan=claim.amount_yuan,
            names=get_printed_names(claim),
        )
        for position, claim in enumerate(waiting, start=1)
    )
    rows = [[claim.public_id, f"{claim.amount_yuan:.2f}"] for claim in waiting]
    record_act(actor, "voucher_list.made", made, now, organization_id=None, batch=str(scheme), rows=rows)
    notify(
        users=payers_of(made),
        kind=NotificationKind.ASSESSMENT,
        message=gettext_noop("A payout list of innovation vouchers over ¥{amount} waits for you."),
        params={"amount": f"{made.total_yuan:,.2f}"},
        path=reverse("voucher_list", args=[made.public_id]),
        now=now,
    )
    return made


@transaction.atomic
def voucher_payout_record(
    *,
    actor: "User",
    row_id: int,
    amount_yuan: Decimal,
    paid_date: date,
    bank_reference: str,
    now: datetime,
    shown_account: str | None = None,
    paid_account: str | None = None,
    account_reason: str = "",
) -> VoucherPayout:
    """Record that a claim on a list was paid to the account that its organization kept then.

    `shown_account`, `paid_account` and `account_reason` are what `Named` says of the account. Raises
    TookPartInClaim, PaidAlready, PayoutDiffers, AccountMissing, AccountUnchecked, AccountDiffers,
    AccountNotThen, AccountReplacedThen, PaidBeforeList, PaidBeforeReturn, PaidInFuture, VoucherMissing,
    VoucherUsed.
    """
    require(actor, "rewards.pay_voucher")
    row = row_lock(row_id)
    require_uninvolved(actor, row)
    require_unpaid(row)
    if amount_yuan != row.amount_yuan:
        raise PayoutDiffers(listed=f"{row.amount_yuan:,.2f}", amount=f"{amount_yuan:,.2f}")
    made_date = get_made_date(row.payout_list)
    if paid_date < made_date:
        raise PaidBeforeList(date=made_date)
    named = Named(shown_account, paid_account, account_reason)
    receiver = require_receiver(row.claim.grant.organization, named, paid_date, made_date)
    require_returned(paid_date, VoucherReversal.objects.filter(payout__row=row))
    payout = VoucherPayout.objects.create(
        row=row,
        number=row.payouts.count() + 1,
        amount_yuan=row.amount_yuan,
        paid_date=_require_past(paid_date, now),
        bank_reference=require_reference(bank_reference),
        payee_account=receiver.account,
        recorded_at=now,
        recorded_by=actor,
    )
    details = {"account": receiver.account.public_id, "paid": paid_date.isoformat()}
    if receiver.reason:
        details["reason"] = receiver.reason
    _record(actor, "voucher_payout.recorded", payout, now, **details)
    _tell(row, gettext_noop("{organization} was paid ¥{amount} on its innovation voucher."), now)
    if receiver.reason:
        _tell_of_replaced_account(row, receiver, now)
    return payout


@transaction.atomic
def voucher_payout_reverse(
    *, actor: "User", payout_id: int, reversed_date: date, bank_reference: str, reason: str, now: datetime
) -> VoucherReversal:
    """Record that the whole amount of a payout came back; its claim waits for a payout again.

    Raises TookPartInClaim, ReasonMissing, PayoutReversed, ReversedTooEarly, PaidInFuture, VoucherMissing,
    VoucherUsed.
    """
    require(actor, "rewards.pay_voucher")
    payout = payout_lock(payout_id)
    require_uninvolved(actor, payout.row)
    text = require_reason(reason, code=REASON_MISSING)
    require_in_force(payout)
    if reversed_date < payout.paid_date:
        raise ReversedTooEarly(date=payout.paid_date)
    reversal = VoucherReversal.objects.create(
        payout=payout,
        reversed_date=_require_past(reversed_date, now),
        bank_reference=require_reference(bank_reference),
        reason=text,
        recorded_at=now,
        recorded_by=actor,
    )
    _record(
        actor,
        "voucher_payout.reversed",
        payout,
        now,
        reversal=reversal.bank_reference,
        reversed=reversed_date.isoformat(),
        reason=text,
    )
    _tell(payout.row, CAME_BACK, now, reason=text)
    _tell_keepers(payout.row, CAME_BACK, now, reason=text)
    return reversal


def require_unpaid(row: VoucherPayoutRow) -> None:
    """Raise PaidAlready where a payout of the row is recorded that did not come back."""
    paid = get_payout_in_force(row)
    if paid is not None:
        raise PaidAlready(date=paid.paid_date)


def require_in_force(payout: VoucherPayout) -> None:
    """Raise PayoutReversed where it is recorded that the payout came back."""
    earlier = VoucherReversal.objects.filter(payout=payout).first()
    if earlier is not None:
        raise PayoutReversed(date=earlier.reversed_date)


def require_uninvolved(actor: "User", row: VoucherPayoutRow) -> None:
    """Raise TookPartInClaim where somebody else records what is paid of a row: see `get_involvement`."""
    if is_involved(actor, row):
        raise TookPartInClaim


def get_made_date(payout_list: VoucherPayoutList) -> date:
    """Return the day on which a list was made, the first on which it can have been paid."""
    return payout_list.made_at.astimezone(CITY_TIME).date()


def get_first_paid_date(row: VoucherPayoutRow) -> date:
    """Return the first day on which a row can be paid now: its list was made, and what was paid came back."""
    returned = get_last_return(VoucherReversal.objects.filter(payout__row=row))
    made = get_made_date(row.payout_list)
    return max(made, returned) if returned else made


def _require_past(day: date, now: datetime) -> date:
    if day > now.astimezone(CITY_TIME).date():
        raise PaidInFuture
    return day


def _tell(row: VoucherPayoutRow, message: str, now: datetime, **params: Any) -> None:
    path = reverse("voucher_claim", args=[row.claim.public_id])
    organization = row.claim.grant.organization
    tell_administrators(organization, message, now, path=path, params=_describe(row) | params)


def _tell_of_replaced_account(row: VoucherPayoutRow, receiver: Receiver, now: datetime) -> None:
    params = {"digits": receiver.account.number[-4:], "reason": receiver.reason}
    _tell(row, TO_REPLACED, now, **params)
    _tell_keepers(row, TO_REPLACED, now, **params)


def _tell_keepers(row: VoucherPayoutRow, message: str, now: datetime, **params: Any) -> None:
    """Tell who keeps the account without being an administrator, who can open the claim and is told of it."""
    organization = row.claim.grant.organization
    administrators = managers_of(organization, roles={Role.ORG_ADMIN})
    role_holders_tell(
        organization,
        account_keepers(organization).exclude(pk__in=administrators),
        message,
        now,
        kind=NotificationKind.ASSESSMENT,
        params=_describe(row) | params,
        path=reverse("payee_account", args=[organization.public_id]),
    )


def _describe(row: VoucherPayoutRow) -> dict[str, Any]:
    organization = row.claim.grant.organization
    return {
        "organization": Bilingual(organization.name_zh, organization.name_en),
        "amount": f"{row.amount_yuan:,.2f}",
    }


def _record(actor: "User", action: str, payout: VoucherPayout, now: datetime, **details: Any) -> None:
    facts = {
        "claim": payout.row.claim.public_id,
        "amount_yuan": f"{payout.amount_yuan:.2f}",
        "reference": payout.bank_reference,
        **details,
    }
    organization_id = payout.row.claim.grant.organization_id
    record_act(actor, action, payout, now, organization_id=organization_id, **facts)
