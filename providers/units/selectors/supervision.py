"""What the bureau reads about one unit: what became of its six kinds of information, act by act."""

from collections.abc import Collection
from datetime import datetime
from itertools import product
from typing import TYPE_CHECKING, Any

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import supervises
from instrument_share.accounts.selectors.standing import standing
from instrument_share.journal.selectors import entries_of_organization
from instrument_share.kernel.errors import Forbidden
from instrument_share.kernel.wording import Bilingual
from providers.instruments.models import Instrument
from providers.units.domain.publications import PublicationKind
from providers.units.selectors.publications import MODELS

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer
    from instrument_share.journal.models import AuditEntry

_OF_REVIEWED = ("submitted", "returned", "published", "confirmed")
_OF_INSTRUMENTS = ("suspended", "resumed", "retired", "changes_accepted", "changes_refused")
_OF_PUBLICATIONS = ("published", "updated", "withdrawn")
ACTS = (
    *(f"{subject}.{act}" for subject, act in product(("unit_profile", "instrument"), _OF_REVIEWED)),
    *(f"instrument.{act}" for act in _OF_INSTRUMENTS),
    *(f"{kind.value}.{act}" for kind, act in product(PublicationKind, _OF_PUBLICATIONS)),
    "reminder.sent",
)
"""What is told of a unit: publications, take-downs, reviews and reminders; not every word that was saved."""


def unit_acts(viewer: "Viewer", unit: "Organization") -> "QuerySet[AuditEntry]":
    """The trace of a unit's publications and take-downs, newest first, for the bureau that sees to it. Raises
    Forbidden.
    """
    if not supervises(viewer, unit):
        raise Forbidden
    return entries_of_organization(unit.pk, ACTS)


def take_downs(viewer: "Viewer", unit: "Organization", since: datetime) -> "QuerySet[AuditEntry]":
    """What was taken down of a unit's publications since an instant, newest first, for its managers and for
    the bureau that sees to it. Raises Forbidden.
    """
    if not (standing(viewer).holds(Role.UNIT_MANAGER, unit.pk) or supervises(viewer, unit)):
        raise Forbidden
    return entries_of_organization(unit.pk, [f"{kind.value}.withdrawn" for kind in PublicationKind]).filter(
        at__gte=since
    )


def titles_by_id(public_ids: Collection[str]) -> dict[str, Bilingual]:
    """Public id → the name of an instrument or title of a publication; five statements for any number."""
    wanted = set(public_ids)
    found = {
        row.public_id: Bilingual(row.name_zh, row.name_en)
        for row in Instrument.objects.filter(public_id__in=wanted).only("public_id", "name_zh", "name_en")
    }
    for model in MODELS.values():
        published: Any = model._default_manager
        rows = published.filter(public_id__in=wanted)
        for public_id, zh, en in rows.values_list("public_id", "title_zh", "title_en"):
            found[public_id] = Bilingual(zh, en)
    return found
