"""What rooms above say on the pages of requests and bookings, and do as an instrument leaves or ends."""

from collections.abc import Callable, Collection, Mapping
from datetime import datetime, timedelta
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from bookings.projects.models import Project
    from bookings.requests.models import Booking
    from bookings.requests.selectors.granting import GrantChange
    from bookings.requests.selectors.offers import Applicant
    from instrument_share.accounts.models import Organization, User
    from instrument_share.kernel.errors import DomainError
    from instrument_share.kernel.interval import Interval
    from providers.models import Instrument

WaitReader = Callable[["User", int], bool]
BasketReader = Callable[["User", int], "DomainError | None"]
PriceReader = Callable[["Project", "Applicant", "Instrument", "Interval", datetime], bool]
DeadlineReader = Callable[["User", "Booking", datetime], datetime | None]
MisuseDeadlineReader = Callable[["Booking"], datetime | None]
ActAsker = Callable[["User", "Booking", datetime], bool]
ClaimTeller = Callable[[int], str]
DelayReader = Callable[[Collection[int]], Mapping[int, timedelta]]
RetirementEnder = Callable[["User", int, str, datetime], None]
LeavingWatcher = Callable[["User", "Instrument", str, datetime], None]
ReturnWatcher = Callable[["User", "Instrument", datetime], None]
CompanionLeavingWatcher = Callable[["User", "Instrument", "Instrument", str, datetime], None]
CompanionReturnWatcher = Callable[["User", "Instrument", "Instrument", datetime], None]
CompanionLeavingTeller = Callable[[Collection[int]], list[str]]
PayerLeftWatcher = Callable[["User", "Organization", datetime], None]
PayerSuspensionWatcher = Callable[["User", "Organization", datetime], None]
GrantChangeWatcher = Callable[["Collection[GrantChange]", datetime], None]
GrantChangeTeller = Callable[["Collection[GrantChange]", datetime], list[str]]
UseReader = Callable[[int, "Interval"], "list[Interval]"]
ChargeDropper = Callable[["Booking", "User | None", datetime], bool]
_claim_tellers: list[ClaimTeller] = []
_wait_readers: list[WaitReader] = []
_basket_readers: list[BasketReader] = []
_price_readers: list[PriceReader] = []
_deadline_readers: list[DeadlineReader] = []
_misuse_deadline_readers: list[MisuseDeadlineReader] = []
_delay_readers: list[DelayReader] = []
_act_askers: dict[str, ActAsker] = {}
_retirement_enders: list[RetirementEnder] = []
_end_tellers: list[ClaimTeller] = []
_leaving_watchers: list[LeavingWatcher] = []
_return_watchers: list[ReturnWatcher] = []
_companion_leaving_watchers: list[CompanionLeavingWatcher] = []
_companion_leaving_tellers: list[CompanionLeavingTeller] = []
_companion_return_watchers: list[CompanionReturnWatcher] = []
_companion_unlinked_watchers: list[CompanionReturnWatcher] = []
_payer_left_watchers: list[PayerLeftWatcher] = []
_payer_suspension_watchers: list[PayerSuspensionWatcher] = []
_grant_change_watchers: list[GrantChangeWatcher] = []
_grant_change_tellers: list[GrantChangeTeller] = []
_charge_droppers: list[ChargeDropper] = []
_use_readers: list[UseReader] = []


def register_wait_reader(reader: WaitReader) -> None:
    """Have `reader` say whether a person waits for an instrument already."""
    _wait_readers.append(reader)


def is_waiting(viewer: "User", instrument_id: int) -> bool:
    """Return whether the viewer is on the waiting list of the instrument already."""
    return any(reader(viewer, instrument_id) for reader in _wait_readers)


def register_basket_reader(reader: BasketReader) -> None:
    """Have `reader` say why a person can put no time of an instrument into their basket."""
    _basket_readers.append(reader)


def find_basket_obstacle(viewer: "User", instrument_id: int) -> "DomainError | None":
    """Return why the viewer can put no time of the instrument into their basket; None where they can."""
    return next((found for read in _basket_readers if (found := read(viewer, instrument_id))), None)


def register_price_reader(reader: PriceReader) -> None:
    """Have `reader` say whether who waits for a time may be offered one that their project can pay."""
    _price_readers.append(reader)


