"""Loaded policies, stored byte for byte."""

from functools import partial

from django.db import models

from instrument_share.kernel.public_id import new_public_id


class RewardPolicy(models.Model):
    """奖励办法: one version of the rules as a TOML document; never edited once a cycle uses it."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "POL")
    )
    code = models.CharField(max_length=40)
    version = models.CharField(max_length=20)
    title_zh = models.CharField(max_length=200)
    title_en = models.CharField(max_length=300, blank=True)
    is_draft = models.BooleanField(default=False, help_text="shown on every page and paper that uses it")
    document = models.TextField(help_text="the TOML, to the byte")
    sha256 = models.CharField(max_length=64)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["code", "version"], name="policy_version_once")]

    def __str__(self) -> str:
        return f"{self.code} {self.version}"
