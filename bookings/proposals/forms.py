"""The form that asks for hours."""

from datetime import date, datetime, time, timedelta
from decimal import ROUND_UP, Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.proposals.domain import LONGEST, LONGEST_SPAN, SHORTEST, ProposalOrder
from bookings.requests.forms.booking import PERSON, get_payers
from bookings.requests.selectors.offers import get_usual_applicant
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.interval import Interval
from instrument_share.web.forms.fields import DayField, DayInput, choices_of, set_choices
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

HOUR = timedelta(hours=1)
FEWEST_HOURS = Decimal(SHORTEST / HOUR).quantize(Decimal("0.01"), ROUND_UP)
"""The least that can be typed with two decimals; the shortest time itself is no round number of hours."""
USUAL_DAYS = timedelta(days=6)
MODES = [mode for mode in ServiceMode if mode != ServiceMode.SAMPLES]


class FindForm(forms.Form):
    """Words or a category, a number of hours, and the days in which they are wanted."""

    q = forms.CharField(label=_("What do you want to measure?"), required=False, max_length=200)
    category = forms.CharField(required=False, max_length=6, widget=forms.HiddenInput)
    sort = forms.ChoiceField(
        required=False, choices=[(one, one) for one in ProposalOrder], widget=forms.HiddenInput
    )
    hours = forms.DecimalField(
        label=pgettext_lazy("wanted", "Hours"),
        min_value=FEWEST_HOURS,
        max_value=LONGEST // HOUR,
        max_digits=5,
        decimal_places=2,
        widget=forms.NumberInput(attrs={"inputmode": "decimal", "step": "any"}),
    )
    first = DayField(label=_("First day"), widget=DayInput)
    last = DayField(label=_("Last day"), widget=DayInput)
    service_mode = forms.ChoiceField(label=_("Way of service"), required=False)
    payer = forms.ChoiceField(label=_("Payer"))

    def __init__(self, data: Any, *, viewer: "User", today: date) -> None:
        usual = get_usual_applicant(viewer)
        payers = get_payers(viewer)
        defaults = {
            "hours": "3",
            "first": today.isoformat(),
            "last": (today + USUAL_DAYS).isoformat(),
            "payer": usual.payer.public_id if usual and usual.payer else PERSON,
        }
        super().__init__({**defaults, **{name: value for name, value in data.items() if value}})
        set_choices(self.fields["service_mode"], [("", _("All")), *choices_of(MODES)])
        set_choices(self.fields["payer"], payers)

    def clean(self) -> dict[str, Any]:
        """Check the order of the days and how many they are."""
        cleaned = super().clean() or {}
        first, last = cleaned.get("first"), cleaned.get("last")
        if first and last and last < first:
            self.add_error("last", _("The last day can’t be before the first day."))
        elif first and last and last - first >= LONGEST_SPAN:
            self.add_error("last", _("Choose at most %(days)s days.") % {"days": LONGEST_SPAN.days})
        return cleaned

    @property
    def length(self) -> timedelta:
        """Return the hours asked for, to the minute."""
        return timedelta(minutes=round(self.cleaned_data["hours"] * 60))

    @property
    def span(self) -> Interval:
        """Return the days asked for, as a time of the city."""
        last = self.cleaned_data["last"] + timedelta(days=1)
        return Interval(
            *(datetime.combine(day, time(), CITY_TIME) for day in (self.cleaned_data["first"], last))
        )

    @property
    def order(self) -> ProposalOrder:
        """Return what comes first, by default the soonest."""
        return ProposalOrder(self.cleaned_data.get("sort") or ProposalOrder.SOONEST)
