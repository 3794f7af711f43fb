"""Tell units about information that expires, ahead of it and on the day."""

from collections import defaultdict
from collections.abc import Collection, Iterator
from datetime import date, datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.domain import Role
from instrument_share.accounts.selectors import owning_organizations, people_by_organization
from instrument_share.jobs.one_by_one import do_one_by_one
from instrument_share.journal.domain import NotificationKind
from instrument_share.journal.services import notify
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Sentence, Words
from providers.instruments.domain.notices import FIRST_HOUR, NOTICE_AHEAD
from providers.units.domain.choices import Completeness
from providers.units.domain.information import KIND_WORDS
from providers.units.domain.reminders import TOLD_LATE
from providers.units.models import CompletenessNotice, CompletenessWatch
from providers.units.selectors.completeness import judge_completeness, kinds_running_out
from providers.units.services.reminders import open_kind_line, unit_desk_path, unit_name

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization, User

RUNS_OUT = gettext_noop("{kind} of {unit}: out of date from {date} on, if nothing is done.")
RAN_OUT = gettext_noop("{kind} of {unit}: out of date since {date}.")

Due = tuple[CompletenessNotice, Words, tuple[Sentence, ...]]


def completeness_notices_send(*, now: datetime) -> int:
    """Tell managers 30 days ahead and on the day which kind expires; return the number of notices.

    By a job, once a day, from 8 in the morning. A notice is sent once for each unit, kind and day, at most
    a week late if nothing ran on the day. A unit for which that fails is tried again in the next run.
    """
    local = now.astimezone(CITY_TIME)
    today = local.date()
    if local.hour < FIRST_HOUR or CompletenessWatch.objects.filter(day=today).exists():
        return 0
    units = owning_organizations()
    people = people_by_organization(Role.UNIT_MANAGER, units)
    fresh: dict[int, list[Due]] = defaultdict(list)
    for due in _not_told(units, today):
        fresh[due[0].organization_id].append(due)
    sent = do_one_by_one("unit", fresh, lambda pk: _send(units[pk], people[pk], fresh[pk], now))
    CompletenessWatch.objects.get_or_create(day=today, defaults={"watched_at": now})
    return sent


@transaction.atomic
def _send(unit: "Organization", people: "Collection[User]", fresh: Collection[Due], now: datetime) -> int:
    """Tell a unit of what no other process tells of; return the number of notices."""
    sent = 0
    for notice, kind, lines in fresh:
        key = {name: getattr(notice, name) for name in ("organization_id", "kind", "runs_out_on", "ahead")}
        if not CompletenessNotice.objects.get_or_create(**key, defaults={"told_at": now})[1]:
            continue
        sent += 1
        notify(
            users=people,
            kind=NotificationKind.UNIT,
            message=RUNS_OUT if notice.ahead else RAN_OUT,
            params={"kind": kind, "unit": unit_name(unit), "date": notice.runs_out_on},
            lines=lines,
            path=unit_desk_path(unit),
            now=now,
        )
    return sent


def _not_told(units: Collection[int], today: date) -> Iterator[Due]:
    known = CompletenessNotice.objects.filter(runs_out_on__gte=today - TOLD_LATE)
    told = set(known.values_list("organization_id", "kind", "runs_out_on", "ahead"))
    for due in (*_ahead(units, today), *_run_out(units, today)):
        notice = due[0]
        if (notice.organization_id, notice.kind, notice.runs_out_on, notice.ahead) not in told:
            yield due


def _ahead(units: Collection[int], today: date) -> Iterator[Due]:
    for pk, kinds in kinds_running_out(units, today).items():
        for kind, day in kinds.items():
            if day <= today + NOTICE_AHEAD:
                notice = CompletenessNotice(organization_id=pk, kind=kind.value, runs_out_on=day, ahead=True)
                yield notice, Words(KIND_WORDS[kind]), ()


def _run_out(units: Collection[int], today: date) -> Iterator[Due]:
    for pk, (unit,) in judge_completeness(units, [today]).items():
        for one in unit.kinds:
            if one.state is Completeness.STALE and one.since is not None and one.since > today - TOLD_LATE:
                notice = CompletenessNotice(
                    organization_id=pk, kind=one.kind.value, runs_out_on=one.since, ahead=False
                )
                yield notice, one.title, (open_kind_line(one),)
