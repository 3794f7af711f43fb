"""Forms of a search."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import set_choices
from rewards.policy.forms import format_figure, name_version
from rewards.policy.reports.places import describe_place
from rewards.trials.domain.search import BUDGET, STEPS, Aim, Terms, searchable_figures

if TYPE_CHECKING:
    from rewards.policy.models import RewardPolicy

DIGITS, PLACES = 20, 6
"""Of the values of a figure."""


class SearchedPolicyForm(forms.Form):
    """The policy whose figures are offered."""

    policy = forms.ChoiceField(label=_("Policy"))

    def __init__(self, *args: Any, policies: "Iterable[RewardPolicy]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["policy"], [(each.public_id, name_version(each)) for each in policies])


class SearchForm(forms.Form):
    """What is searched for, in which range, and with which aim."""

    figure = forms.ChoiceField(label=_("Search for"))
    low = forms.DecimalField(label=_("Lowest value"), min_value=0, max_digits=DIGITS, decimal_places=PLACES)
    high = forms.DecimalField(label=_("Highest value"), min_value=0, max_digits=DIGITS, decimal_places=PLACES)
    step = forms.DecimalField(
        label=_("Precision"),
        required=False,
        min_value=Decimal("0.000001"),
        help_text=_("The distance between two values; leave empty for a thousandth of the range."),
        max_digits=DIGITS,
        decimal_places=PLACES,
    )
    most_loss = forms.DecimalField(
        label=_("Aim: nobody loses more than (%)"),
        required=False,
        min_value=0,
        max_value=100,
        max_digits=5,
        decimal_places=2,
        initial=10,
        help_text=_("Of the current award."),
    )
    spend_at_most = forms.DecimalField(
        label=_("Aim: total awards at most (yuan)"),
        required=False,
        min_value=0,
        max_digits=14,
        decimal_places=2,
    )
    budget_yuan = forms.DecimalField(
        label=_("Budget (yuan)"),
        min_value=0,
        max_digits=14,
        decimal_places=2,
        help_text=_("Holds where a figure of the policy is searched for."),
    )

    def __init__(self, given: Any = None, *, document: Mapping[str, Any], budget: Decimal) -> None:
        super().__init__(given, initial={"budget_yuan": budget, "low": 0, "high": 2 * budget})
        figures = [
            (path, f"{describe_place(path, document)} ({format_figure(value)})")
            for path, value in searchable_figures(document).items()
        ]
        set_choices(self.fields["figure"], [(BUDGET, _("Budget (yuan)")), *figures])

    def clean(self) -> None:
        """Ask for a range and an aim."""
        super().clean()
        given = self.cleaned_data
        low, high = given.get("low"), given.get("high")
        if low is not None and high is not None and low >= high:
            self.add_error("high", _("Enter a value above the lowest one."))
        aims = ("most_loss", "spend_at_most")
        if not any(name in self.errors or given.get(name) is not None for name in aims):
            self.add_error("most_loss", _("Enter one of the two aims."))

    @property
    def terms(self) -> Terms:
        """The search that was entered."""
        given = self.cleaned_data
        low, high = Fraction(given["low"]), Fraction(given["high"])
        loss = given["most_loss"]
        return Terms(
            given["figure"],
            low,
            high,
            Fraction(given["step"]) if given["step"] else (high - low) / STEPS,
            Aim(None if loss is None else Fraction(loss) / 100, given["spend_at_most"]),
        )
