"""Kiosks beside instruments, and what was done at them."""

from functools import partial

from django.db import models

from bookings.kiosk.domain import ActKind
from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id


class Kiosk(models.Model):
    """自助签到屏: a screen beside an instrument, unlocked by a key of its own; only the key's hash is kept.

    `made_by` answers for it: they count as the operator where staff operate the instrument. It ends when they
    no longer look after the instrument.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "KSK")
    )
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.CASCADE, related_name="kiosks")
    name = models.CharField(max_length=50)
    digest = models.CharField(max_length=64, unique=True, help_text="SHA-256 of the key")
    made_at = models.DateTimeField()
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    ended_at = models.DateTimeField(null=True)
    ended_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    def __str__(self) -> str:
        return self.name


class KioskAct(models.Model):
    """自助操作: what somebody did at a kiosk; `refusal` is the stable code of why it was not recorded."""

    kiosk = models.ForeignKey(Kiosk, on_delete=models.CASCADE, related_name="acts")
    key = models.CharField(max_length=64)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in ActKind])
    at = models.DateTimeField(help_text="when it happened")
    received_at = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of what was asked for")
    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, null=True, related_name="+")
    refusal = models.CharField(max_length=60, blank=True)
    detail = models.CharField(max_length=500, blank=True, help_text="the refusal in words, or what is broken")

    class Meta:
        constraints = [
            known_code("kind", ActKind, "kiosk_act_kind_known"),
            models.UniqueConstraint(fields=["kiosk", "key"], name="kiosk_act_once"),
        ]
        indexes = [models.Index(fields=["kiosk", "-received_at"], name="kiosk_act_latest")]

    def __str__(self) -> str:
        return f"{self.kiosk_id} {self.key}"
