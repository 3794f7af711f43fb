from functools import partial

from django.db import models

from instrument_share.kernel.public_id import new_public_id
from providers.domain.words import Audience


class InstrumentPicture(models.Model):
    """One picture of an instrument's gallery, in two widths; the first stands for the instrument."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "PIC")
    )
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    large = models.ImageField(upload_to="instruments/")
    small = models.ImageField(upload_to="instruments/")
    width = models.PositiveIntegerField(help_text="of the large one, in pixels")
    height = models.PositiveIntegerField(help_text="of the large one, in pixels")
    alt_zh = models.CharField(max_length=100, blank=True)
    alt_en = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "position"], name="picture_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} #{self.position}"


class InstrumentAttachment(models.Model):
    """A PDF that belongs to an instrument: a manual, what samples must be like, a form."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "ATT")
    )
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.CASCADE, related_name="attachments"
    )
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=200, blank=True)
    file = models.FileField(upload_to="attachments/")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    audience = models.CharField(
        max_length=10, choices=[(a.value, a.value) for a in Audience], default=Audience.EVERYBODY.value
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "sha256"], name="attachment_once_an_instrument")
        ]

    def __str__(self) -> str:
        return self.title_zh
