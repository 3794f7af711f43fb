"""What the bureau asked of units: an instrument that it returned to be completed, and reminders."""

from datetime import datetime, timedelta

from instrument_share.demo.world import World, at
from providers import public as providers
from providers.domain import ReminderOutcome

ENTERED = (
    "name_zh",
    "name_en",
    "category",
    "model",
    "manufacturer",
    "country",
    "specification_zh",
    "functions_zh",
    "services_zh",
)


def load(world: World) -> str:
    _returned_instrument(world)
    sent = sum(_remind(world, **facts) for facts in world.city.supervision["reminder"])
    return f"{sent} reminders"


def _returned_instrument(world: World) -> None:
    facts, newcomer = world.city.supervision["returned"], world.city.newcomer
    lab, manager = world.city.lab(newcomer), world.manager(newcomer.unit)

    def on(days_ago: str) -> datetime:
        return at(world.today - timedelta(days=facts[days_ago]), 10)

    row = providers.instrument_create(
        actor=manager,
        organization_id=world.organizations[newcomer.unit].pk,
        values={
            **{name: facts[name] for name in ENTERED},
            "inner_number": facts["number"],
            "value_yuan": facts["value_wan"] * 10_000,
            "in_service_date": world.today - timedelta(days=60),
            "place_zh": lab.place_zh,
            "place_en": lab.place_en,
            "contact": lab.contact,
            "phone": lab.phone,
        },
        now=on("entered_days_ago"),
    )
    providers.instrument_submit(actor=manager, instrument_id=row.pk, now=on("submitted_days_ago"))
    providers.instrument_return(
        actor=world.officer, instrument_id=row.pk, reason=facts["reason"], now=on("returned_days_ago")
    )


def _remind(world: World, units: list[str], days_ago: int, note: str) -> int:
    """How many were reminded: who was complete at the time is left out."""
    plan = providers.completeness_remind(
        actor=world.officer,
        organization_ids=[world.organizations[key].pk for key in units],
        note=note,
        now=at(world.today - timedelta(days=days_ago), 15),
    )
    return len(plan[ReminderOutcome.SENT])
