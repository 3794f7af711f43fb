"""Import a unit's sheet of hours: each row is a use by hand, recorded by the same service.

Repeating is safe: what a log has recorded already, by instrument, user and times, is not recorded again.
"""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from datetime import UTC, datetime, timedelta
from functools import cached_property, partial
from typing import TYPE_CHECKING, Any, cast

from rules import has_perm

from bookings.requests.domain.choices import Direction
from bookings.usage.domain.choices import Capture, UsagePurpose
from bookings.usage.domain.errors import UsageRefused
from bookings.usage.domain.usage import (
    OVERLAPS_BY_HAND,
    Spent,
    ends_before_start_problem,
    find_amount_problems,
    find_overlap_problems,
)
from bookings.usage.domain.use_sheet import Side
from bookings.usage.models import UsageLog, UsageSheetRow
from bookings.usage.registry import describe_frozen_year
from bookings.usage.selectors.usage import find_overlapping_times
from bookings.usage.selectors.user_facts import find_payer, get_left_ids, get_user_kind_then, is_external
from bookings.usage.services import notifications
from bookings.usage.services.usage import (
    by_hand_locks,
    find_entry_problems,
    find_fact_problems,
    usage_log_by_hand,
)
from instrument_share.accounts import selectors as accounts
from instrument_share.accounts.permissions import require
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import Problem, gettext_noop
from instrument_share.kernel.interval import Interval
from instrument_share.kernel.wording import Sentence
from instrument_share.web.text.formats import timerange
from providers import public as providers
from providers.domain import ServiceMode, SheetProblem, SheetRow, add_problem
from providers.public import ImportTask, Outcome, Plan, PlannedRow, Step

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User
    from providers.models import Instrument

AT_ONCE = 40
"""So many uses are recorded in one part."""
NOTHING = timedelta(0)
NO_INSTRUMENT = gettext_noop(
    "The unit has no such instrument. Write its internal number, or its number INS-…."
)
NOT_KEPT = gettext_noop("You are not a keeper of this instrument, so you can't record its hours.")
NO_USER = gettext_noop("Nobody has this name here. Ask them what their account is called.")
OTHER_SIDE = {
    Side.INSIDE: gettext_noop(
        "The payer makes this a use by the unit itself. Correct the payer or this cell."
    ),
    Side.OUTSIDE: gettext_noop("The payer makes this a use from outside. Correct the payer or this cell."),
}
OVERLAPS_ROW = gettext_noop(
    "This time overlaps with row {row} ({time}). Change the time, or say why both are recorded."
)
COLUMN_OF = {"payer_organization": "organization", "instrument": "inner_number", None: "effective"}
"""Where a problem of the service stands in the sheet, if its field is not the column's name."""
REPEATED = gettext_noop("The same use is already in row {row}.")


@dataclass(frozen=True)
class _Use:
    """A row that is found to be a use, before it is judged."""

    row: SheetRow
    instrument: "Instrument"
    user: "User"
    payer: "Organization | None"
    time: Interval

    @property
    def key(self) -> tuple[int, int, datetime, datetime]:
        """Return what makes it the same use as another one."""
        return self.instrument.pk, self.user.pk, self.time.start, self.time.end

    @cached_property
    def spent(self) -> Spent:
        values = self.row.values
        effective: timedelta | None = values.get("effective")
        return Spent.from_interval(
            self.time,
            measuring_seconds=None if effective is None else int(effective.total_seconds()),
            idle_seconds=int(values.get("idle", NOTHING).total_seconds()),
        )

    def to_facts(self) -> dict[str, Any]:
        """Return the keyword arguments of `usage_log_by_hand`."""
        values = self.row.values
        return {
            "instrument_id": self.instrument.pk,
            "interval": self.time,
            "user": self.user,
            "payer_organization_id": self.payer.pk if self.payer else None,
            "service_mode": ServiceMode(values["service_mode"]),
            "content": values["content"],
            "measuring_seconds": self.spent.measuring_seconds,
            "idle_seconds": self.spent.idle_seconds,
            "direction": Direction(values.get("direction", Direction.RESEARCH)),
            "purpose": UsagePurpose(values.get("purpose", UsagePurpose.SERVICE)),
            "project": values.get("project", ""),
            "funding_sources": sorted(values.get("funding", ())),
            "samples": values.get("samples", 0),
            "amount_yuan": values.get("amount_yuan"),
            "overlap_reason": values.get("overlap_reason", ""),
        }


