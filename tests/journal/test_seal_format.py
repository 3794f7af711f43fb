"""The form of the seals, whose stored hashes must stay valid."""

from datetime import datetime, timedelta, timezone
from types import SimpleNamespace

from instrument_share.journal import seals

ENTRY = SimpleNamespace(
    pk=7,
    at=datetime(2026, 3, 2, 9, 0, 0, 123_456, timezone(timedelta(hours=8))),
    actor_id=None,
    actor_name="钱多多",
    action="organization.admitted",
    subject_type="accounts.organization",
    subject_id="12",
    organization_id=12,
    details={"reason": "材料齐全\n“可”", "b": [1, True, None], "a": {}},
    address="::1",
)


def test_the_seal_of_version_1_never_changes():
    assert seals.seal_hash(seals.BEGINNING, [ENTRY, ENTRY], form=1) == (
        "4285afaa61fb73ce43c679d9262faca7ab0a3c5eac28b482fed7ce044d9f74fd"
    )
