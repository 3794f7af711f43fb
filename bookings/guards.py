"""What the database refuses for bookings and usage, whatever the code does."""

from bookings.requests.domain.states import HOLDING_STATES
from instrument_share.journal.guards import Guard, append_only

_HOLDING = ", ".join(f"'{state}'" for state in sorted(HOLDING_STATES))

EXCLUSION = f"""
ALTER TABLE bookings_booking ADD CONSTRAINT booking_no_overlap
EXCLUDE USING gist (instrument_id WITH =, tstzrange(starts_at, held_until, '[)') WITH &&)
WHERE (state IN ({_HOLDING}))
"""
"""PostgreSQL's own refusal of overlapping holds (SQLSTATE 23P01); made by a migration."""


def _no_overlap(name: str, event: str) -> Guard:
    return Guard(
        name=name,
        table="bookings_booking",
        postgresql=None,
        sqlite=f"""
        CREATE TRIGGER {name} BEFORE {event} ON bookings_booking
        WHEN NEW.state IN ({_HOLDING}) AND EXISTS (
            SELECT 1 FROM bookings_booking AS other
            WHERE other.instrument_id = NEW.instrument_id AND other.id IS NOT NEW.id
              AND other.state IN ({_HOLDING})
              AND other.starts_at < NEW.held_until AND NEW.starts_at < other.held_until
        )
        BEGIN SELECT RAISE(ABORT, 'booking_no_overlap'); END
        """,  # noqa: S608 (only names and states of this module)
    )


NO_OVERLAP = (
    _no_overlap("booking_no_overlap_insert", "INSERT"),
    _no_overlap("booking_no_overlap_update", "UPDATE OF instrument_id, starts_at, held_until, state"),
)
"""SQLite's refusal of overlapping holds."""

APPEND_ONLY: tuple[Guard, ...] = tuple(
    guard
    for table in (
        "bookings_usageentry",
        "bookings_usagelog",
        "bookings_usageoverlap",
        "bookings_usagecorrection",
        "bookings_usageconfirmation",
    )
    for guard in append_only(table)
)
