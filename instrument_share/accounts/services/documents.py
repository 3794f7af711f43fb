"""Writers of the documents with which an organization shows who it is."""

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Protocol

from django.core.files.base import ContentFile
from django.db import transaction

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import files
from instrument_share.accounts.models import Organization, OrganizationDocument, User
from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.errors import DomainError, Problem, gettext_noop, require_found

LONGEST_NAME = 200
DAY = timedelta(days=1)


class DocumentUnusable(DomainError):
    """The upload can't be kept; the problem belongs to the field `documents`."""

    code = "document.unusable"
    message = gettext_noop("The document can't be saved.")


class Upload(Protocol):
    """A file as the edge hands it over."""

    name: str | None

    def read(self, size: int, /) -> bytes: ...


@dataclass(frozen=True)
class CheckedUpload:
    """An upload that can be kept."""

    name: str
    content: bytes
    media_type: str
    extension: str

    @property
    def sha256(self) -> str:
        return hashlib.sha256(self.content).hexdigest()


def check_uploads(uploads: Iterable[Upload]) -> tuple[list[CheckedUpload], list[Problem]]:
    """Return the uploads that are a PDF, JPEG or PNG of at most 10 MB, and the problems of the others."""
    good: list[CheckedUpload] = []
    problems: list[Problem] = []
    for upload in uploads:
        content, name = upload.read(files.MAX_BYTES + 1), upload.name or ""
        kind = files.file_type(content)
        if len(content) > files.MAX_BYTES:
            message = gettext_noop("“{name}” is larger than {megabytes} MB. Make it smaller and try again.")
            params = {"name": name, "megabytes": files.MAX_BYTES // 1024 // 1024}
            problems.append(Problem("document.too_large", message, params, "documents"))
        elif kind is None:
            message = gettext_noop(
                "“{name}” is not a PDF, JPEG or PNG. Choose a scan in one of these formats."
            )
            problems.append(Problem("document.kind_unknown", message, {"name": name}, "documents"))
        else:
            good.append(CheckedUpload(name, content, *kind))
    return good, problems


@transaction.atomic
def organization_document_add(
    *, actor: User, organization_id: int, uploads: Iterable[Upload], now: datetime
) -> list[OrganizationDocument]:
    """Keep documents privately and by their content; the same file twice is one.

    Raises DocumentUnusable with the problems of all of them, and then keeps none.
    """
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.file_document", organization)
    good, problems = check_uploads(uploads)
    if problems:
        raise DocumentUnusable(problems=problems)
    return add_documents(organization, good, actor, now)


def add_documents(
    organization: Organization, good: Iterable[CheckedUpload], actor: User, now: datetime
) -> list[OrganizationDocument]:
    """Keep checked uploads, under the organization's lock."""
    return [_filed(organization, one, actor, now) for one in good]


def _filed(
    organization: Organization, one: CheckedUpload, actor: User, now: datetime
) -> OrganizationDocument:
    kept = OrganizationDocument.objects.filter(organization=organization, removed_at__isnull=True)
    known = kept.filter(sha256=one.sha256).first()
    if known is not None:
        return known
    if kept.count() >= files.MAX_DOCUMENTS:
        message = gettext_noop("At most {most} documents can be kept. Remove one first.")
        raise _too_many(message, files.MAX_DOCUMENTS)
    added = OrganizationDocument.objects.filter(organization=organization, uploaded_by=actor)
    if added.filter(uploaded_at__gt=now - DAY).count() >= files.MAX_ADDED_A_DAY:
        message = gettext_noop("You have added {most} documents within a day. Add the others tomorrow.")
        raise _too_many(message, files.MAX_ADDED_A_DAY)
    document = OrganizationDocument(
        organization=organization,
        name=one.name[-LONGEST_NAME:],
        media_type=one.media_type,
        size=len(one.content),
        sha256=one.sha256,
        uploaded_by=actor,
        uploaded_at=now,
    )
    document.file.save(f"{one.sha256[:32]}.{one.extension}", ContentFile(one.content), save=False)
    document.save(force_insert=True)
    _record(actor, "organization.document_added", document, now)
    return document


def _too_many(message: str, most: int) -> DocumentUnusable:
    return DocumentUnusable(problems=[Problem("document.too_many", message, {"most": most}, "documents")])


@transaction.atomic
def organization_document_remove(*, actor: User, organization_id: int, public_id: str, now: datetime) -> None:
    """Withdraw a document from those who could read it; a second time changes nothing."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.file_document", organization)
    document = require_found(
        OrganizationDocument.objects.filter(organization=organization, public_id=public_id).first()
    )
    if document.removed_at is None:
        document.removed_at = now
        document.save(update_fields=["removed_at"])
        _record(actor, "organization.document_removed", document, now)


def _record(actor: User, action: str, document: OrganizationDocument, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=document,
        now=now,
        organization_id=document.organization_id,
        details={"sha256": document.sha256},
    )
