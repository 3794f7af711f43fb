"""Turn a refusal by a unique constraint into a domain error, for values that two people enter at once.

Most services need none of it: they look under a lock that everybody takes who could enter the same. This is
for values that are unique beyond what one lock covers.
"""

import re
from collections.abc import Iterator
from contextlib import contextmanager

from django.db import IntegrityError, models, transaction

from instrument_share.kernel.errors import DomainError

UNIQUE_VIOLATION = "23505"


@contextmanager
def raise_when_taken(refusal: DomainError, model: type[models.Model], *fields: str) -> Iterator[None]:
    """Raise `refusal` where a row with the same values in these unique fields was saved meanwhile.

    Other refusals by the database pass. Runs in a savepoint, so that the transaction can go on.
    """
    columns = {model._meta.get_field(name).column for name in fields}  # type: ignore[union-attr]
    try:
        with transaction.atomic():
            yield
    except IntegrityError as error:
        if _taken(error) == (model._meta.db_table, columns):
            raise refusal from error
        raise


def _taken(error: IntegrityError) -> tuple[str, set[str]] | None:
    """Return the table and columns whose values are taken, if that is what the database says."""
    cause = error.__cause__
    if getattr(cause, "sqlstate", None) == UNIQUE_VIOLATION:
        told = cause.diag  # type: ignore[union-attr]
        found = re.search(r"\((.+?)\)=\(", told.message_detail or "")
        return (told.table_name, set(found[1].replace('"', "").split(", "))) if found else None
    found = re.fullmatch(r"UNIQUE constraint failed: (.+)", str(cause))
    if found is None:
        return None
    named = [one.split(".") for one in found[1].split(", ")]
    return named[0][0], {column for _table, column in named}
