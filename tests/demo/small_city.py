"""A small part of the demo city, which is loaded in a tenth of the time."""

from datetime import UTC, datetime, timedelta

from instrument_share.demo.city import load_city
from instrument_share.demo.load import load_demo

NUMBERS = (
    "YUT-EM-001",
    "YUT-EM-002",
    "YUT-EM-003",
    "YUT-EM-004",
    "YUT-EM-006",
    "YPU-CH-01",
    "IMD-D-01",
    "IMD-T-01",
    "QN-004",
    "JL-G-021",
)
NOW = datetime(2026, 11, 24, 2, 20, tzinfo=UTC)


def small(now: datetime, days: int = 21, numbers: tuple[str, ...] = NUMBERS):
    done = []
    world = load_demo(
        load_city().with_instruments(*numbers), now, done.append, now.date() - timedelta(days=days)
    )
    assert [progress.stage for progress in done][-1] == "The public log"
    return world
