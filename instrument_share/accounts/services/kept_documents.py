"""Documents kept for a person between the rounds of a form that was refused, in private storage.

The form carries a signed ticket for each; nobody else's ticket opens it.
"""

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.core import signing
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from instrument_share.accounts.domain import files
from instrument_share.accounts.permissions import require
from instrument_share.accounts.services.documents import Upload, check_uploads
from instrument_share.file_store import iterate_dated_files, list_folders

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

FOLDER = "registrations"
KEPT_FOR = timedelta(days=1)
SALT = "accounts.kept_documents"


@dataclass(frozen=True)
class KeptDocument:
    """A document that is kept, and the ticket with which its sender names it."""

    name: str
    size: int
    path: str
    ticket: str

    def as_upload(self) -> Upload:
        """Return it as an upload."""
        with default_storage.open(self.path) as file:
            return ContentFile(file.read(), self.name)


def documents_keep(*, actor: "User", uploads: Iterable[Upload]) -> list[KeptDocument]:
    """Keep the uploads that can be documents for a day, at most ten of one person."""
    require(actor, "accounts.register_organization")
    good, _problems = check_uploads(uploads)
    folder = _folder(actor)
    kept = []
    for one in good[: files.MAX_DOCUMENTS]:
        path = f"{folder}/{one.sha256[:32]}.{one.extension}"
        if not default_storage.exists(path):
            default_storage.save(path, ContentFile(one.content))
        facts: dict[str, Any] = {"path": path, "name": one.name, "size": len(one.content)}
        kept.append(KeptDocument(**facts, ticket=signing.dumps(facts, salt=SALT)))
    _make_room(folder, {one.path for one in kept})
    return kept


def documents_kept(*, actor: "User", tickets: Iterable[str]) -> list[KeptDocument]:
    """Return the person's own documents that the tickets name and that are still there."""
    found = (document for ticket in tickets if (document := _read_ticket(ticket)))
    own = [one for one in found if one.path.startswith(f"{_folder(actor)}/")]
    return [one for one in own if default_storage.exists(one.path)]


def kept_documents_forget(*, actor: "User") -> None:
    """Delete what is kept for the person, once the form is taken."""
    for path, _written_at in iterate_dated_files(_folder(actor)):
        default_storage.delete(path)


def kept_documents_forget_old(*, now: datetime) -> int:
    """Delete what was kept for longer than a day; return the number of files."""
    old = [
        path
        for person in list_folders(FOLDER)
        for path, written_at in iterate_dated_files(f"{FOLDER}/{person}")
        if written_at < now - KEPT_FOR
    ]
    for path in old:
        default_storage.delete(path)
    return len(old)


def _read_ticket(ticket: str) -> KeptDocument | None:
    with suppress(signing.BadSignature):
        facts: dict[str, Any] = signing.loads(ticket, salt=SALT, max_age=KEPT_FOR)
        return KeptDocument(**facts, ticket=ticket)
    return None


def _folder(person: "User") -> str:
    return f"{FOLDER}/{person.pk}"


def _make_room(folder: str, newest: set[str]) -> None:
    """Delete the person's oldest documents beyond the limit."""
    others = sorted((at, path) for path, at in iterate_dated_files(folder) if path not in newest)
    for _at, path in others[: max(0, len(others) + len(newest) - files.MAX_DOCUMENTS)]:
        default_storage.delete(path)
