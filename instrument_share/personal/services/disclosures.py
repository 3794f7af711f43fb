"""Who has read personal data of many people at once, and for what."""

from collections.abc import Iterable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db.models import Model

from instrument_share.journal.selectors import history
from instrument_share.journal.services import build_entry, record_reading
from instrument_share.kernel.city_time import CITY_TIME

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


DISCLOSED = "personal_data.disclosed"


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
            action=DISCLOSED,
            subject=subject or actor,
            now=now,
            organization_id=organization_id,
            details={"what": what, "rows": count, **(details or {})},
        )
    )


def people_listed(
    *,
    actor: "User",
    what: str,
    people: Iterable[int | None],
    now: datetime,
    subject: Model | None = None,
    organization_id: int | None = None,
) -> None:
    """Record that the actor reads a list page by page, where the page names other people than the actor.

    `people` are the ids of those whom the rows name. The first page of a day that is about this `subject`
    leaves the entry, with its number of rows: a program that asks every minute, or somebody who leafs, would
    bury what else happened.
    """
    named = [pk for pk in people if pk is not None]
    midnight = now.astimezone(CITY_TIME).replace(hour=0, minute=0, second=0, microsecond=0)
    of_today = history(subject or actor).filter(
        actor=actor, action=DISCLOSED, details__what=what, at__gte=midnight
    )
    if set(named) - {actor.pk} and not of_today.exists():
        people_disclosed(
            actor=actor,
            what=what,
            count=len(named),
            now=now,
            subject=subject,
            organization_id=organization_id,
        )
