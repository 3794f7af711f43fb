"""The file in which checkpoints are kept outside of the database."""

from pathlib import Path

from instrument_share.transparency.domain.notes import NOTE


def read_second_place(file: Path) -> list[str]:
    """Return the notes in a file of checkpoints, in order; what is none is passed over. Raises OSError."""
    return [match[0] for match in NOTE.finditer(file.read_text(encoding="utf-8", errors="replace"))]
