"""What the site itself does by the clock."""

from datetime import datetime, timedelta

from instrument_share.accounts import services as accounts
from instrument_share.jobs.registry import RecurringJob
from instrument_share.journal import services as journal
from instrument_share.kernel.errors import gettext_noop
from instrument_share.web import idempotency
from instrument_share.web.models import SharedCount
from instrument_share.web.responses import problem

MINUTE, HOUR = timedelta(minutes=1), timedelta(hours=1)


def delete_expired_counts(now: datetime) -> int:
    """Delete counts of attempts that are over: they hold network addresses. Returns how many."""
    return SharedCount.objects.filter(expires__lt=now).delete()[0]


RECURRING = (
    RecurringJob("site.audit_seal", gettext_noop("Seals over the audit log"), MINUTE, journal.audit_seal),
    RecurringJob(
        "site.sessions",
        gettext_noop("Removal of ended sessions"),
        HOUR,
        lambda now: accounts.sessions_forget_ended(now=now),
    ),
    RecurringJob(
        "site.token_reminders",
        gettext_noop("Reminders of API tokens that expire soon"),
        HOUR,
        lambda now: accounts.api_tokens_remind(now=now),
    ),
    RecurringJob(
        "site.second_factor_resets",
        gettext_noop("End of requests to remove second factors that nobody decided on"),
        HOUR,
        lambda now: accounts.second_factor_resets_lapse(now=now),
    ),
    RecurringJob(
        "site.old_answers",
        gettext_noop("Removal of old answers to repeated requests"),
        HOUR,
        lambda now: idempotency.delete_expired_records(now=now),
    ),
    RecurringJob(
        "site.old_counts",
        gettext_noop("Removal of old counts of attempts"),
        HOUR,
        delete_expired_counts,
    ),
    RecurringJob(
        "site.digests",
        gettext_noop("Digests of notifications, at 8:00"),
        MINUTE,
        lambda now: journal.notification_digests_mail(now, tell=problem.told),
        after_others=True,
    ),
    RecurringJob(
        "site.mails",
        gettext_noop("Mails of notifications"),
        MINUTE,
        lambda now: journal.notifications_mail(now, tell=problem.told),
        after_others=True,  # those that the others have caused go out in the same round
    ),
)
