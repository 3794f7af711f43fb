"""What a unit is writing: with a picture, a draft, one scheduled, one taken down; uses behind its cases."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from bookings import public as bookings
from instrument_share.demo import pictures
from instrument_share.demo.world import World, at
from providers import public as providers
from providers.domain import PublicationKind
from providers.public import national_year_save

NEWS = PublicationKind.NEWS
SLOTS = 24
MOST_USES = 3


def load(world: World) -> str:
    facts = world.city.texts
    writer: dict[str, Any] = {
        "actor": world.manager(facts["unit"]),
        "organization_id": world.organizations[facts["unit"]].pk,
    }
    _news(world, writer, facts)
    providers.publication_draft(kind=NEWS, values=facts["draft"], now=world.now - timedelta(days=1), **writer)
    _scheduled(world, writer, dict(facts["scheduled"]))
    _withdrawn(world, writer, dict(facts["withdrawn"]))
    national_year_save(
        actor=writer["actor"],
        organization_id=writer["organization_id"],
        year=world.today.year - 1,
        values=facts["national"],
        now=world.now - timedelta(days=20),
    )
    return f"4 texts, {_cases(world, writer)} cases that cite uses"


def _news(world: World, writer: dict[str, Any], facts: Any) -> None:
    news = dict(facts["news"])
    day = world.today - timedelta(days=news.pop("days_ago"))
    picture = providers.publication_picture_add(
        upload=BytesIO(pictures.building("struct")), **facts["picture"], now=at(day, 9), **writer
    )
    address = f"/units/pictures/{picture.public_id}/#{picture.width}x{picture.height}"
    values = {name: text.format(picture=address, hours=SLOTS).strip() for name, text in news.items()}
    made = providers.publication_publish(kind=NEWS, values=values, now=at(day, 10), **writer)
    changed = world.today - timedelta(days=facts["changed"]["days_ago"])
    old, new = facts["changed"]["body_zh"]
    providers.publication_update(
        actor=writer["actor"],
        kind=NEWS,
        publication_id=made.pk,
        values={"body_zh": made.body_zh.replace(old, new)},
        now=at(changed, 15),
    )


def _scheduled(world: World, writer: dict[str, Any], values: dict[str, Any]) -> None:
    day = world.today + timedelta(days=values.pop("days_ahead"))
    row = providers.publication_draft(kind=NEWS, values=values, now=world.now - timedelta(days=1), **writer)
    providers.publication_schedule(
        actor=writer["actor"], kind=NEWS, publication_id=row.pk, at=at(day, 9), now=world.now
    )


def _withdrawn(world: World, writer: dict[str, Any], values: dict[str, Any]) -> None:
    day = world.today - timedelta(days=values.pop("days_ago"))
    after, reason = timedelta(days=values.pop("after_days")), values.pop("reason")
    row = providers.publication_publish(kind=NEWS, values=values, now=at(day, 10), **writer)
    providers.publication_withdraw(
        actor=world.officer, kind=NEWS, publication_id=row.pk, reason=reason, now=at(day + after, 11)
    )


def _cases(world: World, writer: dict[str, Any]) -> int:
    """Each case of the unit cites the first uses of its instruments that it may cite."""
    citable = bookings.citable_bookings(writer["actor"], writer["organization_id"])
    citing = 0
    for case in providers.publications(writer["actor"], PublicationKind.CASE, writer["organization_id"]):
        instruments = list(case.instruments.values_list("pk", flat=True))
        uses = citable.filter(instrument__in=instruments, ends_at__lt=case.published_at)
        ids = list(uses.order_by("-starts_at", "-id").values_list("public_id", flat=True)[:MOST_USES])
        if ids:
            bookings.case_uses_set(actor=writer["actor"], case_id=case.pk, booking_ids=ids, now=world.now)
            citing += 1
    return citing
