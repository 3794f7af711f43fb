"""Create districts, organizations, people and roles."""

from datetime import datetime
from typing import TYPE_CHECKING

from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import OrganizationKind, Role, SizeClass
from instrument_share.accounts.domain.privacy import NOTICE_VERSION
from instrument_share.accounts.domain.registration import Registration
from instrument_share.accounts.selectors import standing
from instrument_share.demo.accounts import DEMO_ACCOUNTS, DEMO_PASSWORD
from instrument_share.demo.history import combine
from instrument_share.demo.world import World

if TYPE_CHECKING:
    from instrument_share.accounts.models import District, User


def load(world: World) -> str:
    """Load the stage and return a summary."""
    began = combine(world.began)
    districts = {
        row["code"]: accounts.district_create(actor=None, now=began, **row) for row in world.city.districts
    }
    owners = {unit.key for unit in world.city.units}
    for facts in world.city.organizations:
        world.organizations[facts.key] = accounts.organization_register(
            actor=None,
            registration=Registration(
                uscc=facts.uscc,
                name_zh=facts.name_zh,
                name_en=facts.name_en,
                kind=OrganizationKind(facts.kind),
                size_class=SizeClass(facts.size),
                district=districts[facts.district] if facts.district else None,
                in_region=not facts.outside_region,
                parent_uscc=world.organizations[facts.parent].uscc if facts.parent else "",
                owns_instruments=facts.key in owners,
                contact=facts.contact,
                phone=facts.phone,
            ),
            now=began,
        )
    for facts in world.city.institutions:
        accounts.institution_establish(
            organization=world.organizations[facts.key],
            region=districts[facts.region] if facts.region else None,
            now=began,
        )
    _create_people(world)
    for facts in world.city.units + world.city.users:
        world.organizations[facts.key] = accounts.organization_admit(
            actor=world.officer,
            organization_id=world.organizations[facts.key].pk,
            now=combine(world.began, 15),
        )
    _create_waiting(world, districts)
    return f"{len(world.organizations)} organizations, {len(world.people)} people"


def _create_people(world: World) -> None:
    with_password = {account.username for account in DEMO_ACCOUNTS}
    for person in world.city.people:
        user = accounts.user_create(
            actor=None,
            username=person.username,
            name=person.name,
            email=f"{person.username}@demo.example",
            password=DEMO_PASSWORD if person.username in with_password else None,
            now=combine(world.began),
        )
        accounts.user_agree(actor=user, version=NOTICE_VERSION, now=combine(world.began))
        for role in person.roles:
            accounts.membership_grant(
                actor=None,
                user=user,
                organization=world.organizations[person.organization],
                role=Role(role),
                now=combine(world.began),
            )
        world.people[person.username] = user


def _create_waiting(world: World, districts: "dict[str, District]") -> None:
    """Create what has been waiting since yesterday: an organization, a request to join, an invitation."""
    facts, now = world.city.applicant, min(world.now, combine(world.today, 0))
    registrant = _create_newcomer("leng.xubai", facts.contact, now)
    accounts.organization_register(
        actor=registrant,
        registration=Registration(
            uscc=facts.uscc,
            name_zh=facts.name_zh,
            name_en=facts.name_en,
            kind=OrganizationKind(facts.kind),
            size_class=SizeClass(facts.size),
            district=districts[facts.district] if facts.district else None,
            contact=facts.contact,
            phone=facts.phone,
        ),
        documents=[world.building(facts.key)],
        now=now,
    )
    admin = world.people["zhao"]
    company = next(one.organization for one in standing(admin).memberships)
    accounts.membership_request(
        actor=_create_newcomer("wen.zhixing", "温知行", now),
        organization_id=company.pk,
        note="配方组，下周起跟进电池材料测试",
        now=now,
    )
    accounts.invitation_send(
        actor=admin, organization_id=company.pk, email="colleague@demo.example", role=Role.RESEARCHER, now=now
    )


def _create_newcomer(username: str, name: str, now: datetime) -> "User":
    """Create a person without an organization."""
    return accounts.user_create(
        actor=None, username=username, name=name, email=f"{username}@demo.example", password=None, now=now
    )
