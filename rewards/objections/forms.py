"""Forms to object, to comment and to answer."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import MultipleFileField, choices_of, set_choices
from rewards.findings.selectors.due import ANSWER_WORKING_DAYS
from rewards.objections.domain.choices import AnswerEffect, InNameOf
from rewards.objections.services.objections import Objector

if TYPE_CHECKING:
    from collections.abc import Iterable

LONG = {"rows": 6}


class ObjectionForm(forms.Form):
    """An objection with who raises it."""

    in_name_of = forms.ChoiceField(label=_("You object"), widget=forms.RadioSelect)
    name = forms.CharField(
        label=_("Your name"), max_length=100, widget=forms.TextInput(attrs={"autocomplete": "name"})
    )
    organization_name = forms.CharField(label=_("Organization"), max_length=100, required=False)
    email = forms.EmailField(
        label=_("Email"),
        help_text=_("The answer is sent there."),
        widget=forms.EmailInput(attrs={"autocomplete": "email"}),
    )
    phone = forms.CharField(
        label=_("Phone"),
        max_length=50,
        required=False,
        widget=forms.TextInput(attrs={"type": "tel", "autocomplete": "tel"}),
    )
    about = forms.ChoiceField(label=_("Which unit it is about"), required=False)
    subject = forms.CharField(
        label=_("Subject of the objection"),
        max_length=100,
        help_text=_("The report prints it: no names of persons, please."),
    )
    text = forms.CharField(label=_("Grounds"), max_length=4000, widget=forms.Textarea(attrs=LONG))
    documents = MultipleFileField(
        label=_("Files"),
        required=False,
        accept=".pdf,.jpg,.jpeg,.png",
        help_text=_("PDF, JPEG or PNG of at most 10 MB each"),
    )

    def __init__(self, *args: Any, units: "Iterable[tuple[str, str]]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["in_name_of"], choices_of(InNameOf))
        set_choices(self.fields["about"], [("", _("None in particular")), *units])
        self.fields["organization_name"].optional_note = _("if you object for it")  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        """Ask for the organization where the objection is for one."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("in_name_of") == InNameOf.ORGANIZATION and not cleaned.get("organization_name"):
            self.add_error("organization_name", _("Name the organization for which you object."))
        return cleaned

    @property
    def objector(self) -> Objector:
        """Return who objects."""
        typed = self.cleaned_data
        return Objector(
            name=typed["name"],
            email=typed["email"],
            in_name_of=InNameOf(typed["in_name_of"]),
            organization_name=typed["organization_name"],
            phone=typed["phone"],
        )


class CommentForm(forms.Form):
    """What the unit concerned says."""

    text = forms.CharField(label=_("What the unit says"), max_length=2000, widget=forms.Textarea(attrs=LONG))


class AnswerForm(forms.Form):
    """The bureau's answer, with what follows."""

    effect = forms.ChoiceField(label=_("Decision"), widget=forms.RadioSelect)
    text = forms.CharField(
        label=_("Answer of the bureau"),
        max_length=2000,
        widget=forms.Textarea(attrs=LONG),
        help_text=_(
            "In Chinese, with the reason. Objector, unit and public can read it; the report prints it."
        ),
    )

    def __init__(self, *args: Any, effects: "Iterable[AnswerEffect]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        offered = list(effects)
        set_choices(self.fields["effect"], choices_of(offered))
        if AnswerEffect.FINDING in offered:
            text = gettext(
                "The unit has {days} working days to answer a finding, which an auditor then decides."
            )
            self.fields["effect"].help_text = text.format(days=ANSWER_WORKING_DAYS)
