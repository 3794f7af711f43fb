"""The basket: collect times, see them priced together, book all or none."""

from decimal import Decimal

from django.contrib import messages
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from bookings.groups.domain import BasketBooked
from bookings.groups.forms import BasketAddForm, BasketForm, get_wanted
from bookings.groups.selectors.basket import basket_items, get_basket_request, get_basket_version
from bookings.groups.selectors.together import check_together
from bookings.groups.services.basket import basket_add, basket_book, basket_remove
from bookings.requests.forms.booking import get_start
from bookings.requests.views.request import get_form_terms, show_booking_form
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.outcomes import posted_from, redirect_with_message, run_service
from instrument_share.web.responses.problem import problems_told, told
from instrument_share.web.signed_in import SignedInRequest
from providers import public as providers


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def basket(request: SignedInRequest) -> HttpResponse:
    """Show what is in the basket with prices and problems, and book all of it."""
    now = clock.now()
    is_sent = request.method == "POST"
    items = list(basket_items(request.user))
    form = BasketForm(
        request.POST if is_sent else None,
        needs_subject=any(not one.subject for one in items),
        initial={"subject": request.GET.get("subject", "")},
    )
    if is_sent:
        try:
            booked = run_service(
                form,
                lambda: basket_book(
                    actor=request.user,
                    now=now,
                    subject=form.cleaned_data["subject"],
                    shown=request.POST.get("shown"),
                ),
                reraise=BasketBooked,
            )
        except BasketBooked as before:
            return _lead_to_booked(request, before)
        if booked is not None:
            address = reverse("booking_group", args=[booked[0].group.public_id])
            return redirect_with_message(request, _("All of the basket is booked or requested."), address)
    requests = [get_basket_request(one).with_subject("—") for one in items]
    checked = check_together(request.user, requests, now)
    total_yuan = sum((one.total_yuan for one in checked), Decimal(0))
    context = {
        "form": form,
        "rows": [(item, one, problems_told(one.problems)) for item, one in zip(items, checked, strict=True)],
        "total_yuan": total_yuan,
        "shown": get_basket_version(items, (one.conditions for one in checked)),
        "fits": not any(one.problems for one in checked),
    }
    return render(request, "bookings/groups/basket.html", context, status=422 if is_sent else 200)


def _lead_to_booked(request: SignedInRequest, before: BasketBooked) -> HttpResponse:
    """Lead from a page of a basket that is booked by now to what it became."""
    messages.info(request, told(before.message, before.params))
    return redirect("booking_group", before.params["group"])


@login_required
@posted_from("book")
@idempotent_form
def add(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Put the time of a booking form or a proposal into the basket; the subject may follow."""
    now = clock.now()
    instrument = providers.instrument(request.user, public_id)
    terms = get_form_terms(instrument, get_start(request.POST) or now)
    form = BasketAddForm(request.POST, viewer=request.user, terms=terms)
    item = run_service(
        form, lambda: basket_add(actor=request.user, wanted=get_wanted(form, instrument), now=now)
    )
    if item is None:
        return show_booking_form(request, instrument, terms, form, now)
    return redirect_with_message(
        request, _("In the basket. Nothing is held until you book."), reverse("basket")
    )


@login_required
@require_POST
@idempotent_form
def remove(request: SignedInRequest, public_id: str) -> HttpResponse:
    """Take a time out of the basket; the subject that was typed for the others stays on the page."""
    try:
        basket_remove(actor=request.user, public_id=public_id, now=clock.now())
    except BasketBooked as before:
        return _lead_to_booked(request, before)
    typed = request.POST.get("subject")
    address = reverse("basket", query={"subject": typed} if typed else None)
    return redirect_with_message(request, _("Removed from the basket."), address)
