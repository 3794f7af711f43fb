"""Every check there is of what a site holds, in one place."""

from collections.abc import Iterator
from datetime import datetime
from pathlib import Path

from django.apps import apps
from django.conf import settings
from django.db import connection
from django.db.models import Exists, ForeignKey, Model, OuterRef

from instrument_share.jobs.selectors import find_lost_jobs
from instrument_share.journal.guards import registered_guards
from instrument_share.mails.selectors import find_broken_mails
from instrument_share.operations.selectors.backups import FOUND
from instrument_share.transparency.registry import (
    Check,
    registered_checks,
    registered_invariants,
    whole,
)

MOST_NAMED = 20
"""Rows of one kind that are named; the rest is counted."""


def get_checks(now: datetime) -> tuple[Check, ...]:
    """Return the checks of chains, seals and the log, the invariants of the apps, and those of the whole."""
    return (
        *registered_checks(),
        *registered_invariants(),
        whole("mails", find_broken_mails),
        whole("jobs", lambda: find_lost_jobs(now)),
        whole("references", find_orphans),
        whole("guards", find_missing_guards),
    )


def verify(now: datetime) -> Iterator[tuple[str, list[str]]]:
    """Yield each check by its name with what it has found."""
    for check in get_checks(now):
        yield check.name, check.run_all()


def findings_record(count: int) -> None:
    """Leave how much a check of everything has found to the monitoring; whole, though the disk be full."""
    growing = Path(settings.VAR_DIR, f".{FOUND}.part")
    growing.write_text(str(count))
    growing.replace(growing.with_name(FOUND))


def find_orphans() -> Iterator[str]:
    """Yield rows that refer to a row that is not there, table by table."""
    for model in apps.get_models():
        if model._meta.managed and not model._meta.proxy:
            for field in model._meta.concrete_fields:
                if isinstance(field, ForeignKey) and getattr(field, "db_constraint", True):
                    yield from _find_orphans_of(model, field)


def _find_orphans_of(model: type[Model], field: "ForeignKey[Model]") -> Iterator[str]:
    there = Exists(
        field.related_model._base_manager.filter(**{field.target_field.attname: OuterRef(field.attname)})
    )
    orphans = model._base_manager.filter(~there, **{f"{field.name}__isnull": False})
    found = list(orphans.order_by("pk").values_list("pk", field.attname)[: MOST_NAMED + 1])
    for key, target in found[:MOST_NAMED]:
        yield f"{model._meta.label} {key}: {field.name} refers to {target}, which is not there"
    if len(found) > MOST_NAMED:
        yield f"{model._meta.label}: more rows refer by {field.name} to what is not there"


IN_FORCE = {
    "sqlite": "SELECT name FROM sqlite_master WHERE type = 'trigger'",
    "postgresql": """
    SELECT tgname FROM pg_trigger WHERE NOT tgisinternal AND tgenabled IN ('O', 'A')
    UNION SELECT conname FROM pg_constraint WHERE contype = 'x' AND convalidated
    """,
}


def find_missing_guards() -> Iterator[str]:
    """Yield what makes the database refuse changes, where it is missing or switched off."""
    with connection.cursor() as cursor:
        cursor.execute(IN_FORCE[connection.vendor])
        present = {name for (name,) in cursor.fetchall()}
    wanted = {guard.get_name(connection.vendor): guard for guard in registered_guards()}
    for name, guard in wanted.items():
        if name is not None and name not in present:
            remedy = guard.get_remedy(connection.vendor)
            yield f"the guard {name} of {guard.table} is not in force: {remedy}, and ask who lifted it"
