"""Which files may be kept as documents, recognised by their first bytes rather than by their name."""

MAX_BYTES = 10 * 1024 * 1024
MAX_DOCUMENTS = 10
"""So many one organization keeps."""
MAX_ADDED_A_DAY = 30
"""So many one person adds to one organization within 24 hours, as removed ones are kept too."""

_BEGINNINGS = (
    (b"%PDF-", "application/pdf", "pdf"),
    (b"\xff\xd8\xff", "image/jpeg", "jpg"),
    (b"\x89PNG\r\n\x1a\n", "image/png", "png"),
)


def file_type(content: bytes) -> tuple[str, str] | None:
    """Return media type and extension of a PDF, JPEG or PNG; None for anything else."""
    for beginning, media_type, extension in _BEGINNINGS:
        if content.startswith(beginning):
            return media_type, extension
    return None
