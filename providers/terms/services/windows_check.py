"""Rebuild open windows and compare them with the stored ones."""

import hashlib
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require_unless_system
from providers.instruments.models import Instrument
from providers.instruments.services.batches import Tell, for_each_batch
from providers.terms.models import OpenWindow
from providers.terms.services.windows import windows_extend, windows_rebuild

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@dataclass(frozen=True)
class Rebuilt:
    """The number of instruments with rules, and the public ids of those whose windows differed."""

    instruments: int
    different: tuple[str, ...]


def windows_rebuild_compared(
    *,
    actor: "User | None",
    now: datetime,
    since: datetime,
    instrument_ids: Collection[int] | None = None,
    tell: Tell = lambda _done: None,
) -> Rebuilt:
    """Extend the windows, rebuild them from `since` on, and compare, some instruments at a time.

    Choose `since` after the last correction of public holidays: earlier windows stay as they were. Others
    wait for one batch at most; safe to stop and to repeat.
    """
    require_unless_system(actor, "providers.maintain_tables")
    different: list[int] = []

    def rebuild(ids: list[int]) -> None:
        different.extend(_rebuild(ids, actor, now, since))

    for_each_batch(rebuild, instrument_ids=instrument_ids, tell=tell)
    return _rebuilt(instrument_ids, different)


def windows_check(
    *,
    actor: "User | None",
    now: datetime,
    since: datetime,
    instrument_ids: Collection[int] | None = None,
    tell: Tell = lambda _done: None,
) -> Rebuilt:
    """Return what `windows_rebuild_compared` would; nothing is changed."""
    require_unless_system(actor, "providers.maintain_tables")
    different: list[int] = []

    def compare(ids: list[int]) -> None:
        with transaction.atomic():
            different.extend(_rebuild(ids, actor, now, since))
            transaction.set_rollback(True)

    for_each_batch(compare, instrument_ids=instrument_ids, tell=tell)
    return _rebuilt(instrument_ids, different)


def _rebuild(ids: list[int], actor: "User | None", now: datetime, since: datetime) -> list[int]:
    """Rebuild the windows of locked instruments; return the ids of those that came out differently."""
    windows_extend(now=now, instrument_ids=ids)
    before = _digests(ids, since)
    windows_rebuild(actor=actor, now=now, instrument_ids=ids, since=since)
    after = _digests(ids, since)
    return [pk for pk in before.keys() | after.keys() if before.get(pk) != after.get(pk)]


def _rebuilt(instrument_ids: Collection[int] | None, different: list[int]) -> Rebuilt:
    with_rules = Instrument.objects.filter(rules__isnull=False).distinct()
    if instrument_ids is not None:
        with_rules = with_rules.filter(pk__in=list(instrument_ids))
    public_ids = Instrument.objects.filter(pk__in=different).order_by("public_id")
    return Rebuilt(with_rules.count(), tuple(public_ids.values_list("public_id", flat=True)))


def _digests(instrument_ids: Collection[int], since: datetime) -> dict[int, bytes]:
    """Return a digest of each instrument's windows from `since` on, in constant memory."""
    windows = OpenWindow.objects.filter(ends_at__gt=since, instrument_id__in=list(instrument_ids))
    rows = windows.order_by("instrument_id", "starts_at").values_list(
        "instrument_id", "rule_id", "starts_at", "ends_at"
    )
    digests: dict[int, hashlib._Hash] = {}
    for instrument_id, rule_id, starts_at, ends_at in rows.iterator(chunk_size=5000):
        line = f"{rule_id} {max(starts_at, since).isoformat()} {ends_at.isoformat()}\n"
        digests.setdefault(instrument_id, hashlib.sha256()).update(line.encode())
    return {pk: digest.digest() for pk, digest in digests.items()}
