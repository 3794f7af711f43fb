"""Forms of receiving accounts, payments, reversals and batches."""

from collections.abc import Sequence
from datetime import date
from typing import TYPE_CHECKING, Any

from django import forms
from django.http import QueryDict
from django.utils.text import format_lazy
from django.utils.translation import gettext_lazy as _

from instrument_share.sheets.reading import MAX_BYTES
from instrument_share.web.forms.fields import DayField, DayInput
from instrument_share.web.text.formats import date_only
from rewards.cycle.forms import TEXT

if TYPE_CHECKING:
    from rewards.payments.models import PayeeAccount
    from rewards.payments.selectors.accounts import KeptAccount

PLAIN = {"autocomplete": "off", "spellcheck": "false"}


class _DatedForm(forms.Form):
    """A day from the earliest possible one up to today, and a voucher."""

    def __init__(self, *args: Any, earliest: date, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        day = next(field for field in self.fields.values() if isinstance(field, DayField))
        day.initial = today
        day.widget.attrs |= {"min": earliest.isoformat(), "max": today.isoformat()}


class ShownAccountForm(forms.Form):
    """A form that carries the present account (public id) that its page shows, and asks which one was paid.

    A page that is shown again shows the present one: what was sent is for the view to read. It asks only
    where the payment may have gone to one before it, as it must while the present one waits for its check.
    """

    account = forms.CharField(widget=forms.HiddenInput, required=False)

    def __init__(
        self,
        sent: QueryDict | None,
        *,
        account: "PayeeAccount | None",
        kept: "Sequence[KeptAccount]",
        **kwargs: Any,
    ) -> None:
        shown = {"account": account.public_id if account else ""}
        chosen = {"paid_account": kept[0].account.public_id if kept else shown["account"]}
        data = {**chosen, **sent.dict(), **shown} if sent is not None else None
        super().__init__(data, initial=shown | chosen, **kwargs)
        if any(one.account != account for one in kept):
            self.fields["paid_account"] = forms.ChoiceField(
                label=_("Account that received the payment"),
                widget=forms.RadioSelect,
                choices=[(one.account.public_id, _describe(one)) for one in kept],
                help_text=_("The unit has changed its account. Choose the one that the bank’s advice names."),
            )
            self.fields["account_reason"] = forms.CharField(
                label=_("Why it went to a replaced account"),
                max_length=500,
                required=False,
                widget=forms.Textarea(attrs=TEXT),
                help_text=_(
                    "Only if the account had already been replaced at the time of payment, for example "
                    "because the order was given before that. The unit can read it."
                ),
            )


def _describe(kept: "KeptAccount") -> str:
    """Return an account with the days on which it was the unit's."""
    if kept.last_date is None:
        return _("{account} (since {date})").format(account=kept.account, date=date_only(kept.first_date))
    return _("{account} (until {date})").format(account=kept.account, date=date_only(kept.last_date))


def describe_present(account: "PayeeAccount") -> str:
    """Return the present account of an organization in words, with what it waits for."""
    if account.checked_at is None:
        return _("Current account, which waits for a check: {account}").format(account=account)
    return _("Current account: {account}").format(account=account)


class PaymentForm(ShownAccountForm, _DatedForm):
    """The date and voucher of a payment."""

    paid_date = DayField(label=_("Date of payment"), widget=DayInput())
    voucher = forms.CharField(
        label=_("Payment voucher number"), max_length=60, widget=forms.TextInput(attrs=PLAIN)
    )


class ReversalForm(_DatedForm):
    """The date, voucher and reason of a payment that came back."""

    reversed_date = DayField(label=_("Date on which it came back"), widget=DayInput())
    voucher = forms.CharField(
        label=_("Voucher number of the reversal"),
        max_length=60,
        widget=forms.TextInput(attrs=PLAIN),
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs=TEXT),
        help_text=_("The unit can read it."),
    )


class WithdrawForm(forms.Form):
    """Why the waiting rows of a batch are taken back."""

    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs=TEXT))


class BankSheetForm(forms.Form):
    """The bank's sheet."""

    sheet = forms.FileField(
        label=_("The bank’s sheet"),
        help_text=format_lazy(
            _("XLSX or CSV, {megabytes} MB at most. You see what it says before anything is recorded."),
            megabytes=MAX_BYTES // 1024 // 1024,
        ),
        widget=forms.FileInput(attrs={"accept": ".xlsx,.csv"}),
    )
