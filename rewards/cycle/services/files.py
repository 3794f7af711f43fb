"""Store files under their own SHA-256 in Django's file storage."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from rewards.cycle.domain.parts import hash_content


def file_store(*, folder: str, name: str, content: bytes) -> str:
    """Store `content` as `folder/name` unless it exists, and return its name in storage.

    An existing file with other content (it was damaged) is left for investigation.
    """
    path = f"{folder}/{name}"
    if default_storage.exists(path):
        with default_storage.open(path) as there:
            if hash_content(there.read()) == hash_content(content):
                return path
    return default_storage.save(path, ContentFile(content))
