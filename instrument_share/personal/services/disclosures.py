"""Who has read personal data of many people at once, and for what."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from instrument_share.journal.services import build_entry, record_reading

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


def people_disclosed(
    *,
    actor: "User",
    what: str,
    count: int,
    now: datetime,
    subject: Model | None = None,
    organization_id: int | None = None,
    details: Mapping[str, Any] | None = None,
) -> None:
    """Record that the actor got personal data of several people at once, before it leaves the site.

    The entry stays where the page shows a refusal, which rolls everything else back.

    `what` is the code of the list or file (`usage.export`), which stands for its purpose; `count` the number
    of rows. `subject` is what they belong to; without one, the reader's own account.
    """
    record_reading(
        build_entry(
            actor=actor,
            action="personal_data.disclosed",
            subject=subject or actor,
            now=now,
            organization_id=organization_id,
            details={"what": what, "rows": count, **(details or {})},
        )
    )
