"""The form of an instrument's customs supervision."""

from typing import Any

from django import forms

from instrument_share.web.forms.fields import DayInput, VersionField
from instrument_share.web.responses.problem import told
from providers.instruments.domain.customs import CUSTOMS_FIELDS
from providers.instruments.forms.fields import text_field
from providers.instruments.models import CustomsSupervision


class CustomsForm(forms.Form):
    """The fields of customs supervision; the services report problems."""

    use_required_attribute = False

    seen = VersionField()

    def __init__(self, data: Any = None, *, initial: dict[str, Any]) -> None:
        super().__init__(data, initial=initial)
        for name, spec in CUSTOMS_FIELDS.items():
            label = told(spec.label, {})
            if spec.kind == "yes_no":
                self.fields[name] = forms.BooleanField(label=label, required=False)
                continue
            field = text_field(label, spec.limit, needed=spec.needed)
            if spec.kind == "date":
                field.widget = DayInput()
            elif spec.shape:
                field.help_text = told(spec.shape, {})
            self.fields[name] = field


def describe_customs(held: CustomsSupervision | None) -> dict[str, Any]:
    """Return what the form starts with."""
    row = held or CustomsSupervision()
    return {**{name: getattr(row, name) for name in CUSTOMS_FIELDS}, "seen": row.version}
