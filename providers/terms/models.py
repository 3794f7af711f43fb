"""Open-service rules, open windows, closures, public holidays and listed prices."""

from functools import partial

from django.db import models
from django.db.models import F, Q

from instrument_share.databases.known_codes import known_code
from instrument_share.kernel.public_id import new_public_id
from providers.terms.domain.choices import (
    DayKind,
    Decision,
    HolidayTreatment,
    PriceUnit,
    QuotaHolder,
    QuotaSpan,
    ServiceMode,
    UserKind,
)


class CalendarYear(models.Model):
    """A year whose days an administrator has entered or corrected; `source` names the notice."""

    year = models.PositiveSmallIntegerField(unique=True)
    source = models.CharField(max_length=200)

    def __str__(self) -> str:
        return str(self.year)


class CalendarDay(models.Model):
    """A day that differs from its weekday: a holiday, or a working day on a weekend."""

    year = models.ForeignKey(CalendarYear, on_delete=models.CASCADE, related_name="days")
    date = models.DateField(unique=True)
    kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in DayKind])
    name = models.CharField(max_length=50)

    class Meta:
        constraints = [known_code("kind", DayKind, "calendar_day_kind_known")]

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"


class OpenServiceRule(models.Model):
    """开放服务规则: one immutable version of the terms on which an instrument is open.

    It applies from `applies_from` (inclusive) until a later version applies; of two that apply, the later
    version does. One that was withdrawn before it began never applies. Its opening pattern is kept as
    recurring events of `calendar`, which only `providers.terms.openings` reads and composes.
    """

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "RUL")
    )
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.PROTECT, related_name="rules")
    version = models.PositiveIntegerField()
    applies_from = models.DateTimeField()
    calendar = models.ForeignKey("schedule.Calendar", on_delete=models.PROTECT, related_name="+")
    holidays = models.CharField(
        max_length=20,
        choices=[(h.value, h.value) for h in HolidayTreatment],
        default=HolidayTreatment.CLOSED_AND_SHIFTED.value,
    )
    step_minutes = models.PositiveSmallIntegerField(default=30)
    min_minutes = models.PositiveIntegerField(default=30)
    max_minutes = models.PositiveIntegerField(default=480)
    lead_minutes = models.PositiveIntegerField(default=0)
    horizon_days = models.PositiveSmallIntegerField(default=30)
    change_deadline_minutes = models.PositiveIntegerField(default=1440)
    cancel_deadline_minutes = models.PositiveIntegerField(default=1440)
    turnaround_minutes = models.PositiveSmallIntegerField(default=0)
    may_span_gaps = models.BooleanField(default=False)
    user_kinds = models.JSONField(default=list, help_text="kinds of user (UserKind) that may book")
    needs_qualification = models.BooleanField(default=False)
    decision = models.CharField(
        max_length=10, choices=[(d.value, d.value) for d in Decision], default=Decision.BY_KEEPER.value
    )
    decision_hours = models.PositiveSmallIntegerField(default=24)
    service_modes = models.JSONField(default=list, help_text="ways of service (ServiceMode)")
    minimum_charge_yuan = models.DecimalField(max_digits=10, decimal_places=2, default=0)
    late_cancel_percent = models.PositiveSmallIntegerField(default=50)
    no_show_percent = models.PositiveSmallIntegerField(default=100)
    accepts_vouchers = models.BooleanField(default=False, help_text="科技创新券 are accepted")
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, null=True, related_name="+")
    withdrawn_at = models.DateTimeField(null=True, editable=False)
    withdrawn_by = models.ForeignKey(
        "accounts.User", on_delete=models.PROTECT, null=True, editable=False, related_name="+"
    )
    windows_until = models.DateField(
        null=True, editable=False, help_text="windows are expanded for opening days before this one"
    )

    class Meta:
        constraints = [
            known_code("decision", Decision, "open_service_rule_decision_known"),
            known_code("holidays", HolidayTreatment, "open_service_rule_holidays_known"),
            models.UniqueConstraint(fields=["instrument", "version"], name="rule_version_once"),
            models.CheckConstraint(
                condition=Q(step_minutes__gt=0)
                & Q(min_minutes__gte=F("step_minutes"))
                & Q(max_minutes__gte=F("min_minutes")),
                name="rule_lengths_in_order",
            ),
            models.CheckConstraint(
                condition=Q(withdrawn_at__isnull=True) | Q(withdrawn_at__lt=F("applies_from")),
                name="rule_withdrawn_before_it_began",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} v{self.version}"


class PriceLine(models.Model):
    """One public price of a rule: for a kind of user and a mode of service, by hour, sample or use.

    An empty `user_kind` or `service_mode` means any; the most specific line applies. An hourly line
    with a time of day or weekdays applies to the part of the booking that falls into it (Asia/Shanghai).
    Other lines have neither, but in versions that were published before that was refused.
    """

    rule = models.ForeignKey(OpenServiceRule, on_delete=models.PROTECT, related_name="price_lines")
    user_kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in UserKind], blank=True)
    service_mode = models.CharField(
        max_length=15, choices=[(m.value, m.value) for m in ServiceMode], blank=True
    )
    unit = models.CharField(
        max_length=10, choices=[(u.value, u.value) for u in PriceUnit], default=PriceUnit.HOUR.value
    )
    price_yuan = models.DecimalField(max_digits=10, decimal_places=2)
    from_time = models.TimeField(null=True)
    until_time = models.TimeField(null=True)
    weekdays = models.JSONField(default=list, help_text="0 Monday … 6 Sunday; empty for all")

    class Meta:
        constraints = [
            known_code("unit", PriceUnit, "price_line_unit_known"),
            known_code("service_mode", ["", *ServiceMode], "price_line_service_mode_known"),
            known_code("user_kind", ["", *UserKind], "price_line_user_kind_known"),
            models.CheckConstraint(condition=Q(price_yuan__gte=0), name="price_not_negative"),
            models.CheckConstraint(
                condition=Q(from_time__isnull=True, until_time__isnull=True)
                | Q(from_time__isnull=False, until_time__isnull=False),
                name="price_times_both_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.price_yuan}/{self.unit}"


class RuleQuota(models.Model):
    """What one person or one organization may book of the instrument in a day, week or month at most."""

    rule = models.ForeignKey(OpenServiceRule, on_delete=models.PROTECT, related_name="quotas")
    holder = models.CharField(max_length=12, choices=[(h.value, h.value) for h in QuotaHolder])
    span = models.CharField(max_length=5, choices=[(s.value, s.value) for s in QuotaSpan])
    most_minutes = models.PositiveIntegerField(null=True)
    most_bookings = models.PositiveSmallIntegerField(null=True)

    class Meta:
        constraints = [
            known_code("span", QuotaSpan, "rule_quota_span_known"),
            known_code("holder", QuotaHolder, "rule_quota_holder_known"),
            models.UniqueConstraint(fields=["rule", "holder", "span"], name="quota_once"),
            models.CheckConstraint(
                condition=Q(most_minutes__isnull=False) | Q(most_bookings__isnull=False),
                name="quota_limits_something",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.holder}/{self.span}"


class RuleException(models.Model):
    """A day on which a rule's pattern does not open (no hours), or on which it opens in addition (hours)."""

    rule = models.ForeignKey(OpenServiceRule, on_delete=models.PROTECT, related_name="exceptions")
    date = models.DateField()
    opens = models.TimeField(null=True)
    closes = models.TimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(opens__isnull=True, closes__isnull=True)
                | Q(opens__isnull=False, closes__isnull=False),
                name="exception_hours_both_or_none",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.rule_id} {self.date}"


class OpenWindow(models.Model):
    """开放时段: an interval in which an instrument may be used, expanded from its rule, merged, kept."""

    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.CASCADE, related_name="open_windows"
    )
    rule = models.ForeignKey(OpenServiceRule, on_delete=models.CASCADE, related_name="open_windows")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["instrument", "starts_at"], name="window_once"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="window_not_empty"),
        ]
        indexes = [models.Index(fields=["instrument", "ends_at", "starts_at"], name="window_by_time")]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.starts_at}–{self.ends_at}"


