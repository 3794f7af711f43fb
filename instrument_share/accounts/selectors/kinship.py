"""Why organizations were related at an instant: since when it is on record, and who entered it."""

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


Told = dict[str, list["AuditEntry"]]
"""By public id of an organization, what the journal tells of what was registered of it."""


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

    Four statements at most. A superior organization of that time is known by the name in the journal, which
    may be one that it has no longer.
    """
    if owner_id == other_id:
        return [Ground("same", None)]
    rows = Organization.objects.select_related("parent").filter(public_id__in=[owner_id, other_id])
    organizations = {row.public_id: row for row in rows}
    owner, other = organizations[owner_id], organizations[other_id]
    named = [owner, other, *(row.parent for row in (owner, other) if row.parent)]
    told: Told = {each.public_id: [] for each in named}
    for entry in journal.entries_on(Organization._meta.label, told.keys(), SUPERIOR_ENTERED):
        told[entry.subject_id].append(entry)
    return [*_family(owner, other, told, at), *_declared(owner, other, at)]


@dataclass(frozen=True)
class _Superior:
    """A superior organization at an instant; none where it has no name."""

    name: str
    names: frozenset[str]
    """Those that it has had, as far as it is known which organization it is."""
    entry: "AuditEntry | None"
    """What the journal says of who entered it."""
    until: datetime | None
    """When it changed later."""


def _family(owner: Organization, other: Organization, told: Told, at: datetime) -> list[Ground]:
    above_owner, above_other = _superior_at(owner, told, at), _superior_at(other, told, at)
    if above_owner.names & _names_of(other, told):
        return [Ground("parent", above_owner.entry, until=above_owner.until)]
    if above_other.names & _names_of(owner, told):
        return [Ground("child", above_other.entry, until=above_other.until)]
    if above_owner.names & above_other.names:
        entries = [each.entry for each in (above_owner, above_other) if each.entry is not None]
        ends = [each.until for each in (above_owner, above_other) if each.until is not None]
        later = max(entries, key=lambda entry: entry.pk, default=None)
        return [Ground("same_parent", later, above_owner.name, min(ends, default=None))]
    return []


def _superior_at(organization: Organization, told: Told, at: datetime) -> _Superior:
    """Return the superior organization at an instant."""
    entries = told[organization.public_id]
    naming = [entry for entry in entries if entry.action == SUPERIOR_ENTERED[0] or _names_superior(entry)]
    entered = next((entry for entry in reversed(naming) if entry.at <= at), None)
    later = next((entry for entry in naming if entry.at > at and _names_superior(entry)), None)
    if later is not None:
        # Entries of earlier versions have the word where there was none.
        name = later.details["before"]["parent"].removeprefix(str(None))
        return _Superior(name, frozenset({name} - {""}), entered, later.at)
    parent = organization.parent
    if parent is None:
        return _Superior("", frozenset(), entered, None)
    return _Superior(parent.name_zh, _names_of(parent, told), entered, None)


def _names_of(organization: Organization, told: Told) -> frozenset[str]:
    """Return the Chinese names that an organization has and has had, by which entries name it."""
    changes = [entry.details.get("before", {}) for entry in told[organization.public_id]]
    return frozenset({organization.name_zh, *(each["name_zh"] for each in changes if "name_zh" in each)})


def _names_superior(entry: "AuditEntry") -> bool:
    return "parent" in entry.details.get("before", {})


def _declared(owner: Organization, other: Organization, at: datetime) -> list[Ground]:
    low, high = sorted((owner.pk, other.pk))
    standing = Q(ended_at__isnull=True) | Q(ended_at__gt=at)
    rows = list(OrganizationRelation.objects.filter(standing, first=low, second=high, declared_at__lte=at))
    label, ids = OrganizationRelation._meta.label, [str(row.pk) for row in rows]
    entries = {each.subject_id: each for each in journal.entries_on(label, ids, ["organization.related"])}
    return [Ground("declared", entries.get(str(row.pk)), until=row.ended_at) for row in rows]
