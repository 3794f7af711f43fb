"""Preview texts in editors, and report changes that somebody else saved in between."""

from types import SimpleNamespace
from typing import TYPE_CHECKING, Any

from django.http import HttpRequest

from instrument_share.web.forms.fields import add_problems
from providers.revisions.selectors import changed_fields

if TYPE_CHECKING:
    from collections.abc import Mapping

    from django import forms

    from instrument_share.kernel.errors import DomainError
    from providers.revisions.selectors import ChangedField, RevisedRow

LONGEST = 40_000
"""Characters of a text that are made into a page at most (`domain.publications`)."""


def preview_texts(request: HttpRequest, form: "forms.Form") -> list[tuple[str, str]]:
    """Return (label, Markdown) of each text if a preview was requested; nothing is saved.

    Texts above the limit are cut.
    """
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
    """Return the fields in which the saved row differs from the typed values.

    The form gets the error and the current revision, so that sending it again saves what was typed. `values`
    are the typed values as the row holds them, if these differ from `form.values()`.
    """
    add_problems(form, error)
    form.data = form.data.copy()
    form.data["revision"] = str(revised.subject.revision)
    held = {name: getattr(revised.subject, name) for name in revised.labels}
    mine = SimpleNamespace(**{**held, **(form.values() if values is None else values)})
    return changed_fields(revised, revised.subject, mine)
