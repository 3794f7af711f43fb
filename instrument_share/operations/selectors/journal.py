"""Which entries of the journal a person may read, and the search in them."""

from dataclasses import dataclass
from datetime import date, datetime, time, timedelta
from typing import TYPE_CHECKING

from django.db.models import Q, QuerySet

from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.journal import selectors as journal
from instrument_share.journal.registry import registered_kinds
from instrument_share.kernel.city_time import CITY_TIME

if TYPE_CHECKING:
    from instrument_share.accounts.models import User
    from instrument_share.accounts.selectors import Viewer
    from instrument_share.journal.models import AuditEntry

ACCOUNT = "accounts.User"
NEWEST_FIRST = ("-at", "-id")


@dataclass(frozen=True)
class JournalFilter:
    """What a reader looks for; empty means anything. The days are the city's, both included."""

    actor: str = ""
    subject: str = ""
    kind: str = ""
    action: str = ""
    number: int | None = None
    since: date | None = None
    until: date | None = None
    by_system: bool = False


def journal_entries(viewer: "Viewer") -> "QuerySet[AuditEntry]":
    """Return the entries that the viewer may read.

    Administrators read all, and so do officers of a bureau that answers for the whole city. Officers of a
    district read what concerns organizations of the district, with their instruments, bookings and people.
    """
    if accounts.standing(viewer).holds(Role.SYSADMIN):
        return journal.entries()
    region = accounts.region_of(viewer, Role.BUREAU_OFFICER)
    if region.whole:
        return journal.entries()
    if not region:
        return journal.entries().none()
    organizations = accounts.organizations_in(region).values("pk")
    people = accounts.people_in(region).values("public_id")
    return journal.entries().filter(
        Q(organization_id__in=organizations) | Q(subject_type=ACCOUNT, subject_id__in=people)
    )


def find_entries(viewer: "Viewer", wanted: JournalFilter) -> "QuerySet[AuditEntry]":
    """Return the entries that the viewer may read and looks for; page them by `NEWEST_FIRST`."""
    found = journal_entries(viewer)
    if wanted.by_system:
        found = found.filter(actor__isnull=True)
    elif wanted.actor:
        found = found.filter(actor__in=accounts.people_matching(wanted.actor).values("pk"))
    if wanted.kind:
        found = found.filter(subject_type=wanted.kind)
    if wanted.action:
        found = found.filter(action=wanted.action)
    if wanted.number is not None:
        found = found.filter(pk=wanted.number)
    if wanted.since:
        found = found.filter(at__gte=_midnight(wanted.since))
    if wanted.until:
        found = found.filter(at__lt=_midnight(wanted.until + timedelta(days=1)))
    return found.filter(_concerns(wanted.subject)) if wanted.subject else found


def entries_of_account(viewer: "Viewer", account: "User") -> "QuerySet[AuditEntry]":
    """Return what was done to an account and by its owner, as far as the viewer may read it."""
    return journal_entries(viewer).filter(
        Q(subject_type=ACCOUNT, subject_id=account.public_id) | Q(actor=account)
    )


def _concerns(text: str) -> Q:
    """Return the condition that an entry is about what has this id or name, or is in its matter."""
    condition = Q(subject_id=text.upper()) | Q(subject_id=text)
    condition |= Q(organization_id__in=accounts.organizations_matching(text).values("pk"))
    for model, kind in registered_kinds().items():
        if kind.search is not None:
            condition |= Q(subject_type=model, subject_id__in=kind.search(text))
    return condition


def _midnight(day: date) -> datetime:
    return datetime.combine(day, time(), CITY_TIME)
