"""Which years wait to be opened."""

from rewards.cycle.models import AssessmentCycle
from rewards.year.selectors import get_years_to_open
from tests.rewards.builders import AFTER, YEAR


def test_this_year_and_a_year_with_logs_wait_to_be_opened_by_an_officer(steps):
    officer = steps.city.officer
    assert get_years_to_open(officer, AFTER) == [YEAR + 1]
    AssessmentCycle.objects.all().delete()
    assert get_years_to_open(officer, AFTER) == [YEAR + 1, YEAR]
    assert get_years_to_open(steps.city.auditor, AFTER) == []


def test_a_year_without_logs_does_not_wait(steps):
    assert get_years_to_open(steps.city.officer, AFTER.replace(year=YEAR + 2)) == [YEAR + 2]
