"""Unit profiles, publications, reminders and notices of completeness."""

from functools import partial

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id
from providers.units.domain.choices import ProfileState, PublicationState
from providers.units.domain.publications import publication_state


class Publication(models.Model):
    """What the four have in common: text in two languages (Markdown) and dated publication.

    The state follows from the instants, so that the two can't contradict each other.
    """

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="%(class)s_set"
    )
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=200, blank=True)
    body_zh = models.TextField(blank=True)
    body_en = models.TextField(blank=True)
    created_at = models.DateTimeField()
    scheduled_at = models.DateTimeField(null=True, help_text="when a draft is to be published by itself")
    published_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)
    withdrawn_reason = models.CharField(max_length=500, blank=True)
    revision = models.PositiveIntegerField(default=1, help_text="grows with every change of the text")

    class Meta:
        abstract = True
        constraints = [
            models.CheckConstraint(
                condition=(Q(scheduled_at__isnull=True) | Q(published_at__isnull=True))
                & (Q(withdrawn_at__isnull=True) | Q(published_at__isnull=False)),
                name="%(class)s_dates_in_order",
            )
        ]
        indexes = [
            models.Index(
                fields=["scheduled_at"], condition=Q(scheduled_at__isnull=False), name="%(class)s_scheduled"
            )
        ]

    def __str__(self) -> str:
        return self.title_zh

    @property
    def state(self) -> PublicationState:
        return publication_state(self.scheduled_at, self.published_at, self.withdrawn_at)


class UnitNews(Publication):
    """单位动态."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "NEW")
    )
    history = HistoricalRecords()

    class Meta(Publication.Meta):
        indexes = [
            *Publication.Meta.indexes,
            models.Index(fields=["organization", "published_at"], name="news_by_unit"),
        ]


class Regulation(Publication):
    """仪器设备管理制度: text or an attached file, in force from a date, until a date if it has one."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "REG")
    )
    file = models.FileField(upload_to="regulations/", blank=True)
    file_name = models.CharField(max_length=150, blank=True, help_text="what its sender called it")
    effective_date = models.DateField()
    expiry_date = models.DateField(null=True, blank=True)
    history = HistoricalRecords()

    class Meta(Publication.Meta):
        indexes = [
            *Publication.Meta.indexes,
            models.Index(fields=["organization", "published_at"], name="regulation_by_unit"),
        ]


class ServiceCase(Publication):
    """开放服务案例."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "CAS")
    )
    instruments = models.ManyToManyField("providers.Instrument", related_name="service_cases", blank=True)
    client_zh = models.CharField(max_length=100, blank=True)
    client_en = models.CharField(max_length=200, blank=True)
    history = HistoricalRecords()

    class Meta(Publication.Meta):
        indexes = [
            *Publication.Meta.indexes,
            models.Index(fields=["organization", "published_at"], name="case_by_unit"),
        ]


class OpennessStatement(Publication):
    """管理开放信息: one year's openness of a unit: how, for whom, hours, charges, contact."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "OPS")
    )
    year = models.PositiveSmallIntegerField()
    networkable_count = models.PositiveIntegerField(
        default=0, help_text="instruments at or above the threshold that the unit had in that year"
    )
    how_zh = models.TextField(blank=True, help_text="in which ways the instruments are open")
    how_en = models.TextField(blank=True)
    audience_zh = models.TextField(blank=True, help_text="for whom")
    audience_en = models.TextField(blank=True)
    charges_zh = models.TextField(blank=True)
    charges_en = models.TextField(blank=True)
    total_hours = models.DecimalField(max_digits=10, decimal_places=1, null=True, blank=True)
    external_hours = models.DecimalField(max_digits=10, decimal_places=1, null=True, blank=True)
    contact = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    history = HistoricalRecords()

    class Meta(Publication.Meta):
        constraints = [
            *Publication.Meta.constraints,
            models.UniqueConstraint(
                fields=["organization", "year"],
                condition=Q(withdrawn_at__isnull=True),
                name="openness_statement_once_a_year",
            ),
            models.CheckConstraint(
                condition=Q(external_hours__isnull=True)
                | Q(total_hours__isnull=True)
                | Q(external_hours__lte=F("total_hours")),
                name="openness_external_within_total",
            ),
        ]


