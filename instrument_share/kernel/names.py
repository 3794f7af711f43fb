"""Names of people where not everybody may read them; names and numbers without what nobody sees.

A name with a zero-width character in it reads like another and is none; a mark of writing direction turns the
rest of the line round, and with it a sum of money.
"""

import unicodedata

HIDDEN = "**"
BLANK_LETTERS = frozenset("\u115f\u1160\u17b4\u17b5\u2800\u3164\uffa0")
"""Letters and symbols of Unicode that fonts draw as nothing."""
UNSEEN = frozenset({"Cf", "Cs"})
"""General categories of Unicode: marks of direction and joining, halves of characters.

Characters of private use and unknown ones stay: rare Chinese names have them.
"""


def mask_name(name: str) -> str:
    """Return a person's name as papers and screens for everybody show it: the first character alone."""
    return f"{name.strip()[:1]}{HIDDEN}"


def mask_mail_address(address: str) -> str:
    """Return an address by which its owner is recognized but not written to: `z…@example.org`."""
    name, _at, domain = address.rpartition("@")
    return f"{name[:1]}…@{domain}"


def plain_line(text: str) -> str:
    """Return a text of one line without what nobody sees, and with single blanks within; never longer."""
    composed = unicodedata.normalize("NFC", text)
    return " ".join("".join(map(_seen, composed if len(composed) <= len(text) else text)).split())


def plain_code(text: str) -> str:
    """Return a number of an invoice or of the bank as it is compared: half-width, without any blanks.

    Never longer than what was typed, whose length a form has checked.
    """
    return "".join("".join(map(_seen, map(_half_width, text))).split())


def _half_width(character: str) -> str:
    plain = unicodedata.normalize("NFKC", character)
    return plain if len(plain) == 1 else character


def _seen(character: str) -> str:
    category = unicodedata.category(character)
    if category in UNSEEN or character in BLANK_LETTERS:
        return ""
    return " " if category == "Cc" else character
