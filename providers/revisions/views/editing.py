"""What the editors of texts share: how a text would look, and what somebody else saved in between."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from instrument_share.web.forms import add_problems
from providers.revisions.selectors import changed_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django import forms

    from instrument_share.kernel.errors import DomainError
    from providers.revisions.selectors import ChangedField, RevisedRow

LONGEST = 40_000
"""Characters of a text that are made into a page at most (`domain.publications`)."""


def preview_texts(request: HttpRequest, form: "forms.Form") -> list[tuple[str, str]]:
    """(label, Markdown) of each text, where somebody asked how it would look; nothing was saved. Of what is
    too long to be saved only the beginning is shown."""
    if request.method != "POST" or request.POST.get("act") != "preview":
        return []
    return [
        (str(form[name].label), text[:LONGEST])
        for name, field in form.fields.items()
        if "data-markdown" in field.widget.attrs and (text := str(form[name].value() or "").strip())
    ]


def report_conflict(
    form: Any, error: "DomainError", revised: "RevisedRow", values: "Mapping[str, Any] | None" = None
) -> "tuple[ChangedField, ...]":
    """What stands now and what was typed, where they differ; sent again, the form saves what was typed.

    `typed` are its values as the rows hold them, where a form has them otherwise.
    """
    add_problems(form, error)
    form.data = form.data.copy()
    form.data["revision"] = str(revised.subject.revision)
    held = {name: getattr(revised.subject, name) for name in revised.labels}
    mine = SimpleNamespace(**{**held, **(form.values() if values is None else values)})
    return changed_fields(revised, revised.subject, mine)
