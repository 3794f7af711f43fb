"""Announce a draw before its seed is known, and draw when it is."""

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.domain import Role
from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import (
    organization_ids_by_public_id,
    people_for_city,
    users_by_id,
)
from instrument_share.accounts.services import unit_managers_tell
from instrument_share.journal.addresses import page_address
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify, record
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import ReasonMissing, gettext_noop, require_found
from providers.public import instrument_ids
from rewards.cycle.domain.parts import hash_content
from rewards.cycle.domain.states import BEFORE_APPROVAL, CycleState
from rewards.cycle.models import AssessmentCycle
from rewards.cycle.selectors.cycles import cycle_lock
from rewards.cycle.selectors.snapshot import StoredSnapshot
from rewards.cycle.services.files import file_store
from rewards.inspections.domain.choices import DrawnFrom
from rewards.inspections.domain.draw import (
    FORMAT,
    Candidate,
    Drawn,
    Inputs,
    draw_inspections,
    encode_inputs,
    find_units_without_pair,
)
from rewards.inspections.domain.errors import (
    DrawnAlready,
    InspectorsTooFew,
    NothingToDraw,
    SeedDateTooEarly,
    SeedMissing,
    SeedNotOut,
    SizeInvalid,
    YearNotDrawable,
)
from rewards.inspections.models import DrawResult, InspectionDraw, Inspector, RandomInspection
from rewards.inspections.selectors.inputs import (
    find_conflicts,
    find_conflicts_of_experts,
    list_items,
    read_inputs,
    units_of_year,
)

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

FOLDER = "draws"
MOST_DRAWN = 100
DRAWABLE = (CycleState.FROZEN, *BEFORE_APPROVAL)


@dataclass(frozen=True)
class NamedInspector:
    """An inspector as named for a draw: an auditor with an account, or an expert.

    `barred` are the units (USCC) with which he or she has declared a conflict of interest.
    """

    name: str
    organization_name: str
    user_id: int | None = None
    barred: frozenset[str] = frozenset()


def draw_announce(
    *,
    actor: "User",
    cycle_id: int,
    over: DrawnFrom,
    size: int,
    source_zh: str,
    seed_date: date,
    inspectors: Sequence[NamedInspector],
    now: datetime,
    source_en: str = "",
) -> InspectionDraw:
    """Announce a draw: its candidates, its inspectors, and what the seed will be, all fixed from now on.

    Candidates come from the frozen year, which nothing changes, so they are gathered without a lock. Raises
    YearNotDrawable, SeedDateTooEarly, SizeInvalid, NothingToDraw, InspectorsTooFew.
    """
    require(actor, "rewards.draw_inspections")
    cycle = require_found(AssessmentCycle.objects.filter(pk=cycle_id).first())
    _require_announceable(cycle, size, source_zh, seed_date, now)
    named = _bar_related(cycle, inspectors)
    inputs = _build_inputs(cycle, over, size, named)
    content = encode_inputs(inputs)
    digest = hash_content(content)
    with transaction.atomic():
        locked = cycle_lock(cycle_id)
        _require_announceable(locked, size, source_zh, seed_date, now)
        draw = InspectionDraw.objects.create(
            cycle=locked,
            number=InspectionDraw.objects.filter(cycle=locked).count() + 1,
            over=over.value,
            size=min(size, len(inputs.items)),
            source_zh=source_zh.strip(),
            source_en=source_en.strip(),
            seed_date=seed_date,
            inputs_sha256=digest,
            inputs_file=file_store(folder=FOLDER, name=f"{digest}.json", content=content),
            candidates=len(inputs.items),
            announced_at=now,
            announced_by=actor,
        )
        people = [
            Inspector(
                draw=draw,
                number=number,
                user_id=each.user_id,
                name=each.name,
                organization_name=each.organization_name,
                barred=sorted(each.barred),
            )
            for number, each in enumerate(named, start=1)
        ]
        Inspector.objects.bulk_create(people)
        details = {
            "cycle": locked.public_id,
            "number": draw.number,
            "over": draw.over,
            "size": draw.size,
            "source": draw.source_zh,
            "source_en": draw.source_en,
            "seed_date": seed_date.isoformat(),
            "inputs_sha256": digest,
            "inspectors": [each.fingerprint for each in people],
        }
        record(actor=actor, action="draw.announced", subject=draw, now=now, details=details)
    return draw


def _require_announceable(
    cycle: AssessmentCycle, size: int, source: str, seed_date: date, now: datetime
) -> None:
    if cycle.state not in DRAWABLE:
        raise YearNotDrawable
    if not 1 <= size <= MOST_DRAWN:
        raise SizeInvalid(most=MOST_DRAWN)
    if not source.strip():
        raise ReasonMissing("draw.source_missing")
    if seed_date <= now.astimezone(CITY_TIME).date():
        raise SeedDateTooEarly


