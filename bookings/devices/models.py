"""Devices that report the use of an instrument, what they reported, and notes of the day."""

from functools import partial

from django.db import models

from bookings.devices.domain import EventKind, NoteKind
from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id


class Device(models.Model):
    """上机终端: what stands beside an instrument and reports its use, such as a power switch.

    Its key is computed, not kept: of the site's own key, the number and the generation (`feeds.keys`).
    `made_by` answers for it: they count as the operator where staff operate the instrument. The key ends when
    they no longer look after the instrument.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "DEV")
    )
    instrument = models.OneToOneField("providers.Instrument", on_delete=models.CASCADE, related_name="device")
    generation = models.PositiveIntegerField(default=0, help_text="grows with every new key")
    made_at = models.DateTimeField(help_text="when the present key was made")
    made_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    revoked_at = models.DateTimeField(null=True)
    last_sequence = models.PositiveBigIntegerField(default=0)
    last_heard_at = models.DateTimeField(null=True, help_text="the latest time that the device itself named")

    def __str__(self) -> str:
        return self.public_id


class DeviceEvent(models.Model):
    """终端上报: a start, stop or fault as it arrived, and the answer that every repetition gets."""

    device = models.ForeignKey(Device, on_delete=models.CASCADE, related_name="events")
    sequence = models.PositiveBigIntegerField()
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in EventKind])
    at = models.DateTimeField(help_text="by the device's clock")
    received_at = models.DateTimeField()
    digest = models.CharField(max_length=64, help_text="SHA-256 of the message")
    key_made_by = models.ForeignKey(
        "accounts.User",
        on_delete=models.PROTECT,
        null=True,
        related_name="+",
        help_text="who made the key that signed it; null: of an earlier version, and the device says",
    )
    detail = models.CharField(max_length=200, blank=True)
    booking = models.ForeignKey(
        "bookings.Booking", on_delete=models.PROTECT, null=True, related_name="device_events"
    )
    answer = models.JSONField()

    class Meta:
        constraints = [
            known_code("kind", EventKind, "device_event_kind_known"),
            models.UniqueConstraint(fields=["device", "sequence"], name="device_event_once"),
        ]

    def __str__(self) -> str:
        return f"{self.device_id} #{self.sequence}"


class InstrumentNote(models.Model):
    """值班记录: what a keeper should know of an instrument until somebody closes the note.

    A fault that the device reports, or somebody at a kiosk, is an incident without a writer. Its text is
    empty where the device does not say what is broken.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "NOT")
    )
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.CASCADE, related_name="notes")
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in NoteKind])
    text = models.CharField(max_length=500)
    written_at = models.DateTimeField()
    written_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    closed_at = models.DateTimeField(null=True)
    closed_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        constraints = [known_code("kind", NoteKind, "instrument_note_kind_known")]
        indexes = [
            models.Index(
                fields=["instrument"], condition=models.Q(closed_at__isnull=True), name="instrument_note_open"
            ),
        ]

    def __str__(self) -> str:
        return self.public_id
