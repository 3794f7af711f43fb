"""Forms of voucher schemes, applications, claims and payouts."""

from collections.abc import Iterable, Sequence
from datetime import date
from decimal import Decimal
from typing import TYPE_CHECKING, Any

import rules
from django import forms
from django.http import QueryDict
from django.utils.translation import get_language, gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _

from instrument_share.accounts.domain import OrganizationKind, SizeClass
from instrument_share.web.forms.fields import DayField, DayInput, MultipleFileField, choices_of, set_choices
from instrument_share.web.lists.filters import MAX_TEXT, FilterForm
from instrument_share.web.text.formats import bilingual, yuan
from instrument_share.web.text.labels import KINDS, SIZES, label
from rewards.payments.forms import PLAIN, ShownAccountForm
from rewards.vouchers.domain.choices import ApplicationState, ClaimState, Issuer
from rewards.vouchers.domain.terms import Terms

if TYPE_CHECKING:
    from django.http import HttpRequest
    from django.utils.datastructures import MultiValueDict

    from instrument_share.accounts.models import Organization
    from rewards.vouchers.models import VoucherScheme

PAYING_BODIES = (OrganizationKind.BUREAU, OrganizationKind.FINANCE)
NOTHING_SHOWN = Decimal(0)
"""What a form shows that comes without an amount; no claim and no list comes to it."""
TERMS = (
    *("kinds", "sizes", "share_percent", "cap_yuan", "budget_yuan"),
    *("apply_from", "apply_until", "use_from", "use_until", "claim_until"),
)


def _documents(help_text: Any) -> MultipleFileField:
    return MultipleFileField(label=_("Files"), accept=".pdf,.jpg,.jpeg,.png", help_text=help_text)


def _money(label: Any, **options: Any) -> forms.DecimalField:
    return forms.DecimalField(
        label=label, min_value=Decimal("0.01"), max_digits=14, decimal_places=2, **options
    )


def _day(label: Any, **options: Any) -> DayField:
    return DayField(label=label, widget=DayInput(), **options)


class SchemeForm(forms.Form):
    """A batch of a scheme with its terms."""

    name_zh = forms.CharField(label=_("Name in Chinese"), max_length=100)
    name_en = forms.CharField(label=_("Name in English"), max_length=200, required=False)
    code = forms.SlugField(
        label=_("Code of the scheme"),
        max_length=30,
        help_text=_("Batches with the same code share the cap of an organization and year."),
    )
    batch = forms.IntegerField(label=pgettext_lazy("voucher", "Batch"), min_value=1, max_value=999, initial=1)
    issuer = forms.ChoiceField(label=_("Payer"))
    kinds = forms.MultipleChoiceField(
        label=_("Kinds of organizations"), widget=forms.CheckboxSelectMultiple()
    )
    sizes = forms.MultipleChoiceField(label=_("Sizes of enterprises"), widget=forms.CheckboxSelectMultiple())
    share_percent = forms.DecimalField(
        label=_("Share of the cost in %"), min_value=0, max_digits=5, decimal_places=2
    )
    cap_yuan = _money(
        _("Cap in yuan"), help_text=_("For an organization and year; the year of the statement counts.")
    )
    budget_yuan = _money(_("Budget of the batch in yuan"), help_text=_("First come, first served."))
    apply_from = _day(_("Applications from"))
    apply_until = _day(_("Applications through"))
    use_from = _day(_("Uses from"))
    use_until = _day(_("Uses through"))
    claim_until = _day(
        _("Claims through"),
        help_text=_("A use is claimed on its month’s statement: leave some weeks after the last use."),
    )
    facts_zh = forms.CharField(
        label=_("What applicants state and prove, in Chinese"),
        widget=forms.Textarea({"rows": 3}),
        help_text=_("One fact per line."),
    )
    facts_en = forms.CharField(
        label=_("What applicants state and prove, in English"),
        widget=forms.Textarea({"rows": 3}),
        required=False,
        help_text=_("In the same order; lines that are missing are shown in Chinese."),
    )

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["issuer"], choices_of(Issuer))
        users = [kind for kind in OrganizationKind if kind not in PAYING_BODIES]
        set_choices(self.fields["kinds"], [(kind.value, KINDS[kind]) for kind in users])
        set_choices(self.fields["sizes"], [(size.value, SIZES[size]) for size in SizeClass])

    @property
    def opened(self) -> dict[str, Any]:
        """What was entered, as the service takes it."""
        entered = self.cleaned_data
        zh, en = (
            [line.strip() for line in entered[name].splitlines() if line.strip()]
            for name in ("facts_zh", "facts_en")
        )
        en += [""] * (len(zh) - len(en))
        return {
            **{name: entered[name] for name in ("name_zh", "name_en", "code", "batch")},
            "issuer": Issuer(entered["issuer"]),
            "terms": Terms(**{name: entered[name] for name in TERMS}),
            "facts": [{"zh": one, "en": other} for one, other in zip(zh, en, strict=False)],
        }


