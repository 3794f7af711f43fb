"""What the drill books: a unit's instruments, their keeper, people with tokens; and bookings that run now."""

from datetime import timedelta

from bookings.requests.models import Booking, BookingGroup
from bookings.requests.services.next_free import next_free_rebuild
from instrument_share.accounts.domain import Role
from instrument_share.accounts.models import User
from instrument_share.accounts.services import api_token_create
from instrument_share.web import clock
from providers.instruments.models import Instrument, Keeper
from tests import factories

PEOPLE, OPEN_INSTRUMENTS = 6, 3
DAY, HOUR = timedelta(days=1), timedelta(hours=1)


class City:
    """Made once, when the cluster stands."""

    def __init__(self) -> None:
        self.now = clock.now()
        self.midnight = self.now.replace(minute=0, second=0, microsecond=0) + DAY
        self.unit = factories.organization(owns_instruments=True)
        self.keeper = factories.member(self.unit, Role.KEEPER, name="丙")
        company = factories.organization("云屏测试科技有限公司", kind="enterprise", size_class="small")
        self.people = [factories.member(company) for _ in range(PEOPLE)]
        self.tokens = [self._token(person) for person in self.people]
        self.keeper_token = self._token(self.keeper)
        self.instruments = [self._instrument().public_id for _ in range(OPEN_INSTRUMENTS)]
        next_free_rebuild(self.now)

    def running_bookings(self, number: int) -> list[str]:
        """So many bookings that have begun, each on an instrument of its own; their public ids."""
        now = clock.now()
        found = []
        for turn in range(number):
            instrument, booker = self._instrument(days=0), self.people[turn % PEOPLE]
            booking = Booking.objects.create(
                group=BookingGroup.objects.create(user=booker, created_at=now),
                instrument=instrument,
                rule=instrument.rules.get(),
                user=booker,
                payer_person=booker,
                state="approved",
                starts_at=now - timedelta(minutes=5),
                ends_at=now + HOUR,
                held_until=now + HOUR,
                user_kind="individual",
                service_mode="operated",
                subject="断口观察",
                quote=[],
                quoted_yuan=0,
                requested_at=now,
            )
            found.append(booking.public_id)
        return found

    def _token(self, person: User) -> str:
        return str(api_token_create(actor=person, name="drill", now=self.now)[1])

    def _instrument(self, days: int = 200) -> Instrument:
        one = factories.instrument(self.unit)
        factories.rule(one, horizon_days=250, min_minutes=30, cancel_deadline_minutes=0)
        Keeper.objects.create(instrument=one, user=self.keeper)
        factories.windows(one, first=self.midnight, days=days, length=DAY)
        return one
