"""Services of a unit's yearly record at the national platform."""

from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts.permissions import require
from instrument_share.accounts.selectors import organization_lock
from instrument_share.journal.services import record
from instrument_share.kernel.errors import Invalid, Problem, RevisionMismatch, gettext_noop
from providers.exchange.domain.national.records import RECORDS, RecordType
from providers.exchange.domain.national.values import FIELD_OF
from providers.exchange.models import NationalYear

if TYPE_CHECKING:
    from instrument_share.accounts.models import User

LIMITS = {one.name: one.limit for one in RECORDS[RecordType.UNIT]}


@transaction.atomic
def national_year_save(
    *,
    actor: "User",
    organization_id: int,
    year: int,
    values: Mapping[str, str],
    now: datetime,
    seen: str | None = None,
) -> NationalYear:
    """Create or change a unit's entries for a year; nothing is written if nothing differs.

    `values` are by field name (`domain.national.values.FIELD_OF`); the unit's code is required, texts may be
    empty. `seen` is the version of the entries that the actor began with. Raises Invalid, and
    RevisionMismatch where it is another by now.
    """
    organization = organization_lock(organization_id)
    require(actor, "providers.edit_unit", organization)
    clean = {name: str(values.get(name, "")).strip() for name in FIELD_OF}
    if problems := _problems(clean):
        raise Invalid(problems=problems)
    national_year = NationalYear.objects.filter(organization=organization, year=year).first()
    national_year = national_year or NationalYear(organization=organization, year=year)
    changed = sorted(name for name, value in clean.items() if getattr(national_year, name) != value)
    if not changed and national_year.pk:
        return national_year
    if seen not in (None, national_year.version):
        raise RevisionMismatch
    for name, value in clean.items():
        setattr(national_year, name, value)
    national_year.saved_at, national_year.saved_by = now, actor
    national_year.save()
    record(
        actor=actor,
        action="national_year.saved",
        subject=national_year,
        now=now,
        organization_id=organization.pk,
        details={"year": year, "fields": changed},
    )
    return national_year


def _problems(values: Mapping[str, str]) -> list[Problem]:
    found = []
    if not values["unit_code"]:
        message = gettext_noop("Enter the unit's code at the national platform.")
        found.append(Problem("national.unit_code", message, {}, "unit_code"))
    for name, value in values.items():
        limit = LIMITS[FIELD_OF[name]]
        if limit is not None and len(value) > limit:
            message = gettext_noop("It can have at most {limit} characters; this has {length}.")
            params = {"limit": limit, "length": len(value)}
            found.append(Problem("national.too_long", message, params, name))
    return found
