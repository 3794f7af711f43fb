"""The addresses of the pages of subjects: each app registers those of its own."""

from collections.abc import Callable, Mapping
from typing import Any

from django.db.models import Model

_subjects: dict[str, Callable[[Any], str]] = {}
_pages: dict[str, Callable[[], str]] = {}


def register_addresses(
    *,
    subjects: Mapping[str, Callable[[Any], str]] | None = None,
    pages: Mapping[str, Callable[[], str]] | None = None,
) -> None:
    """Register how addresses are made: of subjects by model label (`providers.instrument`), or by label and
    page (`providers.instrument:people`); of pages without a subject by name (`inbox`).
    """
    _subjects.update(subjects or {})
    _pages.update(pages or {})


def address_of(subject: Model, page: str = "") -> str:
    """Return the address of a subject's page, or of another of its pages by name."""
    label = subject._meta.label_lower
    return _subjects[f"{label}:{page}" if page else label](subject)


def page_address(name: str) -> str:
    """Return the address of a page that belongs to no subject."""
    return _pages[name]()