def plan_uses(task: ImportTask) -> Plan:
    """Plan the rows of a sheet of hours, with everything that their recording would refuse.

    Whoever keeps no instrument of the unit, and doesn't manage it, has no rows to plan.
    """
    actor = cast("User", task.actor)
    require(actor, "bookings.log_by_sheet", task.organization)
    return _Planner(task).plan()


@dataclass
class _Planner:
    """The state of planning a sheet: what was looked up, and the rows that were judged before."""

    task: ImportTask
    people: "dict[str, User | None]" = field(default_factory=dict)
    may_log: dict[int, bool] = field(default_factory=dict)
    recorded: set[tuple[int, int, datetime, datetime]] = field(default_factory=set)
    taken: dict[int, dict[str, Interval]] = field(default_factory=dict)
    """By instrument: the times of its logs near those of the sheet, by public id."""
    planned: dict[int, list[tuple[int, Interval]]] = field(default_factory=dict)
    """By instrument: the times of earlier rows that are good."""
    first_with: dict[tuple[int, int, datetime, datetime], int] = field(default_factory=dict)
    """By use: the earlier row that is good."""

    @cached_property
    def instruments(self) -> "dict[str, Instrument]":
        """Return the unit's instruments by internal number and public id; those in the sheet get locked."""
        found = list(
            providers.instruments(self.task.actor).filter(organization_id=self.task.organization.pk)  # type: ignore[arg-type]
        )
        by_name = {**{one.inner_number: one for one in found}, **{one.public_id: one for one in found}}
        named = {str(row.values.get("inner_number", "")) for row in self.task.rows}
        by_hand_locks({by_name[name].pk for name in named & by_name.keys()}, self.task.now)
        return by_name

    def plan(self) -> Plan:
        rows: list[PlannedRow] = []
        problems: list[SheetProblem] = []
        steps: list[Step] = []
        found = [self._find(row) if row.usable else row for row in self.task.rows]
        self._read_logs([one for one in found if isinstance(one, _Use)])
        for one in found:
            judged = self._judge(one) if isinstance(one, _Use) else one
            row = judged.row if isinstance(judged, _Use) else judged
            problems += row.problems
            outcome = Outcome.REFUSED
            if isinstance(judged, _Use):
                outcome = Outcome.UNCHANGED if judged.key in self.recorded else Outcome.NEW
            if outcome is Outcome.NEW:
                steps.append(Step(1, outcome, judged))
            rows.append(PlannedRow(row.number, row.inner_number, _describe(one), outcome))
        people = sum(person is not None for person in self.people.values())
        notices = _describe_frozen_years([step.subject for step in steps])
        return Plan(rows, problems, steps, partial(_write, self.task), people, notices)

    def _find(self, row: SheetRow) -> "_Use | SheetRow":
        """Look up whom and what the row names; return the row with its problems where that fails."""
        values = row.values
        problems: list[Problem] = []
        instrument = self.instruments.get(values["inner_number"])
        if instrument is None:
            problems.append(Problem("usage.no_instrument", NO_INSTRUMENT, field="inner_number"))
        elif not self._may_log(instrument):
            problems.append(Problem("usage.not_kept", NOT_KEPT, field="inner_number"))
        user, payer = self._find_user(values["user"]), None
        if user is None:
            problems.append(Problem("usage.no_user", NO_USER, field="user"))
        else:
            try:
                payer = find_payer(user, values.get("organization", ""), values["starts_at"])
            except UsageRefused as refused:
                problems += refused.problems
        if values["starts_at"] >= values["ends_at"]:
            problems.append(ends_before_start_problem())
        if problems or instrument is None or user is None:
            return self._with_problems(row, problems)
        time = Interval(values["starts_at"].astimezone(UTC), values["ends_at"].astimezone(UTC))
        return _Use(row, instrument, user, payer, time)

    def _find_user(self, named: str) -> "User | None":
        if named not in self.people:
            self.people[named] = accounts.person_named(named)
        return self.people[named]

    def _may_log(self, instrument: "Instrument") -> bool:
        if instrument.pk not in self.may_log:
            self.may_log[instrument.pk] = has_perm("bookings.log_by_hand", self.task.actor, instrument)
        return self.may_log[instrument.pk]

    def _read_logs(self, uses: Sequence[_Use]) -> None:
        """Read what is recorded for the instruments of the sheet around its times."""
        for pk in {use.instrument.pk for use in uses}:
            times = [use.time for use in uses if use.instrument.pk == pk]
            whole = Interval(min(time.start for time in times), max(time.end for time in times))
            self.taken[pk] = find_overlapping_times(pk, whole)
            logs = UsageLog.objects.filter(
                instrument_id=pk, starts_at__gte=whole.start, starts_at__lt=whole.end
            )
            self.recorded |= set(logs.values_list("instrument_id", "user_id", "starts_at", "ends_at"))

    def _judge(self, use: _Use) -> "_Use | SheetRow":
        """Return the use, or its row with what its recording would refuse."""
        if use.key in self.recorded:
            return use
        row = use.row
        if first := self.first_with.get(use.key):
            repeated = Problem("usage.repeated", REPEATED, {"row": first}, "starts_at")
            return self._with_problems(row, [repeated])
        if problems := list(self._find_problems(use)):
            return self._with_problems(row, problems)
        self.first_with[use.key] = row.number
        self.planned.setdefault(use.instrument.pk, []).append((row.number, use.time))
        return use

    def _find_problems(self, use: _Use) -> Iterator[Problem]:
        values, pk = use.row.values, use.instrument.pk
        yield from find_entry_problems(use.instrument, use.time, use.spent, now=self.task.now)
        yield from find_fact_problems(use.user, use.payer, values["content"], use.time)
        left = get_left_ids(use.user, use.payer, use.time.start)
        kind = get_user_kind_then(use.user, use.payer, use.instrument, left)
        amount, service_mode = values.get("amount_yuan"), ServiceMode(values["service_mode"])
        terms = providers.terms_at(pk, use.time.start) if amount is None else None
        yield from find_amount_problems(amount, terms, kind, service_mode)
        side = Side.OUTSIDE if is_external(use.instrument, use.payer, kind) else Side.INSIDE
        if values.get("side", side) != side:
            yield Problem("usage.other_side", OTHER_SIDE[side], field="side")
        if values.get("overlap_reason", "").strip():
            return
        overlapping = {log: time for log, time in self.taken[pk].items() if time.overlaps(use.time)}
        yield from find_overlap_problems(overlapping, OVERLAPS_BY_HAND)
        for number, time in self.planned.get(pk, ()):
            if time.overlaps(use.time):
                params = {"row": number, "time": time}
                yield Problem("usage.overlaps_row", OVERLAPS_ROW, params, "starts_at")

    def _with_problems(self, row: SheetRow, problems: Sequence[Problem]) -> SheetRow:
        for problem in problems:
            name = COLUMN_OF.get(problem.field, problem.field or "")
            row = add_problem(row, self.task.kind, replace(problem, field=name))
        return row


