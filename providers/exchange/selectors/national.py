"""Units and instruments as the national platform's records are made from."""

from collections.abc import Collection, Iterator, Mapping
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.db.models import Count, Q

from providers.exchange.domain.national.values import RUNNING
from providers.exchange.models import NationalYear
from providers.instruments.domain.choices import SharingMode
from providers.instruments.domain.fields import FIELDS
from providers.instruments.domain.states import PUBLIC
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import instruments
from providers.units.models import OpennessStatement, UnitProfile

if TYPE_CHECKING:
    from instrument_share.accounts.models import Organization
    from instrument_share.accounts.selectors import Viewer
    from providers.instruments.models import CustomsSupervision

BATCH = 500
TEXTS = (
    "unit_code",
    "innovation",
    "project",
    "thesis",
    "book",
    "report",
    "patent",
    "output",
    "achievements",
    "social_benefit",
    "remark",
)
"""What a unit says itself of a year."""
CUSTOMS_FIELDS = (
    "exemption_code",
    "exemption_number",
    "declaration_number",
    "contract_number",
    "import_port",
    "responsible_customs",
    "import_date",
    "shared",
    "fees_approved",
    "hs_code",
    "record_zh",
)


def national_years(organization_ids: Collection[int], year: int) -> dict[int, NationalYear]:
    """What units have entered for a year, by organization."""
    found = NationalYear.objects.filter(organization_id__in=organization_ids, year=year)
    return {one.organization_id: one for one in found}


def unit_codes(organization_ids: Collection[int], year: int) -> dict[int, str]:
    """The units' codes at the platform: of the year, or of the last one before it that has one."""
    found = NationalYear.objects.filter(organization_id__in=organization_ids, year__lte=year)
    return dict(found.order_by("year").values_list("organization_id", "unit_code"))


def national_instruments(
    viewer: "Viewer", organization_ids: Collection[int]
) -> Iterator[tuple[Instrument, "CustomsSupervision | None", dict[str, Any]]]:
    """Every public instrument of these units by unit and inner number, with its customs supervision and its
    facts (`domain.national_values`) as far as they are its own. Streams; one statement.
    """
    found = (
        instruments(viewer)
        .filter(organization_id__in=organization_ids, state__in=PUBLIC)
        .select_related("organization__district", "category", "customs_supervision")
        .order_by("organization_id", "inner_number", "id")
    )
    for one in found.iterator(chunk_size=BATCH):
        customs = getattr(one, "customs_supervision", None)
        facts = {name: getattr(one, name) for name in FIELDS}
        facts["category"] = one.category.code if one.category else ""
        facts["supervised"] = customs is not None
        facts["county"] = one.organization.district.name_zh if one.organization.district else ""
        facts["service_url"] = f"{settings.SITE_URL}/instruments/{one.public_id}/"
        picture = f"{settings.SITE_URL}/instruments/{one.public_id}/picture/"
        facts["image"] = picture if one.picture else ""
        yield one, customs, facts


def customs_facts(customs: "CustomsSupervision") -> dict[str, Any]:
    """The values of a customs supervision by our field names."""
    return {name: getattr(customs, name) for name in CUSTOMS_FIELDS}


def unit_addresses(organization_ids: Collection[int]) -> dict[int, str]:
    """The units' own addresses."""
    found = UnitProfile.objects.filter(organization_id__in=organization_ids)
    return dict(found.values_list("organization_id", "address_zh"))


def national_units(
    units: Collection["Organization"], year: int
) -> Iterator[tuple["Organization", Mapping[str, Any]]]:
    """Each unit with what it says itself of the year and what is counted of its instruments; 3 statements."""
    ids = [unit.pk for unit in units]
    years, counts = national_years(ids, year), _counts(ids)
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
                **{name: getattr(said, name) if said else "" for name in TEXTS},
                "unit_code": codes.get(unit.pk, ""),
                "declared": declared.get(unit.pk),
                **counts.get(unit.pk, dict.fromkeys(("published", "running", "shared", "external"), 0)),
            },
        )


def _counts(ids: Collection[int]) -> dict[int, dict[str, int]]:
    """Published instruments from the registration threshold on, and how many of them run and are shared."""
    shared = (SharingMode.INTERNAL.value, SharingMode.EXTERNAL.value)
    rows = (
        Instrument.objects.filter(
            organization_id__in=ids,
            state__in=PUBLIC,
            value_yuan__gte=settings.REGISTRATION_THRESHOLD_YUAN,
        )
        .order_by()
        .values("organization_id")
        .annotate(
            published=Count("pk"),
            running=Count("pk", filter=Q(condition__in=[one.value for one in RUNNING])),
            shared=Count("pk", filter=Q(sharing_mode__in=shared)),
            external=Count("pk", filter=Q(sharing_mode=SharingMode.EXTERNAL.value)),
        )
    )
    return {
        row["organization_id"]: {
            "published": row["published"],
            "running": row["running"],
            "shared": row["shared"],
            "external": row["external"],
        }
        for row in rows
    }
