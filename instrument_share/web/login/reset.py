"""The signs in links to choose a new password."""

from typing import TYPE_CHECKING, Any

from allauth.account.forms import EmailAwarePasswordResetTokenGenerator

from instrument_share.accounts import selectors

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


class ResetTokens(EmailAwarePasswordResetTokenGenerator):
    """Extend allauth's: a link of before the account was locked never works again."""

    def _make_hash_value(self, user: "User", timestamp: Any) -> str:
        return f"{super()._make_hash_value(user, timestamp)}|{selectors.count_locks(user)}"
