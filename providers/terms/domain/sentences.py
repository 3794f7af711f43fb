"""Describe an open-service rule in sentences for visitors."""

from collections.abc import Iterable, Iterator
from datetime import date, time, timedelta

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Sentence, Words, word
from providers.terms.domain.choices import (
    Decision,
    Frequency,
    HolidayTreatment,
    QuotaHolder,
    RuleTopic,
    ServiceMode,
    UserKind,
)
from providers.terms.domain.labels import NTH_WORDS, WEEKDAYS
from providers.terms.domain.terms import DayException, OpeningPattern, Price, Terms, TermsDraft

DAY = timedelta(days=1)

_HOLIDAYS = {
    HolidayTreatment.CLOSED_AND_SHIFTED: gettext_noop(
        "Closed on public holidays; make-up workdays follow Monday's hours."
    ),
    HolidayTreatment.CLOSED: gettext_noop("Closed on public holidays."),
    HolidayTreatment.IGNORED: gettext_noop("Open on public holidays too, at the same hours."),
}


def sentences(terms: TermsDraft) -> list[Sentence]:
    """Return the rule as sentences in the order of their topics."""
    return [sentence for about in sentences_by_topic(terms).values() for sentence in about]


def sentences_by_topic(terms: TermsDraft) -> dict[RuleTopic, list[Sentence]]:
    """Return the rule as sentences by what a visitor asks: when, who, at what cost, and how to cancel."""
    return {
        RuleTopic.TIME: [*_opening(terms), *_lengths(terms), *_turnaround(terms), *_quotas(terms)],
        RuleTopic.ACCESS: [*_who(terms), *_decision(terms)],
        RuleTopic.COSTS: _costs(terms),
        RuleTopic.CANCELLATION: [*_cancellation(terms)],
    }


def sentences_by_part(terms: TermsDraft) -> dict[str, list[Sentence]]:
    """Return the same sentences by the parts of the editor."""
    return {
        "patterns": _opening(terms),
        "prices": _costs(terms),
        "who": [*_who(terms), *_decision(terms)],
        "lengths": [*_lengths(terms), *_cancellation(terms), *_turnaround(terms)],
        "quotas": [*_quotas(terms)],
    }


def _opening(terms: TermsDraft) -> list[Sentence]:
    begins = terms.applies_from.astimezone(CITY_TIME).date() if isinstance(terms, Terms) else None
    return [
        *(_hours(pattern, begins) for pattern in terms.patterns),
        Sentence(_HOLIDAYS[terms.holidays]),
        *(_exception(exception) for exception in terms.exceptions),
    ]


def _costs(terms: TermsDraft) -> list[Sentence]:
    return [*(_price(price) for price in terms.prices), *_minimum(terms), *_vouchers(terms)]


def _hours(pattern: OpeningPattern, begins: date | None) -> Sentence:
    """Return the hours, with their own days where they end, or begin after the rule does."""
    params = {
        "weekdays": _weekdays(pattern.weekdays),
        "hours": _times(pattern.opens, pattern.closes),
        "interval": pattern.interval,
        "nth": NTH_WORDS.get(pattern.nth or 0, ""),
        "from": pattern.starts_on,
        "until": pattern.until,
    }
    whole = Sentence(_hours_message(pattern), params)
    if pattern.until is not None:
        message = gettext_noop("From {from} through {until}: {sentence}")
        return Sentence(message, {**params, "sentence": whole})
    if begins is not None and pattern.starts_on > begins:
        return Sentence(gettext_noop("From {from}: {sentence}"), {**params, "sentence": whole})
    return whole


