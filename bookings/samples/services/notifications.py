"""What users and keepers are told about sample orders."""

from datetime import datetime
from typing import Any

from bookings.requests.services.notifications import get_instrument_name, list_answerers
from bookings.samples.models import SampleOrder
from bookings.samples.selectors import get_charge
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Sentence

SUBMITTED = gettext_noop("{user} wants samples measured with {instrument}: {subject}. Quote by {due}.")
QUOTED = gettext_noop(
    "Your samples for {instrument} ({subject}) would cost ¥{amount}. Accept the quote by {due}."
)
QUOTED_OUT_OF_SERVICE = gettext_noop(
    "Your samples for {instrument} ({subject}) would cost ¥{amount}. The instrument is out of service: the "
    "quote can be accepted once it is back, and does not lapse until then."
)
QUOTED_PAYER_SUSPENDED = gettext_noop(
    "Your samples for {instrument} ({subject}) would cost ¥{amount}. The organization that is to pay is "
    "suspended: the quote can be accepted once it is reinstated, and does not lapse until then."
)
ACCEPTED = gettext_noop("{user} accepts the quote for samples with {instrument}: {subject}.")
HAND_IN = gettext_noop(
    "Hand in your samples for {instrument} ({subject}) by {due}. Print the label and put it on the parcel."
)
CANCELLED = gettext_noop("{user} withdraws the order of samples with {instrument}: {subject}.")
REJECTED = gettext_noop("Your samples for {instrument} ({subject}) were declined: {reason}")
LAPSED = gettext_noop(
    "The order of samples with {instrument} ({subject}) has lapsed: the next step was due by {due}."
)
RECEIVED = gettext_noop("Your samples for {instrument} ({subject}) have arrived. The report is due by {due}.")
PLANNED = gettext_noop("Your samples ({subject}) will be measured with {instrument} from {starts_at}.")
PLANNED_BESIDE = gettext_noop(
    "{instrument} is booked from {starts_at} with another instrument, on which samples of {user} are "
    "measured."
)
REPORTED = gettext_noop("The report on your samples with {instrument} ({subject}) is ready.")
RETURNED = gettext_noop("Your samples for {instrument} ({subject}) were given back. {note}")
DISPOSED = gettext_noop("Your samples for {instrument} ({subject}) were disposed of. {note}")
RETURNED_WITHOUT_REPORT = gettext_noop(
    "Your samples for {instrument} ({subject}) were given back without a report: {note} {charge}"
)
DISPOSED_WITHOUT_REPORT = gettext_noop(
    "Your samples for {instrument} ({subject}) were disposed of without a report: {note} {charge}"
)
STAYS_CHARGED = gettext_noop(
    "The samples were measured: ¥{amount} stays charged unless the usage log is corrected."
)
NOTHING_CHARGED = gettext_noop("Nothing is charged.")

