"""What an amount is to a project's budget."""

from collections.abc import Mapping
from enum import StrEnum

from instrument_share.kernel.errors import gettext_noop


class Part(StrEnum):
    """A price quoted for a booking ahead, the amount of a use, or a charge without one."""

    COMMITTED = "committed"
    USED = "used"
    CHARGED = "charged"


LABELS: Mapping[type[StrEnum], Mapping[StrEnum, str]] = {
    Part: {
        Part.COMMITTED: gettext_noop("Committed by quote"),
        Part.USED: gettext_noop("Spent on use"),
        Part.CHARGED: gettext_noop("Charged without use"),
    },
}
