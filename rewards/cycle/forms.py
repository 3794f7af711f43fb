"""Form to open a year."""

from collections.abc import Iterable
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import set_choices
from rewards.policy.forms import name_version

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rewards.policy.models import RewardPolicy

TEXT = {"maxlength": 500, "rows": 4}
"""A text field for a reason or an answer."""


class CycleOpenForm(forms.Form):
    """The policy and budget of a year."""

    policy = forms.TypedChoiceField(label=_("Policy"), coerce=int)
    budget_yuan = forms.DecimalField(
        label=_("Budget (yuan)"), min_value=Decimal(0), max_digits=14, decimal_places=2
    )

    def __init__(self, *args: Any, policies: "QuerySet[RewardPolicy]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_policies(self.fields["policy"], policies)


def set_policies(field: forms.Field, policies: "Iterable[RewardPolicy]") -> None:
    """Offer policies by title and version."""
    set_choices(field, [(policy.pk, name_version(policy)) for policy in policies])
