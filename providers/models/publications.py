"""The four kinds of information that a unit publishes at once and the bureau can take down with a reason."""

from functools import partial

from django.db import models
from simple_history.models import HistoricalRecords

from instrument_share.kernel.public_id import new_public_id


class Publication(models.Model):
    """What the four have in common: text in two languages and dated publication."""

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="%(class)s_set"
    )
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=200, blank=True)
    body_zh = models.TextField(blank=True)
    body_en = models.TextField(blank=True)
    created_at = models.DateTimeField()
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)

    class Meta:
        abstract = True

    def __str__(self) -> str:
        return self.title_zh


class UnitNews(Publication):
    """单位动态."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "NEW")
    )
    history = HistoricalRecords()

    class Meta:
        indexes = [models.Index(fields=["organization", "published_at"], name="news_by_unit")]


class Regulation(Publication):
    """仪器设备管理制度: text or an attached file, in force from a date, until a date if it has one."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "REG")
    )
    file = models.FileField(upload_to="regulations/", blank=True)
    effective_date = models.DateField()
    expiry_date = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta:
        indexes = [models.Index(fields=["organization", "published_at"], name="regulation_by_unit")]


class ServiceCase(Publication):
    """开放服务案例."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "CAS")
    )
    instruments = models.ManyToManyField("providers.Instrument", related_name="service_cases", blank=True)
    client_zh = models.CharField(max_length=100, blank=True)
    history = HistoricalRecords()

    class Meta:
        indexes = [models.Index(fields=["organization", "published_at"], name="case_by_unit")]


class OpennessStatement(Publication):
    """管理开放信息: one year's openness of a unit: how, for whom, hours, charges, contact."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "OPS")
    )
    year = models.PositiveSmallIntegerField()
    networkable_count = models.PositiveIntegerField(
        default=0, help_text="instruments at or above the threshold that the unit had in that year"
    )
    history = HistoricalRecords()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "year"], name="openness_statement_once_a_year")
        ]
