"""Districts, organizations, people and their roles."""

from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass
from instrument_share.demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from instrument_share.demo.city import Organization
from instrument_share.demo.world import World, at


def load(world: World) -> str:
    began = at(world.began)
    districts = {
        row["code"]: accounts.district_create(actor=None, now=began, **row) for row in world.city.districts
    }
    owners = {unit.key for unit in world.city.units}
    for facts in world.city.organizations:
        world.organizations[facts.key] = accounts.organization_register(
            actor=None,
            uscc=facts.uscc,
            name_zh=facts.name_zh,
            name_en=facts.name_en,
            kind=OrganizationKind(facts.kind),
            size_class=SizeClass(facts.size),
            district=districts[facts.district] if facts.district else None,
            in_region=not facts.outside_region,
            parent_uscc=world.organizations[facts.parent].uscc if facts.parent else "",
            owns_instruments=facts.key in owners,
            now=began,
        )
    for facts in world.city.institutions:
        accounts.institution_establish(organization=world.organizations[facts.key], now=began)
    _people(world)
    for facts in world.city.units + world.city.users:
        _admit(world, facts)
    _waiting(world)
    return f"{len(world.organizations)} organizations, {len(world.people)} people"


def _people(world: World) -> None:
    with_password = {account.username for account in DEMO_ACCOUNTS}
    for person in world.city.people:
        user = accounts.user_create(
            actor=None,
            username=person.username,
            name=person.name,
            email=f"{person.username}@demo.example",
            password=DEMO_PASSWORD if person.username in with_password else None,
            now=at(world.began),
        )
        for role in person.roles:
            accounts.membership_grant(
                actor=None,
                user=user,
                organization=world.organizations[person.organization],
                role=Role(role),
                now=at(world.began),
            )
        world.people[person.username] = user


def _admit(world: World, facts: Organization) -> None:
    organization = world.organizations[facts.key]
    world.organizations[facts.key] = accounts.organization_admit(
        actor=world.officer, organization_id=organization.pk, now=at(world.began, 15)
    )


def _waiting(world: World) -> None:
    """A body that asked to be admitted yesterday, for the bureau's desk."""
    facts = world.city.applicant
    accounts.organization_register(
        actor=None,
        uscc=facts.uscc,
        name_zh=facts.name_zh,
        name_en=facts.name_en,
        kind=OrganizationKind(facts.kind),
        size_class=SizeClass(facts.size),
        now=min(world.now, at(world.today, 0)),
    )
