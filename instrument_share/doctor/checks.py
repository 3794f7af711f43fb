"""What a site needs, as one check for each thing; none of them changes anything."""

from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import datetime, timedelta
from enum import Enum
from pathlib import Path

from django.conf import settings
from django.db import DatabaseError, connection
from django.db.migrations.executor import MigrationExecutor

from bookings import public as bookings
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.domain import Role
from instrument_share.documents.errors import SigningKeyUnusable
from instrument_share.documents.sealing.signing_key import get_certificate_end
from instrument_share.jobs.selectors import (
    Ending,
    count_given_up_jobs,
    queue,
    recurring_jobs,
    worker_seen_at,
)
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.mails.selectors import is_mail_delivered
from instrument_share.operations.selectors.backups import (
    count_findings,
    get_last_backup_at,
    get_last_verified_at,
)
from instrument_share.transparency.selectors.checkpoints import get_last_checkpoint
from instrument_share.transparency.selectors.checks import get_alarms
from providers import public as providers
from rewards import public as rewards

SHORTEST_SECRET = 50
MOST_CLOCK_DRIFT = timedelta(seconds=5)
MOST_SILENCE = timedelta(minutes=2)
"""A worker gives a sign every few seconds, manage.py tick by cron every minute."""
MOST_BETWEEN_CHECKPOINTS = timedelta(days=2)
MOST_WAITING = timedelta(minutes=10)
MOST_BETWEEN_BACKUPS = timedelta(hours=26)
"""A day and some hours for the nightly backup itself."""
CERTIFICATE_NOTICE = timedelta(days=60)
EXPECTED_ROLES = {
    Role.SYSADMIN: "a system administrator",
    Role.BUREAU_OFFICER: "an officer of the bureau, who admits units",
    Role.FINANCE_OFFICER: "an officer of Finance, who receives the reports",
}


class Level(Enum):
    """How bad it is: an error stops somebody's work, a warning will."""

    OK = "ok"
    WARNING = "warning"
    ERROR = "error"


@dataclass(frozen=True)
class Result:
    """What a check came to, with the remedy in the text."""

    check: str
    level: Level
    text: str


Found = Iterator[tuple[Level, str]]


def examine(now: datetime) -> list[Result]:
    """Return the results of all checks, in their order; a check that finds nothing is ok.

    Without a database only the checks of settings are made.
    """
    results = [result for check in SETTINGS_CHECKS for result in _run(check, now)]
    try:
        connection.ensure_connection()
    except DatabaseError as error:
        return [*results, Result("database", Level.ERROR, f"It can't be reached: {error}".strip())]
    results += _run(check_migrations, now)
    if any(one.check == "migrations" and one.level is Level.ERROR for one in results):
        return results
    return results + [result for check in DATABASE_CHECKS for result in _run(check, now)]


def _run(check: Callable[[datetime], Found], now: datetime) -> list[Result]:
    name = check.__name__.removeprefix("check_")
    return [Result(name, level, text) for level, text in check(now)] or [Result(name, Level.OK, "")]


def check_secret_key(_now: datetime) -> Found:
    if len(settings.SECRET_KEY) < SHORTEST_SECRET:
        yield Level.ERROR, f"SECRET_KEY has fewer than {SHORTEST_SECRET} characters. Set a long random one."


def check_modes(_now: datetime) -> Found:
    for name in ("DEBUG", "DEMO"):
        if getattr(settings, name):
            yield Level.ERROR, f"{name} is on. Never set it on a site."


def check_address(_now: datetime) -> Found:
    if not settings.SITE_URL.startswith("https://"):
        yield (
            Level.ERROR,
            f"SITE_URL is {settings.SITE_URL}. Set the address that readers use, with https://.",
        )


def check_mail(_now: datetime) -> Found:
    if not is_mail_delivered():
        yield Level.ERROR, "Mail goes nowhere. Set EMAIL_URL: without mail nobody can sign up."


def check_device_bridge(now: datetime) -> Found:
    if not settings.MQTT_URL:
        return
    if problem := bookings.find_broker_problem():
        yield Level.ERROR, f"Devices can't report by MQTT. {problem}"
    elif not bookings.is_bridge_running(now):
        yield Level.ERROR, "No bridge takes what devices publish. Start manage.py device_bridge."


def check_static_files(_now: datetime) -> Found:
    if not Path(settings.STATIC_ROOT, "staticfiles.json").is_file():
        yield Level.ERROR, "Static files are missing. Run manage.py collectstatic --no-input."


def check_signing_key(now: datetime) -> Found:
    try:
        end = get_certificate_end()
    except SigningKeyUnusable as error:
        yield Level.ERROR, str(error)
        return
    if end is None:
        yield (
            Level.WARNING,
            "No paper was signed yet; a key is made at first use. Set SIGNING_KEY_FILE to use yours.",
        )
    elif end < now:
        yield Level.ERROR, f"The certificate that signs papers ended on {_day(end)}. Renew it."
    elif end < now + CERTIFICATE_NOTICE:
        yield Level.WARNING, f"The certificate that signs papers ends on {_day(end)}. Renew it before."


