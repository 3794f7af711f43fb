"""Forms of sample orders: the order with a row for each sample, the quote, receipt, report and return."""

from collections.abc import Mapping
from functools import partial
from typing import TYPE_CHECKING, Any

from django import forms
from django.utils.translation import gettext_lazy as _

from bookings.requests.domain.choices import Direction
from bookings.requests.forms.booking import PERSON, get_payers
from bookings.requests.selectors.offers import get_usual_applicant
from bookings.samples.domain.choices import Afterwards, SampleHazard, SampleStorage
from bookings.samples.domain.deadlines import MOST_REPORT_DAYS
from bookings.samples.domain.quote import MOST_HOURS, MOST_PRICE
from bookings.samples.services.orders import LONGEST, MOST_SAMPLES, SampleFacts
from instrument_share.accounts import selectors as accounts
from instrument_share.web.forms.fields import MultipleFileField, choices_of, set_choices
from instrument_share.web.forms.params import parse_number
from instrument_share.web.lists.filters import MAX_TEXT, FilterForm
from providers.domain import PriceUnit

if TYPE_CHECKING:
    from collections.abc import Iterable

    from django.http import QueryDict

    from bookings.samples.models import Sample
    from instrument_share.accounts.models import User

ROWS = "samples"
REPORT_FILES = ".pdf,.jpg,.jpeg,.png"
PHOTO_FILES = ".jpg,.jpeg,.png,.webp"
PriceField = partial(
    forms.DecimalField, required=False, min_value=0, max_value=MOST_PRICE, max_digits=9, decimal_places=2
)


class OrderForm(forms.Form):
    """What is to be measured, who pays, and what becomes of the samples."""

    subject = forms.CharField(label=_("Subject of the measurement"), max_length=200)
    payer = forms.ChoiceField(label=_("Payer"))
    project = forms.CharField(label=_("Project"), max_length=200, required=False)
    direction = forms.ChoiceField(label=_("Direction"), choices=partial(choices_of, Direction))
    afterwards = forms.ChoiceField(
        label=_("After measurement"), choices=partial(choices_of, Afterwards), widget=forms.RadioSelect
    )

    named_otherwise: Mapping[str, str] = {"payer_organization": "payer"}

    def __init__(self, data: Any, *, viewer: "User", initial: Any = None) -> None:
        usual = get_usual_applicant(viewer)
        payer = usual.payer.public_id if usual and usual.payer else PERSON
        usual_values = {"payer": payer, "afterwards": Afterwards.RETURN.value}
        super().__init__(data, initial={**usual_values, **(initial or {})})
        set_choices(self.fields["payer"], get_payers(viewer))
        self._organizations = {
            one.organization.public_id: one.organization for one in accounts.standing(viewer).memberships
        }

    def as_request(self) -> dict[str, Any]:
        """Return keyword arguments of `sample_order_create`."""
        asked = self.cleaned_data
        payer = self._organizations.get(asked["payer"])
        return {
            "subject": asked["subject"],
            "project": asked["project"],
            "direction": Direction(asked["direction"]),
            "afterwards": Afterwards(asked["afterwards"]),
            "payer_organization_id": payer.pk if payer else None,
        }


class SampleForm(forms.Form):
    """One sample."""

    use_required_attribute = False
    heading = ""

    number = forms.CharField(
        label=_("Sample number"), max_length=LONGEST["number"], help_text=_("As written on the container.")
    )
    name = forms.CharField(label=_("Name or material"), max_length=LONGEST["name"])
    tests = forms.CharField(label=_("Measurement"), max_length=LONGEST["tests"])
    storage = forms.ChoiceField(label=_("Storage"), choices=partial(choices_of, SampleStorage))
    hazards = forms.MultipleChoiceField(
        label=_("Hazards"),
        required=False,
        choices=partial(choices_of, SampleHazard),
        widget=forms.CheckboxSelectMultiple,
    )

    def as_facts(self) -> SampleFacts:
        """Return the sample as the service takes it."""
        row = self.cleaned_data
        return SampleFacts(
            row["name"],
            row["number"],
            row["tests"],
            SampleStorage(row["storage"]),
            tuple(SampleHazard(code) for code in row["hazards"]),
        )


SampleRows = forms.formset_factory(SampleForm, extra=0, max_num=MOST_SAMPLES, validate_max=True)


def build_rows(data: "QueryDict | None") -> forms.BaseFormSet:
    """Return the rows of samples: one at first, and one more or less where a button asks for it (`act`)."""
    act = "" if data is None else data.get("act", "")
    if data is not None and not act:
        rows = SampleRows(data, prefix=ROWS)
    else:
        rows = SampleRows(initial=_change(_read(data), act) if data is not None else [{}], prefix=ROWS)
    for number, form in enumerate(rows, 1):
        form.heading = _("Sample %(number)s") % {"number": number}
    return rows


