"""Where sessions are kept: Django's in the database, each with the account that it belongs to."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore


class SessionStore(DatabaseStore):
    """Extend Django's store by the account, as its documentation says how."""

    @classmethod
    def get_model_class(cls) -> Any:
        from instrument_share.accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        made: Any = super().create_model_instance(data)
        made.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        made.signed_in_at = _signed_in_at(data)
        return made


def _signed_in_at(data: dict[str, Any]) -> datetime | None:
    """Return when the person logged in, as allauth notes it in the session; None where it does not."""
    ways = data.get("account_authentication_methods") or []
    instants = [way["at"] for way in ways if "at" in way]
    return datetime.fromtimestamp(max(instants), UTC) if instants else None
