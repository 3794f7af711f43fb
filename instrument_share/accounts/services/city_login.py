"""What is recorded of links between accounts and the city's identity provider; allauth mails the person."""

from datetime import datetime

from allauth.socialaccount.models import SocialAccount

from instrument_share.accounts.models import User
from instrument_share.journal.services import record


def city_login_linked(*, user: User, now: datetime) -> None:
    """Record that the account can be opened by the city's login too."""
    record(actor=user, action="user.city_login_linked", subject=user, now=now)


def city_login_unlinked(*, link: SocialAccount, now: datetime) -> None:
    """Record that the city's login opens the account no longer.

    By the person, unless the link says who removes it: nobody, where the account is deleted by the clock.
    """
    user, actor = link.user, getattr(link, "removed_by", link.user)
    record(actor=actor, action="user.city_login_unlinked", subject=user, now=now)
