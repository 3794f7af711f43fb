"""The code that lets whoever runs a new site set it up on a page."""

from django.db import models


class FirstRunCode(models.Model):
    """A one-time code, by its SHA-256; a newer one takes the place of the one before."""

    digest = models.CharField(max_length=64)
    created_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    used_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"first run {self.created_at:%Y-%m-%d}"
