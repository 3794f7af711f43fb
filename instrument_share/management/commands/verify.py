from typing import Any

from django.core.management.base import BaseCommand, CommandError

from instrument_share.upkeep.verification import findings_record, verify
from instrument_share.web import clock


class Command(BaseCommand):
    """Exit with 0 when nothing is found, with 1 otherwise."""

    help = (
        "Run every check of what the site holds: chains, seals and the log; bookings that hold the same "
        "time; uses counted twice or confirmed by one person; published terms that were changed; statements "
        "and vouchers that do not add up; mails and jobs that were lost or doubled; references to nothing; "
        "guards that are not in force. Name each finding."
    )

    def handle(self, *args: Any, **options: Any) -> None:
        found = []
        for name, problems in verify(clock.now()):
            self.stdout.write(f"{name:<18} {len(problems) or 'ok'}")
            self.stdout.flush()
            found += [f"{name}: {problem}" for problem in problems]
        findings_record(len(found))
        if found:
            raise CommandError("\n".join(found))
