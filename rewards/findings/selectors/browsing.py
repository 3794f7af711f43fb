"""Filtered lists of findings, and the logs behind them."""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from itertools import chain
from typing import TYPE_CHECKING

from django.db.models import Case, Count, Q, QuerySet, When
from django.db.models.functions import Coalesce

from bookings.public import usage_logs
from instrument_share.web.text.formats import in_english
from rewards.cycle.domain.snapshot_schema import UsageRow
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.browsing import organizations_by_public_id
from rewards.cycle.selectors.snapshot import StoredSnapshot, name_as_frozen
from rewards.findings.domain.causes import FURTHER, list_kinds
from rewards.findings.domain.states import FalsificationState, FindingState
from rewards.findings.models import Finding
from rewards.findings.selectors.findings import TO_ANSWER, findings

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer


STILL_TO_ANSWER = "to_answer"
"""A value of the filter by state, beside the states: open ones that their unit has not answered."""


@dataclass(frozen=True)
class FindingFacets:
    """The kinds that each finding of a cycle shows by its id, and the units that have findings.

    The units as public id, Chinese and English name of the freeze. `in_state`: the ids of those in the state
    that is chosen.
    """

    kinds_of: dict[int, list[str]]
    in_state: frozenset[int]
    units: list[tuple[str, str, str]]

    @property
    def kinds(self) -> dict[str, int]:
        """How many findings in the state show each kind of any state."""
        counts = dict.fromkeys(chain.from_iterable(self.kinds_of.values()), 0)
        for kind in chain.from_iterable(self.kinds_of[pk] for pk in self.in_state):
            counts[kind] += 1
        return counts


@dataclass(frozen=True)
class FindingCounts:
    """The number of findings by state, to answer and with a falsification proposed."""

    states: dict[str, int]
    to_answer: int
    proposed: int


def count_states(found: QuerySet[Finding]) -> dict[str, int]:
    """Count findings by state. One statement."""
    return dict(found.order_by().values_list("state").annotate(Count("pk")))


def count_findings(found: QuerySet[Finding]) -> FindingCounts:
    """Count findings by every value of the filter by state. Three statements."""
    return FindingCounts(
        states=count_states(found),
        to_answer=found.filter(_in_state(STILL_TO_ANSWER)).count(),
        proposed=found.filter(_in_state(FalsificationState.PROPOSED)).count(),
    )


def list_facets(viewer: "Viewer", cycle: AssessmentCycle, state: str = "") -> FindingFacets:
    """Return what the visible findings of a cycle can be filtered by beside their state."""
    seen = findings(viewer, cycle).order_by()
    return FindingFacets(
        kinds_of=_get_kinds(seen),
        in_state=frozenset(seen.filter(_in_state(state)).values_list("pk", flat=True)),
        units=_list_units(cycle, seen),
    )


def _get_kinds(seen: QuerySet[Finding]) -> dict[int, list[str]]:
    """Return the kinds of evidence of each finding, by its id."""
    rows = seen.values_list("pk", "kind", f"evidence__{FURTHER}")
    return {pk: list_kinds(kind, {FURTHER: further or ()}) for pk, kind, further in rows}


def _list_units(cycle: AssessmentCycle, seen: QuerySet[Finding]) -> list[tuple[str, str, str]]:
    names = seen.values_list("organization__public_id", "organization__name_zh", "organization__name_en")
    units = {public_id: (zh, en) for public_id, zh, en in names.distinct()}
    if units:
        frozen = {row.organization: (row.name_zh, row.name_en) for row in StoredSnapshot(cycle).units()}
        units = {public_id: frozen.get(public_id, live) for public_id, live in units.items()}
    named = [(public_id, zh, en) for public_id, (zh, en) in units.items()]
    return sorted(named, key=lambda unit: (in_english() and unit[2]) or unit[1])


def name_findings_as_frozen(cycle: AssessmentCycle, found: Collection[Finding]) -> None:
    """Give units and instruments of findings the names of the freeze, to be shown and never saved."""
    instruments = [each.instrument for each in found if each.instrument]
    name_as_frozen(cycle, [each.organization for each in found], instruments)


def get_organizations_in(
    viewer: "Viewer", cycle: AssessmentCycle, ids: Collection[str]
) -> "dict[str, Organization]":
    """Return visible organizations that evidence names, by public id, with the names of the freeze."""
    named = organizations_by_public_id(viewer, ids) if ids else {}
    name_as_frozen(cycle, list(named.values()))
    return named


def get_finding_uses(viewer: "Viewer", finding: Finding) -> list[UsageRow]:
    """Return the frozen logs of a finding by start.

    Logs of other units that the viewer may not see are left out.
    """
    wanted = set(finding.logs)
    snapshot = StoredSnapshot(finding.cycle)
    instruments = [finding.instrument.public_id] if finding.instrument else []
    found = _picked(snapshot, instruments, wanted)
    missing = wanted - {row.id for row in found}
    if missing:
        live = usage_logs(viewer).filter(public_id__in=missing).prefetch_related(None)
        others = set(live.values_list("instrument__public_id", flat=True)) - set(instruments)
        found += _picked(snapshot, sorted(others), missing)
    return sorted(found, key=lambda row: (row.starts_at, row.id))


def _picked(snapshot: StoredSnapshot, instruments: Iterable[str], wanted: Collection[str]) -> list[UsageRow]:
    return [row for each in instruments for row in snapshot.usage(each) if row.id in wanted]


def filter_findings(
    viewer: "Viewer",
    cycle: AssessmentCycle,
    *,
    state: str = "",
    unit: str = "",
    kind: str = "",
    kinds_of: Mapping[int, Collection[str]] = {},
) -> QuerySet[Finding]:
    """Return visible findings with what they are sorted by beside their fields, none of it null.

    `kind` is that of any evidence, not only the one after which a finding is named: see `FindingFacets`.
    `rank`: 0 for open ones; `on`: the day of the first log; `stake`: points, −1 where they are not known.
    """
    found = findings(viewer, cycle).filter(_in_state(state))
    if unit:
        found = found.filter(organization__public_id=unit)
    if kind:
        found = found.filter(pk__in=[pk for pk, shown in kinds_of.items() if kind in shown])
    rank = Case(When(state=FindingState.OPEN, then=0), default=1)
    return found.annotate(
        rank=rank,
        on=Coalesce("first_date", "answer_due_date"),
        stake=Coalesce("points_at_stake", Decimal(-1)),
    )


def _in_state(state: str) -> Q:
    """Return the condition for a value of the filter by state: of a finding or of what goes beside one."""
    if state == STILL_TO_ANSWER:
        return TO_ANSWER
    field = "falsifications__state" if state == FalsificationState.PROPOSED else "state"
    return Q(**{field: state}) if state else Q()
