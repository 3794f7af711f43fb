"""Create categories, future holidays, instruments, terms, keepers and qualified users."""

from datetime import date, timedelta
from decimal import Decimal
from io import BytesIO
from typing import Any

from instrument_share.demo import pictures, terms
from instrument_share.demo.city import Instrument
from instrument_share.demo.history import combine
from instrument_share.demo.holidays import build_provisional_holidays
from instrument_share.demo.stages import around
from instrument_share.demo.stages.units import iterate_confirmations
from instrument_share.demo.world import World
from providers import public as providers
from providers.domain import CategoryRow, published_years

PRICE_RISE = Decimal("1.1")
PRICE_RISE_EVERY = 9
"""One in so many raises its prices at the beginning of this year, in a second version of the rule."""


def load(world: World) -> str:
    """Load the stage and return a summary."""
    _load_tables(world)
    for position, facts in enumerate(world.city.instruments):
        world.instruments[facts.number] = _publish(world, facts)
        _publish_rules(world, facts, is_raised=position % PRICE_RISE_EVERY == 0)
    made = providers.windows_extend(now=world.now)
    for facts in world.city.instruments:
        _qualify_users(world, facts)
    return f"{len(world.instruments)} instruments, {made.windows} open windows"


def _load_tables(world: World) -> None:
    providers.category_table_load(
        actor=None,
        version=world.city.category_version,
        rows=[CategoryRow(code, zh, parent, en) for code, parent, zh, en in world.city.categories],
        now=combine(world.began),
    )
    providers.synonyms_load(actor=None, now=combine(world.began))
    for year in range(world.since.year, world.today.year + 2):
        if year not in published_years():
            providers.calendar_year_set(
                actor=None,
                year=year,
                days=build_provisional_holidays(world.city, year),
                source="国务院令第795号（暂定，待放假通知公布后更正）",
                now=combine(world.began),
            )


def build_values(world: World, facts: Instrument) -> dict[str, Any]:
    """Return the instrument's fields as a unit enters them."""
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


def _publish(world: World, facts: Instrument) -> Any:
    manager, day = world.manager(facts.unit), world.published(facts)
    row = providers.instrument_create(
        actor=manager,
        organization_id=world.organizations[facts.unit].pk,
        values=build_values(world, facts),
        now=combine(day - timedelta(days=6), 10),
    )
    providers.instrument_picture_add(
        actor=manager,
        instrument_id=row.pk,
        upload=BytesIO(pictures.draw_instrument(facts.number, facts.trade)),
        alt_zh=f"{facts.name_zh}示意图",
        alt_en=f"Sketch for the {facts.name_en}",
        now=combine(day - timedelta(days=6), 10),
    )
    around.add_files(world, facts, row, combine(day - timedelta(days=6), 10))
    providers.keeper_assign(
        actor=manager,
        instrument_id=row.pk,
        user_id=world.keeper(facts).pk,
        now=combine(day - timedelta(days=6), 11),
    )
    providers.instrument_submit(actor=manager, instrument_id=row.pk, now=combine(day - timedelta(days=4), 10))
    row = providers.instrument_publish(actor=world.officer, instrument_id=row.pk, now=combine(day, 10))
    for confirmed in iterate_confirmations(world, facts.unit):
        if confirmed > day:
            row = providers.instrument_confirm(
                actor=manager, instrument_id=row.pk, now=combine(confirmed, 15)
            )
    return row


def _publish_rules(world: World, facts: Instrument, *, is_raised: bool) -> None:
    manager, instrument_id = world.manager(facts.unit), world.instruments[facts.number].pk
    first = max(world.since, world.published(facts) + timedelta(days=1))
    providers.rule_publish(
        actor=manager,
        instrument_id=instrument_id,
        draft=terms.build_draft(world.city, facts, first),
        applies_from=combine(first, 0),
        now=combine(first - timedelta(days=1), 17),
    )
    new_year = date(world.today.year, 1, 1)
    if is_raised and first < new_year < world.today:
        providers.rule_publish(
            actor=manager,
            instrument_id=instrument_id,
            draft=terms.build_draft(world.city, facts, new_year, PRICE_RISE),
            applies_from=combine(new_year, 0),
            now=combine(new_year - timedelta(days=14), 17),
        )


def _qualify_users(world: World, facts: Instrument) -> None:
    """Qualify the unit's own people where the rule requires it."""
    if not world.city.terms[facts.terms].get("needs_qualification"):
        return
    for person in world.city.people:
        if person.organization == facts.unit and "researcher" in person.roles:
            providers.qualification_grant(
                actor=world.keeper(facts),
                instrument_id=world.instruments[facts.number].pk,
                user=world.people[person.username],
                expires_at=combine(world.today + timedelta(days=300), 18),
                now=world.now - timedelta(days=65),
            )
