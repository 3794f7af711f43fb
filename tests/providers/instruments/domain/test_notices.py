"""How long things count as up to date, and when people are told that they run out."""

from datetime import timedelta

from providers.instruments.domain import freshness, notices


def test_people_are_told_thirty_days_ahead_from_eight_in_the_morning():
    assert timedelta(days=30) == notices.NOTICE_AHEAD
    assert notices.FIRST_HOUR == 8
    assert timedelta(days=365) == freshness.FRESH_FOR
