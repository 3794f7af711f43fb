"""Enter what a plan describes; what is there already stays as it is."""

from collections.abc import Callable, Mapping
from datetime import datetime
from typing import TYPE_CHECKING

from django.db import transaction

from instrument_share.accounts import selectors, services
from instrument_share.accounts.domain import OrganizationKind, OrganizationState
from instrument_share.accounts.domain.registration import Registration
from instrument_share.bootstrap.plan import InstitutionPlan, PersonPlan, Plan
from instrument_share.kernel import uscc
from instrument_share.kernel.errors import Conflict, gettext_noop
from providers import public as providers
from providers.domain import CategoryRow, Day

if TYPE_CHECKING:
    from instrument_share.accounts.models import District, Organization, User


class NameTaken(Conflict):
    """Whoever signed up under a name before would get the roles that were meant for somebody else."""

    code = "bootstrap.name_taken"
    message = gettext_noop(
        "Somebody has the user name {username} already and has not confirmed the address {email}. Choose "
        "another user name, or name the address of this account."
    )


@transaction.atomic
def install(
    plan: Plan,
    *,
    read_rows: Callable[[], list[CategoryRow]],
    now: datetime,
    passwords: Mapping[str, str] | None = None,
) -> "list[User]":
    """Enter the plan and return the people who have no password yet. Safe to repeat.

    `read_rows` reads the category table that the plan names; `passwords` are those of new people, by user
    name. Raises what `read_rows` raises, Invalid where a rule refuses a value, or NameTaken; then nothing is
    entered.
    """
    districts = {
        one.code: services.district_create(actor=None, now=now, **one.model_dump()) for one in plan.districts
    }
    bodies = {
        one.uscc: _establish(one, districts[one.region] if one.region else None, now)
        for one in plan.institutions
    }
    people = [
        _enter_person(one, bodies[one.institution], (passwords or {}).get(one.username), now)
        for one in plan.people
    ]
    _load_categories(plan, read_rows, now)
    providers.synonyms_load(actor=None, now=now)
    _set_holidays(plan, now)
    return [one for one in people if one.is_active and not one.has_usable_password()]


def _establish(plan: InstitutionPlan, region: "District | None", now: datetime) -> "Organization":
    registration = Registration(
        uscc=plan.uscc,
        name_zh=plan.name_zh,
        name_en=plan.name_en,
        kind=OrganizationKind(plan.kind),
        contact=plan.contact,
        phone=plan.phone,
    )
    entered = selectors.organization_by_uscc(uscc.normalize(plan.uscc))
    if entered and entered.state not in (OrganizationState.PENDING, OrganizationState.REFUSED):
        return entered
    # Whoever registered something under this code, when nobody could refuse it, gives way.
    body = services.organization_register(actor=None, registration=registration, now=now)
    return services.institution_establish(organization=body, region=region, now=now)


def _enter_person(plan: PersonPlan, body: "Organization", password: str | None, now: datetime) -> "User":
    entered = selectors.account_named(plan.username)
    if entered and not selectors.is_address_of(entered, plan.email):
        raise NameTaken(username=plan.username, email=plan.email)
    person = entered or services.user_create(
        actor=None, username=plan.username, name=plan.name, email=plan.email, password=password, now=now
    )
    # A role that has ended stays so: the file tells of the first day, and may be run again years later.
    for role in sorted(plan.roles - selectors.held_roles(person, body.pk)):
        services.membership_grant(actor=None, user=person, organization=body, role=role, now=now)
    return person


def _load_categories(plan: Plan, read_rows: Callable[[], list[CategoryRow]], now: datetime) -> None:
    if plan.categories is None or providers.category_table().exists():
        return
    providers.category_table_load(actor=None, version=plan.categories.version, rows=read_rows(), now=now)


def _set_holidays(plan: Plan, now: datetime) -> None:
    known = providers.known_years()
    for one in plan.holidays:
        if not known.get(one.year):
            days = [Day(day.date, day.kind, day.name) for day in one.days]
            providers.calendar_year_set(actor=None, year=one.year, days=days, source=one.source, now=now)
