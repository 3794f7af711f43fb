"""What a bank account of an organization is."""

import re
from dataclasses import dataclass
from typing import Self

from instrument_share.kernel.errors import DomainError, gettext_noop
from instrument_share.kernel.names import plain_line

NUMBER = re.compile(r"[0-9]{8,32}", re.ASCII)
IGNORED = re.compile(r"[\s-]")


class AccountIncomplete(DomainError):
    """An account without its holder or its bank."""

    code = "bank_account.incomplete"
    message = gettext_noop("Enter the account holder and the bank that keeps the account.")


class AccountNumberUnlikely(DomainError):
    """What was entered is no account number."""

    code = "bank_account.number"
    field = "number"
    message = gettext_noop("An account number has 8 to 32 digits; spaces and hyphens are ignored.")


@dataclass(frozen=True)
class BankAccount:
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
