"""Which units have been revised since what is kept of them was made."""

from django.db import models


class RevisedUnit(models.Model):
    """A mark that something of a unit was revised; what is kept of the unit does not count until it is gone.

    Each change adds a row of its own, so that changes don't wait for one another. Whoever makes again what is
    kept removes the marks that it saw, and never one that was added meanwhile.
    """

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")

    def __str__(self) -> str:
        return str(self.organization_id)
