"""Results of a cycle: assessments, indicators, instruments and awards."""

from functools import partial

from django.db import models
from django.db.models import F, Q

from instrument_share.kernel.public_id import new_public_id
from rewards.policy.domain.figures import group_digits

BEST_FIRST = (F("score").desc(nulls_last=True), "organization__uscc")
"""The order of assessments: the highest score first; where there are no scores, by USCC."""


class UnitFigures(models.Model):
    """What the rules give for a unit's year, apart from indicators, instruments and award."""

    points = models.DecimalField(max_digits=6, decimal_places=2, help_text="sum of the indicators")
    deducted = models.DecimalField(max_digits=6, decimal_places=2, default=0)
    score = models.DecimalField(
        max_digits=6,
        decimal_places=2,
        null=True,
        help_text="0–100, after deductions; null under a policy without indicators",
    )
    grade = models.CharField(
        max_length=20, blank=True, help_text="code of the grade in the policy, if it has grades"
    )
    grade_zh = models.CharField(max_length=50, blank=True)
    grade_en = models.CharField(max_length=100, blank=True)
    deductions = models.JSONField(default=list, help_text="kind, count, points each, points off")
    barred = models.BooleanField(default=False)
    effective_seconds = models.BigIntegerField()
    external_seconds = models.BigIntegerField()
    external_share = models.DecimalField(
        max_digits=5,
        decimal_places=4,
        null=True,
        help_text="external ÷ effective; null without effective time",
    )
    external_income_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    instruments_counted = models.PositiveIntegerField()
    months = models.JSONField(default=list, help_text="effective and external seconds, January to December")
    balance = models.JSONField(
        null=True,
        help_text="reported, excluded, overlap, counted: entries and hours; null: scored before it was kept",
    )

    class Meta:
        abstract = True


class UnitAssessment(UnitFigures):
    """单位评价: one unit's score and grade in a cycle. Replaced as a whole when the cycle is scored again."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "ASM")
    )
    cycle = models.ForeignKey("rewards.AssessmentCycle", on_delete=models.PROTECT, related_name="assessments")
    organization = models.ForeignKey(
        "accounts.Organization", on_delete=models.PROTECT, related_name="assessments"
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["cycle", "organization"], name="assessment_once_a_cycle"),
            models.CheckConstraint(condition=Q(score__gte=0, score__lte=100), name="assessment_score_range"),
        ]

    def __str__(self) -> str:
        return f"{self.cycle_id} {self.organization_id} {self.score}"


class IndicatorResult(models.Model):
    """One indicator of a unit: its value, its points, and the formula with its numbers in it."""

    assessment = models.ForeignKey(UnitAssessment, on_delete=models.CASCADE, related_name="indicators")
    position = models.PositiveSmallIntegerField()
    code = models.CharField(max_length=40)
    measure = models.CharField(max_length=40)
    group_zh = models.CharField(max_length=50)
    group_en = models.CharField(max_length=100)
    title_zh = models.CharField(max_length=100)
    title_en = models.CharField(max_length=200)
    value = models.CharField(max_length=40, blank=True, help_text="as shown; empty when there is none")
    formula = models.CharField(max_length=500)
    points = models.DecimalField(max_digits=6, decimal_places=2)
    full_points = models.DecimalField(max_digits=6, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "code"], name="indicator_once"),
        ]

    def __str__(self) -> str:
        return f"{self.code} {self.points}"

    @property
    def written_value(self) -> str:
        """Return the value as people read it; empty when there is none."""
        return group_digits(self.value)

    @property
    def written_formula(self) -> str:
        """Return the formula as people read it."""
        return group_digits(self.formula)


class InstrumentResult(models.Model):
    """What one instrument contributed to its unit's assessment."""

    assessment = models.ForeignKey(UnitAssessment, on_delete=models.CASCADE, related_name="instruments")
    instrument = models.ForeignKey("providers.Instrument", on_delete=models.PROTECT, related_name="+")
    eligible = models.BooleanField()
    ineligible_reason = models.CharField(max_length=60, blank=True)
    in_service_days = models.PositiveSmallIntegerField()
    quota_hours = models.DecimalField(max_digits=8, decimal_places=2)
    effective_seconds = models.BigIntegerField()
    external_seconds = models.BigIntegerField()
    external_income_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    internal_income_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    open_seconds = models.BigIntegerField()
    closed_seconds = models.BigIntegerField()
    entries_counted = models.PositiveIntegerField()
    entries_excluded = models.JSONField(default=dict, help_text="reason → public ids of logs left out")
    entries_reduced = models.JSONField(
        default=dict,
        help_text="public id of a log → the part of it that counts, and the logs that took the rest",
    )

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["assessment", "instrument"], name="instrument_result_once")
        ]

    def __str__(self) -> str:
        return f"{self.instrument_id}"

    @property
    def excluded_count(self) -> int:
        """The number of logs of the year that were left out, as its balance has them."""
        return sum(map(len, self.entries_excluded.values())) - self.other_year_count

    @property
    def other_year_count(self) -> int:
        """The number of frozen logs that start in another year, which no balance has."""
        return len(self.entries_excluded.get("other_year", ()))


class Award(models.Model):
    """奖励: one unit's amount with its reasoning, as the allocation rules gave it."""

    public_id = models.CharField(
        max_length=16, unique=True, editable=False, default=partial(new_public_id, "AWD")
    )
    assessment = models.OneToOneField(UnitAssessment, on_delete=models.CASCADE, related_name="award")
    amount_yuan = models.DecimalField(max_digits=14, decimal_places=2)
    reasoning = models.JSONField(help_text="basis, rate, caps and rounding, step by step")

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(amount_yuan__gte=0), name="award_not_negative")]

    def __str__(self) -> str:
        return f"{self.public_id} {self.amount_yuan}"
