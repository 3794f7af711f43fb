"""Keep the completeness of units, so that pages need not judge every unit at each visit.

What a write changes it marks (`RevisedUnit`), and pages judge a marked unit anew; the clock keeps it again
within a minute, and after midnight the new day of all.
"""

from collections.abc import Collection
from datetime import date, datetime

from django.conf import settings
from django.db import transaction

from instrument_share.accounts.selectors import organization_lock, owning_organizations
from instrument_share.jobs.one_by_one import do_one_by_one
from providers.revisions.models import RevisedUnit
from providers.terms.openings import local_date
from providers.units.domain.completeness_plain import completeness_to_plain, kept_days
from providers.units.models import KeptCompleteness
from providers.units.selectors.completeness import judge_completeness, kept_completeness


def completeness_keep(now: datetime) -> int:
    """Keep what is not kept or does not count any more, by a job; return the number of units."""
    days = kept_days(local_date(now))
    units = owning_organizations()
    kept = kept_completeness(units, days)
    lacking = {pk: days - kept.get(pk, {}).keys() for pk in units}
    changed = [pk for pk, days_lacking in lacking.items() if days_lacking]
    KeptCompleteness.objects.exclude(day__in=days).delete()

    def keep(pk: int) -> int:
        _keep(pk, lacking[pk])
        return 1

    return do_one_by_one("unit", changed, keep)


def completeness_rebuild(now: datetime) -> int:
    """Judge every unit again, with the same result; return the number of units."""
    days = kept_days(local_date(now))
    units = owning_organizations()
    for pk in units:
        _keep(pk, days)
    KeptCompleteness.objects.exclude(day__in=days, organization__in=units).delete()
    return len(units)


def completeness_differing(now: datetime) -> list[int]:
    """Return the units of which what is kept, and counts, is not what is judged."""
    days = kept_days(local_date(now))
    return [pk for pk in owning_organizations() if _differs(pk, days)]


@transaction.atomic
def _differs(organization_id: int, days: Collection[date]) -> bool:
    organization_lock(organization_id)
    kept = kept_completeness([organization_id], days).get(organization_id, {})
    in_order = sorted(kept)
    return bool(kept) and judge_completeness([organization_id], in_order)[organization_id] != tuple(
        kept[day] for day in in_order
    )


@transaction.atomic
def _keep(organization_id: int, days: Collection[date]) -> None:
    """Judge a unit and keep it; the lock lets one process at a time do so, and no older result win.

    Marks are read before what is judged, so that a change that comes meanwhile leaves its mark.
    """
    unit = organization_lock(organization_id)
    marks = list(RevisedUnit.objects.filter(organization=unit).values_list("pk", flat=True))
    in_order = sorted(days)
    rows = [
        KeptCompleteness(
            organization=unit,
            day=judged.as_of,
            kinds=completeness_to_plain(judged),
            in_district=unit.district_id is not None,
            threshold_yuan=settings.REGISTRATION_THRESHOLD_YUAN,
        )
        for judged in judge_completeness([organization_id], in_order)[organization_id]
    ]
    KeptCompleteness.objects.bulk_create(
        rows,
        update_conflicts=True,
        unique_fields=["organization", "day"],
        update_fields=["kinds", "in_district", "threshold_yuan"],
    )
    RevisedUnit.objects.filter(pk__in=marks).delete()
