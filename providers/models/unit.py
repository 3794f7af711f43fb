from functools import partial

from django.db import models
from simple_history.models import HistoricalRecords

from instrument_share.kernel.public_id import new_public_id
from providers.domain.words import ProfileState


class UnitProfile(models.Model):
    """单位简介, the first of the six kinds: who an owning unit is."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "UNT")
    )
    organization = models.OneToOneField(
        "accounts.Organization", on_delete=models.PROTECT, related_name="unit_profile"
    )
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in ProfileState],
        default=ProfileState.DRAFT.value,
    )
    introduction_zh = models.TextField(blank=True)
    introduction_en = models.TextField(blank=True)
    address_zh = models.CharField(max_length=100, blank=True)
    address_en = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    website = models.URLField(blank=True)
    picture = models.ImageField(upload_to="units/", blank=True)
    return_reason = models.CharField(max_length=500, blank=True)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1, help_text="grows with every change of the text")
    history = HistoricalRecords()

    def __str__(self) -> str:
        return f"{self.organization_id}"
