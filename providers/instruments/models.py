"""Instruments, their categories, people, media, customs supervision and links."""

from datetime import date, timedelta
from functools import partial

from django.db import models
from django.db.models import F, Q
from simple_history.models import HistoricalRecords

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.canonical import fingerprint
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.public_id import new_public_id
from providers.instruments.domain.choices import (
    Audience,
    BelongsTo,
    Condition,
    Funding,
    GroupKind,
    InstrumentState,
    Origin,
    Purpose,
    SharingMode,
)
from providers.instruments.domain.customs import CUSTOMS_FIELDS


class CustomsSupervision(models.Model):
    """海关监管: what an instrument imported free of duty is declared with (record type 5 of the platform)."""

    instrument = models.OneToOneField(
        "providers.Instrument", on_delete=models.CASCADE, related_name="customs_supervision"
    )
    exemption_code = models.CharField(max_length=12, help_text="codeCpd: five fixed, two of the year, five")
    exemption_number = models.CharField(max_length=50, blank=True, help_text="numberCpd")
    declaration_number = models.CharField(
        max_length=18, help_text="declarationNumber: customs 4, year 4, import 1, serial 9"
    )
    contract_number = models.CharField(max_length=50, blank=True)
    import_port = models.CharField(max_length=50)
    responsible_customs = models.CharField(max_length=50)
    import_date = models.DateField()
    shared = models.BooleanField(default=False, help_text="Share: the customs know that it is shared")
    fees_approved = models.BooleanField(default=False)
    hs_code = models.CharField(max_length=50, blank=True)
    record_zh = models.CharField(max_length=200, blank=True, help_text="Record: what was put on record")
    history = HistoricalRecords()

    def __str__(self) -> str:
        return self.exemption_code

    @property
    def version(self) -> str:
        """Tells one state of what is declared from another."""
        return fingerprint(*(str(getattr(self, name)) for name in CUSTOMS_FIELDS))


class InstrumentCategory(models.Model):
    """One code of the national category table (6 digits, three levels), in one version of that table."""

    version = models.CharField(max_length=20)
    code = models.CharField(max_length=6)
    parent = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="children")
    name_zh = models.CharField(max_length=100)
    name_en = models.CharField(max_length=100, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["version", "code"], name="category_once_a_version")]

    def __str__(self) -> str:
        return f"{self.code} {self.name_zh}"


