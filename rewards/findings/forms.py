"""Forms to filter, decide and answer findings."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import set_choices
from instrument_share.web.text.formats import bracketed, in_english
from rewards.cycle.forms import TEXT
from rewards.findings.domain.states import FindingState
from rewards.findings.reports import get_kind_text

if TYPE_CHECKING:
    from rewards.findings.models import Finding
    from rewards.findings.selectors.browsing import FindingFacets


class FindingFilterForm(forms.Form):
    """Filters of the list of findings."""

    state = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, *args: Any, facets: "FindingFacets", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("All"))
        kinds = [(kind, f"{get_kind_text(kind)}{bracketed(n)}") for kind, n in sorted(facets.kinds.items())]
        units = [(pk, (en if in_english() and en else zh)) for pk, zh, en in facets.units]
        set_choices(self.fields["state"], [every, *((s.value, s.value) for s in FindingState)])
        set_choices(self.fields["kind"], [every, *kinds])
        set_choices(self.fields["unit"], [every, *units])


class DecisionForm(forms.Form):
    """A decision: dismissed, or upheld with all, some or none of the logs invalidated."""

    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("all", _("Uphold: none of its logs counts any more")),
            ("chosen", _("Uphold: the logs marked above count no more")),
            ("none", _("Uphold: its hours stay, the finding is on record")),
            ("dismiss", _("Dismiss: there is nothing wrong")),
        ],
    )
    logs = forms.MultipleChoiceField(label=_("Logs that no longer count"), required=False)
    falsified = forms.BooleanField(
        label=_("A proven falsification: the unit scores 0 and gets no award this year"), required=False
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs=TEXT),
        help_text=_("The unit and later readers see it, and the report prints it."),
    )

    def __init__(self, *args: Any, finding: "Finding", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.finding = finding
        set_choices(self.fields["logs"], [(log, log) for log in finding.logs])

    def clean(self) -> dict[str, Any]:
        """Require logs where some are to be invalidated; a dismissed finding is no falsification."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == "chosen" and not cleaned.get("logs"):
            self.add_error("outcome", _("Mark the logs that count no more, or choose another decision."))
        if cleaned.get("outcome") == "dismiss" and cleaned.get("falsified"):
            self.add_error("falsified", _("What is dismissed cannot be a falsification."))
        return cleaned

    @property
    def uphold(self) -> bool:
        """Return whether the finding is upheld."""
        return bool(self.cleaned_data["outcome"] != "dismiss")

    @property
    def invalidated(self) -> list[str]:
        """Return the public ids of the logs to invalidate."""
        by_outcome = {"all": self.finding.logs, "chosen": self.cleaned_data["logs"]}
        return list(by_outcome.get(self.cleaned_data["outcome"], []))


class AnswerForm(forms.Form):
    """The unit's answer to a finding."""

    answer = forms.CharField(label=_("What the unit says"), max_length=500, widget=forms.Textarea(attrs=TEXT))
