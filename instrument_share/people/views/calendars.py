"""Calendars that a person's own programs subscribe to."""

from django import forms
from django.contrib.auth.decorators import login_required
from django.http import HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.cache import never_cache
from django.views.decorators.http import require_http_methods

from bookings import public as bookings
from instrument_share.accounts.permissions import require
from instrument_share.people.views.tabs import build_my_tabs
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.outcomes import redirect_with_message
from instrument_share.web.signed_in import SignedInRequest


class CalendarForm(forms.Form):
    """Which calendar to subscribe to; the address may name one by `of`."""

    of = forms.ChoiceField(label=gettext_lazy("Calendar"))

    def __init__(self, *args: object, choices: list[tuple[str, str]], **kwargs: object) -> None:
        super().__init__(*args, **kwargs)  # type: ignore[arg-type]
        self.fields["of"].choices = choices  # type: ignore[attr-defined]


@login_required
@never_cache
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def my_calendars(request: SignedInRequest) -> HttpResponse:
    """List one's calendar subscriptions with their addresses, and open another."""
    found = bookings.subscriptions(request.user)
    closed = {one.key: one for one in found if one.feed is None}
    form = CalendarForm(
        request.POST if request.method == "POST" else None,
        choices=[(key, one.name) for key, one in closed.items()],
        initial={"of": request.GET.get("of", "")},
    )
    if request.method == "POST" and form.is_valid():
        chosen = closed[form.cleaned_data["of"]]
        bookings.calendar_feed_open(
            actor=request.user,
            instrument=chosen.instrument,
            organization=chosen.organization,
            now=clock.now(),
        )
        sentence = _("The calendar “{name}” has an address now.").format(name=chosen.name)
        return redirect_with_message(request, sentence, reverse("my_calendars"))
    context = {
        "tabs": build_my_tabs(request.user, "my_calendars"),
        "form": form if closed else None,
        "subscriptions": [
            (one, bookings.get_feed_address(one.feed)) for one in found if one.feed is not None
        ],
    }
    return render(request, "people/calendars.html", context, status=422 if form.errors else 200)


@confirmation_view
def calendar_rekey(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm giving a subscription a new address."""
    feed = bookings.get_own_feed(request.user, public_id)
    require(request.user, "bookings.subscribe", feed)
    name = bookings.get_feed_name(feed)
    return Confirmation(
        heading=_("Give “{name}” a new address?").format(name=name),
        consequences=[
            _("The old address stops working at once."),
            _("Subscribe again with the new one in every program that shows this calendar."),
        ],
        action=_("Make a new address"),
        perform=lambda: bookings.calendar_feed_rekey(
            actor=request.user, public_id=public_id, now=clock.now()
        ),
        success=_("“{name}” has a new address.").format(name=name),
        back_address=reverse("my_calendars"),
    )


@confirmation_view
def calendar_close(request: SignedInRequest, public_id: str) -> Confirmation:
    """Confirm ending a subscription."""
    name = bookings.get_feed_name(bookings.get_own_feed(request.user, public_id))
    return Confirmation(
        heading=_("End the subscription to “{name}”?").format(name=name),
        consequences=[
            _("Its address stops working at once."),
            _("Bookings stay as they are."),
        ],
        action=_("End the subscription"),
        perform=lambda: bookings.calendar_feed_close(
            actor=request.user, public_id=public_id, now=clock.now()
        ),
        success=_("The subscription to “{name}” has ended.").format(name=name),
        back_address=reverse("my_calendars"),
        tone="danger",
    )
