"""What the journal and the inboxes are told of vouchers, and the files that prove something."""

from collections.abc import Iterable, Sequence
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.core.files.base import ContentFile

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import managers_of
from instrument_share.accounts.services import role_holders_tell
from instrument_share.accounts.services.documents import LONGEST_NAME, CheckedUpload, Upload, check_uploads
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Problem, gettext_noop
from providers.public import store_once
from rewards.vouchers.models import VoucherFile

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User

FOLDER = "vouchers"
MOST_FILES = 5


def record_act(
    actor: "User", action: str, subject: Any, now: datetime, *, organization_id: int | None, **details: Any
) -> None:
    """Write an act on vouchers into the journal."""
    record(
        actor=actor,
        action=action,
        subject=subject,
        now=now,
        organization_id=organization_id,
        details=details,
    )


def tell_administrators(
    organization: "Organization", message: str, now: datetime, *, path: str, params: dict[str, Any]
) -> None:
    """Tell the administrators of an organization, also while it is suspended."""
    users = managers_of(organization, roles={Role.ORG_ADMIN})
    kind = NotificationKind.ASSESSMENT
    role_holders_tell(organization, users, message, now, kind=kind, path=path, params=params)


def check_proofs(uploads: Iterable[Upload]) -> tuple[Sequence[CheckedUpload], list[Problem]]:
    """Return the files that prove something, at least one, and what is wrong with them."""
    files, problems = check_uploads(uploads)
    if not (files or problems):
        message = gettext_noop("Add at least one file.")
        problems.append(Problem("voucher.proofs_missing", message, field="documents"))
    if len(files) > MOST_FILES:
        message = gettext_noop("Choose at most {most} files.")
        problems.append(Problem("voucher.proofs_too_many", message, {"most": MOST_FILES}, "documents"))
    return files, problems


def keep_proofs(files: Iterable[CheckedUpload], **of: Any) -> list[str]:
    """Keep files of an application or a claim, the same one once; return their hashes."""
    kept = {one.sha256: one for one in files}
    for sha256, one in kept.items():
        content = ContentFile(one.content, name=f"{sha256[:32]}.{one.extension}")
        VoucherFile.objects.create(
            file=store_once(FOLDER, content),
            name=one.name[-LONGEST_NAME:],
            media_type=one.media_type,
            sha256=sha256,
            **of,
        )
    return sorted(kept)
