"""Why organizations were related at an instant: since when it is on record, and who entered it."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Q

from instrument_share.accounts.models import Organization, OrganizationRelation
from instrument_share.journal import selectors as journal

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry

SUPERIOR_ENTERED = ("organization.registered", "organization.corrected", "organization.revised")
"""Acts after which an organization has the superior one that it names."""


@dataclass(frozen=True)
class Ground:
    """Why two organizations were related: `kind` is same, parent, child, same_parent or declared."""

    kind: str
    entry: "AuditEntry | None"
    """What the journal says of who entered it when; None where it says nothing."""
    through: str = ""
    """The Chinese name of the superior organization that both have."""
    until: datetime | None = None
    """When it ended after that instant."""


def grounds_of_relation(owner_id: str, other_id: str, at: datetime) -> list[Ground]:
    """Return why two organizations (public ids) were related at an instant, as records say.

    Four statements at most. A superior organization of that time is known by the name in the journal.
    """
    if owner_id == other_id:
        return [Ground("same", None)]
    rows = Organization.objects.select_related("parent").filter(public_id__in=[owner_id, other_id])
    organizations = {row.public_id: row for row in rows}
    owner, other = organizations[owner_id], organizations[other_id]
    told: dict[str, list[AuditEntry]] = {owner_id: [], other_id: []}
    for entry in journal.entries_on(Organization._meta.label, told.keys(), SUPERIOR_ENTERED):
        told[entry.subject_id].append(entry)
    return [*_family(owner, other, told, at), *_declared(owner, other, at)]


def _family(
    owner: Organization, other: Organization, told: Mapping[str, Sequence["AuditEntry"]], at: datetime
) -> list[Ground]:
    above_owner, owner_entry, owner_until = _superior_at(owner, told[owner.public_id], at)
    above_other, other_entry, other_until = _superior_at(other, told[other.public_id], at)
    if above_owner == other.name_zh:
        return [Ground("parent", owner_entry, until=owner_until)]
    if above_other == owner.name_zh:
        return [Ground("child", other_entry, until=other_until)]
    if above_owner and above_owner == above_other:
        entries = [each for each in (owner_entry, other_entry) if each is not None]
        ends = [each for each in (owner_until, other_until) if each is not None]
        later = max(entries, key=lambda entry: entry.pk, default=None)
        return [Ground("same_parent", later, above_owner, min(ends, default=None))]
    return []


def _superior_at(
    organization: Organization, told: Sequence["AuditEntry"], at: datetime
) -> tuple[str, "AuditEntry | None", datetime | None]:
    """Return the superior organization's name at an instant, what entered it, and when it changed later."""
    naming = [entry for entry in told if entry.action == SUPERIOR_ENTERED[0] or _names_superior(entry)]
    entered = [entry for entry in naming if entry.at <= at]
    later = next((entry for entry in naming if entry.at > at and _names_superior(entry)), None)
    name = organization.parent.name_zh if organization.parent else ""
    if later is not None:
        # Entries of earlier versions have the word where there was none.
        name = later.details["before"]["parent"].removeprefix(str(None))
    return name, entered[-1] if entered else None, later.at if later else None


def _names_superior(entry: "AuditEntry") -> bool:
    return "parent" in entry.details.get("before", {})


def _declared(owner: Organization, other: Organization, at: datetime) -> list[Ground]:
    low, high = sorted((owner.pk, other.pk))
    standing = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    rows = list(OrganizationRelation.objects.filter(standing, first=low, second=high, declared_at__lte=at))
    label, ids = OrganizationRelation._meta.label, [str(row.pk) for row in rows]
    entries = {each.subject_id: each for each in journal.entries_on(label, ids, ["organization.related"])}
    return [Ground("declared", entries.get(str(row.pk)), until=row.ended_at) for row in rows]
