"""Years that are not frozen, as they would be assessed now."""

from django.db import models

from rewards.assessment.models import UnitFigures


class Forecast(models.Model):
    """年度预测: a year's assessment as it would be now. Never a result; replaced each time."""

    year = models.PositiveSmallIntegerField(unique=True)
    job_id = models.UUIDField(null=True, help_text="the job that computes it anew; none when it has ended")
    computed_at = models.DateTimeField(null=True)
    policy = models.ForeignKey("rewards.RewardPolicy", on_delete=models.PROTECT, null=True, related_name="+")
    budget_yuan = models.DecimalField(max_digits=14, decimal_places=2, null=True)
    basis_year = models.PositiveSmallIntegerField(
        null=True, help_text="the year whose policy and budget it takes: its own if that is opened"
    )
    totals = models.JSONField(default=dict, help_text="sums over all units, as those of a scored year")
    excluded = models.JSONField(default=list, help_text="as that of a scored year")

    def __str__(self) -> str:
        return str(self.year)


class UnitForecast(UnitFigures):
    """What the forecast gives a unit; the award is an estimate."""

    forecast = models.ForeignKey(Forecast, on_delete=models.CASCADE, related_name="units")
    organization = models.ForeignKey("accounts.Organization", on_delete=models.CASCADE, related_name="+")
    indicators = models.JSONField(default=list, help_text="fields of IndicatorResult; points as text")
    award_yuan = models.DecimalField(max_digits=14, decimal_places=2)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["forecast", "organization"], name="unit_forecast_once")
        ]

    def __str__(self) -> str:
        return f"{self.forecast_id} {self.organization_id} {self.score}"
