"""Numbers by which the bank knows a transfer: each pays, or brings back, one thing."""

from collections.abc import Callable

from django.db import connection

from instrument_share.kernel.names import plain_code
from rewards.payments.domain.errors import VoucherMissing, VoucherUsed
from rewards.payments.models import Payment, Reversal

_RECORDED: list[Callable[[str], bool]] = [
    lambda number: Payment.objects.filter(voucher=number).exists(),
    lambda number: Reversal.objects.filter(voucher=number).exists(),
]


def register_references(*recorded: Callable[[str], bool]) -> None:
    """Let other rooms that record transfers say whether a number is one of theirs."""
    _RECORDED.extend(recorded)


def require_reference(typed: str) -> str:
    """Return the number of a transfer that is recorded nowhere yet; nobody else records one meanwhile.

    Raises VoucherMissing, VoucherUsed.
    """
    number = plain_code(typed)
    if not number:
        raise VoucherMissing
    references_lock()
    if any(is_recorded(number) for is_recorded in _RECORDED):
        raise VoucherUsed(voucher=number)
    return number


def references_lock() -> None:
    """Let nobody else record a transfer until the transaction ends.

    The numbers are unique over several tables, so no row stands for them. One lock for all of them, since a
    batch takes many numbers, and two batches could wait for each other. SQLite has one writer at a time.
    """
    if connection.vendor == "postgresql":
        with connection.cursor() as cursor:
            cursor.execute("SELECT pg_advisory_xact_lock(hashtext(%s))", ["rewards.references"])