class Instrument(models.Model):
    """仪器设备, one 台/套, with the national platform's fields so that a unit enters them once."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "INS")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="instruments"
    )
    state = models.CharField(
        max_length=10,
        choices=[(s.value, s.value) for s in InstrumentState],
        default=InstrumentState.DRAFT.value,
    )
    inner_number = models.CharField(max_length=50)
    name_zh = models.CharField(max_length=50)
    name_en = models.CharField(max_length=100, blank=True)
    category = models.ForeignKey(
        InstrumentCategory, on_delete=models.PROTECT, null=True, blank=True, related_name="instruments"
    )
    model = models.CharField(max_length=100, blank=True)
    manufacturer = models.CharField(max_length=100, blank=True)
    country = models.CharField(max_length=2, blank=True, help_text="ISO 3166-1 alpha-2, GB/T 2659")
    value_yuan = models.DecimalField(max_digits=14, decimal_places=2, null=True, blank=True)
    in_service_date = models.DateField(null=True, blank=True)
    origin = models.CharField(
        max_length=10, choices=[(o.value, o.value) for o in Origin], default=Origin.PURCHASE.value
    )
    purpose = models.CharField(
        max_length=10, choices=[(p.value, p.value) for p in Purpose], default=Purpose.GENERAL.value
    )
    funding = models.CharField(
        max_length=10, choices=[(f.value, f.value) for f in Funding], default=Funding.OWN.value
    )
    specification_zh = models.TextField(max_length=500, blank=True)
    specification_en = models.TextField(max_length=1000, blank=True)
    functions_zh = models.TextField(max_length=300, blank=True)
    functions_en = models.TextField(max_length=600, blank=True)
    services_zh = models.TextField(max_length=200, blank=True)
    services_en = models.TextField(max_length=400, blank=True)
    achievements_zh = models.TextField(max_length=500, blank=True)
    achievements_en = models.TextField(max_length=1000, blank=True)
    samples_zh = models.TextField(max_length=300, blank=True, help_text="what it can measure, how prepared")
    samples_en = models.TextField(max_length=600, blank=True)
    user_requirement_zh = models.TextField(max_length=500, blank=True)
    user_requirement_en = models.TextField(max_length=1000, blank=True)
    fee_text_zh = models.TextField(max_length=500, blank=True)
    fee_text_en = models.TextField(max_length=1000, blank=True)
    subjects = models.JSONField(default=list, blank=True, help_text="up to four codes of GB/T 13745")
    sharing_mode = models.CharField(
        max_length=10, choices=[(m.value, m.value) for m in SharingMode], default=SharingMode.EXTERNAL.value
    )
    condition = models.CharField(
        max_length=20, choices=[(c.value, c.value) for c in Condition], default=Condition.NORMAL.value
    )
    belongs_to = models.CharField(
        max_length=15, choices=[(b.value, b.value) for b in BelongsTo], default=BelongsTo.NONE.value
    )
    belongs_to_number = models.CharField(
        max_length=50, blank=True, help_text="inner number of the centre, facility or service unit"
    )
    place_zh = models.CharField(max_length=100, blank=True)
    place_en = models.CharField(max_length=200, blank=True)
    contact = models.CharField(max_length=20, blank=True)
    phone = models.CharField(max_length=20, blank=True)
    email = models.EmailField(max_length=50, blank=True)
    postal_code = models.CharField(max_length=6, blank=True)
    picture = models.ImageField(
        upload_to="instruments/", blank=True, help_text="the first of the gallery, kept by its services"
    )
    return_reason = models.CharField(max_length=500, blank=True)
    pending_values = models.JSONField(
        default=dict, blank=True, help_text="new values of a published instrument that wait for the bureau"
    )
    pending_since = models.DateTimeField(null=True, blank=True)
    created_at = models.DateTimeField()
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    suspended_at = models.DateTimeField(null=True)
    suspended_by_bureau = models.BooleanField(default=False, help_text="only the bureau lifts it then")
    suspension_reason = models.CharField(max_length=500, blank=True)
    retired_at = models.DateTimeField(null=True)
    confirmed_at = models.DateTimeField(null=True)
    revision = models.PositiveIntegerField(default=1, help_text="grows with every change of the fields")
    keepers = models.ManyToManyField(
        "accounts.User", through="providers.Keeper", related_name="kept_instruments"
    )
    history = HistoricalRecords()

    class Meta:
        constraints = [
            known_code("belongs_to", BelongsTo, "instrument_belongs_to_known"),
            known_code("condition", Condition, "instrument_condition_known"),
            known_code("sharing_mode", SharingMode, "instrument_sharing_mode_known"),
            known_code("funding", Funding, "instrument_funding_known"),
            known_code("purpose", Purpose, "instrument_purpose_known"),
            known_code("origin", Origin, "instrument_origin_known"),
            models.UniqueConstraint(
                fields=["organization", "inner_number"], name="instrument_inner_number_once"
            ),
            models.CheckConstraint(
                condition=Q(value_yuan__isnull=True) | Q(value_yuan__gte=0), name="instrument_value_positive"
            ),
            models.CheckConstraint(
                condition=Q(state="suspended") | Q(suspended_by_bureau=False),
                name="instrument_by_bureau_while_suspended",
            ),
            known_code("state", InstrumentState, "instrument_state_known"),
        ]
        indexes = [
            models.Index(fields=["state", "category", "id"], name="instrument_by_category"),
            models.Index(fields=["organization", "state", "id"], name="instrument_by_unit"),
            models.Index(fields=["state", "name_zh", "id"], name="instrument_by_name"),
        ]

    def __str__(self) -> str:
        return self.name_zh


class Keeper(models.Model):
    """机组负责人: who decides requests and logs hours on one instrument."""

    instrument = models.ForeignKey(Instrument, on_delete=models.CASCADE, related_name="keeper_links")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="keeper_links")

    class Meta:
        constraints = [models.UniqueConstraint(fields=["instrument", "user"], name="keeper_once")]

    def __str__(self) -> str:
        return f"{self.user_id} keeps {self.instrument_id}"


class Qualification(models.Model):
    """上机资格: a person's right to operate an instrument, through a date."""

    instrument = models.ForeignKey(Instrument, on_delete=models.PROTECT, related_name="qualifications")
    user = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="qualifications")
    granted_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    granted_at = models.DateTimeField()
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True)
    end_told_at = models.DateTimeField(
        null=True, help_text="when the person and the keepers were told that it ends soon"
    )

    class Meta:
        indexes = [models.Index(fields=["instrument", "user", "expires_at"], name="qualification_valid")]

    def __str__(self) -> str:
        return f"{self.user_id} on {self.instrument_id}"

    @property
    def last_day(self) -> date:
        """Return the day through which it is valid: it ends within that day, or at the midnight after it."""
        return (self.expires_at - timedelta.resolution).astimezone(CITY_TIME).date()


