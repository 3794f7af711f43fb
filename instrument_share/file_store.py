"""Where uploaded and sealed files lie: a folder of this machine, or a bucket that speaks S3.

The bucket is private; files reach readers through the site's pages, which ask who may see them.
"""

from collections.abc import Iterator
from contextlib import suppress
from datetime import datetime
from mimetypes import guess_type
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import File
from django.core.files.storage import default_storage
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

SCHEMES = {"s3": "https", "s3+http": "http"}
OPTIONS = {"region": "region_name", "addressing": "addressing_style"}
SECONDS = 10
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


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
        "BACKEND": "instrument_share.file_store.BucketStorage",
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


class BucketStorage(S3Storage):
    """A bucket that behaves as the folder does: nothing is overwritten, and folders are there while used."""

    client_config: Config

    def __init__(self, **options: Any) -> None:
        super().__init__(**options, file_overwrite=False, default_acl=None, signature_version="s3v4")
        # Checksums beyond those of the protocol are refused by servers other than Amazon's.
        patient = Config(
            connect_timeout=SECONDS,
            read_timeout=SECONDS,
            retries={"max_attempts": 2},
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        self.client_config = self.client_config.merge(patient)

    def exists(self, name: str) -> bool:
        """Return whether there is such a file, or anything below a folder of this name."""
        return super().exists(name) or any(self.listdir(name))

    def iterate_names(self) -> Iterator[str]:
        """Yield the names of all files, in folders and out of them, as the server tells them page by page."""
        folder = self._normalize_name("")
        for one in self.bucket.objects.filter(Prefix=folder):
            yield one.key.removeprefix(folder)

    def _save(self, name: str, content: File) -> str:
        """Write under a name that is free; the server refuses one that somebody else takes in this moment."""
        while True:
            name = clean_name(name)
            content.seek(0)
            try:
                self.connection.meta.client.put_object(
                    Bucket=self.bucket_name,
                    Key=self._normalize_name(name),
                    Body=content,
                    ContentType=guess_type(name)[0] or self.default_content_type,
                    IfNoneMatch="*",
                )
            except ClientError as error:
                if error.response["Error"]["Code"] not in TAKEN:
                    raise
                name = self.get_available_name(name)
            else:
                return name
