"""What convinced the checks, as sentences in the reader's language."""

from collections.abc import Callable, Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import TYPE_CHECKING, Any

from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from instrument_share.kernel.interval import Interval
from instrument_share.web.text.formats import bilingual, date_only, in_english, moment, timerange, yuan
from rewards.cycle.domain.rows import OVERRUN_GRACE
from rewards.cycle.domain.snapshot_schema import UsageRow
from rewards.cycle.reports import CAPTURES, format_hours
from rewards.findings.domain.causes import further_evidence
from rewards.findings.domain.grounds import uses_of_piece
from rewards.findings.selectors.grounds import Grounds
from rewards.findings.views.open_days import describe_days, describe_granted, seconds_inside

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Ground

ACTS = {
    "booking.requested": lambda: _("requested by {name} on {time}"),
    "booking.approved": lambda: _("approved by {name} on {time}"),
    "booking.moved": lambda: _("moved by {name} on {time}"),
    "booking.checked_in": lambda: _("checked in by {name} on {time}"),
    "booking.extended": lambda: _("extended by {name} on {time}"),
    "booking.checked_out": lambda: _("checked out by {name} on {time}"),
}
RELATIONS = {
    "same": lambda: _("{user} and the owner of the instrument are the same legal person."),
    "parent": lambda: _("{user} is the superior organization of {owner}."),
    "child": lambda: _("{user} is a subordinate organization of {owner}."),
    "same_parent": lambda: _("{user} and {owner} have the same superior organization: {through}."),
    "declared": lambda: _("{user} and {owner} are declared related."),
}


@dataclass(frozen=True)
class Line:
    """What is said of a use; without a use, of all that a piece of evidence is about."""

    text: str
    use: UsageRow | None = None
    corrected: datetime | None = None
    """When the use was last corrected after the freeze."""
    entry: int | None = None
    """The number of the entry of the journal that it speaks of."""


def build_grounds(
    kind: str,
    evidence: Mapping[str, Any],
    grounds: Grounds,
    organizations: "Mapping[str, Organization]",
) -> list[list[Line]]:
    """Return the lines of each piece of a finding's evidence: of the main one, then of the further ones."""
    pieces = [(kind, {}), *((each["kind"], each) for each in further_evidence(evidence))]
    return [
        _lines(name, uses_of_piece(piece, name, grounds.uses, grounds.kinds), grounds, organizations)
        for name, piece in pieces
    ]


def _lines(
    kind: str, uses: Sequence[str], grounds: Grounds, organizations: "Mapping[str, Organization]"
) -> list[Line]:
    rows = [grounds.uses[use] for use in uses]
    if kind == "self_dealing":
        return list(_relations(rows, grounds, organizations))
    describe = OF_USE.get(kind)
    if describe is None:
        return []
    return [Line(_join(describe(row, grounds)), row, grounds.corrected.get(row.id)) for row in rows]


def _join(sentences: Iterable[str]) -> str:
    return (" " if in_english() else "").join(sentences)


def _relations(
    rows: Sequence[UsageRow], grounds: Grounds, organizations: "Mapping[str, Organization]"
) -> Iterator[Line]:
    """Yield the relation of each using organization to the unit, since when, and what changed later."""
    seen = {row.payer_organization: row for row in rows if row.payer_organization}
    for user, row in seen.items():
        names = {
            "user": _name(user, grounds, organizations),
            "owner": bilingual(grounds.units[row.id], "name"),
        }
        for ground in grounds.relations.get(user, []):
            text = _join(_relation(ground, names, max(use.ends_at for use in rows)))
            yield Line(text, entry=ground.entry.pk if ground.entry else None)
        if not grounds.relations.get(user):
            yield Line(_("No record of their relation stands today; it was changed after the freeze."))
        frozen = _("In the data frozen on {date}, {user} stands among the organizations related to {owner}.")
        yield Line(frozen.format(date=date_only(grounds.frozen_at), **names))


def _name(user: str, grounds: Grounds, organizations: "Mapping[str, Organization]") -> str:
    """Return an organization's name as frozen, where it is a unit, and else its name."""
    frozen = next((unit for unit in grounds.units.values() if unit.organization == user), None)
    known = frozen or organizations.get(user)
    return bilingual(known, "name") if known else user


def _relation(ground: "Ground", names: Mapping[str, str], last_use: datetime) -> Iterator[str]:
    yield RELATIONS[ground.kind]().format(through=ground.through, **names)
    if ground.entry is not None:
        entered = _("Entered by {name} on {time} (audit entry no. {entry}).")
        facts = {"name": ground.entry.who, "time": moment(ground.entry.at), "entry": ground.entry.pk}
        yield entered.format(**facts)
        if ground.entry.at > last_use:
            yield _("That was after the use.")
    if ground.until is not None:
        yield _("Ended on {date}, after the freeze.").format(date=date_only(ground.until))


