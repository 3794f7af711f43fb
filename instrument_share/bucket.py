"""The bucket of a site that keeps its files in one; only such a site loads this."""

from collections.abc import Iterator
from mimetypes import guess_type
from typing import Any

from botocore.config import Config
from botocore.exceptions import ClientError
from django.core.files.base import File
from storages.backends.s3 import S3Storage
from storages.utils import clean_name

SECONDS = 10
TAKEN = ("PreconditionFailed", "ConditionalRequestConflict")


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