class ApplicationForm(forms.Form):
    """For which organization and how much is applied, a word on each fact, and files that prove them."""

    organization = forms.TypedChoiceField(label=_("Organization"), coerce=int)
    amount_yuan = _money(_("Amount in yuan"))

    def __init__(
        self, *args: Any, scheme: "VoucherScheme", organizations: "Iterable[Organization]", **kwargs: Any
    ) -> None:
        super().__init__(*args, **kwargs)
        set_choices(self.fields["organization"], [(one.pk, bilingual(one, "name")) for one in organizations])
        self.fields["amount_yuan"].help_text = _("At most {cap}.").format(cap=yuan(scheme.cap_yuan))
        self._facts = [f"fact_{number}" for number in range(len(scheme.facts))]
        for name, fact in zip(self._facts, scheme.facts, strict=True):
            self.fields[name] = forms.CharField(label=get_fact_text(fact), max_length=500)
        self.fields["documents"] = _documents(_("PDF, JPEG or PNG of at most 10 MB each that prove this."))

    @property
    def applied(self) -> dict[str, Any]:
        """What was entered, as the service takes it."""
        return {
            "organization_id": self.cleaned_data["organization"],
            "amount_yuan": self.cleaned_data["amount_yuan"],
            "stated": [self.cleaned_data[name] for name in self._facts],
            "uploads": self.cleaned_data["documents"],
        }


def get_fact_text(fact: dict[str, str]) -> str:
    """Return a fact of a scheme in the reader's language, or in Chinese where there is no English."""
    return (fact["en"] if get_language() == "en" else "") or fact["zh"]


class ShownAmountForm(forms.Form):
    """A form that carries the amount that its page shows.

    A page that is shown again shows the present one: `sent_yuan`, what was sent, is compared with it.
    """

    shown_yuan = forms.DecimalField(max_digits=14, decimal_places=2, widget=forms.HiddenInput())

    def __init__(
        self, sent: QueryDict | None, files: "MultiValueDict | None" = None, *, amount: Decimal
    ) -> None:
        shown = {"shown_yuan": amount}
        super().__init__({**sent.dict(), **shown} if sent is not None else None, files, initial=shown)
        self._sent = sent.get("shown_yuan") if sent is not None else None

    @property
    def sent_yuan(self) -> Decimal:
        """The amount that the page which was sent showed; `NOTHING_SHOWN` where it has none."""
        try:
            return self.fields["shown_yuan"].clean(self._sent)
        except forms.ValidationError:
            return NOTHING_SHOWN


