"""What waits on the administrator's desk."""

from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from bookings import public as bookings
from instrument_share.accounts import selectors as accounts
from instrument_share.jobs.selectors import (
    Ending,
    GivenUpJob,
    Queue,
    RecurringState,
    count_given_up_jobs,
    given_up_jobs,
    is_worker_running,
    queue,
    recurring_jobs,
)
from instrument_share.mails.selectors import MailState, mails
from instrument_share.transparency.selectors.checks import get_alarms

if TYPE_CHECKING:
    from bookings.feeds.models import Webhook
    from instrument_share.accounts.models import SecondFactorReset, User
    from instrument_share.mails.models import OutgoingMail
    from instrument_share.transparency.models import CheckState

MAX_LISTED = 5


@dataclass(frozen=True)
class Desk:
    """What waits, each with how much of it there is; the lists hold the last few."""

    failed_mails: "list[OutgoingMail]"
    failed_mail_count: int
    waiting_mail_count: int
    given_up: list[GivenUpJob]
    given_up_count: int
    overdue: list[RecurringState]
    failed_runs: list[RecurringState]
    locked: "list[User]"
    locked_count: int
    lockouts: "list[accounts.Lockout]"
    resets: "list[SecondFactorReset]"
    is_worker_running: bool
    queue: Queue
    alarms: "list[CheckState]"
    failing_webhooks: "list[Webhook]"
    """All of them, as the alarm says no more than since when the first one fails."""

    @property
    def failed_job_count(self) -> int:
        """Return how many jobs were given up, and how many scheduled ones failed the last time."""
        return self.given_up_count + len(self.failed_runs)

    @property
    def unwell_job_count(self) -> int:
        """Return how many jobs failed or are late."""
        return self.failed_job_count + len(self.overdue)

    @property
    def is_clear(self) -> bool:
        """Return whether nothing waits for the administrator."""
        failed = self.failed_mail_count or self.given_up or self.failed_runs
        return not (failed or self.overdue or self.alarms)


def get_desk(viewer: "User", now: datetime) -> Desk:
    """Return what waits for an administrator; the caller has checked that the viewer is one."""
    failed, locked = mails(viewer, MailState.FAILED), accounts.locked_accounts(viewer)
    runs = recurring_jobs()
    return Desk(
        failed_mails=list(failed.order_by("-failed_at", "-id")[:MAX_LISTED]),
        failed_mail_count=failed.count(),
        waiting_mail_count=mails(viewer, MailState.WAITING).count(),
        given_up=given_up_jobs(MAX_LISTED),
        given_up_count=count_given_up_jobs(),
        overdue=[run for run in runs if run.is_overdue(now) and run.ending is not Ending.FAILED],
        failed_runs=[run for run in runs if run.ending is Ending.FAILED],
        locked=list(locked[:MAX_LISTED]),
        locked_count=locked.count(),
        lockouts=accounts.lockouts(viewer, now),
        resets=list(accounts.second_factor_resets(viewer, now)),
        is_worker_running=is_worker_running(now),
        queue=queue(),
        alarms=get_alarms(),
        failing_webhooks=list(bookings.webhooks_failing()),
    )
