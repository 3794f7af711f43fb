"""Columns that the statements over a whole year read in a fraction of the usual time.

On PostgreSQL a timestamp takes 3 µs to read, its seconds as an integer, made a datetime, 0.5 µs; to
freeze 250,000 logs with the windows around them is to read four million.
"""

import json
from collections.abc import Callable
from datetime import UTC, datetime
from functools import lru_cache
from typing import Any

from django.db.models import BigIntegerField, Func, TextField
from django.db.models.functions import Cast


class Seconds(Func):
    """The whole seconds of an instant since 1970, rounded down."""

    output_field = BigIntegerField()

    def as_postgresql(self, compiler: Any, connection: Any) -> Any:
        return self.as_sql(
            compiler, connection, template="FLOOR(EXTRACT(EPOCH FROM %(expressions)s))::bigint"
        )

    def as_sqlite(self, compiler: Any, connection: Any, **context: Any) -> Any:
        # Without the fraction: STRFTIME would round it.
        template = "CAST(STRFTIME('%%%%s', SUBSTR(%(expressions)s, 1, 19)) AS INTEGER)"
        return self.as_sql(compiler, connection, template=template, **context)


class WholeSecond(Seconds):
    """An instant in UTC, rounded down to the second."""

    def get_db_converters(self, connection: Any) -> list[Callable[..., Any]]:
        del connection
        return [lambda value, _expression, _connection: _instant(value)]


class FewLists(Cast):
    """A list in JSON, of which the table holds few different ones; not to be changed by who reads it."""

    def __init__(self, name: str) -> None:
        super().__init__(name, TextField())

    def get_db_converters(self, connection: Any) -> list[Callable[..., Any]]:
        del connection
        return [lambda value, _expression, _connection: _list(value)]


def _instant(seconds: int | None) -> datetime | None:
    return None if seconds is None else datetime.fromtimestamp(seconds, UTC)


@lru_cache(maxsize=1000)
def _list(text: str) -> Any:
    return json.loads(text)
