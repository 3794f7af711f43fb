"""What a visitor can ask of the catalogue, and a researcher of an instrument."""

from datetime import date, datetime, time
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings import selectors as bookings
from bookings.domain.words import Direction
from bookings.forms import LocalDateTime, choices, offer
from bookings.selectors import Order
from instrument_share.accounts import selectors as accounts
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.web.asked import DayField, InstantField, TimesForm
from instrument_share.web.formats import bilingual
from instrument_share.web.problem import told
from providers import selectors as providers
from providers.domain.wording import word
from providers.domain.words import PriceUnit, ServiceMode, UserKind

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.domain.terms import Terms

PERSON = "person"


class CatalogueForm(forms.Form):
    """Filters of the catalogue. A question that makes no sense is told and left out of the search."""

    q = forms.CharField(label=_("What do you want to measure?"), required=False, max_length=100)
    category = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)
    compare = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    day = DayField(label=_("Free on"), required=False, widget=forms.DateInput(attrs={"type": "date"}))
    begins = forms.TimeField(label=_("from"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    ends = forms.TimeField(label=_("until"), required=False, widget=forms.TimeInput(attrs={"type": "time"}))
    sort = forms.ChoiceField(label=_("Sort by"), required=False)
    district = forms.ChoiceField(label=_("District"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)
    mode = forms.ChoiceField(label=_("Way of service"), required=False)
    user_kind = forms.ChoiceField(label=_("Open to"), required=False)
    price = forms.DecimalField(
        label=_("At most ¥ an hour"),
        required=False,
        min_value=0,
        max_digits=8,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "1"}),
    )
    vouchers = forms.BooleanField(label=_("Accepts innovation vouchers"), required=False)

    def __init__(self, data: Any, *, viewer: Any) -> None:
        super().__init__(data)
        anything = ("", _("All"))
        districts = [(row.code, bilingual(row, "name")) for row in accounts.districts()]
        owners = providers.units(viewer).order_by("organization__name_zh")
        units = [(row.organization.public_id, bilingual(row.organization, "name")) for row in owners]
        offer(self, "district", [anything, *districts])
        offer(self, "unit", [anything, *units])
        offer(self, "mode", [anything, *((mode.value, _told(mode)) for mode in ServiceMode)])
        offer(self, "user_kind", [anything, *((kind.value, _told(kind)) for kind in UserKind)])
        offer(
            self,
            "sort",
            [
                ("", _("Best match") if str(self.data.get("q", "")).strip() else _("Next free time")),
                *((order.value, word) for order, word in SORTS.items()),
            ],
        )

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if bool(begins) != bool(ends):
            self.add_error("ends" if begins else "begins", _("Enter both times, or none for 9:00 to 17:00."))
        elif begins and ends and ends <= begins:
            self.add_error("ends", _("The end has to be later than the start."))
        if (begins or ends) and not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", _("Choose a day as well."))
        return cleaned

    @property
    def wanted_time(self) -> Interval | None:
        """The time that has to be free, all of it: from 9:00 to 17:00 of the day where no hours are given."""
        day: date | None = self.cleaned_data.get("day")
        if day is None or self.errors.keys() & {"day", "begins", "ends"}:
            return None
        begins = self.cleaned_data.get("begins") or time(9)
        ends = self.cleaned_data.get("ends") or time(17)
        return Interval(datetime.combine(day, begins, CITY_TIME), datetime.combine(day, ends, CITY_TIME))

    @property
    def asked(self) -> providers.Asked:
        """The filters that make sense."""
        given = self.cleaned_data
        return providers.Asked(
            category=given.get("category", ""),
            district=given.get("district", ""),
            unit=given.get("unit", ""),
            mode=given.get("mode", ""),
            user_kind=given.get("user_kind", ""),
            most_yuan=given.get("price"),
            vouchers=given.get("vouchers", False),
        )

    @property
    def order(self) -> Order | None:
        return Order(self.cleaned_data["sort"]) if self.cleaned_data.get("sort") else None

    @property
    def folded(self) -> "list[forms.BoundField]":
        """The filters that a phone folds away."""
        return [self[name] for name in FOLDED]

    @property
    def folded_in_use(self) -> int:
        """How many of them narrow the search, or are wrong and have to be seen."""
        return sum(bool(self.cleaned_data.get(name)) or name in self.errors for name in FOLDED)


SORTS = {
    Order.PRICE: _("Price"),
    Order.NEXT_FREE: _("Next free time"),
    Order.NAME: _("Name"),
}
FOLDED = ("district", "unit", "mode", "user_kind", "price", "vouchers")


def _told(code: Any) -> str:
    return told("{word}", {"word": word(code)})


def _asks_for_samples(terms: "Terms") -> bool:
    """Whether the number of samples decides anything: the price, or a way of service that needs it."""
    return ServiceMode.SAMPLES in terms.service_modes or any(
        price.unit is PriceUnit.SAMPLE for price in terms.prices
    )


def _payer_of_last_time(viewer: "User") -> str:
    """Who paid for the booking that the person made last; the first of the list for who has made none."""
    last = bookings.last_booking(viewer)
    if last is None:
        return ""
    return last.payer_organization.public_id if last.payer_organization else PERSON


class BookingForm(TimesForm):
    """A request for an instrument, in Asia/Shanghai; the rules themselves are checked by the service."""

    starts_at = InstantField(label=_("Starts at"), widget=LocalDateTime)
    ends_at = InstantField(label=_("Ends at"), widget=LocalDateTime)
    payer = forms.ChoiceField(label=_("Who pays"))
    service_mode = forms.ChoiceField(label=_("Way of service"))
    samples = forms.IntegerField(label=_("Number of samples"), min_value=0, max_value=10_000, required=False)
    subject = forms.CharField(
        label=_("What is to be measured"),
        max_length=200,
        help_text=_("For example: fracture surface of an alloy, 3 samples of 10 mm"),
    )
    project = forms.CharField(label=_("Project"), max_length=200, required=False)
    direction = forms.ChoiceField(label=_("Direction"))

    def __init__(self, data: Any, *, viewer: "User", terms: "Terms | None", initial: Any = None) -> None:
        super().__init__(data, initial={"payer": _payer_of_last_time(viewer), **(initial or {})})
        self._organizations = {
            membership.organization.public_id: membership.organization
            for membership in accounts.standing(viewer).memberships
        }
        payers = [(key, bilingual(row, "name")) for key, row in self._organizations.items()]
        offer(self, "payer", [*payers, (PERSON, _("Myself, as a person"))])
        modes = sorted(terms.service_modes) if terms else []
        offer(self, "service_mode", [(mode.value, _told(mode)) for mode in modes])
        offer(self, "direction", choices(Direction))
        if terms and not _asks_for_samples(terms):
            self.fields["samples"].widget = forms.HiddenInput()

    def is_priceable(self) -> bool:
        """Whether enough is filled in, and makes sense, to say what it costs."""
        self.is_valid()
        return not self.errors.keys() & {"starts_at", "ends_at", "payer", "service_mode", "samples"}

    @property
    def payer_organization(self) -> "Organization | None":
        return self._organizations.get(self.cleaned_data["payer"])

    def as_request(self) -> dict[str, Any]:
        """The arguments of `booking_create`."""
        asked = self.cleaned_data
        payer = self.payer_organization
        return {
            "interval": Interval(asked["starts_at"], asked["ends_at"]),
            "service_mode": ServiceMode(asked["service_mode"]),
            "payer_organization_id": payer.pk if payer else None,
            "subject": asked.get("subject", ""),
            "project": asked.get("project", ""),
            "direction": asked.get("direction") or Direction.RESEARCH.value,
            "samples": asked.get("samples") or 0,
        }
