"""Return an instrument to its unit, and remind units of incomplete information."""

from datetime import datetime, timedelta

from instrument_share.demo.history import combine
from instrument_share.demo.world import World
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
    """Load the stage and return a summary."""
    _return_instrument(world)
    sent = sum(_remind(world, **facts) for facts in world.city.supervision["reminder"])
    return f"{sent} reminders"


def _return_instrument(world: World) -> None:
    facts, newcomer = world.city.supervision["returned"], world.city.newcomer
    lab, manager = world.city.lab(newcomer), world.manager(newcomer.unit)

    def on(days_ago: str) -> datetime:
        return combine(world.today - timedelta(days=facts[days_ago]), 10)

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
    """Remind units that were incomplete at the time; return how many."""
    plan = providers.completeness_remind(
        actor=world.officer,
        organization_ids=[world.organizations[key].pk for key in units],
        note=note,
        now=combine(world.today - timedelta(days=days_ago), 15),
    )
    return len(plan[ReminderOutcome.SENT])
