"""The form that answers an appeal."""

from functools import partial

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.requests.domain.choices import CreditOutcome
from instrument_share.web.forms.fields import ReasonForm, choices_of


class AppealAnswerForm(ReasonForm):
    """Whether an event is upheld or lifted, with the reason."""

    outcome = forms.ChoiceField(
        label=_("Decision"), choices=partial(choices_of, CreditOutcome), widget=forms.RadioSelect
    )
    field_order = ("outcome", "reason")
