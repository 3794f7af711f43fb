"""Store files under their own SHA-256 in Django's file storage."""

from django.core.files.base import ContentFile
from django.core.files.storage import default_storage


def file_store(*, folder: str, name: str, content: bytes) -> str:
    """Store `content` as `folder/name` unless it exists, and return its name in storage.

    A file that ends early is what a process left that was killed while it wrote it, and is written again. One
    with other content (it was damaged) is left for investigation.
    """
    path = f"{folder}/{name}"
    if default_storage.exists(path):
        with default_storage.open(path) as file:
            present = file.read()
        if present == content:
            return path
        if content.startswith(present):
            default_storage.delete(path)
    return default_storage.save(path, ContentFile(content))
