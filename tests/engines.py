"""Marks of tests that one engine is enough for."""

import pytest
from django.db import connection

on_postgresql = pytest.mark.skipif(
    connection.vendor == "sqlite", reason="the programs of a site are tried on its database"
)
