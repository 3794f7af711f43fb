"""Read pictures and files of instruments."""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from typing import TYPE_CHECKING

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import region_of
from instrument_share.accounts.selectors.standing import standing
from instrument_share.kernel.errors import NotFound, require_found
from providers.instruments.domain.choices import Audience
from providers.instruments.models import (
    Instrument,
    InstrumentAttachment,
    InstrumentPicture,
)
from providers.instruments.selectors.instruments import has_qualification, instruments

if TYPE_CHECKING:
    from instrument_share.accounts.selectors import Viewer


@dataclass(frozen=True)
class Attached:
    """A file of an instrument, and whether the viewer may read it."""

    attachment: InstrumentAttachment
    may_read: bool


def pictures_of(instrument_ids: Collection[int]) -> dict[int, list[InstrumentPicture]]:
    """Return the galleries of visible instruments by id, in order; one query."""
    found: dict[int, list[InstrumentPicture]] = {pk: [] for pk in instrument_ids}
    rows = InstrumentPicture.objects.filter(instrument_id__in=list(found)).select_related("instrument")
    for row in rows.order_by("position"):
        found[row.instrument_id].append(row)
    return found


def instrument_picture(viewer: "Viewer", public_id: str) -> InstrumentPicture:
    """Return one picture of a visible instrument. Raises NotFound."""
    rows = InstrumentPicture.objects.filter(public_id=public_id, instrument__in=instruments(viewer))
    return require_found(rows.select_related("instrument").first())


def attachments_of(viewer: "Viewer", instrument: Instrument, now: datetime) -> list[Attached]:
    """Return every file of a visible instrument, oldest first; titles are for everybody."""
    rows = list(InstrumentAttachment.objects.filter(instrument=instrument).order_by("created_at", "pk"))
    inner = any(row.audience == Audience.QUALIFIED for row in rows) and _reads_inner(viewer, instrument, now)
    return [Attached(row, inner or row.audience == Audience.EVERYBODY) for row in rows]


def instrument_attachment(viewer: "Viewer", public_id: str, now: datetime) -> InstrumentAttachment:
    """Return a file that the viewer may read. Raises NotFound."""
    rows = InstrumentAttachment.objects.filter(public_id=public_id, instrument__in=instruments(viewer))
    attachment = require_found(rows.select_related("instrument").first())
    if attachment.audience != Audience.EVERYBODY and not _reads_inner(viewer, attachment.instrument, now):
        raise NotFound
    return attachment


def _reads_inner(viewer: "Viewer", instrument: Instrument, now: datetime) -> bool:
    """Return whether the viewer is qualified, manages or keeps the instrument, or reviews it."""
    if viewer.is_anonymous:
        return False
    inner = standing(viewer).organization_ids(Role.UNIT_MANAGER, Role.KEEPER)
    return (
        instrument.organization_id in inner
        or region_of(viewer).covers(instrument.organization)
        or has_qualification(viewer.pk, instrument.pk, now)
    )
