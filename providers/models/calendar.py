"""Public holidays and 调休 working days, by year; a year without a row here and in the library is unknown."""

from django.db import models

from providers.domain.words import DayKind


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

    def __str__(self) -> str:
        return f"{self.date} {self.kind}"