def _entered(row: UsageRow, grounds: Grounds) -> Iterator[str]:
    """Say who entered a use when, how long after the end that was entered."""
    days = max((row.recorded_at - row.entered_end) // timedelta(days=1), 0)
    sentence = ngettext(
        "Entered ({how}) by {name} on {time}, {days} day after the use.",
        "Entered ({how}) by {name} on {time}, {days} days after the use.",
        days,
    )
    yield sentence.format(days=days, **_recorded(row, grounds))
    if row.logged_ends_at:
        yield _("{end} was entered as its end, which was corrected later.").format(
            end=moment(row.logged_ends_at)
        )


def _recorded(row: UsageRow, grounds: Grounds) -> dict[str, Any]:
    return {
        "how": CAPTURES[row.capture.value],
        "name": grounds.people[row.recorded_by],
        "time": moment(row.recorded_at),
    }


def _without_booking(row: UsageRow, grounds: Grounds) -> Iterator[str]:
    yield _("No booking belongs to it.")
    yield from _entered(row, grounds)


def _beside_booking(row: UsageRow, grounds: Grounds) -> Iterator[str]:
    """Say when it was booked, who decided that, and who checked in and out."""
    used = timerange(Interval(row.starts_at, row.ends_at))
    if row.booking is None or row.booked_starts_at is None or row.booked_ends_at is None:
        yield _("Used {used}.").format(used=used)
        yield from _without_booking(row, grounds)
        return
    booked = timerange(Interval(row.booked_starts_at, row.booked_ends_at))
    grace = OVERRUN_GRACE // timedelta(minutes=1)
    yield _("Used {used}; booked {booked}, with {grace} minutes of grace before and after.").format(
        used=used, booked=booked, grace=grace
    )
    acts = grounds.acts.get(row.booking, [])
    told = [ACTS[act.action]().format(name=act.who, time=moment(act.at)) for act in acts]
    names = [act.action for act in acts]
    if "booking.requested" in names and "booking.approved" not in names:
        told.insert(names.index("booking.requested") + 1, _("granted by the rule without a decision"))
    if told:
        yield _("The booking {id} was {acts}.").format(id=row.booking, acts=_("; ").join(told))


def _outside(row: UsageRow, grounds: Grounds) -> Iterator[str]:
    used = Interval(row.starts_at, row.ends_at)
    if grounds.days is None:
        return
    yield from describe_days(grounds.days, used)
    inside = seconds_inside(grounds.days.windows, used)
    granted = grounds.granted.get(row.booking or "")
    if granted is not None and seconds_inside(granted.windows, used) > inside:
        inside = seconds_inside(granted.windows, used)
        yield describe_granted(granted, used)
    if inside != row.inside_windows_seconds:
        changed = _(
            "Windows were changed after the freeze: {frozen} h of the use lay inside then, {inside} h now."
        )
        yield changed.format(frozen=format_hours(row.inside_windows_seconds), inside=format_hours(inside))


def _amount(row: UsageRow, _grounds: Grounds) -> Iterator[str]:
    if row.quoted_yuan is None:
        yield _("Logged {amount}; nothing was quoted, as no booking belongs to it.").format(
            amount=yuan(row.amount_yuan)
        )
    else:
        yield _("Logged {amount}; its booking {id} was quoted {quoted}.").format(
            amount=yuan(row.amount_yuan), quoted=yuan(row.quoted_yuan), id=row.booking
        )


def _disputed(row: UsageRow, grounds: Grounds) -> Iterator[str]:
    """Say what the user wrote when, and since when the unit's answer was due or what it was later."""
    dispute = grounds.disputes[row.open_dispute or ""]
    yield _("On {time} the user disputed the hours: “{reason}”").format(
        time=moment(dispute.raised_at), reason=dispute.reason
    )
    if dispute.answered_at is None:
        yield _("The unit was to answer by {time} and has not.").format(time=moment(dispute.answer_by))
    else:
        yield _("The unit answered on {time}, after the freeze: “{answer}”").format(
            time=moment(dispute.answered_at), answer=dispute.answer
        )


def _together(row: UsageRow, grounds: Grounds) -> Iterator[str]:
    """Say what tells one of several uses from the others: where and by whom, and when recorded."""
    instrument = grounds.instruments[row.instrument]
    yield _("{instrument}, {place}, operated by {operator}.").format(
        instrument=bilingual(instrument, "name"),
        place=instrument.place_zh,
        operator=grounds.people[row.operator],
    )
    yield _("Recorded as no. {number} ({how}) by {name} on {time}.").format(
        number=row.number, **_recorded(row, grounds)
    )


def _never_idle(row: UsageRow, _grounds: Grounds) -> Iterator[str]:
    length = (row.ends_at - row.starts_at) // timedelta(seconds=1)
    yield _("{effective} effective hours of {length} h, {idle} h idle.").format(
        effective=format_hours(row.effective_seconds),
        length=format_hours(length),
        idle=format_hours(row.idle_seconds),
    )


OF_USE: Mapping[str, Callable[[UsageRow, Grounds], Iterator[str]]] = {
    "overlap": _together,
    "two_places": _together,
    "device_disagrees": _together,
    "above_calendar": _together,
    "too_long": _beside_booking,
    "outside_windows": _outside,
    "no_booking": _without_booking,
    "late_by_hand": _entered,
    "bulk_at_year_end": _entered,
    "amount": _amount,
    "disputed": _disputed,
    "never_idle": _never_idle,
}
"""What each kind says of a use; self-dealing is said of organizations."""