def check_migrations(_now: datetime) -> Found:
    executor = MigrationExecutor(connection)
    if missing := executor.migration_plan(executor.loader.graph.leaf_nodes()):
        yield Level.ERROR, f"{len(missing)} migrations are missing. Run manage.py migrate."


def check_engine(_now: datetime) -> Found:
    if connection.vendor == "sqlite":
        yield Level.WARNING, "SQLite is for a handful of units. Use PostgreSQL (DATABASE_URL)."


def check_clock(now: datetime) -> Found:
    if connection.vendor != "postgresql":
        return
    with connection.cursor() as cursor:
        cursor.execute("SELECT clock_timestamp()")
        drift = abs(cursor.fetchone()[0] - now)
    if drift > MOST_CLOCK_DRIFT:
        yield Level.ERROR, f"This machine's clock and the database's differ by {drift.total_seconds():.0f} s."


def check_people(_now: datetime) -> Found:
    for role, who in EXPECTED_ROLES.items():
        if not accounts.people_for_city(role).exists():
            yield Level.ERROR, f"Nobody is {who}. Run manage.py bootstrap (docs/operations.md)."


def check_districts(_now: datetime) -> Found:
    if not accounts.districts().exists():
        yield Level.ERROR, "There are no districts. Run manage.py bootstrap (docs/operations.md)."


def check_categories(_now: datetime) -> Found:
    if not providers.category_table().exists():
        yield Level.ERROR, "The category table is empty: no instrument can be published. Run load_categories."


def check_holidays(now: datetime) -> Found:
    for year in providers.years_without_days(now.astimezone(CITY_TIME).date()):
        yield Level.WARNING, f"The public holidays of {year} are unknown. The administrator enters them."


def check_policy(_now: datetime) -> Found:
    if not rewards.has_policy():
        yield Level.WARNING, "No reward policy is loaded. The bureau loads one before it opens a year."


def check_worker(now: datetime) -> Found:
    seen = worker_seen_at()
    if seen is None or now - seen > MOST_SILENCE:
        yield (
            Level.ERROR,
            "No worker runs: no mail is sent and nothing happens by the clock. Start manage.py worker.",
        )


def check_jobs(now: datetime) -> Found:
    for state in recurring_jobs():
        if state.ending is Ending.FAILED:
            yield Level.ERROR, f"{state.name} failed: {state.problem}"
    if given_up := count_given_up_jobs():
        yield Level.WARNING, f"{given_up} jobs were given up. See manage.py jobs."
    since = queue().since
    if since and now - since > MOST_WAITING:
        yield Level.ERROR, f"A job has waited since {_day(since)} {since.astimezone(CITY_TIME):%H:%M}."


def check_log(now: datetime) -> Found:
    for state in get_alarms():
        yield Level.ERROR, f"The check {state.name} has found altered records: {state.problems[0]}"
    last = get_last_checkpoint()
    if last and now - last.made_at > MOST_BETWEEN_CHECKPOINTS:
        yield Level.ERROR, f"No checkpoint was signed since {_day(last.made_at)}. Look at log.checkpoint."
    if not (settings.CHECKPOINT_FILE or settings.CHECKPOINT_MAIL or settings.TIMESTAMP_URL):
        yield (
            Level.WARNING,
            "Checkpoints are kept nowhere but here. Set CHECKPOINT_FILE, CHECKPOINT_MAIL or TIMESTAMP_URL.",
        )


def check_backup(now: datetime) -> Found:
    last = get_last_backup_at()
    if last is None:
        yield Level.WARNING, "No backup was made on this machine. Set up a nightly one (docs/operations.md)."
    elif now - last > MOST_BETWEEN_BACKUPS:
        yield Level.WARNING, f"The last backup is of {_day(last)}. Look why the nightly one was not made."


def check_records(now: datetime) -> Found:
    if found := count_findings():
        yield Level.ERROR, f"The last manage.py verify had {found} findings. Run it again: it names them."
    last = get_last_verified_at()
    if last is None:
        yield Level.WARNING, "manage.py verify was never run here. Let it follow the nightly backup."
    elif now - last > MOST_BETWEEN_BACKUPS:
        yield (
            Level.WARNING,
            f"The last manage.py verify is of {_day(last)}. Look why the next did not end.",
        )


def _day(instant: datetime) -> str:
    return f"{instant.astimezone(CITY_TIME):%Y-%m-%d}"


SETTINGS_CHECKS = (
    check_secret_key,
    check_modes,
    check_address,
    check_mail,
    check_device_bridge,
    check_static_files,
    check_signing_key,
    check_backup,
    check_records,
)
DATABASE_CHECKS = (
    check_engine,
    check_clock,
    check_people,
    check_districts,
    check_categories,
    check_holidays,
    check_policy,
    check_worker,
    check_jobs,
    check_log,
)
