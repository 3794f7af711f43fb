"""Forms to filter, decide and answer findings."""

from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import set_choices
from instrument_share.web.text.formats import bracketed, in_english
from rewards.cycle.forms import TEXT
from rewards.findings.domain.states import HIGHEST_NUMBER, FalsificationState, FindingState
from rewards.findings.reports import get_kind_text
from rewards.findings.selectors.browsing import STILL_TO_ANSWER

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
        set_choices(
            self.fields["state"],
            [every, *((s, s) for s in (*FindingState, STILL_TO_ANSWER, FalsificationState.PROPOSED))],
        )
        set_choices(self.fields["kind"], [every, *kinds])
        set_choices(self.fields["unit"], [every, *units])
        for field in self.fields.values():
            field.optional_note = ""  # type: ignore[attr-defined]


class JointDecisionForm(forms.Form):
    """One decision on several findings."""

    seen = forms.IntegerField(min_value=0, max_value=HIGHEST_NUMBER, required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("uphold", _("Uphold: none of their logs counts any longer")),
            ("dismiss", _("Dismiss: there is nothing wrong")),
        ],
    )
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs=TEXT),
        help_text=_("The same for each; the units and later readers see it, and the report prints it."),
    )


class DecisionForm(forms.Form):
    """A decision: dismissed, or upheld with all, some or none of the logs invalidated."""

    seen = forms.IntegerField(min_value=0, max_value=HIGHEST_NUMBER, required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("all", _("Uphold: none of its logs counts any longer")),
            ("chosen", _("Uphold: the logs marked above no longer count")),
            ("none", _("Uphold: its hours stay, the finding is on record")),
            ("dismiss", _("Dismiss: there is nothing wrong")),
        ],
    )
    logs = forms.MultipleChoiceField(label=_("Logs that no longer count"), required=False)
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs=TEXT),
        help_text=_("The unit and later readers see it, and the report prints it."),
    )

    def __init__(self, *args: Any, finding: "Finding", may_dismiss: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.finding = finding
        set_choices(self.fields["logs"], [(log, log) for log in finding.logs])
        if not may_dismiss:
            offered = list(self.base_fields["outcome"].choices)  # type: ignore[attr-defined]
            set_choices(self.fields["outcome"], [each for each in offered if each[0] != "dismiss"])

    def clean(self) -> dict[str, Any]:
        """Require logs where some are to be invalidated."""
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == "chosen" and not cleaned.get("logs"):
            self.add_error("outcome", _("Mark the logs that no longer count, or choose another decision."))
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

    no_objection = forms.BooleanField(label=_("We have no objection to the finding"), required=False)
    answer = forms.CharField(
        label=_("What the unit says"),
        required=False,
        max_length=500,
        widget=forms.Textarea(attrs=TEXT),
    )


class FalsificationForm(forms.Form):
    """What an auditor takes for a falsification, and what the unit is asked."""

    reason = forms.CharField(
        label=_("Reasons for assuming a falsification"), max_length=500, widget=forms.Textarea(attrs=TEXT)
    )
    question = forms.CharField(
        label=_("Question to the unit"), max_length=500, widget=forms.Textarea(attrs=TEXT)
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "proposal_%s", **kwargs})


class FalsificationAnswerForm(forms.Form):
    """The unit's answer to the question."""

    answer = forms.CharField(label=_("What the unit says"), max_length=500, widget=forms.Textarea(attrs=TEXT))

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "reply_%s", **kwargs})


class FalsificationDecisionForm(forms.Form):
    """A second person's decision on a falsification."""

    seen = forms.IntegerField(min_value=0, max_value=HIGHEST_NUMBER, required=False, widget=forms.HiddenInput)
    outcome = forms.ChoiceField(
        label=_("Decision"),
        widget=forms.RadioSelect,
        choices=[
            ("confirm", _("Confirm: the unit scores 0 and gets no award this year")),
            ("reject", _("Reject: it does not count as a falsification")),
        ],
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea(attrs=TEXT))

    def __init__(self, *args: Any, may_confirm: bool = True, **kwargs: Any) -> None:
        super().__init__(*args, **{"auto_id": "verdict_%s", **kwargs})
        if not may_confirm:
            offered = list(self.base_fields["outcome"].choices)  # type: ignore[attr-defined]
            set_choices(self.fields["outcome"], [each for each in offered if each[0] != "confirm"])