_MONTHLY = (
    gettext_noop("Open on the {nth} {weekdays} of the month, {hours}."),
    gettext_noop("Open on the {nth} {weekdays} of the month, around the clock."),
)
_EVERY_FEW_MONTHS = (
    gettext_noop("Open on the {nth} {weekdays} of every {interval} months, {hours}."),
    gettext_noop("Open on the {nth} {weekdays} of every {interval} months, around the clock."),
)
_WEEKLY = (
    gettext_noop("Open {weekdays}, {hours}."),
    gettext_noop("Open {weekdays}, around the clock."),
)
_EVERY_FEW_WEEKS = (
    gettext_noop("Open every {interval} weeks on {weekdays}, {hours}."),
    gettext_noop("Open every {interval} weeks on {weekdays}, around the clock."),
)


def _hours_message(pattern: OpeningPattern) -> str:
    """Return the message for a pattern: one with its hours, or one that says they are all of the day's."""
    if pattern.frequency is Frequency.MONTHLY_BY_WEEKDAY:
        messages = _MONTHLY if pattern.interval == 1 else _EVERY_FEW_MONTHS
    else:
        messages = _WEEKLY if pattern.interval == 1 else _EVERY_FEW_WEEKS
    return messages[_is_around_the_clock(pattern.opens, pattern.closes)]


def _is_around_the_clock(opens: time, closes: time) -> bool:
    return opens == closes == time()


def _weekdays(weekdays: Iterable[int]) -> tuple[Words | Sentence, ...]:
    """Return the names of weekdays; three or more in a row as the first and the last."""
    days = sorted(set(weekdays))
    if len(days) > 2 and days[-1] - days[0] == len(days) - 1:
        span = {"first": WEEKDAYS[days[0]], "last": WEEKDAYS[days[-1]]}
        return (Sentence(gettext_noop("{first} to {last}"), span),)
    return tuple(WEEKDAYS[day] for day in days)


def _times(opens: time, closes: time) -> Sentence:
    midnight = time()
    params = {"opens": f"{opens:%H:%M}", "closes": "24:00" if closes == midnight else f"{closes:%H:%M}"}
    if _is_around_the_clock(opens, closes):
        return Sentence(gettext_noop("around the clock"))
    if closes <= opens and closes != midnight:
        return Sentence(gettext_noop("{opens} to {closes} the next day"), params)
    return Sentence(gettext_noop("{opens} to {closes}"), params)


def _exception(exception: DayException) -> Sentence:
    if exception.opens is None or exception.closes is None:
        return Sentence(gettext_noop("Not open as usual on {day}."), {"day": exception.day})
    hours = _times(exception.opens, exception.closes)
    return Sentence(gettext_noop("Also open on {day}, {hours}."), {"day": exception.day, "hours": hours})


