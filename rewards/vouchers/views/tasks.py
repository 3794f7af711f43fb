"""What waits of vouchers on the desk of the Finance Bureau."""

from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.web.text.formats import bilingual
from rewards.payments.selectors.tasks import FinanceTask
from rewards.vouchers.selectors.payouts import lists_to_pay

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer

MOST = 20


def find_payout_tasks(viewer: "Viewer") -> list[FinanceTask]:
    """Return the payout lists of which the viewer still has claims to pay, the oldest first.

    Behind the first ones stands where all are.
    """
    waiting = lists_to_pay(viewer)
    tasks = [
        FinanceTask(
            _("Payout list of vouchers: {scheme}, batch {batch}, list {number}").format(
                scheme=bilingual(one.scheme, "name"), batch=one.scheme.batch, number=one.number
            ),
            # The numbers are annotations of `payout_lists`.
            _("{paid} of {listed} paid").format(paid=vars(one)["paid"], listed=vars(one)["listed"]),
            reverse("voucher_list", args=[one.public_id]),
        )
        for one in waiting[:MOST]
    ]
    if len(tasks) == MOST:
        number = _("{count} to pay").format(count=waiting.order_by().count())
        tasks.append(FinanceTask(_("All payout lists of vouchers"), number, reverse("vouchers") + "#lists"))
    return tasks
