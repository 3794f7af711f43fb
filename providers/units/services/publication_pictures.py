"""Services of pictures in texts, each stored once in a unit with alternative texts."""

import hashlib
from datetime import datetime
from typing import IO, TYPE_CHECKING

from django.db import transaction

from instrument_share.journal.services import record
from instrument_share.kernel.errors import Invalid
from providers.instruments.services.common import lock_unit
from providers.instruments.services.pictures import prepare_picture
from providers.units.domain.publications import problems_of_picture
from providers.units.models import PublicationPicture

if TYPE_CHECKING:
    from instrument_share.accounts.models import User


@transaction.atomic
def publication_picture_add(
    *, actor: "User", organization_id: int, upload: IO[bytes] | None, alt_zh: str, alt_en: str, now: datetime
) -> PublicationPicture:
    """Add a picture for a unit's texts; adding it again only changes its alternative texts.

    Raises Invalid and PictureUnusable.
    """
    organization = lock_unit(actor, organization_id, permission="providers.edit_unit")
    if problems := problems_of_picture(upload is not None, alt_zh, alt_en):
        raise Invalid(problems=problems)
    assert upload is not None
    prepared = prepare_picture(upload)
    digest = hashlib.sha256(prepared.read()).hexdigest()
    prepared.seek(0)
    picture = PublicationPicture.objects.filter(organization=organization, sha256=digest).first()
    if picture is None:
        picture = PublicationPicture(
            organization=organization, sha256=digest, file=prepared, created_at=now, created_by=actor
        )
    picture.alt_zh, picture.alt_en = alt_zh.strip(), alt_en.strip()
    picture.save()
    record(actor=actor, action="picture.added", subject=picture, now=now, organization_id=organization.pk)
    return picture
