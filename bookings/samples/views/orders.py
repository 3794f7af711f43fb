"""Pages of sample orders: a new one, and one of them with its label and files."""

from typing import TYPE_CHECKING, Any

import rules
from django.conf import settings
from django.contrib.auth.decorators import login_required
from django.http import FileResponse, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_http_methods, require_safe

from bookings.requests.selectors.granting import list_things
from bookings.requests.views.counted import count_by_instrument
from bookings.samples.domain.choices import SampleFileKind
from bookings.samples.domain.states import LAPSING_STATES, OPEN_STATES, Progress, SampleOrderState
from bookings.samples.forms import OrderForm, build_rows
from bookings.samples.reports import render_label
from bookings.samples.selectors import (
    count_orders_ending,
    find_obstacle,
    find_order_hindrances,
    find_planning_obstacle,
    find_rule_obstacle,
    get_file,
    get_order,
    get_order_progress,
    get_possible_moves,
    get_sample_terms,
    order_files,
    order_samples,
    orders_hit_by,
    orders_without_time,
)
from bookings.samples.services.files import get_room
from bookings.samples.services.orders import sample_order_create
from instrument_share.journal import selectors as journal
from instrument_share.journal.addresses import page_address
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.responses.problem import problems_told, told
from instrument_share.web.responses.shown_by_browser import shown_by_browser
from instrument_share.web.signed_in import SignedInRequest
from instrument_share.web.text import labels
from instrument_share.web.text.formats import join_sentences, moment
from providers import public as providers

if TYPE_CHECKING:
    from collections.abc import Collection
    from datetime import datetime

    from bookings.requests.selectors.granting import GrantChange
    from bookings.samples.models import SampleOrder
    from instrument_share.kernel.errors import DomainError

