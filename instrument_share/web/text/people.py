"""People among whom one is chosen, told apart where several have the same name."""

from collections import Counter
from collections.abc import Sequence
from typing import TYPE_CHECKING

from instrument_share.kernel.names import mask_mail_address
from instrument_share.web.text.formats import bracketed

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


def label_people(people: "Sequence[User]") -> list[str]:
    """Return the name of each person, with the masked email address where another one has the same name.

    Where that leaves two alike, or a person has no address, the public id stands in its place.
    """
    names = [one.name for one in people]
    marks = [mask_mail_address(one.email) if one.email else one.public_id for one in people]
    named, marked = Counter(names), Counter(zip(names, marks, strict=True))
    return [
        name if named[name] == 1 else f"{name}{bracketed(mark if marked[name, mark] == 1 else one.public_id)}"
        for one, name, mark in zip(people, names, marks, strict=True)
    ]
