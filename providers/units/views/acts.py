"""What was done to a unit's information, with the titles of what it was done to."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry
    from instrument_share.kernel.wording import Bilingual


@dataclass(frozen=True)
class Act:
    """An entry of the journal with the title of what it is about."""

    entry: "AuditEntry"
    title: "Bilingual | None"

    @property
    def reason(self) -> str:
        return str(self.entry.details.get("reason", ""))
