"""The waiting list of each instrument, and the offers made from it."""

from datetime import timedelta
from functools import partial

from django.db import models
from django.db.models import F, Q

from bookings.waiting.domain import ENDS
from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.public_id import new_public_id


class WaitlistEntry(models.Model):
    """候补: a person waits for some hours on an instrument, between an earliest start and a latest end."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "WTL")
    )
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.PROTECT, related_name="waits")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="waits")
    payer_organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, null=True, related_name="+"
    )
    earliest = models.DateTimeField()
    latest = models.DateTimeField()
    minutes = models.PositiveIntegerField()
    service_mode = models.CharField(max_length=15)
    subject = models.CharField(max_length=200)
    project = models.CharField(max_length=200, blank=True)
    organization_project = models.ForeignKey(
        "bookings.Project", on_delete=models.PROTECT, null=True, related_name="+"
    )
    direction = models.CharField(max_length=12)
    joined_at = models.DateTimeField()
    unanswered = models.PositiveSmallIntegerField(default=0, help_text="how many offers lapsed")
    end = models.CharField(max_length=6, blank=True, choices=[(one.value, one.value) for one in ENDS])
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            known_code("end", ["", *ENDS], "waitlist_entry_end_known"),
            models.CheckConstraint(condition=Q(latest__gt=F("earliest")), name="waitlist_span_in_order"),
            models.UniqueConstraint(
                fields=["instrument", "user"], condition=Q(end=""), name="waitlist_once_at_a_time"
            ),
        ]
        indexes = [
            models.Index(fields=["instrument", "joined_at"], condition=Q(end=""), name="waitlist_in_order"),
            models.Index(fields=["user", "joined_at"], name="waitlist_by_user"),
        ]

    def __str__(self) -> str:
        return self.public_id

    @property
    def wanted(self) -> Interval:
        """Return the span in which the hours are to lie."""
        return Interval(self.earliest, self.latest)

    @property
    def length(self) -> timedelta:
        """Return how long the time is to be."""
        return timedelta(minutes=self.minutes)


class WaitlistOffer(models.Model):
    """A time offered to somebody who waits; its booking holds it, and its state says what came of it."""

    entry = models.ForeignKey(WaitlistEntry, on_delete=models.PROTECT, related_name="offers")
    booking = models.OneToOneField(
        "bookings.Booking", on_delete=models.PROTECT, related_name="waitlist_offer"
    )
    answer_by = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["answer_by"], name="waitlist_offer_by_deadline")]

    def __str__(self) -> str:
        return str(self.booking)