class ClaimForm(ShownAmountForm):
    """The invoice of a statement, files that show it, and the amount that the page shows."""

    invoice_number = forms.CharField(
        label=_("Invoice number"), max_length=60, widget=forms.TextInput(attrs=PLAIN)
    )
    invoice_date = _day(_("Invoice date"))
    documents = _documents(_("The invoice and the proof of payment: PDF, JPEG or PNG of at most 10 MB each."))
    sole_support = forms.BooleanField(
        label=_("No other public money pays for these hours."),
        error_messages={"required": _("Hours for which other public money pays can’t be claimed.")},
        help_text=_("Also no project of the city, the province or the state."),
    )

    def __init__(self, *args: Any, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["invoice_date"].widget.attrs["max"] = today.isoformat()

    @property
    def claimed(self) -> dict[str, Any]:
        """What was entered, as the service takes it."""
        names = ("invoice_number", "invoice_date", "sole_support")
        return {
            "uploads": self.cleaned_data["documents"],
            "shown_yuan": self.sent_yuan,
            **{name: self.cleaned_data[name] for name in names},
        }


class PayoutForm(ShownAccountForm):
    """A payout as it stands on the bank's advice."""

    amount_yuan = _money(_("Amount in yuan"))
    paid_date = _day(pgettext_lazy("voucher", "Date of payment"))
    bank_reference = forms.CharField(
        label=_("The bank’s reference"), max_length=60, widget=forms.TextInput(attrs=PLAIN)
    )

    def __init__(self, *args: Any, amount: Decimal, first: date, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["amount_yuan"].initial = amount
        _bound(self.fields["paid_date"], first, today)


class PayoutBackForm(forms.Form):
    """A payout that came back."""

    reversed_date = _day(_("Date on which it came back"))
    bank_reference = forms.CharField(
        label=_("The bank’s reference"), max_length=60, widget=forms.TextInput(attrs=PLAIN)
    )
    reason = forms.CharField(label=_("Reason"), max_length=500, widget=forms.Textarea({"rows": 3}))

    def __init__(self, *args: Any, first: date, today: date, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        _bound(self.fields["reversed_date"], first, today)


def _bound(field: forms.Field, first: date, today: date) -> None:
    """Offer the days from the first one that the service takes to today."""
    field.initial = today
    field.widget.attrs |= {"min": first.isoformat(), "max": today.isoformat()}


def facts_in_words(stated: Sequence[dict[str, str]]) -> list[tuple[str, str]]:
    """Return the facts of an application with the applicant's word on each."""
    return [(get_fact_text(fact), fact["stated"]) for fact in stated]


class GrantFilterForm(FilterForm):
    """Filters of a list of vouchers."""

    q = forms.CharField(label=_("Organization or number"), max_length=MAX_TEXT)
    scheme = forms.ChoiceField(label=_("Scheme"))

    def __init__(self, request: "HttpRequest", schemes: "Iterable[VoucherScheme]") -> None:
        self._schemes = schemes
        super().__init__(request)

    def offer_choices(self) -> None:
        self.offer("scheme", ((one.public_id, _name_batch(one)) for one in self._schemes))


def _name_batch(scheme: "VoucherScheme") -> str:
    return f"{bilingual(scheme, 'name')} · {gettext('batch {batch}').format(batch=scheme.batch)}"


class WaitingFilterForm(GrantFilterForm):
    """Filters of a list on which the bureau acts; it can be narrowed to what waits for the viewer."""

    mine = forms.ChoiceField(label=_("Who acts"))

    def __init__(self, request: "HttpRequest", schemes: "Iterable[VoucherScheme]") -> None:
        self._viewer = request.user
        super().__init__(request, schemes)

    def offer_choices(self) -> None:
        super().offer_choices()
        self.offer("mine", [("1", gettext("Waiting for you"))])
        if not rules.has_perm("rewards.see_vouchers", self._viewer):
            del self.fields["mine"]


class ApplicationFilterForm(WaitingFilterForm):
    """Filters of a list of applications."""

    state = forms.ChoiceField(label=_("State"))

    def offer_choices(self) -> None:
        super().offer_choices()
        self.offer("state", ((one.value, label("voucher_application", one).text) for one in ApplicationState))


class ClaimFilterForm(WaitingFilterForm):
    """Filters of a list of claims."""

    state = forms.ChoiceField(label=_("State"))

    def offer_choices(self) -> None:
        super().offer_choices()
        self.offer("state", ((one.value, label("voucher_claim", one).text) for one in ClaimState))
