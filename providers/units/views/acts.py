"""Acts on a unit's information with the titles of their subjects."""

from dataclasses import dataclass
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from instrument_share.journal.models import AuditEntry
    from instrument_share.kernel.wording import Bilingual


@dataclass(frozen=True)
class Act:
    """An entry of the journal with the title of its subject."""

    entry: "AuditEntry"
    title: "Bilingual | None"

    @property
    def reason(self) -> str:
        return str(self.entry.details.get("reason", ""))