def _read(data: "QueryDict") -> list[dict[str, Any]]:
    """Return what stands in the rows, whether it is right or not."""
    count = min(parse_number(data.get(f"{ROWS}-TOTAL_FORMS", "")) or 0, MOST_SAMPLES)
    return [
        {
            name: data.getlist(f"{ROWS}-{at}-{name}")
            if name == "hazards"
            else data.get(f"{ROWS}-{at}-{name}")
            for name in SampleForm.base_fields
        }
        for at in range(count)
    ]


def _change(rows: list[dict[str, Any]], act: str) -> list[dict[str, Any]]:
    """Add a row, which is stored as the last one is, or drop one; one always stands there."""
    if act == f"add-{ROWS}" and len(rows) < MOST_SAMPLES:
        return [*rows, {"storage": rows[-1]["storage"]} if rows else {}]
    dropped = act.removeprefix(f"drop-{ROWS}-")
    return [row for at, row in enumerate(rows) if str(at) != dropped] or [{}]


class QuoteForm(forms.Form):
    """Estimated hours, prices where the rule has none, and when the report comes."""

    hours = forms.DecimalField(
        label=_("Hours on the instrument, estimated"), min_value=0, max_value=MOST_HOURS, decimal_places=2
    )
    sample_yuan = PriceField(label=_("Price per sample (yuan)"))
    hour_yuan = PriceField(label=_("Price per hour (yuan)"))
    use_yuan = PriceField(label=_("Price per use (yuan)"))
    report_days = forms.IntegerField(
        label=_("Report within (days of receipt)"), min_value=1, max_value=MOST_REPORT_DAYS
    )
    note = forms.CharField(
        label=_("Note for the user"), required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )

    PRICES = {PriceUnit.SAMPLE: "sample_yuan", PriceUnit.HOUR: "hour_yuan", PriceUnit.USE: "use_yuan"}

    def __init__(self, *args: Any, names_prices: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        if not names_prices:
            for name in self.PRICES.values():
                del self.fields[name]

    def as_quote(self) -> dict[str, Any]:
        """Return keyword arguments of `sample_order_quote`."""
        entered = self.cleaned_data
        prices = {unit: entered.get(name) for unit, name in self.PRICES.items()}
        return {
            "hours": entered["hours"],
            "report_days": entered["report_days"],
            "note": entered["note"],
            "own_prices": {unit: price for unit, price in prices.items() if price is not None},
        }


class ReceiptForm(forms.Form):
    """Who brought the samples, how they are, and where they are kept."""

    brought_by = forms.CharField(
        label=_("Brought by"),
        max_length=100,
        help_text=_("A person, or the courier and the parcel number."),
    )
    place = forms.CharField(label=_("Storage location"), max_length=100, required=False)
    condition = forms.CharField(
        label=_("Condition on arrival"), max_length=500, required=False, widget=forms.Textarea({"rows": 3})
    )


class ReportForm(forms.Form):
    """Reports and results, with a word about them."""

    documents = MultipleFileField(
        label=_("Files"), accept=REPORT_FILES, help_text=_("PDF, JPEG or PNG of at most 10 MB each")
    )
    note = forms.CharField(
        label=_("Note for the user"), required=False, max_length=500, widget=forms.Textarea({"rows": 3})
    )


class PhotosForm(forms.Form):
    """Photos of one sample, or of all."""

    position = forms.TypedChoiceField(label=_("Which sample"), coerce=int, required=False, empty_value=None)
    documents = MultipleFileField(
        label=_("Photos"), accept=PHOTO_FILES, help_text=_("JPEG, PNG or WebP of at most 10 MB each")
    )

    def __init__(self, *args: Any, samples: "Iterable[Sample]", **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        choices = [("", _("All of them")), *((one.position, str(one)) for one in samples)]
        set_choices(self.fields["position"], choices)


class ClosingForm(forms.Form):
    """What became of the samples."""

    outcome = forms.ChoiceField(
        label=_("Returned or disposed of"), choices=partial(choices_of, Afterwards), widget=forms.RadioSelect
    )
    note = forms.CharField(
        label=_("Who collected them, or the reason"), max_length=500, widget=forms.Textarea({"rows": 2})
    )

    def __init__(self, *args: Any, is_reported: bool, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.fields["note"].required = not is_reported


class OrderFilterForm(FilterForm):
    """The filter of the list of orders; its parts stand beside it as tabs."""

    q = forms.CharField(label=_("What is measured, instrument, person or number"), max_length=MAX_TEXT)
