"""What units are told of transfers that the bank did not carry out, or to a replaced account."""

from datetime import datetime
from decimal import Decimal

from django.urls import reverse

from instrument_share.kernel.errors import gettext_noop
from rewards.assessment.models import UnitAssessment
from rewards.findings.services.telling import tell_unit
from rewards.payments.models import PayeeAccount
from rewards.payments.services.paid_accounts import Receiver

NOT_CARRIED_OUT = gettext_noop(
    "The bank could not pay your unit’s award of {year}, ¥{amount}. Please check the receiving account. "
    "The bank’s reason: {reason}"
)
TO_REPLACED = gettext_noop(
    "Your unit’s award of {year} went to the account ending in {digits}, which your unit had replaced: "
    "{reason} Tell the Finance Bureau if it did not arrive."
)

TO_REPLACED_BY_BATCH = gettext_noop(
    "Your unit’s award of {year} went to the account ending in {digits}: the order to the bank was made "
    "before your unit replaced it. Tell the Finance Bureau if it did not arrive."
)


def tell_of_failure(assessment: UnitAssessment, now: datetime, *, amount: Decimal, reason: str) -> None:
    """Tell a unit that the bank did not carry out a payment, with the way to its receiving account."""
    path = reverse("payee_account", args=[assessment.organization.public_id])
    params = {"year": assessment.cycle.year, "amount": f"{amount:,.2f}", "reason": reason}
    tell_unit(assessment.organization_id, NOT_CARRIED_OUT, now, path, params)


def tell_of_replaced_account(assessment: UnitAssessment, now: datetime, receiver: Receiver) -> None:
    """Tell a unit that its award went to an account that it had replaced, and why."""
    path = reverse("payee_account", args=[assessment.organization.public_id])
    digits = receiver.account.number[-4:]
    params = {"year": assessment.cycle.year, "digits": digits, "reason": receiver.reason}
    tell_unit(assessment.organization_id, TO_REPLACED, now, path, params)


def tell_of_order_from_before(assessment: UnitAssessment, now: datetime, account: PayeeAccount) -> None:
    """Tell a unit that the bank paid its award by a batch from before the unit replaced the account."""
    path = reverse("payee_account", args=[assessment.organization.public_id])
    params = {"year": assessment.cycle.year, "digits": account.number[-4:]}
    tell_unit(assessment.organization_id, TO_REPLACED_BY_BATCH, now, path, params)
