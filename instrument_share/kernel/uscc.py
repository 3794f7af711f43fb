"""统一社会信用代码, the unified social credit code of an organization (GB 32100-2015)."""

import unicodedata

ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
WEIGHTS = tuple(pow(3, place, 31) for place in range(17))


def compute_check_character(first_seventeen: str) -> str:
    """Return the 18th character (GB 32100-2015, annex A: mod 31, weights 3^i)."""
    total = sum(ALPHABET.index(c) * weight for c, weight in zip(first_seventeen, WEIGHTS, strict=True))
    return ALPHABET[(31 - total % 31) % 31]


def is_valid(code: str) -> bool:
    """Return whether the code has 18 characters of the alphabet and the right check character."""
    return (
        len(code) == 18
        and all(c in ALPHABET for c in code)
        and compute_check_character(code[:17]) == code[17]
    )


def normalize(text: str) -> str:
    """Return a typed code in standard form: no blanks, capital letters, half-width characters."""
    return "".join(unicodedata.normalize("NFKC", text).split()).upper()
