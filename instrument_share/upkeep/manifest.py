"""What a backup says of itself, so that what is restored can be compared with what there was."""

import hashlib
import hmac
from datetime import UTC, datetime
from importlib import metadata
from typing import Any

from django.conf import settings
from django.db import connection
from django.db.migrations.recorder import MigrationRecorder

from bookings.public import get_first_key
from instrument_share.transparency.registry import registered_chains
from instrument_share.transparency.selectors.checkpoints import get_last_checkpoint

FORMAT = 1
NAMES = {"tables": "rows of", "heads": "the head of the chain"}


def describe_database() -> dict[str, Any]:
    """Return what the database holds: rows by table, heads of chains, the last checkpoint, migrations."""
    return {
        "tables": count_rows(),
        **describe_chains(),
        "migrations": sorted(".".join(one) for one in MigrationRecorder(connection).applied_migrations()),
    }


def describe_chains() -> dict[str, Any]:
    """Return the heads of the chains and the last checkpoint, which no migration changes."""
    last = get_last_checkpoint()
    return {"heads": get_heads(), "checkpoint": [last.number, last.size, last.root] if last else None}


def describe_site(now: datetime) -> dict[str, Any]:
    """Return what the site is, beside its data; of its secret keys only whether others are the same."""
    return {
        "format": FORMAT,
        "made_at": now.astimezone(UTC).isoformat(timespec="seconds"),
        "site": settings.SITE_URL,
        "engine": connection.vendor,
        "django": metadata.version("django"),
        "secret_key": _mark(settings.SECRET_KEY),
        "first_key": _mark(get_first_key()),
    }


def lacks_keys(told: dict[str, Any]) -> bool:
    """Return whether the site names the key of a manifest no more, or computes secrets from another one."""
    known = {_mark(key) for key in (settings.SECRET_KEY, *settings.SECRET_KEY_FALLBACKS)}
    first = told.get("first_key", told["secret_key"])  # earlier backups tell of one key
    return told["secret_key"] not in known or first != _mark(get_first_key())


def _mark(key: str) -> str:
    """Return a mark of a secret key that does not tell it."""
    return hmac.new(key.encode(), b"instrument-share backup", hashlib.sha256).hexdigest()[:16]


def count_rows() -> dict[str, int]:
    """Return the rows of every table."""
    counts = {}
    with connection.cursor() as cursor:
        for table in sorted(connection.introspection.table_names(cursor)):
            cursor.execute(f"SELECT count(*) FROM {connection.ops.quote_name(table)}")  # noqa: S608
            counts[table] = cursor.fetchone()[0]
    return counts


def get_heads() -> dict[str, list[Any]]:
    """Return the last link of each chain, of uses and of seals: its number and its SHA-256."""
    return {
        chain: list(link)
        for source in registered_chains()
        for chain, head in source.heads().items()
        for link in source.digests(chain, head - 1, head)
    }


def find_differences(told: dict[str, Any], found: dict[str, Any]) -> list[str]:
    """Return in what the database differs from what a manifest tells of it, in English."""
    different = [
        f"{words} {name}: {told[part].get(name)} in the backup, {found[part].get(name)} here"
        for part, words in NAMES.items()
        for name in sorted(told[part].keys() | found[part].keys())
        if told[part].get(name) != found[part].get(name)
    ]
    if told["checkpoint"] != found["checkpoint"]:
        different.append(f"checkpoint: {told['checkpoint']} in the backup, {found['checkpoint']} here")
    return different