class PublicationPicture(models.Model):
    """A picture that stands in texts of a unit; the same file is kept once."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "PIC")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="publication_pictures"
    )
    file = models.ImageField(upload_to="publications/", width_field="width", height_field="height")
    width = models.PositiveIntegerField(null=True, editable=False)
    height = models.PositiveIntegerField(null=True, editable=False)
    sha256 = models.CharField(max_length=64)
    alt_zh = models.CharField(max_length=100)
    alt_en = models.CharField(max_length=200)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "sha256"], name="publication_picture_once_in_a_unit"
            )
        ]
        indexes = [models.Index(fields=["organization", "-created_at"], name="picture_by_unit")]

    def __str__(self) -> str:
        return self.public_id


class Reminder(models.Model):
    """催办: the bureau asked a unit's managers to complete what was open on that day."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "REM")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="reminders"
    )
    kinds = models.JSONField(help_text="the kinds of information (InformationKind) that were not complete")
    note = models.CharField(max_length=300, blank=True)
    sent_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    sent_at = models.DateTimeField()

    class Meta:
        indexes = [models.Index(fields=["organization", "-sent_at"], name="reminder_by_unit")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.organization_id}"


class CompletenessNotice(models.Model):
    """A unit's managers were told that a kind runs out on a day, ahead of it or on the day itself."""

    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="completeness_notices"
    )
    kind = models.CharField(max_length=10)
    runs_out_on = models.DateField(help_text="the first day on which the kind is no longer complete")
    ahead = models.BooleanField(help_text="told ahead of that day; otherwise on it")
    told_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organization", "kind", "runs_out_on", "ahead"], name="completeness_notice_once"
            )
        ]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.kind} {self.runs_out_on}"


class CompletenessWatch(models.Model):
    """A day on which all units were looked through for kinds that run out; each is looked through once."""

    day = models.DateField(unique=True)
    watched_at = models.DateTimeField()

    def __str__(self) -> str:
        return f"{self.day}"


class KeptCompleteness(models.Model):
    """Projection: the completeness of a unit at the end of a day, as `domain.completeness` judges it.

    It counts while no `RevisedUnit` says that something of the unit was revised since, and while the two
    facts that stand elsewhere are those that it was judged by.
    """

    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    day = models.DateField()
    kinds = models.JSONField(help_text="the six kinds, as `domain.completeness_plain` writes them")
    in_district = models.BooleanField(help_text="whether the unit's district was known")
    threshold_yuan = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organization", "day"], name="kept_completeness_once")]

    def __str__(self) -> str:
        return f"{self.organization_id} {self.day}"


class UnitProfile(models.Model):
    """单位简介, the first of the six kinds: who an owning unit is."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "UNT")
    )
    organization = models.OneToOneField(
        "accounts.Organization", on_delete=models.PROTECT, related_name="unit_profile"
    )
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in ProfileState],
        default=ProfileState.DRAFT.value,
    )
    introduction_zh = models.TextField(blank=True)
    introduction_en = models.TextField(blank=True)
    address_zh = models.CharField(max_length=100, blank=True)
    address_en = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(blank=True)
    website = models.URLField(blank=True)
    picture = models.ImageField(upload_to="units/", blank=True)
    return_reason = models.CharField(max_length=500, blank=True)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1, help_text="grows with every change of the text")
    history = HistoricalRecords()

    class Meta:
        constraints = [known_code("state", ProfileState, "unit_profile_state_known")]

    def __str__(self) -> str:
        return f"{self.organization_id}"
