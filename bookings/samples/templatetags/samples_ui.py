"""Template tags of sample orders."""

from datetime import timedelta
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import template
from django.utils.translation import gettext as _

from bookings.requests.selectors.admission import is_in_service
from bookings.requests.templatetags.bookings_ui import payer
from bookings.samples.domain.choices import Afterwards, SampleHazard
from bookings.samples.domain.states import LAPSING_STATES, Progress, SampleOrderState
from bookings.samples.selectors import get_order_progress, is_about_to_lapse
from bookings.samples.services.notifications import describe_charge
from instrument_share.journal.registry import registered_acts
from instrument_share.kernel.wording import word
from instrument_share.web import clock
from instrument_share.web.responses.problem import told
from instrument_share.web.templatetags.ui import facts
from instrument_share.web.text.formats import hours, moment

if TYPE_CHECKING:
    from bookings.samples.models import SampleOrder
    from instrument_share.accounts.selectors import Viewer

register = template.Library()


@register.filter
def progress(order: "SampleOrder") -> str:
    """Return how far the measuring of samples is that the unit has, in words; else nothing."""
    found = get_order_progress(order)
    return "" if found is None else _(word(found))


@register.filter
def act(action: str) -> str:
    """Return what the journal calls an act on an order."""
    return _(registered_acts()[action])


@register.filter
def hazard(code: str) -> str:
    """Return a hazard in words."""
    return _(word(SampleHazard(code)))


@register.filter
def quoted_hours(order: "SampleOrder") -> str:
    """Return the estimated hours in words."""
    return hours(timedelta(seconds=int((order.quoted_hours or 0) * 3600)))


@register.filter
def unlocalized(amount: Decimal) -> str:
    """Return an amount as it stands in an address."""
    return f"{amount:.2f}"


@register.inclusion_tag("instrument_share/ui/facts.html")
def order_facts(order: "SampleOrder") -> dict[str, Any]:
    """Show who ordered, who pays, what becomes of the samples, and who received them when."""
    entries = [
        (_("Number"), order.public_id),
        (_("User"), order.user.name),
        (_("Payer"), payer(order)),
        (_("Project"), order.project),
        (_("After measurement"), _(word(Afterwards(order.afterwards)))),
        (_("Received"), _describe_receipt(order)),
        (_("Condition on arrival"), order.condition),
        (_("Storage location"), order.place),
        (_("Returned or disposed of"), _(word(Afterwards(order.outcome))) if order.outcome else ""),
        (_("Reason or note"), order.end_note),
    ]
    return facts(entries)


def _describe_receipt(order: "SampleOrder") -> str:
    if order.received_by is None:
        return ""
    return _("{time} by {keeper}, brought by {bringer}").format(
        time=moment(order.received_at), keeper=order.received_by.name, bringer=order.brought_by
    )


@register.filter
def next_step(order: "SampleOrder", viewer: "Viewer") -> str:
    """Return a sentence for the viewer about who has to do what until when."""
    is_mine = order.user_id == viewer.pk
    due = moment(order.due_at) if order.due_at else ""
    match SampleOrderState(order.state):
        case state if state in LAPSING_STATES:
            return _describe_lapsing(order, is_mine).format(due=due)
        case SampleOrderState.RECEIVED:
            return _describe_progress(order).format(due=due)
        case SampleOrderState.REPORTED:
            return _describe_collection(order, is_mine).format(due=due)
        case SampleOrderState.CLOSED if order.reported_at is None:
            charge = describe_charge(order)
            return _("The order is finished without a report. {charge}").format(
                charge=told(charge.message, charge.params)
            )
        case SampleOrderState.CLOSED:
            return _("The order is finished.")
        case SampleOrderState.LAPSED:
            return _(
                "A deadline passed, so the order lapsed. Place a new one if the samples are still "
                "to be measured."
            )
        case _:
            return _("The order has ended; nothing is charged.")


def _describe_lapsing(order: "SampleOrder", is_mine: bool) -> str:
    """Return what keeps an order from lapsing, or that nothing does any more."""
    if order.due_at is None:
        return _describe_held(order)
    if is_about_to_lapse(order, clock.now()):
        return _("Nobody took the next step by {due}: the order lapses in a moment.")
    match SampleOrderState(order.state):
        case SampleOrderState.SUBMITTED:
            return _("The unit quotes a price by {due}; otherwise the order lapses.")
        case SampleOrderState.QUOTED if is_mine:
            return _("Accept the quote by {due}; otherwise the order lapses.")
        case SampleOrderState.QUOTED:
            return _("The user accepts the quote by {due}; otherwise the order lapses.")
        case _ if is_mine:
            return _(
                "Print the label, put it on the parcel and hand in the samples by {due}; otherwise the order "
                "lapses."
            )
        case _:
            return _("The samples have to arrive by {due}; otherwise the order lapses.")


def _describe_held(order: "SampleOrder") -> str:
    """Return what an order waits for that has no deadline, since it rests."""
    if is_in_service(order.instrument):
        sentences = {
            SampleOrderState.SUBMITTED: _(
                "The unit quotes a price. The order does not lapse while the organization that is to pay is "
                "suspended."
            ),
            SampleOrderState.QUOTED: _(
                "The quote can be accepted once the organization that is to pay is reinstated; it does not "
                "lapse until then."
            ),
            SampleOrderState.ACCEPTED: _(
                "The samples can be measured once the organization that is to pay is reinstated; the order "
                "does not lapse until then."
            ),
        }
        return sentences[SampleOrderState(order.state)]
    sentences = {
        SampleOrderState.SUBMITTED: _(
            "The unit quotes a price. The order does not lapse while the instrument is out of service."
        ),
        SampleOrderState.QUOTED: _(
            "The quote can be accepted once the instrument is back in service; it does not lapse until then."
        ),
        SampleOrderState.ACCEPTED: _(
            "The samples can be measured once the instrument is back in service; the order does not lapse "
            "until then."
        ),
    }
    return sentences[SampleOrderState(order.state)]


def _describe_progress(order: "SampleOrder") -> str:
    sentences = {
        Progress.TO_PLAN: _("The unit has the samples and plans a time. The report is due by {due}."),
        Progress.PLANNED: _("The time is planned. The report is due by {due}."),
        Progress.MEASURING: _("The samples are being measured. The report is due by {due}."),
        Progress.MEASURED: _("The samples are measured and the hours logged. The report is due by {due}."),
    }
    found = get_order_progress(order)
    assert found is not None
    return sentences[found]


def _describe_collection(order: "SampleOrder", is_mine: bool) -> str:
    if order.afterwards == Afterwards.RETURN:
        if is_mine:
            return _("The report is ready. Collect the samples by {due}.")
        return _("The report is ready. The user collects the samples by {due}.")
    return _("The report is ready. The unit disposes of the samples by {due}.")
