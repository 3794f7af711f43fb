"""Forms of the catalogue and of the list of units."""

from datetime import date, datetime, time
from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.public import Order
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import OrganizationKind
from instrument_share.accounts.domain.registration import AUTHORITIES
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.web.forms.fields import DayField, DayInput, TimeInput, choices_of, set_choices
from instrument_share.web.text.formats import bilingual, name_columns
from instrument_share.web.text.labels import KINDS
from providers import public as providers
from providers.domain import ONE_DAY, ServiceMode, UserKind

MIDNIGHT = time()
"""As an end that of the day: 24:00 cannot be entered."""


class SearchForm(forms.Form):
    """Words and a day, with which a search of the catalogue begins."""

    q = forms.CharField(label=_("What do you want to measure?"), required=False, max_length=200)
    day = DayField(label=_("Free on"), required=False, widget=DayInput)


class CatalogueForm(SearchForm):
    """Filters of the catalogue; invalid ones are reported and left out of the search."""

    category = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)
    compare = forms.CharField(required=False, max_length=80, widget=forms.HiddenInput)
    begins = forms.TimeField(label=_("from"), required=False, widget=TimeInput)
    ends = forms.TimeField(label=_("until"), required=False, widget=TimeInput)
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
        usual = Order.RELEVANCE if str(data.get("q", "")).strip() else Order.NEXT_FREE
        super().__init__({**data.dict(), "sort": ""} if data.get("sort") == usual else data)
        anything = ("", _("All"))
        districts = [(row.code, bilingual(row, "name")) for row in accounts.districts()]
        owners = providers.publishing_organizations(viewer).order_by(*name_columns())
        units = [(row.public_id, bilingual(row, "name")) for row in owners]
        set_choices(self.fields["district"], [anything, *districts])
        set_choices(self.fields["unit"], [anything, *units])
        set_choices(self.fields["mode"], [anything, *choices_of(ServiceMode)])
        set_choices(self.fields["user_kind"], [anything, *choices_of(UserKind)])
        set_choices(
            self.fields["sort"],
            [
                ("", SORTS[usual]),
                *(
                    (order.value, word)
                    for order, word in SORTS.items()
                    if order not in (usual, Order.RELEVANCE)
                ),
            ],
        )

    def clean(self) -> dict[str, Any]:
        """Check that the wanted hours are complete, in order, and have a day."""
        cleaned = super().clean() or {}
        begins, ends = cleaned.get("begins"), cleaned.get("ends")
        if bool(begins) != bool(ends):
            self.add_error(
                "ends" if begins else "begins", _("Enter both times, or none for any time of the day.")
            )
        elif begins and ends and ends <= begins and ends != MIDNIGHT:
            self.add_error("ends", _("The end has to be later than the start."))
        if (begins or ends) and not cleaned.get("day") and "day" not in self.errors:
            self.add_error("day", _("Choose a day as well."))
        return cleaned

    @property
    def wanted_time(self) -> Interval | None:
        """Return the day's hours that have to be free, or None."""
        day, begins, ends = (self.cleaned_data.get(name) for name in ("day", "begins", "ends"))
        if not (day and begins and ends):
            return None
        last = day + ONE_DAY if ends == MIDNIGHT else day
        return Interval(datetime.combine(day, begins, CITY_TIME), datetime.combine(last, ends, CITY_TIME))

    @property
    def wanted_day(self) -> date | None:
        """Return the day on which any start will do, since no hours are entered, or None."""
        is_free = not self.errors.keys() & {"day", "begins", "ends"} and not self.cleaned_data.get("begins")
        return self.cleaned_data.get("day") if is_free else None

    @property
    def asked(self) -> providers.CatalogueFilters:
        """Return the valid filters."""
        given = self.cleaned_data
        return providers.CatalogueFilters(
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
        """Return the chosen order, or None."""
        return Order(self.cleaned_data["sort"]) if self.cleaned_data.get("sort") else None

    @property
    def folded(self) -> "list[forms.BoundField]":
        """Return the filters that are folded away."""
        return [self[name] for name in FOLDED]

    @property
    def kept_on_timeline(self) -> "list[forms.BoundField]":
        """Return the filters in use that the timeline has no field for."""
        return [self[name] for name in ("mode", "user_kind", "price", "vouchers") if self.data.get(name)]

    @property
    def folded_in_use(self) -> int:
        """Return how many folded filters are in use or invalid."""
        return sum(bool(self.cleaned_data.get(name)) or name in self.errors for name in FOLDED)


SORTS = {
    Order.RELEVANCE: _("Best match"),
    Order.PRICE: _("Price"),
    Order.NEXT_FREE: _("Next free time"),
    Order.NAME: pgettext_lazy("instrument", "Name"),
}
FOLDED = ("district", "unit", "mode", "user_kind", "price", "vouchers")


MOST_INSTRUMENTS = "instruments"
"""The order of the list of units that is not by name."""


class UnitsForm(forms.Form):
    """Filters of the list of units; invalid ones are left out of the search."""

    q = forms.CharField(
        label=pgettext_lazy("instrument", "Name"),
        required=False,
        max_length=100,
        widget=forms.TextInput(attrs={"type": "search"}),
    )
    district = forms.ChoiceField(label=_("District"), required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    sort = forms.ChoiceField(label=_("Sort by"), required=False)

    def __init__(self, data: Any) -> None:
        super().__init__(data)
        anything = ("", _("All"))
        districts = [(row.code, bilingual(row, "name")) for row in accounts.districts()]
        set_choices(self.fields["district"], [anything, *districts])
        kinds = [(code, word) for code, word in KINDS.items() if OrganizationKind(code) not in AUTHORITIES]
        set_choices(self.fields["kind"], [anything, *kinds])
        orders = {"": pgettext_lazy("instrument", "Name"), MOST_INSTRUMENTS: _("Most instruments")}
        set_choices(self.fields["sort"], orders.items())

    @property
    def ordering(self) -> tuple[str, ...]:
        """Return the columns of the order asked for, the last one unique."""
        if self.cleaned_data.get("sort") == MOST_INSTRUMENTS:
            return ("-instrument_count", "id")
        return (*name_columns("organization__name"), "id")
