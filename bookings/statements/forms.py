"""Forms of statements and payments."""

from collections.abc import Iterable
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from bookings.statements.domain.billing import describe_sending, previous_month
from instrument_share.web.forms.fields import DayField, DayInput, set_choices
from instrument_share.web.lists.filters import MAX_TEXT, FilterForm
from instrument_share.web.text.formats import month_label

if TYPE_CHECKING:
    from bookings.statements.models import Statement, StatementAccount

MONTHS_BACK = 12
PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class MonthForm(forms.Form):
    """A month that is over, the last one by default."""

    month = forms.TypedChoiceField(label=_("Month"), coerce=date.fromisoformat)

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        months = [previous_month(today)]
        while len(months) < MONTHS_BACK:
            months.append(previous_month(months[-1]))
        set_choices(self.fields["month"], ((one.isoformat(), month_label(one)) for one in months))


class ShownField(forms.JSONField):
    """What a page showed; after a refusal the page holds what it shows then."""

    widget = forms.HiddenInput

    def bound_data(self, _data: Any, initial: Any) -> Any:
        return initial


class SendingForm(forms.Form):
    """The amounts of the drafts that are to be sent and their account, as the page shows them."""

    shown = ShownField(required=False)

    def __init__(
        self, *args: Any, drafts: Iterable["Statement"], account: "StatementAccount | None", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        self.fields["shown"].initial = describe_sending(drafts, account)

    def clean_shown(self) -> Any:
        """Return nothing shown where nothing was sent, so that it is compared all the same."""
        return self.cleaned_data["shown"] or {}


class PaymentForm(forms.Form):
    """A transfer as it stands on the unit's account, and the invoice that it pays."""

    amount_yuan = forms.DecimalField(label=_("Amount in yuan"), max_digits=14, decimal_places=2)
    paid_date = DayField(label=pgettext_lazy("statement", "Date of payment"), widget=DayInput())
    voucher = forms.CharField(
        label=_("Bank voucher number"), max_length=60, widget=forms.TextInput(attrs=PLAIN)
    )
    invoice_number = forms.CharField(
        label=_("Invoice number"), max_length=60, widget=forms.TextInput(attrs=PLAIN)
    )
    invoice_date = DayField(label=_("Invoice date"), widget=DayInput())

    def __init__(self, *args: Any, owed: Decimal, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_yuan"].initial = owed
        for name in ("paid_date", "invoice_date"):
            self.fields[name].initial = today
            self.fields[name].widget.attrs["max"] = today.isoformat()


class StatementFilterForm(FilterForm):
    """The filter of a unit's statements; the state stands beside it as tabs."""

    q = forms.CharField(label=_("Payer"), max_length=MAX_TEXT)
