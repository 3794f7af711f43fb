"""Form fields for lengths of time, which are a number on the page and a timedelta in the code."""

from datetime import timedelta
from decimal import Decimal
from typing import Any

from django import forms

SECOND = timedelta(seconds=1)
HOUR = timedelta(hours=1)


class _LengthField(forms.Field):
    unit: timedelta

    def clean(self, value: Any) -> timedelta | None:
        number: Decimal | int | None = super().clean(value)
        return None if number is None else int(number * (self.unit // SECOND)) * SECOND

    def prepare_value(self, value: Any) -> Any:
        if not isinstance(value, timedelta):
            return value
        number = Decimal(value // SECOND) / (self.unit // SECOND)
        return f"{number.quantize(Decimal('0.01')).normalize():f}"


class HoursField(_LengthField, forms.DecimalField):
    """A length that is entered in hours, with two decimals at most; the limits are in hours too."""

    unit = HOUR

    def __init__(self, *, step: str = "0.25", **options: Any) -> None:
        widget = forms.NumberInput({"step": step, "class": "figure"})
        super().__init__(decimal_places=2, widget=widget, **options)


class WholeLengthField(_LengthField, forms.IntegerField):
    """A length that is entered as a whole number of a unit; the limits are in that unit too."""

    def __init__(self, unit: timedelta, **options: Any) -> None:
        self.unit = unit
        super().__init__(widget=forms.NumberInput({"class": "figure"}), **options)