def has_cheaper_time(
    project: "Project", applicant: "Applicant", instrument: "Instrument", interval: "Interval", now: datetime
) -> bool:
    """Return whether a wait for this time may bring one that the project can pay."""
    return any(reader(project, applicant, instrument, interval, now) for reader in _price_readers)


def register_hand_over_deadline(reader: DeadlineReader) -> None:
    """Have `reader` say until when a booking may be handed over; None where it can't be."""
    _deadline_readers.append(reader)


def get_hand_over_deadline(giver: "User", booking: "Booking", now: datetime) -> datetime | None:
    """Return until when the giver may hand the booking over; None where they can't now."""
    return next((found for read in _deadline_readers if (found := read(giver, booking, now))), None)


def register_misuse_deadline(reader: MisuseDeadlineReader) -> None:
    """Have `reader` say until when misuse of a booking may be recorded; None before check-out."""
    _misuse_deadline_readers.append(reader)


def get_misuse_deadline(booking: "Booking") -> datetime | None:
    """Return until when misuse of the booking may be recorded; None before check-out."""
    return next((found for read in _misuse_deadline_readers if (found := read(booking))), None)


def register_check_in_delay(reader: DelayReader) -> None:
    """Have `reader` say how much later than it happened a check-in at these instruments may arrive."""
    _delay_readers.append(reader)


def get_check_in_delays(instrument_ids: Collection[int]) -> dict[int, timedelta]:
    """Return how much later than it happened a check-in at each of these instruments may arrive, by id."""
    found = [read(instrument_ids) for read in _delay_readers]
    none = timedelta()
    return {pk: max((one.get(pk, none) for one in found), default=none) for pk in instrument_ids}


def register_act(name: str, asker: ActAsker) -> None:
    """Have `asker` say whether a person may take this act on a booking now."""
    _act_askers[name] = asker


def get_further_acts(viewer: "User", booking: "Booking", now: datetime) -> set[str]:
    """Return the acts of other rooms that the viewer may take on the booking now."""
    return {name for name, asker in _act_askers.items() if asker(viewer, booking, now)}


def register_claim_teller(teller: ClaimTeller) -> None:
    """Have `teller` say whom it concerns besides its bookings if an instrument goes out of service."""
    _claim_tellers.append(teller)


def tell_claims(instrument_id: int) -> list[str]:
    """Return whom it concerns besides its bookings if the instrument goes out of service, as sentences."""
    return [sentence for tell in _claim_tellers if (sentence := tell(instrument_id))]


def register_retirement_ender(ender: RetirementEnder, teller: ClaimTeller) -> None:
    """Have `ender` end what else awaits an instrument that is retired, under the instrument's lock.

    `teller` says before what that is.
    """
    _retirement_enders.append(ender)
    _end_tellers.append(teller)


def tell_ends(instrument_id: int) -> list[str]:
    """Return what ends besides its bookings if the instrument is retired, as sentences."""
    return [sentence for tell in _end_tellers if (sentence := tell(instrument_id))]


def end_with_retirement(actor: "User", instrument_id: int, reason: str, now: datetime) -> None:
    """End what awaits the instrument besides its bookings."""
    for ender in _retirement_enders:
        ender(actor, instrument_id, reason, now)


def register_service_watchers(leaving: LeavingWatcher, returning: ReturnWatcher) -> None:
    """Have `leaving` called as an instrument goes out of service, and `returning` as it is back.

    Under the instrument's lock, with who decided; the first with the reason, too.
    """
    _leaving_watchers.append(leaving)
    _return_watchers.append(returning)


def announce_leaving(actor: "User", instrument: "Instrument", reason: str, now: datetime) -> None:
    """Tell those who await the instrument besides its bookings that it is out of service, or its unit is."""
    for watch in _leaving_watchers:
        watch(actor, instrument, reason, now)


def announce_return(actor: "User", instrument: "Instrument", now: datetime) -> None:
    """Tell those who await the instrument that it is back in service."""
    for watch in _return_watchers:
        watch(actor, instrument, now)


