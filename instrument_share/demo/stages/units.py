"""Publish profiles, news, regulations, cases and statements of the owning units."""

from collections.abc import Iterator, Mapping
from datetime import date, timedelta
from typing import Any

from instrument_share.demo.city import Organization
from instrument_share.demo.history import combine
from instrument_share.demo.world import World
from providers import public as providers
from providers.domain import PublicationKind

CONFIRMED_BACK_TO = 2
"""Years back from this one, in which diligent units confirmed what they publish."""


def load(world: World) -> str:
    """Load the stage and return a summary."""
    published = 0
    for unit in world.city.units:
        _publish_profile(world, unit)
        published += sum(_publish(world, unit, *item) for item in _publications(world, unit))
    return f"{len(world.city.units)} profiles, {published} publications"


def _publish_profile(world: World, unit: Organization) -> None:
    manager, organization_id = world.manager(unit.key), world.organizations[unit.key].pk
    handed_in = combine(world.began + timedelta(days=9), 10)
    providers.unit_profile_save(
        actor=manager,
        organization_id=organization_id,
        values={**(unit.profile or {}), "picture": world.building(unit.key)},
        now=handed_in,
    )
    providers.unit_profile_submit(actor=manager, organization_id=organization_id, now=handed_in)
    providers.unit_profile_publish(
        actor=world.officer, organization_id=organization_id, now=handed_in + timedelta(days=2)
    )
    for day in iterate_confirmations(world, unit.key):
        providers.unit_profile_confirm(actor=manager, organization_id=organization_id, now=combine(day, 14))


def iterate_confirmations(world: World, unit: str) -> Iterator[date]:
    """Yield the days on which a unit confirmed its information, at most one a year."""
    facts = world.city.publications[unit]
    for years in facts.get("confirms_years", range(CONFIRMED_BACK_TO, -1, -1)):
        day = date(world.today.year - years, facts["confirms_in_month"], 11)
        if day < world.today:
            yield day


def _publications(
    world: World, unit: Organization
) -> Iterator[tuple[PublicationKind, date, Mapping[str, Any]]]:
    facts = world.city.publications[unit.key]
    year = world.today.year
    for row in facts["regulations"]:
        day = date(year - row["years"], row["month"], row["day"])
        values = {**_text(row, day), "effective_date": day}
        if "expires_month" in row:
            # Counted from the current year, as `years` is: -1 ends in the year before.
            values["expiry_date"] = date(
                year + row["expires_years"], row["expires_month"], row["expires_day"]
            )
        # What is older than the platform was put on it in its first weeks.
        yield PublicationKind.REGULATION, max(day, world.began + timedelta(days=30)), values
    for back in range(CONFIRMED_BACK_TO, -1, -1):
        for row in facts["news"]:
            day = date(year - back, row["month"], row["day"])
            yield PublicationKind.NEWS, day, _text(row, day)
        if "statement" in facts:
            yield PublicationKind.OPENNESS, *_statement(unit, facts, year - back)
    for row in facts["cases"]:
        day = date(year - row["years"], row["month"], row["day"])
        row_of = world.instruments.get(row["instrument"])
        cited = [row_of.pk] if row_of else []
        values = {**_text(row, day), "client_zh": row["client_zh"], "instruments": cited}
        yield PublicationKind.CASE, day, values


def _text(row: Mapping[str, Any], day: date) -> dict[str, str]:
    names = ("title_zh", "title_en", "body_zh", "body_en")
    return {name: row[name].format(year=day.year, last=day.year - 1) for name in names}


def _statement(unit: Organization, facts: Mapping[str, Any], year: int) -> tuple[date, dict[str, Any]]:
    """Return the statement about last year, published in `year`."""
    month, day = facts["statement"]
    profile = unit.profile or {}
    about, count = year - 1, facts["declared"]
    return date(year, month, day), {
        "year": about,
        "networkable_count": count,
        "title_zh": f"{unit.name_zh} {about} 年度仪器设备管理与开放信息",
        "title_en": f"{unit.name_en}: management and opening of instruments in {about}",
        "body_zh": (
            f"本单位应纳入共享平台的仪器设备 {count} 台（套），面向高校、科研院所和企业开放。"
            f"开放时段、收费标准和上机要求见各仪器页面，收费按成本补偿、非营利原则核定。"
            f"联系人：{profile['contact']}，电话：{profile['phone']}。"
        ),
        "body_en": (
            f"{count} instruments belong on the sharing platform and are open to universities, institutes "
            f"and companies. Hours, fees and requirements stand on each instrument's page; fees cover cost. "
            f"Contact: {profile['contact']}, {profile['phone']}."
        ),
    }


def _publish(
    world: World, unit: Organization, kind: PublicationKind, day: date, values: Mapping[str, Any]
) -> bool:
    """Publish what is due by now; return whether it was."""
    if not world.began < day < world.today:
        return False
    providers.publication_publish(
        actor=world.manager(unit.key),
        kind=kind,
        organization_id=world.organizations[unit.key].pk,
        values=values,
        now=combine(day, 16),
    )
    return True
