"""What differs between the engines: marks of tests that one is enough for, and how much is drawn."""

import pytest
from django.db import connection

on_postgresql = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="the programs of a site are tried on its database"
)


def drawn(number: int) -> int:
    """Return how many of so many cases are drawn: half on PostgreSQL, which takes three times as long."""
    return number if connection.vendor == "sqlite" else number // 2
