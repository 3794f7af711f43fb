"""What is booked, moved and cancelled together."""

from hypothesis import strategies as st
from hypothesis.stateful import precondition, rule

from bookings.groups.domain import Scope
from bookings.groups.models import BasketItem
from bookings.groups.selectors.together import Wanted
from bookings.groups.services.basket import basket_add, basket_book, basket_remove
from bookings.groups.services.series import series_cancel, series_move
from bookings.groups.services.together import series_book
from instrument_share.kernel.interval import Interval
from providers.terms.domain.choices import ServiceMode
from tests.bookings.any_order.draws import instruments, lengths, names, people, picks, sides, starts
from tests.bookings.any_order.plain_city import DAY
from tests.bookings.any_order.side_by_side import SideBySide, between

MOST_ITEMS = 20
scopes = st.sampled_from(Scope)


class GroupActs(SideBySide):
    """Series and baskets."""

    # --- Series -----------------------------------------------------------------------------------------

    @rule(
        person=people,
        instrument=instruments,
        pick=picks,
        count=st.integers(2, 3),
        daily=sides,
        names_project=names,
    )
    def book_a_series(self, person, instrument, pick, count, daily, names_project):
        """Book dates from one of the next free times on, on one day or on several."""
        if not (free := self.next_free(person, instrument, pick)):
            return
        start, end = free
        every = DAY if daily else end - start + 1
        times = [(instrument, start + every * n, end + every * n, names_project) for n in range(count)]
        admitted = self.model.admit_in_turn(person, times)
        done = self.attempt(
            bool(admitted),
            series_book,
            actor=self.people[person],
            requests=[self.wanted(*time) for time in times],
            now=self.now,
        )
        if done:
            series = object()
            assert [one.starts_at for one in done.booked] == [
                between(one.start, one.end).start for one in admitted
            ]
            for made, plain in zip(done.booked, admitted, strict=True):
                plain.series = series
                self.keep(made, plain)

    @precondition(lambda self: self.of_series())
    @rule(pick=picks, by_user=sides, scope=scopes, start=starts, length=lengths)
    def move_the_series(self, pick, by_user, scope, start, length):
        """Move a date to any time, and others as far."""
        pk, plain = self.choose_date(pick)
        self.move_dates(pk, plain, by_user, scope, start - plain.start, length)

    @precondition(lambda self: self.of_series())
    @rule(pick=picks, by_user=sides, scope=scopes, shift=st.integers(-6, 6) | st.sampled_from([-DAY, DAY]))
    def shift_the_series(self, pick, by_user, scope, shift):
        """Move a date a little or by a day, often to where another one of the series was."""
        pk, plain = self.choose_date(pick)
        self.move_dates(pk, plain, by_user, scope, shift, plain.end - plain.start)

    def move_dates(self, pk, plain, by_user, scope, shift, length):
        dates = self.model.dates_ahead(plain, following=scope is Scope.FOLLOWING)
        start = plain.start + shift
        moved = self.attempt(
            plain in dates and self.model.may_move_together(dates, shift, length, bound=by_user),
            series_move,
            actor=self.actor(plain, by_user),
            booking_id=pk,
            interval=between(start, start + length),
            scope=scope,
            now=self.now,
        )
        if moved:
            for one in dates:
                self.model.move(one, one.start + shift, one.start + shift + length, by_user=by_user)
            for made in moved:
                self.read_deadline(made)
            self.require_within_budget(plain)
            self.pass_on(plain)

    @precondition(lambda self: self.of_series())
    @rule(pick=picks, by_user=sides, scope=scopes)
    def cancel_the_series(self, pick, by_user, scope):
        pk, plain = self.choose_date(pick)
        dates = self.model.dates_ahead(plain, following=scope is Scope.FOLLOWING)
        cancelled = self.attempt(
            plain in dates,
            series_cancel,
            actor=self.actor(plain, by_user),
            booking_id=pk,
            scope=scope,
            reason="停电",
            now=self.now,
        )
        if cancelled:
            for one in dates:
                self.model.cancel(one, by_user=by_user)
                self.model.pass_on(one.instrument)
            self.see_offers()

    def of_series(self):
        return {pk: one for pk, one in self.model.bookings.items() if one.series}

    def choose_date(self, pick):
        """A date that has not begun; where there is none, any, whose refusal is a test too."""
        dates = self.of_series()
        ahead = {pk for pk, one in dates.items() if one.state in {"requested", "approved"}}
        known = sorted(ahead or dates)
        return (pk := known[pick % len(known)]), dates[pk]

    # --- Baskets ----------------------------------------------------------------------------------------

    @rule(
        person=people,
        instrument=instruments,
        pick=picks,
        later=st.lists(st.integers(0, 9), min_size=1, max_size=3),
        names_project=names,
    )
    def put_into_the_basket(self, person, instrument, pick, later, names_project):
        """Put one of the next free times there, and others a little later, which may not be free."""
        free = self.next_free(person, instrument, pick)
        for more in later if free else []:
            start, end = free[0] + more, free[1] + more
            basket = self.baskets[person]
            put = self.attempt(
                len(basket) < MOST_ITEMS or (instrument, start) in basket,
                basket_add,
                actor=self.people[person],
                wanted=self.wanted(instrument, start, end, names_project),
                now=self.now,
            )
            if put:
                basket[instrument, start] = end, names_project

    @precondition(lambda self: any(self.baskets.values()))
    @rule(person=people)
    def book_the_basket(self, person):
        """Book all that is in the basket; what can't be booked together is taken out."""
        basket = self.baskets[person]
        times = [(key, start, *rest) for (key, start), rest in basket.items()]
        admitted = self.model.admit_in_turn(person, times)
        booked = self.attempt(
            bool(basket) and len(admitted) == len(basket),
            basket_book,
            actor=self.people[person],
            now=self.now,
        )
        if booked:
            for plain in admitted:
                made = next(one for one in booked if self.is_of(one, plain))
                self.keep(made, plain)
        else:
            for item in BasketItem.objects.filter(user=self.people[person]):
                basket_remove(actor=self.people[person], public_id=item.public_id, now=self.now)
        basket.clear()

    def wanted(self, instrument, start, end, names_project):
        return Wanted(
            self.instruments[instrument],
            between(start, end),
            ServiceMode.SELF_OPERATED,
            self.city.company,
            "二氧化钛薄膜",
            organization_project=self.project if names_project else None,
        )

    def is_of(self, made, plain):
        """Whether a booking of the services is this of the model."""
        time = Interval(made.starts_at, made.ends_at)
        return (made.instrument, time) == (
            self.instruments[plain.instrument],
            between(plain.start, plain.end),
        )
