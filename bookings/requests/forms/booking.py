"""The form of a booking request."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.requests.domain.choices import Direction
from bookings.requests.selectors.bookings import get_last_booking
from instrument_share.accounts import selectors as accounts
from instrument_share.web.forms.fields import IntervalForm, choices_of, set_choices
from instrument_share.web.text.formats import bilingual
from providers.domain import PriceUnit, ServiceMode

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.domain import Terms

PERSON = "person"


def _asks_for_samples(terms: "Terms") -> bool:
    """Return whether the number of samples affects the price or the way of service."""
    return ServiceMode.SAMPLES in terms.service_modes or any(
        price.unit is PriceUnit.SAMPLE for price in terms.prices
    )


def _payer_of_last_time(viewer: "User") -> str:
    """Return the payer of the person's last booking, or "" when there is none."""
    last = get_last_booking(viewer)
    if last is None:
        return ""
    return last.payer_organization.public_id if last.payer_organization else PERSON


class BookingForm(IntervalForm):
    """A request for an instrument, in Asia/Shanghai time; the service checks the booking rules."""

    payer = forms.ChoiceField(label=_("Who pays"))
    service_mode = forms.ChoiceField(label=_("Way of service"))
    samples = forms.IntegerField(label=_("Number of samples"), min_value=0, max_value=10_000, required=False)
    subject = forms.CharField(
        label=_("What is to be measured"),
        max_length=200,
        help_text=_("For example: fracture surface of an alloy, 3 samples of 10 mm"),
    )
    project = forms.CharField(label=_("Project"), max_length=200, required=False)
    direction = forms.ChoiceField(label=_("Direction"), choices=partial(choices_of, Direction))

    def __init__(self, data: Any, *, viewer: "User", terms: "Terms | None", initial: Any = None) -> None:
        super().__init__(data, initial={"payer": _payer_of_last_time(viewer), **(initial or {})})
        self._organizations = {
            membership.organization.public_id: membership.organization
            for membership in accounts.standing(viewer).memberships
        }
        payers = [(key, bilingual(row, "name")) for key, row in self._organizations.items()]
        set_choices(self.fields["payer"], [*payers, (PERSON, _("Myself, as a person"))])
        set_choices(self.fields["service_mode"], choices_of(sorted(terms.service_modes) if terms else []))
        if terms and not _asks_for_samples(terms):
            self.fields["samples"].widget = forms.HiddenInput()

    def is_priceable(self) -> bool:
        """Return whether enough is filled in correctly to calculate the price."""
        self.is_valid()
        return not self.errors.keys() & {"starts_at", "ends_at", "payer", "service_mode", "samples"}

    @property
    def payer_organization(self) -> "Organization | None":
        """Return the chosen organization; None when the person pays."""
        return self._organizations.get(self.cleaned_data["payer"])

    def as_request(self) -> dict[str, Any]:
        """Return the keyword arguments of `booking_create`."""
        asked = self.cleaned_data
        payer = self.payer_organization
        return {
            "interval": self.interval,
            "service_mode": ServiceMode(asked["service_mode"]),
            "payer_organization_id": payer.pk if payer else None,
            "subject": asked.get("subject", ""),
            "project": asked.get("project", ""),
            "direction": asked.get("direction") or Direction.RESEARCH.value,
            "samples": asked.get("samples") or 0,
        }