KIND = "bookings.sample_order"


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def sample_order_new(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Order the measuring of samples; a button adds a row for one more (`act`)."""
    now = clock.now()
    instrument = providers.instrument(request.user, public_id)
    is_sent = request.method == "POST" and "act" not in request.POST
    form = OrderForm(
        request.POST if is_sent else None, viewer=request.user, initial=_get_entered(request, is_sent)
    )
    rows = build_rows(request.POST if request.method == "POST" else None)
    if is_sent and rows.is_valid():
        order = run_service(
            form,
            lambda: sample_order_create(
                actor=request.user,
                instrument_id=instrument.pk,
                samples=[row.as_facts() for row in rows],
                now=now,
                **form.as_request(),
            ),
        )
        if order is not None:
            sentence = _("Ordered. The unit quotes a price by {time}; you will be told here and by mail.")
            address = reverse("sample_order", args=[order.public_id])
            return redirect_with_message(request, sentence.format(time=moment(order.due_at)), address)
    context = {
        "instrument": instrument,
        "terms": get_sample_terms(instrument, now),
        "hindrances": problems_told(find_order_hindrances(request.user, instrument, now))
        if request.method != "POST"
        else [],
        "form": form,
        "rows": rows,
    }
    return render(request, "bookings/samples/new.html", context, status=422 if is_sent else 200)


def _get_entered(request: SignedInRequest, is_sent: bool) -> dict[str, str]:
    return (
        {}
        if is_sent
        else {name: request.POST[name] for name in OrderForm.base_fields if name in request.POST}
    )


@login_required
@require_safe
def sample_order(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show an order: what comes next, its samples, price, receipt, time and files."""
    found, now = get_order(request.user, public_id), clock.now()
    is_mine = found.user_id == request.user.pk
    may_handle = rules.has_perm("bookings.handle_samples", request.user, found)
    progress = get_order_progress(found)
    obstacle = _find_obstacle(found, now)
    moves = get_possible_moves(request.user, found, now)
    if "report" in moves and not get_room(found, SampleFileKind.REPORT):
        moves.remove("report")
    context = {
        "order": found,
        "obstacle": obstacle and told(obstacle.message, obstacle.params),
        "reasons": problems_told(obstacle.problems) if obstacle and is_mine else [],
        "is_mine": is_mine,
        "up": page_address("my_samples") if is_mine or not may_handle else reverse("sample_orders"),
        "samples": order_samples(found),
        "files": order_files(request.user, found),
        "progress": progress,
        "moves": moves,
        "may_add_photos": found.state in OPEN_STATES
        and rules.has_perm("bookings.add_sample_photos", request.user, found)
        and get_room(found, SampleFileKind.PHOTO) > 0,
        "is_late": found.due_at is not None and found.due_at < now,
        "steps": _steps(found),
        "log": getattr(found.booking, "usage_log", None) if found.booking else None,
        "history": journal.history(found),
    }
    return render(request, "bookings/samples/order.html", context)


def _find_obstacle(order: "SampleOrder", now: "datetime") -> "DomainError | None":
    """Return why nothing goes on with an order whose samples are not planned, None where it does."""
    is_unhanded = order.state in LAPSING_STATES
    if not is_unhanded and get_order_progress(order) != Progress.TO_PLAN:
        return None
    of_rule = find_rule_obstacle(order, now) if is_unhanded else None
    return find_obstacle(order) or of_rule or find_planning_obstacle(order, now)


def _steps(order: "SampleOrder") -> list[tuple[Any, str, Any]]:
    """Return the steps from the order to the return, each with when it was done."""
    booking = order.booking
    measured_at = booking.checked_out_at if booking else None
    at = [
        (_("Ordered"), order.submitted_at),
        (_("Quoted"), order.quoted_at),
        (_("Accepted"), order.accepted_at),
        (_("Received"), order.received_at),
        (_("Measured"), measured_at),
        (_("Report delivered"), order.reported_at),
        (_("Finished"), order.ended_at),
    ]
    if order.state not in (*OPEN_STATES, SampleOrderState.CLOSED):
        done = [(name, "done", moment(when)) for name, when in at[:-1] if when]
        shown = labels.label(KIND, order.state)
        return [*done, (shown.text, labels.get_step_of_end(shown), moment(order.ended_at))]
    if order.state == SampleOrderState.CLOSED:
        return [(name, "done", moment(when)) for name, when in at if when]
    here = next(number for number, (_name, when) in enumerate(at) if when is None)
    return [
        (name, "done" if number < here else "now" if number == here else "next", moment(when) if when else "")
        for number, (name, when) in enumerate(at)
    ]


@shown_by_browser
@login_required
@require_safe
def sample_label(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Show the label that goes with the samples as PDF; its code leads to the order."""
    found = get_order(request.user, public_id)
    address = settings.SITE_URL + reverse("sample_order", args=[found.public_id])
    paper = render_label(found, order_samples(found), address)
    response = HttpResponse(paper, content_type="application/pdf")
    response["Content-Disposition"] = f'inline; filename="samples-{found.public_id}.pdf"'
    response["Cache-Control"] = "private, no-cache"
    return response


@login_required
@require_safe
def sample_file(request: SignedInRequest, public_id: str, sha256: str) -> FileResponse:
    """Serve a photo or a report, to be saved."""
    found = get_file(request.user, public_id, sha256)
    return FileResponse(
        found.file.open("rb"), as_attachment=True, filename=found.name, content_type=found.media_type
    )


def describe_open_orders(instrument_id: int) -> str:
    """Return how many sample orders are open for an instrument that goes out of service, as a sentence."""
    count = len(list(orders_without_time(clock.now(), instrument_id)))
    sentence = ngettext(
        "{count} sample order is open: no quote is accepted, no time planned while it is out of service. "
        "Its user is told.",
        "{count} sample orders are open: no quote is accepted, no time planned while it is out of service. "
        "Their users are told.",
        count,
    )
    return sentence.format(count=count) if count else ""


def describe_orders_beside(instrument_ids: "Collection[int]") -> list[str]:
    """Return how many open sample orders there are for instruments that lack a companion, as a sentence."""
    found = list(orders_without_time(clock.now(), *instrument_ids))
    sentence = ngettext(
        "{count} sample order is open for an instrument that can't be booked without one that is out of "
        "service: no time is planned until that is back. Its user is told.",
        "{count} sample orders are open for instruments that can't be booked without one that is out of "
        "service: no time is planned until that is back. Their users are told.",
        len(found),
    )
    return count_by_instrument(sentence, found)


def describe_orders_hit(changes: "Collection[GrantChange]", now: "datetime") -> list[str]:
    """Return how many sample orders changed rules and new links take no more, as sentences."""
    hit = orders_hit_by(changes, now)
    refused, refused_beside = list_things(hit.refused), list_things(hit.refused_beside)
    sentence = ngettext(
        "{count} sample order is no longer taken by the rule: no quote is accepted from then on, and no "
        "time planned that begins then. Its user is told.",
        "{count} sample orders are no longer taken by the rule: no quote is accepted from then on, and no "
        "time planned that begins then. Their users are told.",
        len(refused),
    )
    beside = ngettext(
        "{count} sample order is not taken by the rule of an instrument that is booked together with its "
        "own: no time can be planned by that rule. Its user is told.",
        "{count} sample orders are not taken by the rule of an instrument that is booked together with "
        "theirs: no time can be planned by that rule. Their users are told.",
        len(refused_beside),
    )
    return [*count_by_instrument(sentence, refused), *count_by_instrument(beside, refused_beside)]


def describe_orders_ending(instrument_id: int) -> str:
    """Return what becomes of the open sample orders for an instrument that is retired, in sentences."""
    declined, kept = count_orders_ending(instrument_id)
    of_declined = ngettext(
        "{count} sample order whose samples are not there yet is declined. Its user is told.",
        "{count} sample orders whose samples are not there yet are declined. Their users are told.",
        declined,
    )
    of_kept = ngettext(
        "The samples of {count} order are there and are not measured any more: the unit gives them back or "
        "disposes of them. Its user is told.",
        "The samples of {count} orders are there and are not measured any more: the unit gives them back or "
        "disposes of them. Their users are told.",
        kept,
    )
    counted = ((declined, of_declined), (kept, of_kept))
    return join_sentences(sentence.format(count=count) for count, sentence in counted if count)