class Closure(models.Model):
    """停用/维护: an interval taken out, with a reason that users see."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "CLO")
    )
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.PROTECT, related_name="closures")
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()
    reason_zh = models.CharField(max_length=200)
    reason_en = models.CharField(max_length=300, blank=True)
    created_at = models.DateTimeField()
    created_by = models.ForeignKey("accounts.User", on_delete=models.PROTECT, related_name="+")
    lifted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="closure_not_empty")
        ]
        indexes = [models.Index(fields=["instrument", "ends_at", "starts_at"], name="closure_by_time")]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.starts_at}–{self.ends_at}"


class ListedPrice(models.Model):
    """What the catalogue asks of a rule, as columns: a projection of each version, for a kind of user.

    There is a row for each kind and way of service that the rule admits, for "" as any way of service, and
    for "" as the cheapest kind from outside the unit. From `since` until `until` the version is in force, so
    that the row in force at an instant is found by comparison.
    """

    instrument = models.ForeignKey(
        "providers.Instrument", on_delete=models.CASCADE, related_name="listed_prices", db_index=False
    )
    rule = models.ForeignKey(
        "providers.OpenServiceRule", on_delete=models.CASCADE, related_name="listed_prices"
    )
    user_kind = models.CharField(max_length=10, choices=[(k.value, k.value) for k in UserKind], blank=True)
    service_mode = models.CharField(
        max_length=15, choices=[(m.value, m.value) for m in ServiceMode], blank=True
    )
    since = models.DateTimeField()
    until = models.DateTimeField(help_text="the year 9999 where no later version is known")
    hour_yuan = models.DecimalField(
        max_digits=10, decimal_places=2, help_text="the lowest hourly price; 99999999.99 where there is none"
    )
    from_yuan = models.DecimalField(max_digits=10, decimal_places=2, null=True)
    from_unit = models.CharField(max_length=10, choices=[(u.value, u.value) for u in PriceUnit], blank=True)

    class Meta:
        constraints = [
            known_code("from_unit", ["", *PriceUnit], "listed_price_from_unit_known"),
            known_code("service_mode", ["", *ServiceMode], "listed_price_service_mode_known"),
            known_code("user_kind", ["", *UserKind], "listed_price_user_kind_known"),
            models.UniqueConstraint(
                fields=["instrument", "user_kind", "service_mode", "since"], name="listed_price_once"
            ),
            models.CheckConstraint(condition=Q(until__gt=models.F("since")), name="listed_price_in_time"),
        ]
        indexes = [
            models.Index(
                fields=["user_kind", "service_mode", "hour_yuan", "instrument"], name="listed_by_price"
            )
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id} {self.user_kind} {self.from_yuan}"
