"""Set up a new site behind a one-time code."""

import hashlib
import secrets
from collections.abc import Callable, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

from django.db import transaction
from django.db.models import QuerySet

from instrument_share.accounts import selectors as accounts
from instrument_share.bootstrap.install import install
from instrument_share.bootstrap.models import FirstRunCode
from instrument_share.bootstrap.plan import Plan
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Conflict, gettext_noop
from providers.domain import CategoryRow

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

LIFETIME = timedelta(hours=24)
LETTERS = "23456789ABCDEFGHJKLMNPQRSTUVWXYZ"
"""None that look alike."""
GROUPS, GROUP = 4, 4


class CodeSpent(Conflict):
    code = "first_run.code_spent"
    message = gettext_noop(
        "The code has expired or was replaced by a newer one. Restart the server or run "
        "manage.py first_run_code for a new one."
    )


@transaction.atomic
def first_run_code_issue(now: datetime) -> str | None:
    """Return a new code, which replaces the one before; None once the site has an administrator."""
    if accounts.has_administrator():
        return None
    groups = ["".join(secrets.choice(LETTERS) for _ in range(GROUP)) for _ in range(GROUPS)]
    code = "-".join(groups)
    FirstRunCode.objects.update_or_create(
        pk=1,
        defaults={
            "digest": digest_of(code),
            "created_at": now,
            "expires_at": now + LIFETIME,
            "used_at": None,
        },
    )
    return code


def digest_of(code: str) -> str:
    """Return what is kept of a code, however its letters and dashes were typed."""
    return hashlib.sha256("".join(filter(str.isalnum, code.upper())).encode()).hexdigest()


def admits(digest: str, now: datetime) -> bool:
    """Return whether a code with this digest sets up the site."""
    return any(secrets.compare_digest(one.digest, digest) for one in _valid_codes(now))


@transaction.atomic
def first_run(
    *,
    digest: str,
    plan: Plan,
    passwords: Mapping[str, str],
    read_rows: Callable[[], list[CategoryRow]],
    invite: "Callable[[User], None]",
    now: datetime,
) -> "list[User]":
    """Enter the plan, once; return the people who have no password yet, whom `invite` mails a link.

    Of several at the same moment one succeeds. Raises CodeSpent for the others, and what `install` raises.
    """
    code = _valid_codes(now).select_for_update().filter(digest=digest).first()
    if code is None or accounts.has_administrator():
        raise CodeSpent
    waiting = install(plan, read_rows=read_rows, passwords=passwords, now=now)
    code.used_at = now
    code.save(update_fields=["used_at"])
    record(actor=None, action="site.set_up", subject=code, now=now)
    for person in waiting:
        invite(person)
    return waiting


def _valid_codes(now: datetime) -> QuerySet[FirstRunCode]:
    return FirstRunCode.objects.filter(used_at__isnull=True, expires_at__gt=now)
