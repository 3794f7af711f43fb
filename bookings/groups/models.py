"""What somebody has collected to book it together."""

from functools import partial

from django.db import models
from django.db.models import F, Q

from instrument_share.kernel.public_id import new_public_id


class BasketItem(models.Model):
    """预约篮: an instrument and a time that a person may book later, with others; it holds nothing."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "BSK")
    )
    user = models.ForeignKey("accounts.User", on_delete=models.CASCADE, related_name="basket")
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.CASCADE, related_name="+")
    payer_organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.CASCADE, null=True, related_name="+"
    )
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    service_mode = models.CharField(max_length=15)
    subject = models.CharField(max_length=200, blank=True)
    project = models.CharField(max_length=200, blank=True)
    organization_project = models.ForeignKey(
        "bookings.Project", on_delete=models.CASCADE, null=True, related_name="+"
    )
    direction = models.CharField(max_length=12, default="research")
    samples = models.PositiveIntegerField(default=0)
    added_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="basket_times_in_order"),
            models.UniqueConstraint(fields=["user", "instrument", "starts_at"], name="basket_once"),
        ]

    def __str__(self) -> str:
        return self.public_id
