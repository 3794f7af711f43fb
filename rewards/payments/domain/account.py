"""What a receiving account is."""

import re
from dataclasses import dataclass
from typing import Self

from instrument_share.kernel.names import plain_line
from rewards.payments.domain.errors import AccountIncomplete, AccountNumberUnlikely

NUMBER = re.compile(r"[0-9]{8,32}", re.ASCII)
IGNORED = re.compile(r"[\s-]")


@dataclass(frozen=True)
class Account:
    """户名、开户行、账号: who holds the account, the bank that keeps it, and its number in digits."""

    holder: str
    bank: str
    number: str

    @classmethod
    def parse(cls, *, holder: str, bank: str, number: str) -> Self:
        """Return an account as typed, without spaces. Raises AccountIncomplete, AccountNumberUnlikely."""
        digits, holder, bank = plain_number(number), plain_line(holder), plain_line(bank)
        if not holder or not bank:
            raise AccountIncomplete
        if not NUMBER.fullmatch(digits):
            raise AccountNumberUnlikely
        return cls(holder, bank, digits)


def plain_number(number: str) -> str:
    """Return an account number without the spaces and hyphens that people and banks write."""
    return IGNORED.sub("", number)
