"""What people fill in during a year's assessment, and when they verify a paper."""

from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.asked import DayField
from instrument_share.web.formats import bilingual, bracketed, in_english
from rewards.domain.states import FindingState
from rewards.reports import words

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from rewards.models import Finding, RewardPolicy
    from rewards.selectors.browsing import FindingFacets

POLICY_AT_MOST = 512 * 1024
TEXT = {"maxlength": 500, "rows": 4}


class CycleOpenForm(forms.Form):
    policy = forms.TypedChoiceField(label=_("Policy"), coerce=int)
    budget_yuan = forms.DecimalField(
        label=_("Budget (yuan)"), min_value=Decimal(0), max_digits=14, decimal_places=2
    )

    def __init__(self, *args: Any, policies: "QuerySet[RewardPolicy]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["policy"].choices = [  # type: ignore[attr-defined]
            (policy.pk, f"{bilingual(policy, 'title')} · {policy.version}") for policy in policies
        ]


class PolicyForm(forms.Form):
    document = forms.FileField(
        label=_("Policy document"),
        help_text=_("A TOML file. It is kept to the byte and never edited; what changes gets a new version."),
        widget=forms.ClearableFileInput(attrs={"accept": ".toml"}),
    )

    def clean_document(self) -> str:
        file = self.cleaned_data["document"]
        if file.size > POLICY_AT_MOST:
            raise forms.ValidationError(_("The file is larger than 512 KB; a policy is a short text."))
        try:
            text: str = file.read().decode()
        except UnicodeDecodeError:
            raise forms.ValidationError(_("The file is not a text in UTF-8. Save it as one.")) from None
        return text


class StepForm(forms.Form):
    """A step that asks for nothing but to be meant."""


class ApproveForm(forms.Form):
    objections = forms.CharField(
        label=_("Objections and answers"),
        required=False,
        widget=forms.Textarea(attrs={"rows": 5}),
        help_text=_("In Chinese, for the report. Empty states that nobody objected."),
    )


class FindingFilterForm(forms.Form):
    state = forms.ChoiceField(required=False)
    kind = forms.ChoiceField(label=_("Kind"), required=False)
    unit = forms.ChoiceField(label=_("Unit"), required=False)

    def __init__(self, *args: Any, facets: "FindingFacets", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        every = ("", _("All"))
        kinds = [
            (kind, f"{words.finding_kind(kind)}{bracketed(n)}") for kind, n in sorted(facets.kinds.items())
        ]
        units = [(pk, (en if in_english() and en else zh)) for pk, zh, en in facets.units]
        self.fields["state"].choices = [every, *((s.value, s.value) for s in FindingState)]  # type: ignore[attr-defined]
        self.fields["kind"].choices = [every, *kinds]  # type: ignore[attr-defined]
        self.fields["unit"].choices = [every, *units]  # type: ignore[attr-defined]


class DecisionForm(forms.Form):
    """`outcome`: dismissed, or upheld with all of its logs, with some, or with none no longer counting."""

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
        self.fields["logs"].choices = [(log, log) for log in finding.logs]  # type: ignore[attr-defined]

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or self.cleaned_data
        if cleaned.get("outcome") == "chosen" and not cleaned.get("logs"):
            self.add_error("outcome", _("Mark the logs that count no more, or choose another decision."))
        if cleaned.get("outcome") == "dismiss" and cleaned.get("falsified"):
            self.add_error("falsified", _("What is dismissed cannot be a falsification."))
        return cleaned

    @property
    def uphold(self) -> bool:
        return bool(self.cleaned_data["outcome"] != "dismiss")

    @property
    def invalidated(self) -> list[str]:
        by_outcome = {"all": self.finding.logs, "chosen": self.cleaned_data["logs"]}
        return list(by_outcome.get(self.cleaned_data["outcome"], []))


class AnswerForm(forms.Form):
    answer = forms.CharField(label=_("What the unit says"), max_length=500, widget=forms.Textarea(attrs=TEXT))


class AcceptForm(forms.Form):
    note = forms.CharField(
        label=_("Note"), max_length=500, required=False, widget=forms.Textarea(attrs={"rows": 2})
    )


class ReturnForm(forms.Form):
    reason = forms.CharField(
        label=_("Reason"),
        max_length=500,
        widget=forms.Textarea(attrs=TEXT),
        help_text=_("The bureau reads it and sends a new report."),
    )


class PaymentForm(forms.Form):
    paid_date = DayField(
        label=_("Date of payment"), widget=forms.DateInput(attrs={"type": "date"}, format="%Y-%m-%d")
    )
    account = forms.CharField(
        label=_("Receiving account"),
        max_length=60,
        help_text=_("Readers see the last four digits."),
        widget=forms.TextInput(attrs={"autocomplete": "off", "inputmode": "numeric"}),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["paid_date"].initial = today
        self.fields["paid_date"].widget.attrs["max"] = today.isoformat()


class CodeForm(forms.Form):
    code = forms.CharField(
        label=_("Code on the document"),
        max_length=40,
        widget=forms.TextInput(
            attrs={"placeholder": "XXXX-XXXX-XXXX", "autocomplete": "off", "spellcheck": "false"}
        ),
    )


class PaperForm(forms.Form):
    file = forms.FileField(
        label=_("File"),
        allow_empty_file=True,
        help_text=_("The PDF, or any file of the package; 20 MB at most. It is compared and not kept."),
        widget=forms.ClearableFileInput(attrs={"accept": ".pdf,.zip,.xlsx,.csv,.toml,.json"}),
    )
