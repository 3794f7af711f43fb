"""The form of an instrument's customs supervision."""

from collections.abc import Mapping
from typing import TYPE_CHECKING, Any

from django import forms

from instrument_share.web.forms.fields import DayInput
from instrument_share.web.responses.problem import told
from providers.instruments.domain.customs import CUSTOMS_FIELDS
from providers.instruments.forms.fields import text_field

if TYPE_CHECKING:
    pass


class CustomsForm(forms.Form):
    """The fields of customs supervision; the services report problems."""

    use_required_attribute = False

    def __init__(self, data: Any = None, *, initial: Mapping[str, Any] | None = None) -> None:
        super().__init__(data, initial=dict(initial or {}))
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
