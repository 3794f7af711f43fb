"""The form of a unit's yearly figures for the national platform."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import VersionField
from providers.exchange.domain.national.records import RECORDS, RecordType
from providers.exchange.domain.national.values import FIELD_OF, LABELS
from providers.exchange.models import NationalYear
from providers.instruments.forms.fields import mark_for_platform


class NationalYearForm(forms.ModelForm):
    """What a unit says itself of a year; the service saves it."""

    use_required_attribute = False
    seen = VersionField()

    class Meta:
        model = NationalYear
        fields = tuple(LABELS)
        labels = {name: _(message) for name, message in LABELS.items()}
        help_texts = {"unit_code": ""}
        widgets = {name: forms.Textarea({"rows": 2}) for name in LABELS if name != "unit_code"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        needed = {field.name for field in RECORDS[RecordType.UNIT] if field.needed}
        for name, of_record in FIELD_OF.items():
            if of_record in needed and not self.fields[name].required:
                mark_for_platform(self.fields[name])


def describe_national_year(held: NationalYear | None, unit_code: str) -> dict[str, Any]:
    """Return what the form starts with; the unit's code stays from year to year."""
    row = held or NationalYear()
    values = {name: getattr(row, name) for name in FIELD_OF}
    return {**values, "unit_code": unit_code, "seen": row.version}
