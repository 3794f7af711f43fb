"""Categories, public holidays of years to come, instruments, their terms, keepers and qualified users."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from instrument_share.demo import pictures, terms
from instrument_share.demo.city import Instrument
from instrument_share.demo.holidays import provisional
from instrument_share.demo.stages import around
from instrument_share.demo.stages.units import confirmations
from instrument_share.demo.world import World, at
from providers import public as providers
from providers.domain import CategoryRow, published_years

DEARER = Decimal("1.1")
DEARER_EVERY = 9
"""One in so many raises its prices at the beginning of this year, in a second version of the rule."""


def load(world: World) -> str:
    _tables(world)
    for position, facts in enumerate(world.city.instruments):
        world.instruments[facts.number] = _published(world, facts)
        _rules(world, facts, dearer=position % DEARER_EVERY == 0)
    made = providers.windows_extend(now=world.now)
    for facts in world.city.instruments:
        _qualified(world, facts)
    return f"{len(world.instruments)} instruments, {made.windows} open windows"


def _tables(world: World) -> None:
    providers.category_table_load(
        actor=None,
        version=world.city.category_version,
        rows=[CategoryRow(code, zh, parent, en) for code, parent, zh, en in world.city.categories],
        now=at(world.began),
    )
    providers.synonyms_load(actor=None, now=at(world.began))
    for year in range(world.since.year, world.today.year + 2):
        if year not in published_years():
            providers.calendar_year_set(
                actor=None,
                year=year,
                days=provisional(world.city, year),
                source="国务院令第795号（暂定，待放假通知公布后更正）",
                now=at(world.began),
            )


def values(world: World, facts: Instrument) -> dict[str, Any]:
    """The fields of an instrument as a unit enters them."""
    lab = world.city.lab(facts)
    as_they_stand = (
        "name_zh",
        "name_en",
        "category",
        "model",
        "manufacturer",
        "country",
        "origin",
        "purpose",
        "funding",
        "specification_zh",
        "specification_en",
        "functions_zh",
        "functions_en",
        "services_zh",
        "services_en",
        "samples_zh",
        "samples_en",
        "achievements_zh",
        "fee_text_zh",
    )
    return {
        **{name: getattr(facts, name) for name in as_they_stand},
        "inner_number": facts.number,
        "value_yuan": Decimal(facts.value_wan * 10_000),
        "in_service_date": world.in_service(facts),
        "subjects": list(facts.subjects),
        "sharing_mode": "external",
        "condition": "normal",
        "user_requirement_zh": lab.requirement_zh,
        "place_zh": lab.place_zh,
        "place_en": lab.place_en,
        "postal_code": lab.postal_code,
        "contact": lab.contact,
        "phone": lab.phone,
        "email": lab.email,
    }


def _published(world: World, facts: Instrument) -> Any:
    manager, day = world.manager(facts.unit), world.published(facts)
    row = providers.instrument_create(
        actor=manager,
        organization_id=world.organizations[facts.unit].pk,
        values=values(world, facts),
        now=at(day - timedelta(days=6), 10),
    )
    providers.instrument_picture_add(
        actor=manager,
        instrument_id=row.pk,
        upload=BytesIO(pictures.instrument(facts.number, facts.trade)),
        alt_zh=f"{facts.name_zh}示意图",
        alt_en=f"Sketch for the {facts.name_en}",
        now=at(day - timedelta(days=6), 10),
    )
    around.files(world, facts, row, at(day - timedelta(days=6), 10))
    providers.keeper_assign(
        actor=manager,
        instrument_id=row.pk,
        user_id=world.keeper(facts).pk,
        now=at(day - timedelta(days=6), 11),
    )
    providers.instrument_submit(actor=manager, instrument_id=row.pk, now=at(day - timedelta(days=4), 10))
    row = providers.instrument_publish(actor=world.officer, instrument_id=row.pk, now=at(day, 10))
    for confirmed in confirmations(world, facts.unit):
        if confirmed > day:
            row = providers.instrument_confirm(actor=manager, instrument_id=row.pk, now=at(confirmed, 15))
    return row


def _rules(world: World, facts: Instrument, *, dearer: bool) -> None:
    manager, instrument_id = world.manager(facts.unit), world.instruments[facts.number].pk
    first = max(world.since, world.published(facts) + timedelta(days=1))
    providers.rule_publish(
        actor=manager,
        instrument_id=instrument_id,
        draft=terms.draft(world.city, facts, first),
        applies_from=at(first, 0),
        now=at(first - timedelta(days=1), 17),
    )
    new_year = date(world.today.year, 1, 1)
    if dearer and first < new_year < world.today:
        providers.rule_publish(
            actor=manager,
            instrument_id=instrument_id,
            draft=terms.draft(world.city, facts, new_year, DEARER),
            applies_from=at(new_year, 0),
            now=at(new_year - timedelta(days=14), 17),
        )


def _qualified(world: World, facts: Instrument) -> None:
    """The unit's own people may operate what needs a qualification."""
    if not world.city.terms[facts.terms].get("needs_qualification"):
        return
    for person in world.city.people:
        if person.organization == facts.unit and "researcher" in person.roles:
            providers.qualification_grant(
                actor=world.keeper(facts),
                instrument_id=world.instruments[facts.number].pk,
                user=world.people[person.username],
                expires_at=at(world.today + timedelta(days=300), 18),
                now=world.now - timedelta(days=65),
            )
