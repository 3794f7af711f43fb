"""Form for a use without a booking."""

from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from bookings.requests.domain.admission import MAX_SAMPLES
from bookings.requests.domain.choices import Direction
from bookings.requests.forms.closures import InstrumentChoice
from bookings.usage.domain.choices import UsagePurpose
from bookings.usage.domain.errors import UsageRefused
from bookings.usage.domain.usage import MAX_YUAN
from bookings.usage.forms.usage import SpentFields
from bookings.usage.selectors.user_facts import find_payer
from instrument_share.accounts import selectors as accounts
from instrument_share.web.forms.fields import IntervalForm, choices_of
from instrument_share.web.responses.problem import told
from providers.domain import ServiceMode

if TYPE_CHECKING:
    from datetime import datetime

    from instrument_share.accounts.models import Organization, User

ORGANIZATION, PERSON = "organization", "person"


class ByHandForm(InstrumentChoice, IntervalForm, SpentFields):
    """A use without a booking, and who used the instrument."""

    person = forms.CharField(
        label=gettext_lazy("Who used it"),
        max_length=150,
        help_text=gettext_lazy("User name, email address or number (USR-…) of the account"),
    )
    account = forms.ChoiceField(
        label=gettext_lazy("Payer"),
        choices=[
            (ORGANIZATION, gettext_lazy("Their organization")),
            (PERSON, gettext_lazy("The user in person")),
        ],
    )
    uscc = forms.CharField(
        label=gettext_lazy("Unified social credit code"),
        max_length=18,
        required=False,
        help_text=gettext_lazy(
            "Only if they belong to several organizations or have left since: the one that pays"
        ),
    )
    content = forms.CharField(label=gettext_lazy("Work done"), max_length=200)
    service_mode = forms.ChoiceField(
        label=gettext_lazy("Way of service"), choices=partial(choices_of, ServiceMode)
    )
    direction = forms.ChoiceField(label=gettext_lazy("Direction"), choices=partial(choices_of, Direction))
    purpose = forms.ChoiceField(label=gettext_lazy("Kind of use"), choices=partial(choices_of, UsagePurpose))
    samples = forms.IntegerField(
        label=gettext_lazy("Number of samples"), min_value=0, max_value=MAX_SAMPLES, required=False
    )
    amount_yuan = forms.DecimalField(
        label=gettext_lazy("Amount (yuan)"),
        max_value=MAX_YUAN,
        max_digits=12,
        decimal_places=2,
        required=False,
        help_text=gettext_lazy(
            "Leave empty for the price under the rule then in force; enter 0 if it was free."
        ),
    )
    results = forms.CharField(label=gettext_lazy("Results"), max_length=500, required=False)
    overlap_reason = forms.CharField(
        label=gettext_lazy("Why both uses are recorded"),
        max_length=500,
        required=False,
        help_text=gettext_lazy("With a reason it is recorded and marked; the common time counts once."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        # It is asked for only where it is needed.
        self.fields["overlap_reason"].optional_note = ""  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Look up the user and payer."""
        cleaned = super().clean() or {}
        if "person" in cleaned:
            cleaned["user"] = accounts.person_named(cleaned["person"])
            if cleaned["user"] is None:
                self.add_error(
                    "person", _("Nobody has this name here. Ask them what their account is called.")
                )
            elif cleaned.get("account") == ORGANIZATION and "starts_at" in cleaned:
                cleaned["payer"] = self._payer(cleaned["user"], cleaned.get("uscc", ""), cleaned["starts_at"])
        return cleaned

    def _payer(self, user: "User", uscc: str, starts_at: "datetime") -> "Organization | None":
        try:
            payer = find_payer(user, uscc, starts_at)
        except UsageRefused as refused:
            for problem in refused.problems:
                self.add_error("uscc", told(problem.message, problem.params))
            return None
        if payer is None:
            self.add_error("account", _("They belong to no organization, so they pay themselves."))
        return payer

    @property
    def facts(self) -> dict[str, Any]:
        """Return the keyword arguments of `usage_log_by_hand`."""
        entered = self.cleaned_data
        payer = entered.get("payer")
        return {
            "instrument_id": self.chosen.pk,
            "interval": self.interval,
            "user": entered["user"],
            "payer_organization_id": payer.pk if payer else None,
            "service_mode": ServiceMode(entered["service_mode"]),
            "content": entered["content"],
            "direction": Direction(entered["direction"]),
            "purpose": UsagePurpose(entered["purpose"]),
            "samples": entered.get("samples") or 0,
            "results": entered["results"],
            "amount_yuan": entered.get("amount_yuan"),
            "overlap_reason": entered["overlap_reason"],
            **self.seconds,
        }
