import logging
import time
from collections.abc import Callable
from datetime import datetime
from typing import Any

from django.contrib.sessions.models import Session
from django.core.management.base import BaseCommand, CommandError, CommandParser

from bookings import public as bookings
from instrument_share.accounts import services as accounts
from instrument_share.journal import services as journal
from instrument_share.web import clock, idempotency
from instrument_share.web.responses import problem
from providers import public as providers
from providers.public import sheets_forget_old

logger = logging.getLogger(__name__)


def _windows_extended(now: datetime) -> int:
    """The windows that were added; years without holiday data are for the administrator to enter."""
    extended = providers.windows_extend(now=now)
    if extended.unknown_years:
        logger.warning("tick: no public holidays are known for %s", extended.unknown_years)
    return extended.windows


STEPS: dict[str, Callable[[datetime], int]] = {
    "requests that lapsed": bookings.bookings_lapse_due,
    "no-shows": bookings.bookings_no_show_due,
    "scheduled publications": providers.publications_publish_due,
    "open windows": _windows_extended,
    "next free times": bookings.next_free_advance,
    "units told of what runs out": lambda now: providers.completeness_notices_send(now=now),
    "qualifications that end soon": lambda now: providers.qualification_ends_tell(now=now),
    "search": lambda _now: providers.search_refresh(),
    "audit entries sealed": journal.audit_seal,
    "mails": lambda now: journal.notifications_mail(now, tell=problem.told),
    "sessions that ended": lambda now: Session.objects.filter(expire_date__lt=now).delete()[0],
    "old answers forgotten": lambda now: idempotency.delete_expired_records(now=now),
    "old sheets removed": lambda now: sheets_forget_old(now=now),
    "old documents of refused forms removed": lambda now: accounts.kept_documents_forget_old(now=now),
}
"""Everything timed. Each step stands alone and may be repeated at any moment, by several processes at
once.
"""


class Command(BaseCommand):
    help = "Do what is due: lapses, no-shows, windows, next free times, seals, mails. Run it every minute."

    def add_arguments(self, parser: CommandParser) -> None:
        parser.add_argument("--every", type=int, metavar="SECONDS", help="do not stop; do it again and again")

    def handle(self, *args: Any, every: int | None, **options: Any) -> None:
        failed = self._once(clock.now())
        while every:
            time.sleep(every)
            failed = self._once(clock.now())
        if failed:
            raise CommandError(f"Failed: {', '.join(failed)}.")

    def _once(self, now: datetime) -> list[str]:
        """The names of the steps that failed; one step's failure keeps none of the others from its work."""
        failed = []
        for name, step in STEPS.items():
            try:
                if done := step(now):
                    self.stdout.write(f"{name}: {done}")
            except Exception:
                logger.exception("tick: %s", name)
                failed.append(name)
        return failed
