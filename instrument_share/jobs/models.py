"""Who works, and how recurring jobs ended; the queue itself is a table of the library."""

from django.db import models


class Worker(models.Model):
    """A process that works on the queue and says every few seconds that it is alive."""

    name = models.CharField(max_length=64, unique=True)
    seen_at = models.DateTimeField()

    def __str__(self) -> str:
        return self.name


class RecurringRun(models.Model):
    """The last run of a recurring job."""

    name = models.CharField(max_length=60, unique=True)
    started_at = models.DateTimeField(null=True)
    finished_at = models.DateTimeField(null=True)
    done = models.PositiveIntegerField(default=0)
    problem = models.CharField(max_length=500, blank=True, help_text="why it failed; empty if it did not")
    worker = models.CharField(
        max_length=64, blank=True, default="", db_default="", help_text="which runs it; empty while none does"
    )

    def __str__(self) -> str:
        return self.name

    @property
    def public_id(self) -> str:
        """Its name, by which the journal knows it."""
        return self.name
