"""Single days on which an instrument is closed, or open in addition, whatever its patterns say."""

from datetime import time, timedelta

import pytest

from providers.terms.domain.terms import DayException
from providers.terms.models import OpenWindow
from providers.terms.services.windows import windows_rebuild
from tests.providers.conftest import NOW, terms
from tests.providers.terms.recurrence import SHIFTED, day, kept, on, opened, publish, said

EXCEPTIONS = {
    "a day on which it is closed": (
        [DayException(day("2025-09-02"))],
        ["09-01 09:00/17:00", "09-03 09:00/17:00"],
    ),
    "a closed day does not cut the night that runs into it": (
        [DayException(day("2025-09-02")), DayException(day("2025-09-01"), time(22), time(6))],
        ["09-01 09:00/17:00", "09-01 22:00/09-02 06:00", "09-03 09:00/17:00"],
    ),
    "a day on which it is open in addition": (
        [DayException(day("2025-09-02"), time(18), time(20))],
        ["09-01 09:00/17:00", "09-02 09:00/17:00", "09-02 18:00/20:00", "09-03 09:00/17:00"],
    ),
    "additional hours that touch are one window with the others": (
        [DayException(day("2025-09-02"), time(17), time(0))],
        ["09-01 09:00/17:00", "09-02 09:00/09-03 00:00", "09-03 09:00/17:00"],
    ),
    "closed and additional: other hours on that day": (
        [DayException(day("2025-09-02")), DayException(day("2025-09-02"), time(13), time(15))],
        ["09-01 09:00/17:00", "09-02 13:00/15:00", "09-03 09:00/17:00"],
    ),
    "outside the range": (
        [DayException(day(one), time(13), time(15)) for one in ("2025-08-31", "2025-09-04")],
        ["09-01 09:00/17:00", "09-02 09:00/17:00", "09-03 09:00/17:00"],
    ),
}


@pytest.mark.parametrize("case", EXCEPTIONS.values(), ids=EXCEPTIONS)
def test_exceptions(case):
    exceptions, expected = case
    found = opened([on(*range(5))], day("2025-09-01"), day("2025-09-04"), SHIFTED, exceptions)
    assert [said(one) for one in found] == expected


def test_additional_hours_stand_on_a_public_holiday_too():
    exceptions = [DayException(day("2025-10-01"), time(9), time(12))]
    found = opened([on(*range(5))], day("2025-10-01"), day("2025-10-05"), SHIFTED, exceptions)
    assert [said(one) for one in found] == ["10-01 09:00/12:00"]


def test_exceptions_are_kept_in_the_windows_and_rebuilt_with_them(world, instrument):
    exceptions = (DayException(day("2025-09-02")), DayException(day("2025-09-06"), time(9), time(12)))
    publish(world, instrument, terms(exceptions=exceptions, horizon=timedelta(days=6)))
    expected = [
        "09-01 09:00/17:00",
        "09-03 09:00/17:00",
        "09-04 09:00/17:00",
        "09-05 09:00/17:00",
        "09-06 09:00/12:00",
    ]
    assert kept(instrument) == expected
    rows = list(OpenWindow.objects.order_by("starts_at").values_list("rule", "starts_at", "ends_at"))
    windows_rebuild(actor=None, now=NOW)
    assert kept(instrument) == expected
    assert list(OpenWindow.objects.order_by("starts_at").values_list("rule", "starts_at", "ends_at")) == rows
