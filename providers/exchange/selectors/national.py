"""Read units and instruments for the records of the national platform."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Q

from providers.exchange.domain.national.values import FIELD_OF, RUNNING
from providers.exchange.models import NationalYear
from providers.instruments.domain.choices import SharingMode
from providers.instruments.domain.customs import CUSTOMS_FIELDS
from providers.instruments.domain.fields import FIELDS
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instruments
from providers.units.models import OpennessStatement, UnitProfile
from providers.units.selectors.yearly import registered_instruments_at, year_interval

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer

BATCH = 500


def national_years(organization_ids: Collection[int], year: int) -> dict[int, NationalYear]:
    """Return the units' entries for a year, by organization id."""
    found = NationalYear.objects.filter(organization_id__in=organization_ids, year=year)
    return {one.organization_id: one for one in found}


def unit_codes(organization_ids: Collection[int], year: int) -> dict[int, str]:
    """Return the units' codes at the platform, of the year or the latest one before it."""
    found = NationalYear.objects.filter(organization_id__in=organization_ids, year__lte=year)
    return dict(found.order_by("year").values_list("organization_id", "unit_code"))


def national_instruments(
    viewer: "Viewer", organization_ids: Collection[int], year: int
) -> Iterator[tuple[Instrument, dict[str, Any] | None, dict[str, Any]]]:
    """Yield the year's instruments by unit and internal number, with facts of customs supervision and theirs.

    They are those that were public at the end of the year, or are now if it is running; they are described
    as they stand now, so that what the platform refuses can still be mended. Streams one query; the facts
    are those of `domain.national.values` that the instrument itself has.
    """
    end = year_interval(year).end
    found = (
        instruments(viewer)
        .filter(organization_id__in=organization_ids, published_at__lt=end)
        .filter(Q(retired_at__isnull=True) | Q(retired_at__gte=end))
        .select_related("organization__district", "category", "customs_supervision")
        .order_by("organization_id", "inner_number", "id")
    )
    for one in found.iterator(chunk_size=BATCH):
        supervision = getattr(one, "customs_supervision", None)
        customs = supervision and {name: getattr(supervision, name) for name in CUSTOMS_FIELDS}
        facts = {name: getattr(one, name) for name in FIELDS}
        facts["category"] = one.category.code if one.category else ""
        facts["supervised"] = customs is not None
        facts["county"] = one.organization.district.name_zh if one.organization.district else ""
        facts["service_url"] = f"{settings.SITE_URL}/instruments/{one.public_id}/"
        facts["image"] = f"{facts['service_url']}picture/" if one.picture else ""
        yield one, customs, facts


def unit_addresses(organization_ids: Collection[int]) -> dict[int, str]:
    """Return the units' postal addresses, by organization id."""
    found = UnitProfile.objects.filter(organization_id__in=organization_ids)
    return dict(found.values_list("organization_id", "address_zh"))


def national_units(
    units: Collection["Organization"], year: int
) -> Iterator[tuple["Organization", Mapping[str, Any]]]:
    """Yield each unit with its entries for the year and counts of its instruments at its end; 4 queries."""
    ids = [unit.pk for unit in units]
    years, counts = national_years(ids, year), _counts(ids, year)
    codes = unit_codes(ids, year)
    statements = OpennessStatement.objects.filter(
        organization_id__in=ids, year=year, published_at__isnull=False, withdrawn_at__isnull=True
    )
    declared = dict(statements.values_list("organization_id", "networkable_count"))
    for unit in units:
        said = years.get(unit.pk)
        yield (
            unit,
            {
                **{name: getattr(said, name) if said else "" for name in FIELD_OF},
                "unit_code": codes.get(unit.pk, ""),
                "declared": declared.get(unit.pk),
                **counts.get(unit.pk, dict.fromkeys(("published", "running", "shared", "external"), 0)),
            },
        )


def _counts(ids: Collection[int], year: int) -> Mapping[int, Mapping[str, object]]:
    """Return counts of public instruments above the threshold, of running and of shared ones.

    Each is counted as it stood at the end of the year, or stands now if the year is running.
    """
    rows = (
        registered_instruments_at(ids, year_interval(year).end)
        .order_by()
        .values("organization_id")
        .annotate(
            published=Count("id"),
            running=Count("id", filter=Q(condition__in=[one.value for one in RUNNING])),
            shared=Count(
                "id", filter=Q(sharing_mode__in=(SharingMode.INTERNAL.value, SharingMode.EXTERNAL.value))
            ),
            external=Count("id", filter=Q(sharing_mode=SharingMode.EXTERNAL.value)),
        )
    )
    return {row["organization_id"]: row for row in rows}
