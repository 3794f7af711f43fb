"""Calendars that programs subscribe to."""

from functools import partial

from django.db import models
from django.db.models import Q

from instrument_share.kernel.public_id import new_public_id


class CalendarFeed(models.Model):
    """日历订阅: an address at which calendar programs read one person's view of bookings.

    Without an instrument and a unit it holds the person's own bookings. The address is signed and not kept
    (see `keys`); a new `generation` makes the one before worthless.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "CAL")
    )
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="calendar_feeds")
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.CASCADE, null=True, related_name="calendar_feeds"
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.CASCADE, null=True, related_name="calendar_feeds"
    )
    generation = models.PositiveIntegerField(default=1, help_text="grows with every new address")
    opened_at = models.DateTimeField(help_text="when the present address was made")

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(instrument__isnull=True) | Q(organization__isnull=True),
                name="calendar_feed_one_kind",
            ),
            models.UniqueConstraint(
                fields=["user"],
                condition=Q(instrument__isnull=True, organization__isnull=True),
                name="calendar_feed_of_person",
            ),
            models.UniqueConstraint(fields=["user", "instrument"], name="calendar_feed_of_instrument"),
            models.UniqueConstraint(fields=["user", "organization"], name="calendar_feed_of_unit"),
        ]

    def __str__(self) -> str:
        return self.public_id