class InstrumentPicture(models.Model):
    """One picture of an instrument's gallery, in two widths; the first stands for the instrument."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "PIC")
    )
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.CASCADE, related_name="pictures")
    position = models.PositiveSmallIntegerField()
    large = models.ImageField(upload_to="instruments/")
    small = models.ImageField(upload_to="instruments/")
    width = models.PositiveIntegerField(help_text="of the large one, in pixels")
    height = models.PositiveIntegerField(help_text="of the large one, in pixels")
    alt_zh = models.CharField(max_length=100, blank=True)
    alt_en = models.CharField(max_length=200, blank=True)
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "position"], name="picture_position_once")
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} #{self.position}"


class InstrumentAttachment(models.Model):
    """A PDF that belongs to an instrument: a manual, what samples must be like, a form."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "ATT")
    )
    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.CASCADE, related_name="attachments"
    )
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=200, blank=True)
    file = models.FileField(upload_to="attachments/")
    sha256 = models.CharField(max_length=64)
    size_bytes = models.PositiveIntegerField()
    audience = models.CharField(
        max_length=10, choices=[(a.value, a.value) for a in Audience], default=Audience.EVERYBODY.value
    )
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            known_code("audience", Audience, "instrument_attachment_audience_known"),
            models.UniqueConstraint(fields=["instrument", "sha256"], name="attachment_once_an_instrument"),
        ]

    def __str__(self) -> str:
        return self.title_zh


class InstrumentLink(models.Model):
    """联用: an instrument that can't be booked without another one of its unit, for the same time."""

    instrument = models.ForeignKey("providers.Instrument", on_delete=models.CASCADE, related_name="links")
    linked = models.ForeignKey("providers.Instrument", on_delete=models.PROTECT, related_name="linked_from")

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "linked"], name="link_once"),
            models.CheckConstraint(condition=~Q(instrument=F("linked")), name="link_to_another"),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} → {self.linked_id}"


class InstrumentGroup(models.Model):
    """仪器组: instruments of a unit that stand together on their pages, under a name."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "IGR")
    )
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="instrument_groups"
    )
    name_zh = models.CharField(max_length=50)
    name_en = models.CharField(max_length=100, blank=True)
    kind = models.CharField(max_length=15, choices=[(k.value, k.value) for k in GroupKind])
    instruments = models.ManyToManyField("providers.Instrument", related_name="groups")
    created_at = models.DateTimeField()

    class Meta:
        constraints = [
            known_code("kind", GroupKind, "instrument_group_kind_known"),
            models.UniqueConstraint(fields=["organization", "name_zh"], name="group_name_once_a_unit"),
        ]

    def __str__(self) -> str:
        return self.name_zh

    @property
    def version(self) -> str:
        """Tells one state of the group from another."""
        members = self.instruments.order_by("pk").values_list("pk", flat=True)
        return fingerprint(self.name_zh, self.name_en, self.kind, list(members))
