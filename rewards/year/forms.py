"""Forms of the steps of a year."""

from collections.abc import Iterable
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.params import parse_instant
from rewards.cycle.forms import TEXT, set_policies

if TYPE_CHECKING:
    from rewards.policy.models import RewardPolicy


class ResultsForm(forms.Form):
    """A step with results: it carries when those were computed that stand on the page."""

    scored_at = forms.CharField(required=False, widget=forms.HiddenInput)

    def clean_scored_at(self) -> datetime | None:
        """Return the instant; None where the page has none."""
        return parse_instant(self.cleaned_data["scored_at"])


class AnnounceForm(ResultsForm):
    """Whom the public notice names."""

    person = forms.CharField(
        label=_("Contact person"),
        max_length=100,
        help_text=_("Who takes objections; the public notice names them."),
    )
    phone = forms.CharField(label=_("Telephone"), max_length=50)
    address = forms.CharField(label=_("Address"), max_length=200)


class ApproveForm(ResultsForm):
    """Objections that came on paper during the public notice, and the answers to them."""

    objections = forms.CharField(
        label=_("Objections on paper, and the answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In Chinese, for the report. Those made on the platform are printed automatically."),
    )


class AdoptForm(forms.Form):
    """The decided policy that replaces a draft."""

    policy = forms.TypedChoiceField(label=_("Decided policy"), coerce=int)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs=TEXT),
        help_text=_("By which decision the policy applies; the units and the public read it."),
    )

    def __init__(self, *args: Any, policies: "Iterable[RewardPolicy]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_policies(self.fields["policy"], policies)