def register_companion_watchers(
    leaving: CompanionLeavingWatcher,
    returning: CompanionReturnWatcher,
    unlinked: CompanionReturnWatcher,
    teller: CompanionLeavingTeller,
) -> None:
    """Call `leaving` for an instrument whose companion goes out of service, `returning` as it is back.

    The companion, which they take second, is one without which the instrument can't be booked. `unlinked` is
    called where it can be from now on, while the companion is out of service. `teller` says whom `leaving`
    would tell, of several instruments by their ids.
    """
    _companion_leaving_watchers.append(leaving)
    _companion_leaving_tellers.append(teller)
    _companion_return_watchers.append(returning)
    _companion_unlinked_watchers.append(unlinked)


def tell_companion_claims(instrument_ids: Collection[int]) -> list[str]:
    """Return who awaits instruments whose companion goes out of service, as sentences."""
    return [sentence for tell in _companion_leaving_tellers for sentence in tell(instrument_ids)]


def announce_companion_leaving(
    actor: "User", instrument: "Instrument", companion: "Instrument", reason: str, now: datetime
) -> None:
    """Tell those who await the instrument that its companion is out of service."""
    for watch in _companion_leaving_watchers:
        watch(actor, instrument, companion, reason, now)


def announce_companion_return(
    actor: "User", instrument: "Instrument", companion: "Instrument", now: datetime
) -> None:
    """Tell those who await the instrument that its companion is back in service."""
    for watch in _companion_return_watchers:
        watch(actor, instrument, companion, now)


def announce_companion_unlinked(
    actor: "User", instrument: "Instrument", companion: "Instrument", now: datetime
) -> None:
    """Tell those who await the instrument that it can be booked without the companion that it lacked."""
    for watch in _companion_unlinked_watchers:
        watch(actor, instrument, companion, now)


def register_payer_left_watcher(watcher: PayerLeftWatcher) -> None:
    """Have `watcher` called as a person no longer belongs to an organization that may be their payer."""
    _payer_left_watchers.append(watcher)


def announce_payer_left(user: "User", organization: "Organization", now: datetime) -> None:
    """Tell whom it concerns besides bookings that the person no longer belongs to the organization."""
    for watch in _payer_left_watchers:
        watch(user, organization, now)


def register_payer_suspension_watcher(watcher: PayerSuspensionWatcher) -> None:
    """Have `watcher` called as an organization is suspended that may be somebody's payer."""
    _payer_suspension_watchers.append(watcher)


def announce_payer_suspension(actor: "User", organization: "Organization", now: datetime) -> None:
    """Tell whom it concerns besides bookings that the organization, which is to pay, is suspended."""
    for watch in _payer_suspension_watchers:
        watch(actor, organization, now)


def register_grant_change_watcher(watcher: GrantChangeWatcher, teller: GrantChangeTeller) -> None:
    """Have `watcher` called as rules, or links between instruments, grant other things than before.

    `teller` says before whom that hits.
    """
    _grant_change_watchers.append(watcher)
    _grant_change_tellers.append(teller)


def announce_grant_changes(changes: "Collection[GrantChange]", now: datetime) -> None:
    """Tell whom it concerns besides bookings what is granted no more, or again."""
    for watch in _grant_change_watchers:
        watch(changes, now)


def tell_grant_changes(changes: "Collection[GrantChange]", now: datetime) -> list[str]:
    """Return from whom, besides bookings, changes take what was granted, as sentences."""
    return [sentence for tell in _grant_change_tellers for sentence in tell(changes, now)]


def register_charge_dropper(dropper: ChargeDropper) -> None:
    """Have `dropper` take the charge of a booking off what bills it, and say whether it could."""
    _charge_droppers.append(dropper)


def drop_charge(booking: "Booking", actor: "User | None", now: datetime) -> bool:
    """Take the charge of a booking off what bills it; return whether nothing bills it any more."""
    return all(drop(booking, actor, now) for drop in _charge_droppers)


def register_use_reader(reader: UseReader) -> None:
    """Have `reader` return the times, as they count now, at which an instrument was used within a time."""
    _use_readers.append(reader)


def find_used_times(instrument_id: int, interval: "Interval") -> "list[Interval]":
    """Return the recorded uses of the instrument that overlap the interval, at the times that count now."""
    return [time for read in _use_readers for time in read(instrument_id, interval)]
