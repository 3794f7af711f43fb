"""The form of a unit's yearly figures for the national platform."""

from typing import Any

from django import forms
from django.utils.translation import gettext_lazy as _

from providers.exchange.domain.national.records import RECORDS, RecordType
from providers.exchange.domain.national.values import FIELD_OF, LABELS
from providers.exchange.models import NationalYear
from providers.instruments.forms.fields import mark_for_platform


class NationalYearForm(forms.ModelForm):
    """What a unit says itself of a year; the service saves it."""

    use_required_attribute = False

    class Meta:
        model = NationalYear
        fields = tuple(LABELS)
        labels = {name: _(message) for name, message in LABELS.items()}
        help_texts = {"unit_code": ""}
        widgets = {name: forms.Textarea({"rows": 2}) for name in LABELS if name != "unit_code"}

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        needed = {field.name for field in RECORDS[RecordType.UNIT] if field.needed}
        for name, field in self.fields.items():
            if FIELD_OF[name] in needed and not field.required:
                mark_for_platform(field)
