"""What the edge remembers: answers to requests that are sent twice, and counts that limits go by."""

from django.conf import settings
from django.db import models


class IdempotencyRecord(models.Model):
    """The answer to a writing request, kept under the key that its sender chose."""

    user = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    route = models.CharField(max_length=200)
    key = models.CharField(max_length=64)
    fingerprint = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(null=True)
    location = models.CharField(max_length=500, blank=True)
    content_type = models.CharField(max_length=100, blank=True)
    etag = models.CharField(max_length=40, blank=True)
    body = models.TextField(blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["user", "route", "key"], name="idempotency_once")]
        indexes = [models.Index(fields=["created_at"], name="idempotency_by_age")]

    def __str__(self) -> str:
        return f"{self.route} {self.key}"


class SharedCount(models.Model):
    """A row of Django's cache in the database: how often an address has tried something lately.

    The columns are those that Django's DatabaseCache reads and writes.
    """

    cache_key = models.CharField(max_length=255, primary_key=True)
    value = models.TextField()
    expires = models.DateTimeField(db_index=True)

    class Meta:
        db_table = "web_shared_count"

    def __str__(self) -> str:
        return self.cache_key