def _describe_frozen_years(uses: Sequence[_Use]) -> tuple[Sentence, ...]:
    """Say, for each frozen year in which some of the uses start, that they count in no assessment."""
    starts = {use.time.start.astimezone(CITY_TIME).year: use.time.start for use in uses}
    found = (describe_frozen_year(starts[year]) for year in sorted(starts))
    return tuple(sentence for sentence in found if sentence)


def _describe(found: "_Use | SheetRow") -> str:
    if isinstance(found, _Use):
        return f"{found.user.name} {timerange(found.time)}"
    return str(found.values.get("content", ""))


def _write(task: ImportTask, steps: Sequence[Step]) -> list[dict[str, Any]]:
    """Record the uses; nothing of them can be taken back, only corrected."""
    logs: dict[int, list[UsageLog]] = {}

    def keep(log: UsageLog, _now: datetime) -> None:
        logs.setdefault(log.user_id, []).append(log)

    for step in steps:
        use: _Use = step.subject
        log = usage_log_by_hand(
            actor=cast("User", task.actor),
            now=task.now,
            capture=Capture.IMPORT,
            tell=keep,
            details={"sha256": task.sha256, "row": use.row.number},
            **use.to_facts(),
        )
        UsageSheetRow.objects.create(log=log, sha256=task.sha256, row=use.row.number)
    for recorded in logs.values():
        notifications.ask_to_confirm_several(recorded, task.now)
    return []
