"""Who is told of open orders as the organization that is to pay them can't any more, or can again."""

from datetime import datetime
from typing import TYPE_CHECKING, Any

from bookings.samples.selectors import is_about_to_lapse, orders_to_pay, orders_to_pay_elsewhere
from bookings.samples.services import notifications
from instrument_share.kernel.wording import Bilingual

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User


def orders_of_payer_left_tell(user: "User", organization: "Organization", now: datetime) -> None:
    """Tell who has left the organization, and the keepers, of orders that it was to pay."""
    for order in orders_to_pay(organization.pk, user.pk):
        if not is_about_to_lapse(order, now):
            told = {"organization": _name(organization)}
            notifications.notify_user(order, notifications.OWN_PAYER_LEFT, now, **told)
            notifications.notify_other_keepers(order, notifications.PAYER_LEFT, now, **told)


def orders_of_payer_suspended_tell(organization: "Organization", now: datetime) -> None:
    """Tell users and keepers elsewhere of orders that a suspended organization is to pay."""
    _tell(organization, notifications.PAYER_SUSPENDED, now, reason=organization.reason)


def orders_of_payer_reinstated_tell(organization: "Organization", now: datetime) -> None:
    """Tell them as it is reinstated."""
    _tell(organization, notifications.PAYER_REINSTATED, now)


def _tell(organization: "Organization", message: str, now: datetime, **params: Any) -> None:
    for order in orders_to_pay_elsewhere(organization.pk):
        if not is_about_to_lapse(order, now):
            for notify in (notifications.notify_user, notifications.notify_other_keepers):
                notify(order, message, now, organization=_name(organization), **params)


def _name(organization: "Organization") -> Bilingual:
    return Bilingual(organization.name_zh, organization.name_en)
