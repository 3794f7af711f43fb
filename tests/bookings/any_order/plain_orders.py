"""Sample orders as the model has them: what may follow what, and what is owed for samples."""

from dataclasses import dataclass
from decimal import Decimal

from tests.bookings.any_order.plain_city import DAY, HOLDING, YUAN, Plain

QUOTE_DAYS, ACCEPT_DAYS, HAND_IN_DAYS = 3, 14, 30
"""Until so long after the step before, the next one is taken; else the order lapses."""
UNHANDED = {"submitted", "quoted", "accepted"}


@dataclass
class PlainOrder:
    person: str
    instrument: str
    state: str = "submitted"
    due: float = 0
    yuan: Decimal | None = None
    booking: Plain | None = None

    @property
    def is_to_plan(self):
        """Whether the samples are there and no time is theirs."""
        return self.state == "received" and (self.booking is None or self.booking.state == "cancelled")

    @property
    def is_measured(self):
        return self.booking is not None and self.booking.state == "completed"


class PlainOrders:
    """The orders by their key, and what each step does."""

    def __init__(self, city):
        self.city = city
        self.by_pk = {}

    def place(self, pk, person, instrument):
        self.by_pk[pk] = order = PlainOrder(person, instrument)
        self.enter(order, "submitted", days=QUOTE_DAYS)

    def enter(self, order, state, *, days=0):
        order.state, order.due = state, self.city.now + days * DAY

    def may(self, order, step, *, hours=1):
        in_time = self.city.now < order.due
        return {
            "quote": order.state in {"submitted", "quoted"} and in_time and hours > 0,
            "accept": order.state == "quoted" and in_time,
            "receive": order.state == "accepted" and in_time,
            "cancel": order.state in UNHANDED and in_time,
            "reject": order.state in UNHANDED and in_time,
            "report": order.state == "reported" or (order.state == "received" and order.is_measured),
            "close": order.state in {"received", "reported"}
            and (order.booking is None or order.booking.state not in HOLDING),
        }[step]

    def take(self, order, step, hours):
        state, days = {
            "quote": ("quoted", ACCEPT_DAYS),
            "accept": ("accepted", HAND_IN_DAYS),
            "receive": ("received", 0),
            "report": ("reported", 0),
            "close": ("closed", 0),
            "cancel": ("cancelled", 0),
            "reject": ("rejected", 0),
        }[step]
        if step == "quote":
            order.yuan = YUAN * 2 * hours
        self.enter(order, state, days=days)

    def plan(self, order, start, end):
        """The booking in which the samples are measured: approved at once, at the agreed price."""
        order.booking = Plain(order.person, order.instrument, start, end, "approved", agreed_yuan=order.yuan)
        return order.booking

    def run_clock(self):
        for order in self.by_pk.values():
            if order.state in UNHANDED and order.due <= self.city.now:
                order.state = "lapsed"

    def as_rows(self):
        """Key, state, price and the booking's key of each order."""
        keys = {id(one): pk for pk, one in self.city.bookings.items()}
        return [
            (pk, one.state, one.yuan, keys[id(one.booking)] if one.booking else None)
            for pk, one in self.by_pk.items()
        ]
