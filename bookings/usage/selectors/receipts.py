"""Receipts of the entries of a use."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from bookings.usage.domain import chain
from bookings.usage.models import UsageEntry, UsageLog
from bookings.usage.selectors.usage import build_line, entries_with_rows, usage_entries
from instrument_share.kernel.errors import Conflict, gettext_noop, require_found
from instrument_share.transparency.domain.receipts import Receipt
from instrument_share.transparency.selectors.checkpoints import (
    ReceiptCheck,
    check_receipt,
    get_last_checkpoint,
    get_next_checkpoint_at,
)
from instrument_share.transparency.selectors.receipts import get_receipt
from instrument_share.transparency.selectors.tree import get_leaf_places


class ReceiptNotReady(Conflict):
    code = "receipt.not_ready"
    message = gettext_noop("The receipt is ready with the next checkpoint, from {at}.")


@dataclass(frozen=True)
class ReceiptAnswer:
    """What a receipt says, whether it is genuine, and the entry that the chain holds of it today, if any."""

    receipt: Receipt
    check: ReceiptCheck
    entry: UsageEntry | None

    @property
    def is_standing(self) -> bool:
        """Return whether the chain and the log still hold what the receipt shows."""
        return self.check.is_standing and self.entry is not None

    @property
    def facts(self) -> dict[str, Any]:
        """Return the entry as the receipt tells it."""
        return self.receipt.facts

    @property
    def recorded_at(self) -> datetime:
        """Return when the entry was recorded, as it says itself."""
        return datetime.fromisoformat(self.facts["recorded_at"])

    @property
    def interval(self) -> tuple[datetime, datetime] | None:
        """Return from when to when the use lasted; None for a correction or confirmation."""
        row = self.facts["row"]
        if "starts_at" not in row:
            return None
        return datetime.fromisoformat(row["starts_at"]), datetime.fromisoformat(row["ends_at"])


def get_covered_numbers(log: UsageLog, entries: Iterable[UsageEntry]) -> set[int]:
    """Return the numbers of a use's entries that a checkpoint covers, so that they have receipts."""
    last = get_last_checkpoint()
    places = get_leaf_places(log.instrument.public_id, [entry.number for entry in entries])
    return {number for number, index in places.items() if last and index < last.size}


def get_usage_receipt(log: UsageLog, number: int, now: datetime) -> dict[str, Any]:
    """Return the receipt of one of a use's entries; the caller may see the use.

    Raises NotFound, ReceiptNotReady, or LogDamaged.
    """
    entry = require_found(next((one for one in usage_entries(log) if one.number == number), None))
    line = build_line(entries_with_rows().get(pk=entry.pk))
    receipt = get_receipt(log.instrument.public_id, number, line)
    if receipt is None:
        raise ReceiptNotReady(at=get_next_checkpoint_at(now))
    return receipt


def examine_receipt(receipt: Receipt) -> ReceiptAnswer:
    """Return what a receipt proves; anybody may ask who has it."""
    check = check_receipt(receipt)
    return ReceiptAnswer(receipt, check, _find_entry(receipt) if check.is_genuine else None)


def _find_entry(receipt: Receipt) -> UsageEntry | None:
    found = UsageEntry.objects.filter(
        instrument__public_id=receipt.facts["instrument"],
        number=receipt.facts["number"],
        hash=chain.hash_line(receipt.line.encode()),
    )
    return found.select_related("instrument").first()
