"""What is kept of sheets: how columns were read, what an import came to, and a year's own figures."""

from functools import partial

from django.db import models

from instrument_share.kernel.canonical import fingerprint
from instrument_share.kernel.public_id import new_public_id
from providers.exchange.domain.national.values import FIELD_OF


class SheetMemory(models.Model):
    """What somebody last said of a unit's sheets: which column is which field, and what words mean."""

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.CASCADE, related_name="sheet_memories"
    )
    kind = models.CharField(max_length=15)
    columns = models.JSONField(default=dict, help_text="plain heading → field, empty to leave it aside")
    words = models.JSONField(default=dict, help_text="field → word in a sheet → our word or code")
    saved_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "kind"], name="sheet_memory_once_a_kind")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind}"


class SheetRun(models.Model):
    """导入: one sheet being brought in. `done` of `total` rows are through; `finished_at` ends it."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "IMP")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.CASCADE, related_name="sheet_runs"
    )
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=15)
    key = models.CharField(max_length=64, help_text="of the upload")
    columns = models.JSONField(default=dict, help_text="place of a column → field, as chosen for this sheet")
    partial = models.BooleanField(default=False)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField()
    counts = models.JSONField(default=dict, help_text="outcome → rows")
    started_at = models.DateTimeField()
    finished_at = models.DateTimeField(null=True)
    stopped = models.BooleanField(default=False, help_text="a row that was good before was refused")
    problem = models.JSONField(
        default=dict, help_text="message and params of the refusal that stopped it, if any"
    )
    job_id = models.UUIDField(null=True, help_text="the job that imports the next part")
    made = models.JSONField(default=list, help_text="what it entered, so that it can be taken back")
    taken_back_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "user", "key"], name="sheet_run_once_an_upload")
        ]

    def __str__(self) -> str:
        return self.public_id


class NationalYear(models.Model):
    """A unit's yearly effect as the national platform asks for it: what no other record here says."""

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="national_years"
    )
    year = models.PositiveSmallIntegerField()
    unit_code = models.CharField(max_length=30, help_text="insCode, the unit's code at the platform")
    innovation = models.CharField(max_length=500, blank=True)
    project = models.CharField(max_length=200, blank=True)
    thesis = models.CharField(max_length=200, blank=True)
    book = models.CharField(max_length=200, blank=True)
    report = models.CharField(max_length=200, blank=True)
    patent = models.CharField(max_length=200, blank=True)
    output = models.CharField(max_length=200, blank=True)
    achievements = models.CharField(max_length=200, blank=True)
    social_benefit = models.CharField(max_length=500, blank=True)
    remark = models.CharField(max_length=200, blank=True)
    saved_at = models.DateTimeField()
    saved_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["organization", "year"], name="national_year_once_a_unit")
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.year}"

    @property
    def version(self) -> str:
        """Tells one state of what the unit says of the year from another."""
        return fingerprint(*(getattr(self, name) for name in FIELD_OF))


class NationalCheck(models.Model):
    """The last check of a region's records of a year with its files, and the job that makes the next one."""

    region = models.CharField(max_length=200, help_text="whole, or the ids of its districts")
    year = models.PositiveSmallIntegerField()
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    started_at = models.DateTimeField()
    job_id = models.UUIDField(null=True, help_text="the job that checks; none when it has ended")
    done = models.PositiveIntegerField(default=0, help_text="records that the job has checked")
    made_at = models.DateTimeField(null=True, help_text="as of when report and files are")
    report = models.JSONField(default=dict)
    folder = models.CharField(max_length=100, blank=True, help_text="of the files, in the file storage")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["region", "year"], name="national_check_once_a_year")]

    def __str__(self) -> str:
        return f"{self.region} {self.year}"