def _bar_related(cycle: AssessmentCycle, inspectors: Sequence[NamedInspector]) -> list[NamedInspector]:
    """Add to what was declared the units that a person, or an expert's organization, belongs to."""
    of_auditors = find_conflicts(cycle, [each.user_id for each in inspectors if each.user_id is not None])
    of_experts = find_conflicts_of_experts(cycle, {each.organization_name for each in inspectors})
    return [
        NamedInspector(
            each.name,
            each.organization_name,
            each.user_id,
            each.barred
            | (of_experts[each.organization_name] if each.user_id is None else of_auditors[each.user_id]),
        )
        for each in inspectors
    ]


def _build_inputs(
    cycle: AssessmentCycle, over: DrawnFrom, size: int, inspectors: Sequence[NamedInspector]
) -> Inputs:
    items = list_items(cycle, over)
    if not items:
        raise NothingToDraw
    inputs = Inputs(
        format=FORMAT,
        year=cycle.year,
        over=over.value,
        size=min(size, len(items)),
        items=tuple(items),
        inspectors=tuple(
            Candidate(number, each.user_id is not None, tuple(sorted(each.barred)))
            for number, each in enumerate(inspectors, start=1)
        ),
    )
    if alone := find_units_without_pair(inputs):
        names = {uscc: name for name, uscc in units_of_year(cycle).items()}
        raise InspectorsTooFew(units="、".join(names.get(uscc, uscc) for uscc in alone))
    return inputs


def auditors_named(user_ids: Collection[int], declared: Mapping[int, frozenset[str]]) -> list[NamedInspector]:
    """Return auditors of the bureau, in order of id, as inspectors with what they declared."""
    auditors = {user.pk: user for user in people_for_city(Role.BUREAU_AUDITOR).filter(pk__in=user_ids)}
    return [
        NamedInspector(auditors[pk].get_full_name(), "", pk, declared.get(pk, frozenset()))
        for pk in sorted(auditors)
    ]


@transaction.atomic
def draw_make(*, actor: "User", draw_id: int, seed: str, now: datetime) -> DrawResult:
    """Draw by the seed that came out, once; the same seed again changes nothing.

    Raises YearNotDrawable, SeedNotOut, SeedMissing, DrawnAlready, SnapshotDamaged.
    """
    draw = _lock(draw_id)
    require(actor, "rewards.draw_inspections", draw)
    seed = seed.strip()
    if done := DrawResult.objects.filter(draw=draw).first():
        if done.seed == seed:
            return done
        raise DrawnAlready(date=done.drawn_at.astimezone(CITY_TIME).date(), seed=done.seed)
    if draw.cycle.state not in DRAWABLE:
        raise YearNotDrawable
    if not seed:
        raise SeedMissing
    if now.astimezone(CITY_TIME).date() < draw.seed_date:
        raise SeedNotOut(date=draw.seed_date)
    drawn = draw_inspections(read_inputs(draw), seed)
    result = DrawResult.objects.create(draw=draw, seed=seed, drawn_at=now, drawn_by=actor)
    inspections = _keep_drawn(draw, drawn)
    record(
        actor=actor,
        action="draw.made",
        subject=draw,
        now=now,
        details={"seed": seed, "drawn": [each.public_id for each in inspections]},
    )
    _tell(inspections, now)
    return result


def _lock(draw_id: int) -> InspectionDraw:
    """Lock the year, which is not approved meanwhile, then the draw."""
    found = InspectionDraw.objects.filter(pk=draw_id)
    cycle_lock(require_found(found.values_list("cycle_id", flat=True).first()))
    return require_found(found.select_for_update(of=("self",)).select_related("cycle").first())


def _keep_drawn(draw: InspectionDraw, drawn: Sequence[Drawn]) -> list[RandomInspection]:
    units = {unit.uscc: unit.organization for unit in StoredSnapshot(draw.cycle).units()}
    organizations = organization_ids_by_public_id(units[each.item.uscc] for each in drawn)
    instruments = instrument_ids({each.item.instrument for each in drawn})
    inspectors = dict(draw.inspectors.values_list("number", "pk"))
    over_entries = draw.over == DrawnFrom.ENTRIES
    return RandomInspection.objects.bulk_create(
        RandomInspection(
            draw=draw,
            position=each.position,
            organization_id=organizations[units[each.item.uscc]],
            instrument_id=instruments.get(each.item.instrument),
            log=each.item.id if over_entries else "",
            lead_id=inspectors[each.lead],
            second_id=inspectors[each.second],
        )
        for each in drawn
    )


def _tell(inspections: Sequence[RandomInspection], now: datetime) -> None:
    """Tell each unit once for each of its inspections, and each inspector with an account of his or hers."""
    for each in inspections:
        path = page_address("inspection", each.public_id)
        params = {"year": each.draw.cycle.year, "inspection": each.public_id}
        inspectors = {pk for pk in (each.lead.user_id, each.second.user_id) if pk is not None}
        unit_managers_tell(
            each.organization,
            gettext_noop("Your unit was drawn for a random inspection of the year {year} ({inspection})."),
            now,
            kind=NotificationKind.ASSESSMENT,
            params=params,
            path=path,
        )
        notify(
            users=users_by_id(inspectors).values(),
            kind=NotificationKind.ASSESSMENT,
            message=gettext_noop("You were drawn to carry out the random inspection {inspection} of {year}."),
            params=params,
            path=path,
            now=now,
        )
