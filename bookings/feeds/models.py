"""Calendars that programs subscribe to or that are read, and webhooks with what was sent to them."""

from functools import partial

from django.db import models
from django.db.models import Q

from bookings.feeds.domain.webhooks import WebhookSide
from instrument_share.databases.known_codes import known_code
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


class Webhook(models.Model):
    """消息推送接口: an address of an organization's own system that is told of bookings, uses and statements.

    The unit whose instruments they are, or the organization that pays for them, as `side` says. The secret is
    computed, not kept (see `keys`). The journal has been read up to `read_through`, so that nothing is lost
    that happens while the worker or the receiver is away. Messages wait in their order until the receiver's
    turn.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "HOK")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.CASCADE, related_name="webhooks"
    )
    side = models.CharField(
        max_length=10,
        choices=[(one.value, one.value) for one in WebhookSide],
        default=WebhookSide.UNIT.value,
    )
    address = models.URLField(max_length=500)
    actions = models.JSONField(help_text="the acts of the journal that it is told")
    generation = models.PositiveIntegerField(default=1, help_text="grows with every new secret")
    created_at = models.DateTimeField()
    read_through = models.BigIntegerField(help_text="the entry of the journal up to which all were read")
    failing_since = models.DateTimeField(null=True, help_text="since when no delivery has succeeded")
    failures = models.PositiveSmallIntegerField(default=0, help_text="in a row")
    due_at = models.DateTimeField(null=True, help_text="from when it is its turn; none: at once")
    claimed_until = models.DateTimeField(null=True, help_text="until when a worker has it to itself")
    disabled_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [known_code("side", WebhookSide, "webhook_side_known")]

    def __str__(self) -> str:
        return self.public_id


class WebhookDelivery(models.Model):
    """One message to a webhook, and what came of it.

    `entry_id` is the act of the journal that it tells; a test has none.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "DLV")
    )
    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    entry_id = models.BigIntegerField(null=True)
    action = models.CharField(max_length=60)
    body = models.TextField(help_text="exactly what is sent and signed")
    created_at = models.DateTimeField()
    attempts = models.PositiveIntegerField(default=0)
    tried_at = models.DateTimeField(null=True)
    status = models.PositiveSmallIntegerField(null=True, help_text="of the last answer")
    answer = models.CharField(max_length=200, blank=True, help_text="its beginning, or why there was none")
    delivered_at = models.DateTimeField(null=True)
    given_up_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["webhook", "entry_id"], name="webhook_delivery_once"),
        ]
        indexes = [
            models.Index(fields=["webhook", "-id"], name="webhook_delivery_newest"),
            models.Index(
                fields=["webhook", "id"],
                condition=Q(delivered_at__isnull=True, given_up_at__isnull=True),
                name="webhook_delivery_waits",
            ),
        ]

    def __str__(self) -> str:
        return self.public_id


class ExternalCalendar(models.Model):
    """外部日历: an address from which the site reads when an instrument is otherwise engaged.

    Whoever connected it answers for the closures that follow from it.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "EXT")
    )
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.CASCADE, related_name="external_calendars"
    )
    address = models.URLField(max_length=500)
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    created_at = models.DateTimeField()
    read_at = models.DateTimeField(null=True, help_text="when it was read whole for the last time")
    failing_since = models.DateTimeField(null=True)
    failure = models.CharField(max_length=200, blank=True, help_text="why it could not be read last time")
    told_at = models.DateTimeField(null=True, help_text="when its keeper was told that it fails")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "address"], name="external_calendar_once"),
        ]

    def __str__(self) -> str:
        return self.public_id


class BusyTime(models.Model):
    """A time of an external calendar, and the closure that was made of it.

    It has none where bookings lie in it, or that of its shorter time before: whether they are moved or
    cancelled is for the keeper to decide.
    """

    calendar = models.ForeignKey(ExternalCalendar, on_delete=models.CASCADE, related_name="busy_times")
    key = models.CharField(max_length=64, help_text="hash of what names the event and its repetition")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    closure = models.OneToOneField(
        "providers.Closure", on_delete=models.PROTECT, null=True, related_name="busy_time"
    )

    class Meta:
        constraints = [models.UniqueConstraint(fields=["calendar", "key"], name="busy_time_once")]

    def __str__(self) -> str:
        return f"{self.calendar_id} {self.starts_at}–{self.ends_at}"
