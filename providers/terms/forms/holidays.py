"""Forms to correct a day of the public holidays, or to import a year."""

from typing import Any

from django import forms
from django.utils.text import capfirst
from django.utils.translation import gettext_lazy as _

from instrument_share.kernel.errors import DomainError, Invalid, Problem, gettext_noop
from instrument_share.sheets.reading import MAX_BYTES, read_table
from instrument_share.web.forms.fields import DayField, DayInput, add_problems, choices_of
from providers.terms.domain.choices import DayKind
from providers.terms.domain.holiday_list import days_to_text, parse_days, problems_of_year
from providers.terms.domain.special_days import Day
from providers.terms.selectors.workdays import YearOfDays

ORDINARY = "ordinary"
"""Neither a holiday nor a make-up workday."""
MOST_LINES = 400


class DaysForm(forms.Form):
    """The base of forms that return all days of a year with their source."""

    use_required_attribute = False

    source = forms.CharField(
        label=_("Notice"), max_length=200, help_text=_("Its name and number, such as 国办发明电〔2026〕7号.")
    )

    def __init__(self, year: YearOfDays, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.year = year
        self.days: list[Day] = []

    def clean(self) -> dict[str, Any]:
        cleaned = super().clean() or {}
        if not self.errors:
            try:
                self.days = self.found(cleaned)
                if problems := problems_of_year(self.year.year, self.days, cleaned["source"]):
                    raise Invalid(problems=problems)
            except DomainError as error:
                add_problems(self, error)
        return cleaned

    def found(self, cleaned: dict[str, Any]) -> list[Day]:
        """Return the entered days. Raises DomainError."""
        raise NotImplementedError

    @property
    def as_text(self) -> str:
        return days_to_text(self.days)


def _day_kinds() -> list[tuple[str, Any]]:
    return [*choices_of(DayKind), (ORDINARY, capfirst(_("as its weekday says")))]


class DayForm(DaysForm):
    """Change one day of a year."""

    date = DayField(label=_("Day"), widget=DayInput())
    kind = forms.ChoiceField(label=_("Kind of day"), initial=DayKind.HOLIDAY.value, choices=_day_kinds)
    name = forms.CharField(label=_("Name of the day"), max_length=50, required=False)

    field_order = ("date", "kind", "name", "source")

    def found(self, cleaned: dict[str, Any]) -> list[Day]:
        others = [day for day in self.year.days if day.date != cleaned["date"]]
        if cleaned["kind"] == ORDINARY:
            return others
        corrected = Day(cleaned["date"], DayKind(cleaned["kind"]), cleaned["name"])
        return sorted([*others, corrected], key=lambda day: day.date)


class YearForm(DaysForm):
    """Replace all days of a year, from a sheet or from text."""

    sheet = forms.FileField(
        label=_("Sheet"),
        required=False,
        help_text=_("CSV or XLSX with three columns: date, 休 (holiday) or 班 (make-up workday), name."),
        widget=forms.FileInput({"accept": ".csv,.xlsx"}),
    )
    rows = forms.CharField(
        label=_("Or as text, a day in each line"),
        required=False,
        widget=forms.Textarea({"rows": 6, "placeholder": "2027-01-01,休,元旦"}),
    )

    field_order = ("sheet", "rows", "source")

    def found(self, cleaned: dict[str, Any]) -> list[Day]:
        days, problems = parse_days(self._rows(cleaned))
        if problems:
            raise Invalid(problems=problems)
        if not days:
            message = gettext_noop("There is no day in it. Choose a sheet or enter lines.")
            raise Invalid(problems=[Problem("calendar.empty", message, field="rows")])
        return sorted(days, key=lambda day: day.date)

    def _rows(self, cleaned: dict[str, Any]) -> list[Any]:
        sheet = cleaned.get("sheet")
        if sheet is not None:
            return list(read_table(sheet.read(MAX_BYTES + 1)).rows)
        lines = cleaned["rows"].replace("，", ",").replace("\t", ",").splitlines()
        return [line.split(",") for line in lines[:MOST_LINES]]
