"""Build the plans of `history` from the facts of the city."""

from collections.abc import Mapping, Sequence
from datetime import timedelta

from instrument_share.demo.city import City, Instrument
from instrument_share.demo.history import InstrumentPlan, UserPlan
from instrument_share.kernel.interval import Interval

MEDICAL_PART_OF_MEDICAL_INSTRUMENTS = 0.4


def build_user_plans(city: City) -> list[UserPlan]:
    """Return everybody who books, except the users of `oddities`."""
    organizations = {organization.key: organization for organization in city.organizations}
    own_trades = {
        unit.key: tuple(sorted({i.trade for i in city.instruments if i.unit == unit.key}))
        for unit in city.units
    }
    return [
        UserPlan(
            username=person.username,
            organization=person.organization,
            trades=organizations[person.organization].trades or own_trades[person.organization],
            is_sme=organizations[person.organization].is_sme,
        )
        for person in city.people
        if "researcher" in person.roles and organizations[person.organization].declared_related_to is None
    ]


def build_instrument_plans(city: City, windows: Mapping[str, Sequence[Interval]]) -> list[InstrumentPlan]:
    """Return a plan for each instrument; `windows`, by number, are open and free."""
    return [build_instrument_plan(city, facts, windows[facts.number]) for facts in city.instruments]


def build_instrument_plan(city: City, facts: Instrument, windows: Sequence[Interval]) -> InstrumentPlan:
    """Return the plan of one instrument."""
    terms, year = city.terms[facts.terms], city.unit(facts.unit).year or {}
    other = {"statutory_testing": year.get("statutory", 0.0)}
    if "medical" in year:
        other["medical_care"] = MEDICAL_PART_OF_MEDICAL_INSTRUMENTS if facts.medical else year["medical"]
    return InstrumentPlan(
        number=facts.number,
        unit=facts.unit,
        place=city.lab(facts).place_zh,
        keeper=city.keeper(facts).username,
        trade=facts.trade,
        hours=facts.hours * year["use"],
        external=year["external"],
        sme=year["sme"],
        in_time=year["in_time"],
        rating=year["rating"],
        slow=year["slow"],
        windows=windows,
        step=timedelta(minutes=terms["step_minutes"]),
        turnaround=timedelta(minutes=terms["turnaround_minutes"]),
        lead=timedelta(minutes=terms["lead_minutes"]),
        decision_hours=terms["decision_hours"] if terms["decision"] == "by_keeper" else None,
        modes=tuple(terms["service_modes"]),
        session_hours=tuple((hours, weight) for hours, weight in terms["session_hours"]),
        other_purposes=tuple(other.items()),
    )


def build_subject(city: City, facts: Instrument, number: int) -> str:
    """Return a subject: an object of the trade and a service of the instrument."""
    objects = city.objects[facts.trade]
    found = objects[number % len(objects)]
    services = [
        one
        for one in facts.services_zh.rstrip("。").replace("，", "、").split("、")
        if not one.startswith((found[-2:], "夜间"))
    ]
    return f"{found}{services[number // len(objects) % len(services)]}"


def get_project(city: City, direction: str, number: int) -> str:
    """Return a project for the direction."""
    names = city.projects[direction]
    return names[number % len(names)]
