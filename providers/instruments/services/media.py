"""Services of an instrument's gallery and attachments.

Files are named by their content and are kept after removal, as revisions refer to them.
"""

import hashlib
from datetime import datetime
from typing import IO, TYPE_CHECKING

from django.db import transaction
from django.db.models import Max

from instrument_share.kernel.errors import Conflict, DomainError, Problem, gettext_noop, require_found
from providers.instruments.domain.choices import Audience
from providers.instruments.models import Instrument, InstrumentAttachment, InstrumentPicture
from providers.instruments.services.common import lock_editable_instrument
from providers.instruments.services.pictures import prepare_attachment, prepare_gallery_picture, store_once
from providers.revisions.services import record_change, save_with_history

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

MOST_PICTURES = 8
MOST_ATTACHMENTS = 20
ASIDE = 1000
"""A position that no picture has; where one stands while two change places."""


class TooMany(Conflict):
    """The instrument has as many pictures or files as it may have."""

    code = "instrument.too_many_files"
    message = gettext_noop("There are {most} already, which is the most allowed. Remove one first.")


class AttachedAlready(Conflict):
    """The same file is attached already."""

    code = "attachment.twice"
    field = "file"
    message = gettext_noop("This file is attached already, as “{title}”.")


class TitleMissing(DomainError):
    """A file needs a title."""

    code = "attachment.title_missing"
    field = "title_zh"
    message = gettext_noop("The file needs a Chinese title, so that people know what it is.")


@transaction.atomic
def instrument_picture_add(
    *,
    actor: "User | None",
    instrument_id: int,
    upload: IO[bytes],
    now: datetime,
    alt_zh: str = "",
    alt_en: str = "",
) -> InstrumentPicture:
    """Add a picture at the end of the gallery, which holds 8 at most.

    Raises PictureUnusable.
    """
    instrument = lock_editable_instrument(actor, instrument_id)
    prepared = prepare_gallery_picture(upload)
    pictures = InstrumentPicture.objects.filter(instrument=instrument)
    if pictures.count() >= MOST_PICTURES:
        raise TooMany(most=MOST_PICTURES)
    last = pictures.aggregate(last=Max("position"))["last"]
    picture = InstrumentPicture(
        instrument=instrument,
        position=(last or 0) + 1,
        large=store_once("instruments", prepared.large),
        small=store_once("instruments", prepared.small),
        width=prepared.width,
        height=prepared.height,
        alt_zh=alt_zh.strip()[:100],
        alt_en=alt_en.strip()[:200],
        created_at=now,
    )
    picture.save(force_insert=True)
    _after_gallery(actor, "instrument.picture_added", instrument, picture, now)
    return picture


@transaction.atomic
def instrument_picture_describe(
    *, actor: "User", picture_id: int, alt_zh: str, alt_en: str, now: datetime
) -> InstrumentPicture:
    """Set the alternative texts of a picture."""
    picture, instrument = _picture(actor, picture_id)
    picture.alt_zh, picture.alt_en = alt_zh.strip()[:100], alt_en.strip()[:200]
    picture.save(update_fields=["alt_zh", "alt_en"])
    _after_gallery(actor, "instrument.picture_described", instrument, picture, now)
    return picture


@transaction.atomic
def instrument_picture_move(
    *, actor: "User", picture_id: int, forward: bool, now: datetime
) -> InstrumentPicture:
    """Swap a picture with the one before it (`forward`) or after it, if any."""
    picture, instrument = _picture(actor, picture_id)
    others = InstrumentPicture.objects.filter(instrument=instrument)
    if forward:
        other = others.filter(position__lt=picture.position).order_by("-position").first()
    else:
        other = others.filter(position__gt=picture.position).order_by("position").first()
    if other is None:
        return picture
    mine, theirs = picture.position, other.position
    for row, position in ((picture, ASIDE), (other, mine), (picture, theirs)):
        row.position = position
        row.save(update_fields=["position"])
    _after_gallery(actor, "instrument.picture_moved", instrument, picture, now)
    return picture


@transaction.atomic
def instrument_picture_remove(*, actor: "User", picture_id: int, now: datetime) -> None:
    """Remove a picture from the gallery."""
    picture, instrument = _picture(actor, picture_id)
    InstrumentPicture.objects.filter(pk=picture.pk).delete()
    _after_gallery(actor, "instrument.picture_removed", instrument, picture, now)


@transaction.atomic
def instrument_attachment_add(
    *,
    actor: "User",
    instrument_id: int,
    upload: IO[bytes],
    title_zh: str,
    now: datetime,
    title_en: str = "",
    audience: Audience = Audience.EVERYBODY,
) -> InstrumentAttachment:
    """Attach a PDF of at most 20 MB, for everybody or qualified users. Raises AttachmentUnusable."""
    instrument = lock_editable_instrument(actor, instrument_id)
    if not title_zh.strip():
        message = TitleMissing.message
        raise TitleMissing(problems=[Problem(TitleMissing.code, message, field="title_zh")])
    prepared = prepare_attachment(upload)
    content = prepared.read()
    digest = hashlib.sha256(content).hexdigest()
    attached = InstrumentAttachment.objects.filter(instrument=instrument)
    if twice := attached.filter(sha256=digest).first():
        raise AttachedAlready(title=twice.title_zh)
    if attached.count() >= MOST_ATTACHMENTS:
        raise TooMany(most=MOST_ATTACHMENTS)
    attachment = InstrumentAttachment(
        instrument=instrument,
        title_zh=title_zh.strip()[:100],
        title_en=title_en.strip()[:200],
        file=store_once("attachments", prepared),
        sha256=digest,
        size_bytes=len(content),
        audience=audience.value,
        created_at=now,
        created_by=actor,
    )
    attachment.save(force_insert=True)
    _record_attachment(actor, "instrument.file_attached", instrument, attachment, now)
    return attachment


@transaction.atomic
def instrument_attachment_remove(*, actor: "User", attachment_id: int, now: datetime) -> None:
    """Remove an attachment."""
    attachment = require_found(InstrumentAttachment.objects.filter(pk=attachment_id).first())
    instrument = lock_editable_instrument(actor, attachment.instrument_id)
    InstrumentAttachment.objects.filter(pk=attachment_id).delete()
    _record_attachment(actor, "instrument.file_removed", instrument, attachment, now)


def _picture(actor: "User", picture_id: int) -> tuple[InstrumentPicture, Instrument]:
    """Return a picture and its locked instrument if the actor may change them."""
    pictures = InstrumentPicture.objects.filter(pk=picture_id)
    owner_id = require_found(pictures.values_list("instrument_id", flat=True).first())
    instrument = lock_editable_instrument(actor, owner_id)
    return require_found(pictures.first()), instrument


def _after_gallery(
    actor: "User | None", action: str, instrument: Instrument, picture: InstrumentPicture, now: datetime
) -> None:
    """Record the change; a new first picture, which lists show, is a revision of the instrument."""
    first = InstrumentPicture.objects.filter(instrument=instrument).order_by("position").first()
    main = first.small.name if first else ""
    if instrument.picture.name != main:
        instrument.picture = main
        save_with_history(instrument, actor=actor, now=now)
    record_change(actor, action, instrument, now, picture=picture.public_id, file=str(picture.large.name))


def _record_attachment(
    actor: "User", action: str, instrument: Instrument, attachment: InstrumentAttachment, now: datetime
) -> None:
    record_change(
        actor,
        action,
        instrument,
        now,
        attachment=attachment.public_id,
        title=attachment.title_zh,
        sha256=attachment.sha256,
        audience=attachment.audience,
    )