def _length(length: timedelta) -> Sentence | timedelta:
    """Return a length as it is written in sentences: in whole days, else as the page writes any length."""
    if length > DAY and not length % DAY:
        return Sentence(gettext_noop("{number} days"), {"number": length // DAY})
    return length


def _who(terms: TermsDraft) -> Iterator[Sentence]:
    kinds = tuple(word(kind) for kind in UserKind if kind in terms.user_kinds)
    yield Sentence(gettext_noop("It may be booked by: {kinds}."), {"kinds": kinds})
    modes = tuple(word(mode) for mode in ServiceMode if mode in terms.service_modes)
    yield Sentence(gettext_noop("Ways of service: {modes}."), {"modes": modes})
    if terms.needs_qualification:
        yield Sentence(
            gettext_noop("To operate it yourself you need a qualification valid for the whole booking.")
        )


def length_sentence(terms: TermsDraft) -> Sentence:
    """Return how long a booking may be, as a sentence."""
    return Sentence(
        gettext_noop("Time is booked in steps of {step}: {shortest} at least, {longest} at most."),
        {
            "step": _length(terms.step),
            "shortest": _length(terms.min_length),
            "longest": _length(terms.max_length),
        },
    )


def _lengths(terms: TermsDraft) -> Iterator[Sentence]:
    yield length_sentence(terms)
    days = terms.horizon // DAY
    yield Sentence(gettext_noop("It can be booked up to {days} days ahead."), {"days": days})
    if terms.lead:
        yield Sentence(gettext_noop("Book at least {lead} before the start."), {"lead": _length(terms.lead)})
    if terms.may_span_gaps:
        yield Sentence(
            gettext_noop("A booking may run on through the hours between two openings, overnight.")
        )


def _decision(terms: TermsDraft) -> Iterator[Sentence]:
    if terms.decision is Decision.AT_ONCE:
        yield Sentence(gettext_noop("A booking that fits the rule is approved at once."))
    else:
        yield Sentence(
            gettext_noop("The keeper decides within {hours}; after that the request lapses."),
            {"hours": _length(timedelta(hours=terms.decision_hours))},
        )


_QUOTAS = {
    QuotaHolder.USER: (
        gettext_noop("One person may book at most {length} per {span}."),
        gettext_noop("One person may have at most {number} bookings per {span}."),
    ),
    QuotaHolder.ORGANIZATION: (
        gettext_noop("One organization may book at most {length} per {span}."),
        gettext_noop("One organization may have at most {number} bookings per {span}."),
    ),
}


def _quotas(terms: TermsDraft) -> Iterator[Sentence]:
    for quota in terms.quotas:
        by_length, by_number = _QUOTAS[quota.holder]
        span = word(quota.span)
        if quota.most_time is not None:
            yield Sentence(by_length, {"length": _length(quota.most_time), "span": span})
        if quota.most_bookings is not None:
            yield Sentence(by_number, {"number": quota.most_bookings, "span": span})


def _cancellation(terms: TermsDraft) -> Iterator[Sentence]:
    if terms.change_deadline > terms.cancel_deadline:
        yield Sentence(
            gettext_noop(
                "It can be moved up to {change}, and cancelled free of charge up to {cancel}, before "
                "the start."
            ),
            {"change": _length(terms.change_deadline), "cancel": _length(terms.cancel_deadline)},
        )
    else:
        yield Sentence(
            gettext_noop("Free changes and cancellation up to {cancel} before the start."),
            {"cancel": _length(terms.cancel_deadline)},
        )
    yield Sentence(
        gettext_noop("Late cancellation costs {late}% of the quoted price, a no-show {no_show}%."),
        {"late": terms.late_cancel_percent, "no_show": terms.no_show_percent},
    )


def _turnaround(terms: TermsDraft) -> Iterator[Sentence]:
    if terms.turnaround:
        yield Sentence(
            gettext_noop(
                "Kept free after each booking for cleaning and set-up: {turnaround}, until its use is "
                "checked out."
            ),
            {"turnaround": _length(terms.turnaround)},
        )


def _price(price: Price) -> Sentence:
    params = {"price": f"{price.price_yuan:,.2f}", "unit": word(price.unit)}
    if conditions := condition_sentences(price):
        return Sentence(gettext_noop("¥{price} {unit} ({for})."), {**params, "for": conditions})
    return Sentence(gettext_noop("¥{price} {unit}."), params)


def condition_sentences(price: Price) -> tuple[Words | Sentence, ...]:
    """Return for whom, for which service and when a price applies; empty if always."""
    who = (word(price.user_kind),) if price.user_kind else ()
    how = (word(price.service_mode),) if price.service_mode else ()
    times: tuple[Sentence, ...] = ()
    if price.from_time is not None and price.until_time is not None:
        times = (_times(price.from_time, price.until_time),)
    return (*who, *how, *_weekdays(price.weekdays), *times)


def _minimum(terms: TermsDraft) -> Iterator[Sentence]:
    if terms.minimum_charge_yuan:
        yield Sentence(
            gettext_noop("At least ¥{price} is charged for a booking."),
            {"price": f"{terms.minimum_charge_yuan:,.2f}"},
        )


def _vouchers(terms: TermsDraft) -> Iterator[Sentence]:
    if terms.accepts_vouchers:
        yield Sentence(gettext_noop("Innovation vouchers are accepted towards the price."))
