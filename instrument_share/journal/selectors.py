"""Reads of the journal."""

from collections.abc import Collection, Iterator
from datetime import datetime
from typing import TYPE_CHECKING

from django.db.models import Max, Model, QuerySet

from instrument_share.journal import seals
from instrument_share.journal.domain import MailDelivery, NotificationKind
from instrument_share.journal.models import AuditEntry, AuditSeal, MailChoice, Notification

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

IN_FLIGHT = 64


def notifications(viewer: "User") -> QuerySet[Notification]:
    """Return the viewer's inbox, newest first."""
    return Notification.objects.filter(user=viewer).order_by("-created_at", "-id")


def unread_count(viewer: "User") -> int:
    """Return how many of the viewer's notifications are unread."""
    return Notification.objects.filter(user=viewer, read_at__isnull=True).count()


def entries() -> QuerySet[AuditEntry]:
    """Return all entries with who acted; the caller bounds them by what the viewer may see."""
    return AuditEntry.objects.select_related("actor")


def read_state() -> tuple[int, ...]:
    """Return the newest entries' numbers: they are others after every write.

    More than the last, since a transaction that ends late may have a number below one that is there already.
    """
    return tuple(AuditEntry.objects.order_by("-id").values_list("id", flat=True)[:IN_FLIGHT])


def history(subject: Model) -> QuerySet[AuditEntry]:
    """Return every entry on `subject`, oldest first; the caller has checked that the viewer may see it."""
    return (
        entries()
        .filter(
            subject_type=subject._meta.label,
            subject_id=getattr(subject, "public_id", None) or str(subject.pk),
        )
        .order_by("id")
    )


def entries_on(
    subject_type: str, subject_ids: Collection[str], actions: Collection[str]
) -> QuerySet[AuditEntry]:
    """Return the entries of these actions on several subjects of one model, oldest first.

    The caller has checked that the viewer may see them.
    """
    return (
        entries()
        .filter(subject_type=subject_type, subject_id__in=list(subject_ids), action__in=list(actions))
        .order_by("id")
    )


def entries_of_organization(organization_id: int, actions: Collection[str]) -> QuerySet[AuditEntry]:
    """Return the entries of these actions in the matter of an organization, newest first.

    The caller has checked that the viewer may see them.
    """
    return entries().filter(organization_id=organization_id, action__in=list(actions)).order_by("-id")


def entries_by(actor: "User", actions: Collection[str]) -> QuerySet[AuditEntry]:
    """Return the entries of these actions that a person has made, newest first."""
    return entries().filter(actor=actor, action__in=list(actions)).order_by("-id")


def decisions(subject: Model, organization_id: int) -> QuerySet[AuditEntry]:
    """What was done to something of an organization with a reason, newest first.

    The caller has checked that the viewer may see it: the unit learns here why the bureau returned or took
    down what is its own.
    """
    found = history(subject).filter(organization_id=organization_id, details__has_key="reason")
    return found.order_by("-id")


def read_state_of(subject_types: Collection[str]) -> tuple[int, ...]:
    """Return the newest entries' numbers on each of these models (`providers.Instrument`).

    Every write leaves an entry, so what is read from these models alone is the same as long as this is.
    """
    # From the end of an index, one statement for each model: no walk past the entries of others.
    return tuple(pk for one in sorted(subject_types) for pk in _newest(one))


def _newest(subject_type: str) -> QuerySet[AuditEntry, int]:
    found = AuditEntry.objects.filter(subject_type=subject_type)
    return found.order_by("-id").values_list("pk", flat=True)[:IN_FLIGHT]


def last_sealed_at() -> datetime | None:
    """Return when the last seal was made; None before the first."""
    return AuditSeal.objects.order_by("-last_entry_id").values_list("sealed_at", flat=True).first()


def last_sealed_entry() -> int:
    """Return the number of the last entry under a seal; 0 before the first.

    Up to it the journal is complete. Above it an entry may still appear below others, as its transaction
    ends.
    """
    return AuditSeal.objects.aggregate(last=Max("last_entry_id"))["last"] or 0


def last_entry() -> int:
    """Return the number of the newest entry; 0 where there is none."""
    return AuditEntry.objects.aggregate(last=Max("pk"))["last"] or 0


def unsealed_since() -> datetime | None:
    """Return when the oldest entry was made that no seal covers yet; None where all are covered."""
    return (
        AuditEntry.objects.filter(pk__gt=last_sealed_entry())
        .order_by("pk")
        .values_list("at", flat=True)
        .first()
    )


def last_seal_number() -> int:
    """Return the number of the last seal; 0 before the first."""
    return AuditSeal.objects.aggregate(last=Max("number"))["last"] or 0


def seals_after(number: int) -> QuerySet[AuditSeal]:
    """Return the seals after the one with this number, in order."""
    return AuditSeal.objects.filter(number__gt=number).order_by("number")


def find_broken_seals(after: int = 0, limit: int | None = None) -> Iterator[tuple[AuditSeal, str]]:
    """Yield each seal after a number that does not fit its entries or the seal before it, with the reason."""
    before = AuditSeal.objects.filter(number=after).first()
    for seal in seals_after(after)[:limit].iterator():
        reason = _find_misfit(seal, before)
        if reason:
            yield seal, reason
        before = seal


def _find_misfit(seal: AuditSeal, before: AuditSeal | None) -> str | None:
    number, previous, last = (
        (before.number, before.hash, before.last_entry_id) if before else (0, seals.BEGINNING, 0)
    )
    previous_sm3 = before.sm3 if before else ""
    if seal.number != number + 1:
        return f"the seals between {number} and {seal.number} are missing"
    if seal.previous_hash != previous:
        return "it does not follow the seal before it"
    entries = AuditEntry.objects.filter(pk__gt=last, pk__lte=seal.last_entry_id).order_by("pk")
    count, first = entries.count(), entries.values_list("pk", flat=True).first()
    if count != seal.entries:
        return f"it covers {seal.entries} entries, and there are {count}"
    expected = seals.seal_hash(previous, entries.iterator(), form=seal.form)
    if (first, expected) != (seal.first_entry_id, seal.hash):
        return "an entry in it was changed, removed or added"
    if seal.sm3 and seal.sm3 != seals.seal_sm3(previous, previous_sm3, entries.iterator(), form=seal.form):
        return "its SM3 is not that of its entries"
    return None


def get_mail_choices(viewer: "User") -> dict[NotificationKind, MailDelivery]:
    """Return when the person wants notifications of each kind mailed."""
    chosen = dict(MailChoice.objects.filter(user=viewer).values_list("kind", "delivery"))
    return {kind: MailDelivery(chosen.get(kind.value, MailDelivery.AT_ONCE)) for kind in NotificationKind}
