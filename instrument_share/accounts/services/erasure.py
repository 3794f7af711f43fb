"""Take a person out of an account that they have asked to be deleted: its rows stay, without who it was."""

from collections.abc import Iterable
from datetime import datetime
from uuid import uuid4

from allauth.account.models import EmailAddress
from allauth.socialaccount.models import SocialAccount
from axes.models import AccessAttempt, AccessFailureLog, AccessLog
from django.db import transaction

from instrument_share.accounts import selectors
from instrument_share.accounts.models import (
    ERASED_NAME,
    ERASED_PREFIX,
    ApiToken,
    Membership,
    SecondFactorReset,
    Session,
    User,
)
from instrument_share.accounts.services.invitations import erase_invitations
from instrument_share.accounts.services.second_factor import remove_factors


@transaction.atomic
def account_erase(*, user: User, now: datetime) -> User:
    """Delete who a person is from their account and whatever hangs on it; nobody logs in to it any more.

    The account's row and public id stay, so that bookings, logs and entries still name one and the same
    person, whom nobody can tell from it. An address that was entered and never confirmed may be somebody
    else's: what went to it stays. A second time changes nothing.
    """
    user = User.objects.select_for_update(no_key=True).get(pk=user.pk)
    if user.erased_at is not None:
        return user
    addresses = selectors.confirmed_addresses(user)
    erase_invitations(user, addresses, now)
    _erase_access(user, addresses, now)
    Membership.objects.filter(user=user).update(note="", reason="")
    SecondFactorReset.objects.filter(user=user).update(reason="")
    user.username = f"{ERASED_PREFIX}{user.public_id.lower()}"
    user.name, user.email, user.phone, user.lock_reason = ERASED_NAME, "", "", ""
    user.is_active, user.last_login, user.erased_at = False, None, now
    user.set_unusable_password()
    user.save()
    return user


def _erase_access(user: User, addresses: Iterable[str], now: datetime) -> None:
    Session.objects.filter(user=user).delete()
    for token in ApiToken.objects.filter(user=user):
        token.name, token.digest = "", uuid4().hex
        token.revoked_at = token.revoked_at or now
        token.save(update_fields=["name", "digest", "revoked_at"])
    remove_factors(user, None)
    for link in SocialAccount.objects.filter(user=user):
        link.removed_by = None
        link.delete()
    EmailAddress.objects.filter(user=user).delete()
    names = [user.public_id, user.username, *addresses]
    for model in (AccessAttempt, AccessFailureLog, AccessLog):
        model.objects.filter(username__in=names).delete()
