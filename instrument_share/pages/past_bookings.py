"""A person's bookings that are over: narrowed by instrument and by how they ended, and as a table."""

from typing import TYPE_CHECKING

from django import forms
from django.db.models import Q
from django.http import HttpRequest, StreamingHttpResponse
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from bookings.domain import HOLDING_STATES, BookingState
from instrument_share.web.lists.filters import MAX_TEXT, FilterForm
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.text.formats import bilingual
from instrument_share.web.text.labels import label

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from bookings.models import Booking

ORDERING = ("-starts_at", "-id")


class PastFilterForm(FilterForm):
    """The filter of past bookings; `found` are those that fit."""

    q = forms.CharField(label=_("Instrument, subject or number"), max_length=MAX_TEXT)
    state = forms.ChoiceField(label=_("Result"))

    def __init__(self, request: HttpRequest, past: "QuerySet[Booking]") -> None:
        super().__init__(request)
        self.found = past.filter(self._condition())

    def offer_choices(self) -> None:
        ended = (state for state in BookingState if state not in HOLDING_STATES)
        self.offer("state", ((state.value, label("booking", state).text) for state in ended))

    def _condition(self) -> Q:
        condition = Q(state=self.get("state")) if self.get("state") else Q()
        if text := self.get("q"):
            condition &= (
                Q(instrument__name_zh__icontains=text)
                | Q(instrument__name_en__icontains=text)
                | Q(subject__icontains=text)
                | Q(public_id__iexact=text)
            )
        return condition


def export_past(found: "QuerySet[Booking]") -> StreamingHttpResponse:
    """Return past bookings as a table."""
    heads = [
        gettext("Number"),
        gettext("Instrument"),
        gettext("Subject of the measurement"),
        gettext("Starts at"),
        gettext("Ends at"),
        gettext("State"),
        gettext("Charged for a late cancellation or for not coming (yuan)"),
    ]
    rows = (
        [
            booking.public_id,
            bilingual(booking.instrument, "name"),
            booking.subject,
            booking.starts_at,
            booking.ends_at,
            label("booking", booking.state).text,
            booking.charged_yuan,
        ]
        for booking in found.order_by(*ORDERING).iterator(chunk_size=500)
    )
    return csv_response("bookings", heads, rows)
