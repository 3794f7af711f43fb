"""Addresses of what browsers keep for a while."""

from pathlib import PurePosixPath
from urllib.parse import urlencode

from django.db.models.fields.files import FieldFile


def versioned_address(address: str, file: FieldFile) -> str:
    """Return the address with the file's name in it, so that a browser fetches a replaced file anew."""
    return f"{address}?{urlencode({'v': PurePosixPath(file.name or '').stem})}"
