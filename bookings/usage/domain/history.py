"""Past bookings and uses as `history_import` takes them."""

from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal

from bookings.requests.domain.choices import Direction
from bookings.requests.domain.states import BookingState
from bookings.usage.domain.choices import Capture, Rating, UsagePurpose
from instrument_share.kernel.interval import Interval
from providers.domain import ServiceMode

ENDED_STATES = frozenset(
    {
        BookingState.COMPLETED,
        BookingState.CANCELLED,
        BookingState.REJECTED,
        BookingState.LAPSED,
        BookingState.NO_SHOW,
    }
)
"""What a past booking can have come to."""


@dataclass(frozen=True)
class PastUse:
    """A past use.

    `amount_yuan` None: the price of the rule in force at the start for the effective time; it has to be given
    where that rule has none for such a use. `recorded_at` None: at its end. `recorded_by_id` None: the
    operator if that is not the user, else the importer.
    """

    time: Interval
    operator_id: int
    setup_seconds: int = 0
    measuring_seconds: int | None = None
    post_seconds: int = 0
    idle_seconds: int = 0
    results: str = ""
    purpose: UsagePurpose = UsagePurpose.SERVICE
    amount_yuan: Decimal | None = None
    capture: Capture = Capture.CHECK_OUT
    recorded_at: datetime | None = None
    recorded_by_id: int | None = None
    confirmed_by_id: int | None = None
    confirmed_at: datetime | None = None
    rating: Rating | None = None
    comment: str = ""


@dataclass(frozen=True)
class HistoryRow:
    """A booking with its use, a use without booking (`booked` None), or a booking without use.

    `payer_organization_id` None: the user pays. Rows are referenced by internal id.
    """

    instrument_id: int
    user_id: int
    payer_organization_id: int | None
    service_mode: ServiceMode
    subject: str
    booked: Interval | None = None
    state: BookingState = BookingState.COMPLETED
    requested_at: datetime | None = None
    decided_at: datetime | None = None
    decided_by_id: int | None = None
    decide_by: datetime | None = None
    ended_at: datetime | None = None
    late_cancel: bool = False
    charged_yuan: Decimal | None = None
    project: str = ""
    direction: Direction = Direction.RESEARCH
    samples: int = 0
    used: PastUse | None = None

    @property
    def starts_at(self) -> datetime:
        """Return the start of the use, or of the booking without one. Raises ValueError without either."""
        time = self.used.time if self.used else self.booked
        if time is None:
            raise ValueError("A row has a booking, a use, or both.")
        return time.start

    @property
    def is_decided_late(self) -> bool:
        """Return whether a person decided only when the request had lapsed.

        Such a one would be neither decided in time nor lapsed. One of a former system without deadlines has
        no `decide_by`.
        """
        if self.decide_by is None or self.decided_at is None:
            return False
        return self.decided_at >= self.decide_by

    def get_recorder_id(self, importer_id: int) -> int | None:
        """Return who counts as having recorded the use; None without a use."""
        if self.used is None:
            return None
        by_operator = self.used.operator_id if self.used.operator_id != self.user_id else None
        return self.used.recorded_by_id or by_operator or importer_id
