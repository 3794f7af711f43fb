"""What waits of vouchers on the desks of the Finance Bureau and of the Science and Technology Bureau."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.web.text.formats import bilingual
from rewards.payments.selectors.tasks import FinanceTask
from rewards.vouchers.domain.choices import ApplicationState, ClaimState
from rewards.vouchers.selectors.payouts import lists_to_pay
from rewards.vouchers.selectors.tasks import AUDIT, CHECK, DECIDE, LIST, count_tasks

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


@dataclass(frozen=True)
class BureauTask:
    """What waits for somebody of the bureau: its name, how many there are, and where they stand."""

    name: str
    count: int
    address: str


def find_voucher_tasks(viewer: "Viewer") -> list[BureauTask]:
    """Return what of vouchers waits for the viewer, who may do it; nothing of which there is none."""
    counted = count_tasks(viewer)
    applications, claims = reverse("voucher_applications"), reverse("voucher_claims")
    mine = "?sort=number&mine=1&state="
    tasks = (
        (DECIDE, _("Applications for you to decide"), f"{applications}{mine}{ApplicationState.SUBMITTED}"),
        (CHECK, _("Claims for you to check"), f"{claims}{mine}{ClaimState.SUBMITTED}"),
        (AUDIT, _("Claims for you to audit"), f"{claims}{mine}{ClaimState.CHECKED}"),
        (LIST, _("Approved claims to list for payment"), f"{reverse('vouchers')}#to-list"),
    )
    return [BureauTask(name, counted[task], address) for task, name, address in tasks if counted.get(task)]
