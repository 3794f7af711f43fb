from django.db import models


class CaseUse(models.Model):
    """A use from which an open-service case came. The case is public, the booking is not."""

    case = models.ForeignKey("providers.ServiceCase", on_delete=models.CASCADE, related_name="uses")
    booking = models.ForeignKey("bookings.Booking", on_delete=models.PROTECT, related_name="cases")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["case", "booking"], name="case_use_once")]

    def __str__(self) -> str:
        return f"{self.case_id} {self.booking_id}"
