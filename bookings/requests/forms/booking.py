"""The form of a booking request."""

from collections.abc import Collection, Mapping
from dataclasses import replace
from datetime import datetime
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.projects.selectors import usable_projects
from bookings.requests.domain.admission import MAX_SAMPLES
from bookings.requests.domain.choices import Direction
from bookings.requests.selectors.offers import Applicant, get_usual_applicant
from instrument_share.accounts import selectors as accounts
from instrument_share.web.forms.fields import IntervalForm, choices_of, set_choices
from instrument_share.web.text.formats import bilingual
from providers.domain import PriceUnit, ServiceMode

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from bookings.requests.models import Booking
    from instrument_share.accounts.models import Organization, User
    from instrument_share.accounts.selectors import Viewer
    from providers.domain import Terms

PERSON = "person"
NOT_OFFERED = _("This way of service is not offered. Choose one that the rule names.")
"""Said by admission, too; another version of the rule may apply to the time that is chosen."""
PRICED_FIELDS = ("starts_at", "ends_at", "payer", "service_mode", "samples")
"""What the price depends on."""
ASKED_AGAIN = ("service_mode", "samples", "subject", "direction")


def _asks_for_samples(terms: "Terms") -> bool:
    """Return whether the number of samples affects the price or the way of service."""
    return ServiceMode.SAMPLES in terms.service_modes or any(
        price.unit is PriceUnit.SAMPLE for price in terms.prices
    )


def get_start(data: Mapping[str, Any]) -> datetime | None:
    """Return the start that was entered, or None if there is none yet."""
    form = IntervalForm(data)
    form.is_valid()
    return form.cleaned_data.get("starts_at")


def get_applicant(viewer: "Viewer", data: Mapping[str, Any]) -> Applicant | None:
    """Return the viewer with the payer and mode of service of a form's data, else as they usually ask."""
    applicant = get_usual_applicant(viewer)
    if applicant is None:
        return None
    if data.get("service_mode") in set(ServiceMode):
        applicant = replace(applicant, service_mode=ServiceMode(data["service_mode"]))
    payers = {**_organizations_of(viewer), PERSON: None}
    if data.get("payer") in payers:
        applicant = replace(applicant, payer=payers[data["payer"]])
    return applicant


def _organizations_of(viewer: "Viewer") -> "dict[str, Organization]":
    return {one.organization.public_id: one.organization for one in accounts.standing(viewer).memberships}


def get_payers(viewer: "Viewer") -> list[tuple[str, Any]]:
    """Return who may pay for the viewer's bookings, as choices."""
    organizations = _organizations_of(viewer).items()
    return [
        *((key, bilingual(row, "name")) for key, row in organizations),
        (PERSON, _("Myself, as a person")),
    ]


def describe_again(booking: "Booking") -> dict[str, Any]:
    """Return what the form starts with to book the same once more, at another time."""
    payer, project = booking.payer_organization, booking.organization_project
    asked = {name: getattr(booking, name) for name in ASKED_AGAIN}
    return {
        **asked,
        "payer": payer.public_id if payer else PERSON,
        "project": "" if project else booking.project,
        "organization_project": project.public_id if project else "",
    }


class BookingForm(IntervalForm):
    """A request for an instrument, in Asia/Shanghai time; the service checks the booking rules."""

    payer = forms.ChoiceField(label=_("Payer"))
    service_mode = forms.ChoiceField(label=_("Way of service"))
    samples = forms.IntegerField(
        label=_("Number of samples"), min_value=0, max_value=MAX_SAMPLES, required=False
    )
    subject = forms.CharField(
        label=_("Subject of the measurement"),
        max_length=200,
        help_text=_("For example: fracture surface of an alloy, 3 samples of 10 mm"),
    )
    organization_project = forms.ChoiceField(
        label=_("Project of your organization"),
        required=False,
        help_text=_("The organization that pays has opened it; the price counts towards its budget."),
    )
    project = forms.CharField(label=_("Project"), max_length=200, required=False)
    direction = forms.ChoiceField(label=_("Direction"), choices=partial(choices_of, Direction))
    named_otherwise: Mapping[str, str] = {"payer_organization": "payer"}

    def __init__(self, data: Any, *, viewer: "User", terms: "Terms | None", initial: Any = None) -> None:
        usual = get_usual_applicant(viewer)
        payer = usual.payer.public_id if usual and usual.payer else PERSON
        modes = sorted(self.get_modes(terms)) if terms else []
        usual_values = {"payer": payer, "service_mode": next(iter(modes), None)}
        super().__init__(data, initial={**usual_values, **(initial or {})})
        self._organizations = _organizations_of(viewer)
        set_choices(self.fields["payer"], get_payers(viewer))
        set_choices(self.fields["service_mode"], choices_of(modes))
        self.fields["service_mode"].error_messages["invalid_choice"] = NOT_OFFERED
        self._offer_projects(viewer)
        if terms and not _asks_for_samples(terms):
            self.fields["samples"].widget = forms.HiddenInput()

    def get_modes(self, terms: "Terms") -> Collection[ServiceMode]:
        """Return the ways of service to choose from."""
        return terms.service_modes

    def _offer_projects(self, viewer: "User") -> None:
        """Offer the projects that the person may use; who has none names one in words."""
        self._projects = {one.public_id: one for one in usable_projects(viewer)}
        if not self._projects:
            del self.fields["organization_project"]
            return
        names = [(key, str(one)) for key, one in self._projects.items()]
        set_choices(self.fields["organization_project"], [("", "—"), *names])
        self.fields["project"].label = _("Project, if it is none of these")

    def is_priceable(self) -> bool:
        """Return whether enough is filled in correctly to calculate the price."""
        self.is_valid()
        return self.errors.keys().isdisjoint(PRICED_FIELDS)

    def get_values(self) -> dict[str, Any]:
        """Return what each field of the page holds, as the browser would send it."""
        return {name: value for name in self.fields if (value := self[name].value()) is not None}

    def get_entry_errors(self) -> list[str]:
        """Return what is wrong with what was entered for the price; a field left empty is not wrong yet."""
        return [
            str(error) for name in PRICED_FIELDS if self.data.get(name) for error in self.errors.get(name, ())
        ]

    @property
    def payer_organization(self) -> "Organization | None":
        """Return the chosen organization; None when the person pays."""
        return self._organizations.get(self.cleaned_data["payer"])

    @property
    def named_project(self) -> "Project | None":
        """Return the chosen project of an organization."""
        return self._projects.get(self.cleaned_data.get("organization_project", ""))

    def as_request(self) -> dict[str, Any]:
        """Return the keyword arguments of `booking_create`."""
        asked = self.cleaned_data
        payer, named = self.payer_organization, self.named_project
        return {
            "interval": self.interval,
            "service_mode": ServiceMode(asked["service_mode"]),
            "payer_organization_id": payer.pk if payer else None,
            "subject": asked.get("subject", ""),
            "project": asked.get("project", ""),
            "organization_project_id": named and named.pk,
            "direction": asked.get("direction") or Direction.RESEARCH.value,
            "samples": asked.get("samples") or 0,
        }
