"""What rules grant of an instrument, with those booked together with it, before and after a decision."""

from collections import defaultdict
from collections.abc import Callable, Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from typing import TYPE_CHECKING, Any, Generic, NamedTuple, TypeVar

from bookings.requests.domain.admission import Requester, find_standing_problems
from bookings.requests.selectors.rule_effects import RuleChange
from instrument_share.kernel.wording import Bilingual
from providers import public as providers
from providers.domain import InstrumentState, ServiceMode, Terms

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument

Thing = TypeVar("Thing")
Period = Mapping[int, Terms | None]
"""The terms in force at a time, by instrument that a booking takes; None grants nothing."""
Versions = Mapping[int, Sequence[Terms]]


@dataclass(frozen=True)
class GrantChange:
    """The periods of an instrument from `since` on, when a decision takes effect, before and after it."""

    instrument_id: int
    since: datetime
    before: Sequence[Period]
    after: Sequence[Period]
    companions: "Sequence[Instrument]" = ()
    """What is, or was, booked with it that the decision is about; nothing where it is about its own rule."""

    @property
    def of_own_rule(self) -> "GrantChange":
        """Return the same of the instrument alone."""
        return replace(self, before=self._leave_own(self.before), after=self._leave_own(self.after))

    def _leave_own(self, periods: Sequence[Period]) -> list[Period]:
        return [{self.instrument_id: one[self.instrument_id]} for one in periods]


class Hit(NamedTuple, Generic[Thing]):
    """A wait or an order that a decision hits, and what is booked with its instrument and refuses it."""

    thing: Thing
    change: GrantChange
    companion: "Instrument | None"

    @property
    def params(self) -> dict[str, Any]:
        """Return what a message about it tells: from when on, and the name of what refuses it."""
        companion = self.companion
        name = {} if companion is None else {"companion": Bilingual(companion.name_zh, companion.name_en)}
        return {"since": self.change.since, **name}


def get_grant_changes(changes: Collection[RuleChange]) -> list[GrantChange]:
    """Return what changes of rules do to their instruments and to those that can't be booked without them.

    There is at most one for each instrument. Each is judged after those that apply earlier, so that nobody is
    told twice of the same. The number of statements is constant.
    """
    by_id = {one.instrument_id: one for one in changes}
    needs = providers.links_of({*by_id, *providers.linking_ids(*by_id)})
    companions = _read_companions(needs)
    versions: Versions = {**_read_versions(needs), **{pk: one.before for pk, one in by_id.items()}}
    found: list[GrantChange] = []
    for changed, change in sorted(by_id.items(), key=lambda item: item[1].since):
        after = {**versions, changed: change.after}
        for pk, needed in needs.items():
            others = [one for one in needed if one in companions]
            if changed not in (pk, *others):
                continue
            found.append(
                GrantChange(
                    pk,
                    change.since,
                    _get_periods(versions, [pk, *others], change.since),
                    _get_periods(after, [pk, *others], change.since),
                    [] if pk == changed else [companions[changed]],
                )
            )
        versions = after
    return found


def get_link_changes(
    former_needs: Mapping[int, Collection[int]], needs: Mapping[int, Collection[int]], since: datetime
) -> list[GrantChange]:
    """Return what it does to instruments that they are booked with others than before.

    Both give, by instrument, those without which it can't be booked.
    """
    every = {pk: {*before, *needs[pk]} for pk, before in former_needs.items()}
    companions, versions = _read_companions(every), _read_versions(every)
    return [
        GrantChange(
            pk,
            since,
            _get_periods(versions, [pk, *(one for one in before if one in companions)], since),
            _get_periods(versions, [pk, *(one for one in needs[pk] if one in companions)], since),
            [companions[one] for one in sorted({*before} ^ {*needs[pk]}) if one in companions],
        )
        for pk, before in former_needs.items()
    ]


def _read_companions(needs: Mapping[int, Collection[int]]) -> "dict[int, Instrument]":
    """Return what is needed, by id, without drafts: nobody outside their unit is told of them."""
    found = providers.instruments_by_id(set().union(*needs.values()))
    return {one.pk: one for one in found if one.state != InstrumentState.DRAFT}


def _read_versions(needs: Mapping[int, Collection[int]]) -> Versions:
    return providers.terms_versions({*needs}.union(*needs.values()))


def _get_periods(versions: Versions, together: Sequence[int], since: datetime) -> list[Period]:
    """Return the periods from `since` on, in which no other version of any of the instruments begins."""
    of_each = {pk: versions.get(pk, ()) for pk in together}
    begins = {one.applies_from for several in of_each.values() for one in several}
    return [
        {pk: providers.version_in_force(several, start) for pk, several in of_each.items()}
        for start in sorted({since, *(one for one in begins if one > since)})
    ]


def find_hits(
    changes: Iterable[GrantChange],
    things: Iterable[tuple[int, Thing]],
    is_granted: Callable[[Terms, Thing], bool],
) -> tuple[list[Hit[Thing]], list[Hit[Thing]]]:
    """Return what no period grants any more from a change on, and what every one grants as not before.

    Each thing comes with its instrument's id. A period grants what the terms of all instruments in it grant.
    """

    def grants(period: Period, one: Thing) -> bool:
        return all(terms is not None and is_granted(terms, one) for terms in period.values())

    def find_refusing(change: GrantChange, one: Thing) -> "Instrument | None":
        refused = {
            pk
            for period in change.after
            for pk, terms in period.items()
            if terms is None or not is_granted(terms, one)
        }
        return next((each for each in change.companions if each.pk in refused), None)

    by_instrument: dict[int, list[Thing]] = defaultdict(list)
    for instrument_id, one in things:
        by_instrument[instrument_id].append(one)
    lost: list[Hit[Thing]] = []
    gained: list[Hit[Thing]] = []
    for change in changes:
        for one in by_instrument[change.instrument_id]:
            granted_before = [grants(period, one) for period in change.before]
            granted_after = [grants(period, one) for period in change.after]
            if any(granted_before) and not any(granted_after):
                lost.append(Hit(one, change, find_refusing(change, one)))
            elif not all(granted_before) and all(granted_after):
                gained.append(Hit(one, change, None))
    return lost, gained


def list_things(hits: Iterable[Hit[Thing]]) -> list[Thing]:
    """Return what is hit, each once."""
    return list(dict.fromkeys(one.thing for one in hits))


def may_be_granted(
    terms: Terms,
    *,
    user: "User",
    payer: "Organization | None",
    instrument: "Instrument",
    service_mode: ServiceMode,
    now: datetime,
    price_is_agreed: bool = False,
) -> bool:
    """Return whether admission may grant a person some time under the terms, whatever else it says of them.

    The terms are those of the instrument or of what is booked with it, which belongs to the same unit, so
    that the kind of user is the same.
    """
    requester = Requester(user_kind=providers.user_kind(user, payer, instrument))
    return not find_standing_problems(
        terms,
        service_mode=service_mode,
        requester=requester,
        moves_from=None,
        now=now,
        price_is_agreed=price_is_agreed,
    )
