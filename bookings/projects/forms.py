"""The form of a project, and the choice of one where something is booked."""

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.projects.domain.choices import FundingSource
from bookings.projects.domain.facts import LONGEST_NAME, LONGEST_NUMBER, ProjectFacts
from instrument_share.web.forms.fields import (
    DayField,
    DayInput,
    RevisionField,
    choices_of,
    set_choices,
)
from instrument_share.web.text.people import label_people

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from instrument_share.accounts.models import User

ALL, NAMED = "all", "named"


class ProjectForm(forms.Form):
    """What is said of a project; the service checks what depends on the organization."""

    name = forms.CharField(label=_("Name of the project"), max_length=LONGEST_NAME)
    number = forms.CharField(
        label=_("Project number"),
        max_length=LONGEST_NUMBER,
        required=False,
        help_text=_("As given by the funding body; unique in your organization."),
    )
    funding = forms.ChoiceField(label=_("Funding source"))
    holder = forms.ChoiceField(
        label=_("Project holder"), help_text=_("Sees what the project spends and may change all of this.")
    )
    first_date = DayField(label=_("First day"), widget=DayInput, required=False)
    last_date = DayField(label=_("Last day"), widget=DayInput, required=False)
    budget_yuan = forms.DecimalField(
        label=_("Budget in yuan"),
        min_value=0,
        max_digits=11,
        decimal_places=2,
        required=False,
        help_text=_("Bookings beyond it are refused. Leave empty for no limit."),
    )
    open_to = forms.ChoiceField(
        label=_("Who may use it"),
        choices=[
            (ALL, _("Everybody in the organization")),
            (NAMED, _("The holder and the people chosen below")),
        ],
        widget=forms.RadioSelect,
        initial=ALL,
    )
    members = forms.MultipleChoiceField(
        label=_("People who may use it"), widget=forms.CheckboxSelectMultiple, required=False
    )
    revision = RevisionField()

    def __init__(self, data: Any, *, people: "Sequence[User]", initial: Any = None) -> None:
        super().__init__(data, initial=initial)
        self._ids = {one.public_id: one.pk for one in people}
        names = list(zip(self._ids, label_people(people), strict=True))
        set_choices(self.fields["funding"], choices_of(FundingSource))
        is_gone = self.get_initial_for_field(self.fields["holder"], "holder") not in self._ids
        set_choices(self.fields["holder"], [("", _("Choose a holder")), *names] if is_gone else names)
        set_choices(self.fields["members"], names)

    def as_facts(self) -> ProjectFacts:
        """Return what was entered, as the services take it."""
        entered = self.cleaned_data
        is_for_all = entered["open_to"] == ALL
        chosen = [] if is_for_all else entered["members"]
        kept = ("name", "number", "first_date", "last_date", "budget_yuan")
        return ProjectFacts(
            holder_id=self._ids[entered["holder"]],
            funding=FundingSource(entered["funding"]),
            for_all_members=is_for_all,
            member_ids=frozenset(self._ids[one] for one in chosen),
            **{name: entered[name] for name in kept},
        )


def describe_project(project: "Project") -> dict[str, Any]:
    """Return what the form of a project starts with."""
    kept = ("name", "number", "funding", "first_date", "last_date", "budget_yuan", "revision")
    return {
        **{name: getattr(project, name) for name in kept},
        "holder": project.holder.public_id,
        "open_to": ALL if project.for_all_members else NAMED,
        "members": list(project.members.values_list("public_id", flat=True)),
    }
