"""Where sessions are kept: Django's in the database, each with the account that it belongs to."""

from datetime import UTC, datetime
from typing import Any

from django.contrib.auth import SESSION_KEY
from django.contrib.sessions.backends.db import SessionStore as DatabaseStore

CLIENT_KEY = "client"
"""In the session's data: with which browser and from where the person logged in."""
LONGEST_AGENT = 300
WAYS_KEY = "account_authentication_methods"
"""In the session's data: how and when the person showed who they are, as allauth notes it."""


class SessionStore(DatabaseStore):
    """Extend Django's store by the account, as its documentation says how."""

    last_seen_at: datetime | None = None

    @classmethod
    def get_model_class(cls) -> Any:
        from instrument_share.accounts.models import Session

        return Session

    def create_model_instance(self, data: dict[str, Any]) -> Any:
        made: Any = super().create_model_instance(data)
        client = data.get(CLIENT_KEY, {})
        made.user_id = int(data[SESSION_KEY]) if SESSION_KEY in data else None
        made.signed_in_at = _signed_in_at(data)
        made.agent, made.address = client.get("agent", ""), client.get("address", "")
        return made

    @property
    def signed_in_at(self) -> datetime | None:
        """When the person logged in, as allauth notes it; None where it does not."""
        return _signed_in_at({WAYS_KEY: self.get(WAYS_KEY)})

    @property
    def confirmed_at(self) -> datetime | None:
        """When the person last showed who they are: at login, or asked again since."""
        return _latest(_ways({WAYS_KEY: self.get(WAYS_KEY)}))

    def _get_session_from_db(self) -> Any:
        row = super()._get_session_from_db()  # type: ignore[misc]
        if row is not None:
            self.last_seen_at = row.last_seen_at
        return row


def _signed_in_at(data: dict[str, Any]) -> datetime | None:
    return _latest([way for way in _ways(data) if not way.get("reauthenticated")])


def _ways(data: dict[str, Any]) -> list[dict[str, Any]]:
    return [way for way in data.get(WAYS_KEY) or [] if "at" in way]


def _latest(ways: list[dict[str, Any]]) -> datetime | None:
    return datetime.fromtimestamp(max(way["at"] for way in ways), UTC) if ways else None
