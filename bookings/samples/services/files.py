"""Photos of samples and reports about them: checked, kept privately, named by their content."""

import hashlib
from collections.abc import Iterable
from datetime import datetime
from typing import IO, TYPE_CHECKING

from django.core.files.base import ContentFile
from django.db import transaction

from bookings.samples.domain.choices import SampleFileKind
from bookings.samples.domain.errors import NotMeasured, OrderRefused
from bookings.samples.domain.states import OPEN_STATES, Progress
from bookings.samples.models import SampleFile, SampleOrder
from bookings.samples.selectors import get_order_progress, order_lock
from bookings.samples.services import notifications
from bookings.samples.services.changes import move_order, order_lock_for, record_order
from instrument_share.accounts.permissions import require
from instrument_share.accounts.services.documents import LONGEST_NAME, Upload, check_uploads
from instrument_share.kernel.errors import IllegalMove, Problem, gettext_noop, require_found
from providers.public import prepare_picture, store_once

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

FOLDER = "samples"
MOST_FILES = 60
"""So many photos one order keeps, and so many reports."""
MOST_AT_ONCE = 10


@transaction.atomic
def sample_photos_add(
    *, actor: "User", order_id: int, photos: Iterable[IO[bytes]], now: datetime, position: int | None = None
) -> list[SampleFile]:
    """Add photos to an open order, or to its sample at this position; the same photo twice is one.

    They are decoded and encoded anew, which drops what a camera writes into them. Raises PictureUnusable,
    OrderRefused where there are too many.
    """
    order = order_lock(order_id)
    require(actor, "bookings.add_sample_photos", order)
    if order.state not in OPEN_STATES:
        raise IllegalMove(state=f"sample_order.{order.state}", move="sample_order.add_photos")
    given = list(photos)
    _require_room(order, len(given), SampleFileKind.PHOTO)
    sample = None
    if position is not None:
        sample = require_found(order.samples.filter(position=position).first())
    kept = []
    for photo in given:
        content = prepare_picture(photo)
        kept.append(
            _keep(order, content, "image/jpeg", getattr(photo, "name", ""), SampleFileKind.PHOTO, actor, now)
        )
        kept[-1].sample = sample
        kept[-1].save(update_fields=["sample"])
    record_order(order, "sample_order.photos_added", actor, now, {"files": [one.sha256 for one in kept]})
    return kept


@transaction.atomic
def sample_order_report(
    *, actor: "User", order_id: int, uploads: Iterable[Upload], now: datetime, note: str = ""
) -> SampleOrder:
    """Give the user the reports and results of measured samples, or add further ones.

    The order keeps when and by whom the first were given; each file has its own time.
    They are PDF, JPEG or PNG. Raises NotMeasured before the use is logged, OrderRefused with every problem.
    """
    order = order_lock_for(actor, order_id, "report", now, permission="bookings.handle_samples")
    if get_order_progress(order) not in (None, Progress.MEASURED):
        raise NotMeasured
    files, problems = check_uploads(uploads)
    if not files and not problems:
        message = gettext_noop("Choose at least one file with the report or the results.")
        problems = [Problem("samples.report_missing", message, field="documents")]
    if problems:
        raise OrderRefused(problems=problems)
    _require_room(order, len(files), SampleFileKind.REPORT)
    for one in files:
        content = ContentFile(one.content, name=f"{one.sha256[:32]}.{one.extension}")
        _keep(order, content, one.media_type, one.name, SampleFileKind.REPORT, actor, now)
    order.report_note = note.strip()[:500]
    if order.reported_at is None:
        order.reported_at, order.reported_by = now, actor
    move_order(
        order,
        "report",
        "report_note",
        "reported_at",
        "reported_by",
        actor=actor,
        now=now,
        action="sample_order.reported",
        details={"files": [one.sha256 for one in files]},
    )
    notifications.notify_user(order, notifications.REPORTED, now)
    return order


def get_room(order: SampleOrder, kind: SampleFileKind) -> int:
    """Return how many more files of the kind the order keeps; photos take no room of the reports."""
    return MOST_FILES - order.files.filter(kind=kind.value).count()


def _require_room(order: SampleOrder, further: int, kind: SampleFileKind) -> None:
    if further > MOST_AT_ONCE or further > get_room(order, kind):
        message = gettext_noop(
            "Choose at most {at_once} files at once; an order keeps {most} photos and {most} reports."
        )
        params = {"at_once": MOST_AT_ONCE, "most": MOST_FILES}
        raise OrderRefused(problems=[Problem("samples.files_too_many", message, params, "documents")])


def _keep(
    order: SampleOrder,
    content: "ContentFile[bytes]",
    media_type: str,
    name: str | None,
    kind: SampleFileKind,
    actor: "User",
    now: datetime,
) -> SampleFile:
    """Keep a file under its content; what the order has already is not kept twice."""
    kept, _ = SampleFile.objects.get_or_create(
        order=order,
        sha256=hashlib.sha256(content.read()).hexdigest(),
        defaults={
            "kind": kind.value,
            "name": (name or "")[-LONGEST_NAME:],
            "media_type": media_type,
            "size": content.size,
            "added_at": now,
            "added_by": actor,
            "file": store_once(FOLDER, content),
        },
    )
    return kept
