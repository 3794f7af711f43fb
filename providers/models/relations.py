from functools import partial

from django.db import models
from django.db.models import F, Q

from instrument_share.kernel.public_id import new_public_id
from providers.domain.words import GroupKind


class InstrumentLink(models.Model):
    """联用: an instrument that can't be booked without another one of its unit, for the same time."""

    instrument = models.ForeignKey("providers.Instrument", on_delete=models.CASCADE, related_name="links")
    linked = models.ForeignKey("providers.Instrument", on_delete=models.PROTECT, related_name="linked_from")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "linked"], name="link_once"),
            models.CheckConstraint(condition=~Q(instrument=F("linked")), name="link_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} → {self.linked_id}"


class InstrumentGroup(models.Model):
    """仪器组: instruments of a unit that stand together on their pages, under a name."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "IGR")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="instrument_groups"
    )
    name_zh = models.CharField(max_length=50)
    name_en = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=15, choices=[(k.value, k.value) for k in GroupKind])
    instruments = models.ManyToManyField("providers.Instrument", related_name="groups")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "name_zh"], name="group_name_once_a_unit")
        ]

    def __str__(self) -> str:
        return self.name_zh
