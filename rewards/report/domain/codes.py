"""Short codes printed on papers to find them on the verification page."""

import secrets

from instrument_share.kernel.public_id import ALPHABET

LENGTH, GROUP = 12, 4
LOOK_ALIKES = str.maketrans("ILO", "110")


def generate_code() -> str:
    """Return a code `XXXX-XXXX-XXXX` with 60 random bits: too many to guess, few enough to type."""
    return group_letters("".join(secrets.choice(ALPHABET) for _ in range(LENGTH)))


def normalize_code(code: str) -> str:
    """Return a typed code as printed: capitals, dashes, 1 for I and L, 0 for O."""
    letters = "".join(c for c in code.upper() if c.isascii() and c.isalnum()).translate(LOOK_ALIKES)
    return group_letters(letters)


def group_letters(letters: str) -> str:
    """Put dashes between groups of letters."""
    return "-".join(letters[at : at + GROUP] for at in range(0, len(letters), GROUP))


def build_certificate_code(report_code: str, award: str) -> str:
    """Return the code of a unit's certificate: the report's, followed by the letters of the award's id."""
    return normalize_code(report_code + award.rpartition("-")[2])


def get_report_code(code: str) -> str:
    """Return the code of the report that a certificate's code begins with."""
    return code[: LENGTH + LENGTH // GROUP - 1]
