"""Where uploaded and sealed files lie: a folder of this machine, or a bucket that speaks S3.

The bucket is private; files reach readers through the site's pages, which ask who may see them.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from django.core.exceptions import ImproperlyConfigured
from django.core.files.storage import default_storage

SCHEMES = {"s3": "https", "s3+http": "http"}
OPTIONS = {"region": "region_name", "addressing": "addressing_style"}


def build_storage(url: str) -> dict[str, Any]:
    """Return Django's description of the storage that `url` names; empty: MEDIA_ROOT.

    `s3://KEY:SECRET@host:port/bucket/folder?region=…&addressing=path|virtual`, with TLS; `s3+http` without,
    for a server on the same machine. Raises ImproperlyConfigured.
    """
    if not url:
        return {"BACKEND": "django.core.files.storage.FileSystemStorage"}
    parts = urlsplit(url)
    bucket, _slash, folder = parts.path.strip("/").partition("/")
    chosen = dict(parse_qsl(parts.query))
    whole = parts.hostname and bucket and parts.username and parts.password
    if parts.scheme not in SCHEMES or not whole or chosen.keys() - OPTIONS.keys():
        raise ImproperlyConfigured(
            "FILES_URL is s3://KEY:SECRET@host/bucket, with ?region=…&addressing=… where the host wants them."
        )
    return {
        "BACKEND": "instrument_share.bucket.BucketStorage",
        "OPTIONS": {
            "endpoint_url": f"{SCHEMES[parts.scheme]}://{parts.netloc.rpartition('@')[2]}",
            "access_key": unquote(parts.username or ""),
            "secret_key": unquote(parts.password or ""),
            "bucket_name": bucket,
            "location": folder,
            **{OPTIONS[name]: value for name, value in chosen.items()},
        },
    }


def list_folders(folder: str) -> list[str]:
    """Return the names of the folders directly in a folder; none where it is not there."""
    return default_storage.listdir(folder)[0] if default_storage.exists(folder) else []


def list_files(folder: str) -> list[str]:
    """Return the names of the files directly in a folder; none where it is not there."""
    return default_storage.listdir(folder)[1] if default_storage.exists(folder) else []


def iterate_dated_files(folder: str) -> Iterator[tuple[str, datetime]]:
    """Yield the paths of the files in a folder and when each was written, but of those being deleted."""
    for path in (f"{folder}/{name}" for name in list_files(folder)):
        with suppress(FileNotFoundError):
            yield path, default_storage.get_modified_time(path)