TO_QUOTE_OUT_OF_SERVICE = gettext_noop(
    "{instrument} is out of service: {reason} Your order of samples ({subject}) stands, and does not lapse "
    "until the instrument is back. A quote can be accepted then."
)
TO_ACCEPT_OUT_OF_SERVICE = gettext_noop(
    "{instrument} is out of service: {reason} Your order of samples ({subject}) stands. Its quote can't be "
    "accepted until the instrument is back, and does not lapse until then."
)
TO_HAND_IN_OUT_OF_SERVICE = gettext_noop(
    "{instrument} is out of service: {reason} Your order of samples ({subject}) stands at the accepted "
    "price, and does not lapse until the instrument is back. The samples can be measured then; ask the unit "
    "before you hand them in."
)
TO_PLAN_OUT_OF_SERVICE = gettext_noop(
    "{instrument} is out of service: {reason} Your samples ({subject}) stay at the unit. A time is planned "
    "for them once the instrument is back, or the unit gives them back."
)
TO_QUOTE_IN_SERVICE = gettext_noop(
    "{instrument} is back in service. The unit quotes a price for your samples ({subject}) by {due}."
)
TO_ACCEPT_IN_SERVICE = gettext_noop(
    "{instrument} is back in service. Accept the quote of ¥{amount} for your samples ({subject}) by {due}."
)
TO_HAND_IN_IN_SERVICE = gettext_noop(
    "{instrument} is back in service. Hand in your samples ({subject}) by {due}."
)
TO_PLAN_IN_SERVICE = gettext_noop(
    "{instrument} is back in service. The unit plans a time for your samples ({subject})."
)
COMPANION_OUT_OF_SERVICE = gettext_noop(
    "{companion}, which is booked together with {instrument}, is out of service: {reason} Your order of "
    "samples ({subject}) stands with its deadline; no time can be planned for it until {companion} is back."
)
COMPANION_IN_SERVICE = gettext_noop(
    "{companion}, which is booked together with {instrument}, is back in service. Your order of samples "
    "({subject}) goes on: a time can be planned once the samples are there."
)
COMPANION_UNLINKED = gettext_noop(
    "{instrument} is no longer booked together with {companion}, which is out of service. Your order of "
    "samples ({subject}) goes on: a time can be planned once the samples are there."
)
PAYER_LEFT = gettext_noop(
    "{user} no longer belongs to “{organization}”, which was to pay for samples with {instrument} "
    "({subject}): no quote is accepted and no time planned for them. Decline the order, or give back "
    "samples that are there."
)
OWN_PAYER_LEFT = gettext_noop(
    "You no longer belong to “{organization}”, which was to pay for your samples for {instrument} "
    "({subject}): no quote is accepted and no time planned for them. Order anew with another payer; "
    "samples that are at the unit are given back."
)
PAYER_SUSPENDED = gettext_noop(
    "“{organization}”, which is to pay for samples of {user} with {instrument} ({subject}), is suspended: "
    "{reason} No quote is accepted and no time planned for them until it is reinstated; the order does not "
    "lapse until then."
)
PAYER_REINSTATED = gettext_noop(
    "“{organization}”, which is to pay for samples of {user} with {instrument} ({subject}), is reinstated. "
    "The order goes on."
)
PAYER_REINSTATED_DUE = gettext_noop(
    "“{organization}”, which is to pay for samples of {user} with {instrument} ({subject}), is reinstated. "
    "The order goes on; its next step is due by {due}."
)
PAYER_REINSTATED_OUT_OF_SERVICE = gettext_noop(
    "“{organization}”, which is to pay for samples of {user} with {instrument} ({subject}), is reinstated. "
    "The order goes on once {instrument} is back in service, and does not lapse until then."
)
TAKEN_NO_MORE = gettext_noop(
    "From {since} on, the rule of {instrument} takes no samples from this kind of user. For your order of "
    "samples ({subject}) no quote is accepted from then on, and no time planned that begins then; "
    "deadlines run on."
)
TAKEN_AGAIN = gettext_noop(
    "From {since} on, the rule of {instrument} takes samples from this kind of user. Your order of samples "
    "({subject}) goes on: a quote can be accepted from then on, and a time planned that begins then."
)
COMPANION_TAKES_NO_MORE = gettext_noop(
    "From {since} on, the rule of {companion}, which is booked together with {instrument}, takes no samples "
    "from this kind of user. Your order of samples ({subject}) stands with its deadline; no time that "
    "begins then can be planned for it."
)
COMPANION_TAKES_AGAIN = gettext_noop(
    "From {since} on, no rule of what is booked together with {instrument} keeps your samples ({subject}) "
    "from being measured: a time that begins then can be planned once they are there."
)
KEPT_BY_RETIRED = gettext_noop(
    "{instrument} was retired: {reason} Your samples ({subject}) are not measured; the unit gives them back "
    "or disposes of them."
)


def describe_charge(order: SampleOrder) -> Sentence:
    """Return what an order costs that ends without a report."""
    charged = get_charge(order)
    return Sentence(STAYS_CHARGED, {"amount": f"{charged:,.2f}"}) if charged else Sentence(NOTHING_CHARGED)


def notify_user(order: SampleOrder, message: str, now: datetime, **params: Any) -> None:
    """Tell who has placed the order."""
    _notify([order.user_id], order, message, now, params)


def notify_keepers(order: SampleOrder, message: str, now: datetime, **params: Any) -> None:
    """Tell who answers for the instrument."""
    _notify(list_answerers(order.instrument), order, message, now, params)


def notify_other_keepers(order: SampleOrder, message: str, now: datetime, **params: Any) -> None:
    """Tell who answers for the instrument, without the user, who is told otherwise."""
    others = [pk for pk in list_answerers(order.instrument) if pk != order.user_id]
    _notify(others, order, message, now, params)


def _notify(
    user_ids: list[int], order: SampleOrder, message: str, now: datetime, params: dict[str, Any]
) -> None:
    known = {
        "instrument": get_instrument_name(order.instrument),
        "user": order.user.name,
        "subject": order.subject,
        "due": order.due_at,
        "amount": order.quoted_yuan if order.quoted_yuan is None else f"{order.quoted_yuan:,.2f}",
    }
    path = page_address("sample_order", order.public_id)
    notify(
        users=user_ids,
        message=message,
        now=now,
        path=path,
        params=known | params,
        kind=NotificationKind.SAMPLES,
        act_by=order.due_at,
    )
