"""Writers of the documents with which an organization shows who it is."""

import hashlib
from datetime import datetime
from typing import IO

from django.core.files.base import ContentFile
from django.db import transaction

from instrument_share.accounts import selectors
from instrument_share.accounts.domain import files
from instrument_share.accounts.models import OrganizationDocument, User
from instrument_share.accounts.permissions import require
from instrument_share.journal.services import record
from instrument_share.kernel.errors import DomainError, NotFound, Problem, gettext_noop

LONGEST_NAME = 200


class DocumentUnusable(DomainError):
    """The upload can't be kept; the problem belongs to the field `documents`."""

    code = "document.unusable"
    message = gettext_noop("The document can't be kept.")


@transaction.atomic
def organization_document_add(
    *, actor: User, organization_id: int, upload: IO[bytes], name: str, now: datetime
) -> OrganizationDocument:
    """Keep a PDF, JPEG or PNG of at most 10 MB, privately and by its content; the same file twice is one."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.file_document", organization)
    content = upload.read(files.MOST_BYTES + 1)
    media_type, extension = _kind_of(content, name)
    digest = hashlib.sha256(content).hexdigest()
    kept = OrganizationDocument.objects.filter(organization=organization, removed_at__isnull=True)
    known = kept.filter(sha256=digest).first()
    if known is not None:
        return known
    if kept.count() >= files.MOST_DOCUMENTS:
        message = gettext_noop("At most {most} documents are kept. Remove one first.")
        raise _unusable("too_many", message, most=files.MOST_DOCUMENTS)
    document = OrganizationDocument(
        organization=organization,
        name=name[-LONGEST_NAME:],
        media_type=media_type,
        size=len(content),
        sha256=digest,
        uploaded_by=actor,
        uploaded_at=now,
    )
    document.file.save(f"{digest[:32]}.{extension}", ContentFile(content), save=False)
    document.save(force_insert=True)
    _record(actor, "organization.document_added", document, now)
    return document


@transaction.atomic
def organization_document_remove(*, actor: User, organization_id: int, public_id: str, now: datetime) -> None:
    """Take a document away from those who could read it; a second time changes nothing."""
    organization = selectors.organization_lock(organization_id)
    require(actor, "accounts.file_document", organization)
    document = OrganizationDocument.objects.filter(organization=organization, public_id=public_id).first()
    if document is None:
        raise NotFound
    if document.removed_at is None:
        document.removed_at = now
        document.save(update_fields=["removed_at"])
        _record(actor, "organization.document_removed", document, now)


def _kind_of(content: bytes, name: str) -> tuple[str, str]:
    if len(content) > files.MOST_BYTES:
        message = gettext_noop("“{name}” is larger than {megabytes} MB. Make it smaller and try again.")
        raise _unusable("too_large", message, name=name, megabytes=files.MOST_BYTES // 1024 // 1024)
    found = files.kind_of(content)
    if found is None:
        message = gettext_noop("“{name}” is no PDF, JPEG or PNG. Choose a scan in one of these formats.")
        raise _unusable("kind_unknown", message, name=name)
    return found


def _unusable(code: str, message: str, **params: str | int) -> DocumentUnusable:
    return DocumentUnusable(problems=[Problem(f"document.{code}", message, params, "documents")])


def _record(actor: User, action: str, document: OrganizationDocument, now: datetime) -> None:
    record(
        actor=actor,
        action=action,
        subject=document,
        now=now,
        organization_id=document.organization_id,
        details={"sha256": document.sha256},
    )
