"""What is recorded of links between accounts and the city's identity provider."""

from datetime import datetime

from django.db import transaction

from instrument_share.accounts.models import User
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.errors import gettext_noop


@transaction.atomic
def city_login_linked(*, user: User, now: datetime) -> None:
    """Record that the account can be opened by the city's login too; the person is told, in case it was not
    them.
    """
    record(actor=user, action="user.city_login_linked", subject=user, now=now)
    message = gettext_noop(
        "The city login can now be used for your account. If you did not link it, unlink it under Settings "
        "and change your password."
    )
    notify(users=[user], message=message, kind=NotificationKind.ACCOUNT, now=now)


def city_login_unlinked(*, user: User, now: datetime) -> None:
    """Record that the city's login opens the account no longer."""
    record(actor=user, action="user.city_login_unlinked", subject=user, now=now)
