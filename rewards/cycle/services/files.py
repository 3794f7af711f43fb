"""Files kept under their own SHA-256, in Django's file storage."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from rewards.cycle.domain.canonical import sha256


def file_store(*, folder: str, name: str, content: bytes) -> str:
    """Store `content` as `folder/name` and return its name in storage; the same content again stores nothing.

    A file of that name that holds something else (it was damaged) is left for who investigates it.
    """
    path = f"{folder}/{name}"
    if default_storage.exists(path):
        with default_storage.open(path) as there:
            if sha256(there.read()) == sha256(content):
                return path
    return default_storage.save(path, ContentFile(content))
