"""Filters of a list, each of them a query parameter."""

from collections.abc import Iterable
from typing import Any

from django import forms
from django.http import HttpRequest
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from instrument_share.web.forms.fields import set_choices

MAX_TEXT = 100


class FilterForm(forms.Form):
    """Filters of a list; everything may be left open, and what an address holds wrongly filters nothing."""

    q = forms.CharField(label=_("Search"), required=False, max_length=MAX_TEXT, strip=True)

    def __init__(self, request: HttpRequest) -> None:
        # Another form of the page may have fields of these names.
        super().__init__(request.GET, auto_id="list_%s")
        self.offer_choices()
        for field in self.fields.values():
            field.required = False
            field.optional_note = ""  # type: ignore[attr-defined]
        self.fields["q"].widget.input_type = "search"
        self.is_valid()

    def offer_choices(self) -> None:
        """Set the choices that depend on the reader's language or on rows; for subclasses."""

    def offer(self, name: str, choices: Iterable[tuple[str, Any]]) -> None:
        """Offer choices for a field beside all of them."""
        set_choices(self.fields[name], [("", gettext("All")), *choices])

    def get(self, name: str) -> str:
        """Return what a filter asks for; nothing where it is open or wrong."""
        return self.cleaned_data.get(name) or ""

    @property
    def kept(self) -> list[tuple[str, str]]:
        """Return what else stands in the address, which the form keeps: order, state, but no page."""
        own = {*self.fields, "cursor", "format"}
        return [(name, value) for name, value in self.data.items() if name not in own]

    @property
    def is_narrowed(self) -> bool:
        """Return whether any filter is set."""
        return any(self.get(name) for name in self.fields)
