"""Write a unit's texts: with a picture, a draft, a scheduled one, a withdrawn one; cite uses in cases."""

from datetime import timedelta
from io import BytesIO
from typing import Any

from bookings import public as bookings
from instrument_share.demo import pictures
from instrument_share.demo.history import combine
from instrument_share.demo.world import World
from providers import public as providers
from providers.domain import PublicationKind
from providers.public import national_year_save

NEWS = PublicationKind.NEWS
SLOTS = 24
MAX_USES = 3


def load(world: World) -> str:
    """Load the stage and return a summary."""
    facts = world.city.texts
    writer: dict[str, Any] = {
        "actor": world.manager(facts["unit"]),
        "organization_id": world.organizations[facts["unit"]].pk,
    }
    _write_news(world, writer, facts)
    providers.publication_draft(kind=NEWS, values=facts["draft"], now=world.now - timedelta(days=1), **writer)
    _schedule(world, writer, dict(facts["scheduled"]))
    _withdraw(world, writer, dict(facts["withdrawn"]))
    for said in facts["national"]:
        _report_year(world, dict(said))
    return (
        f"4 texts, {_cite_uses(world, writer)} cases that cite uses, {len(facts['national'])} yearly reports"
    )


def _report_year(world: World, said: dict[str, str]) -> None:
    """Enter what a unit says of last year for the national platform."""
    unit = said.pop("unit")
    national_year_save(
        actor=world.manager(unit),
        organization_id=world.organizations[unit].pk,
        year=world.today.year - 1,
        values=said,
        now=world.now - timedelta(days=20),
    )


def _write_news(world: World, writer: dict[str, Any], facts: Any) -> None:
    news = dict(facts["news"])
    day = world.today - timedelta(days=news.pop("days_ago"))
    picture = providers.publication_picture_add(
        upload=BytesIO(pictures.draw_building("struct")), **facts["picture"], now=combine(day, 9), **writer
    )
    address = f"/units/pictures/{picture.public_id}/#{picture.width}x{picture.height}"
    values = {name: text.format(picture=address, hours=SLOTS).strip() for name, text in news.items()}
    made = providers.publication_publish(kind=NEWS, values=values, now=combine(day, 10), **writer)
    changed = world.today - timedelta(days=facts["changed"]["days_ago"])
    old, new = facts["changed"]["body_zh"]
    providers.publication_update(
        actor=writer["actor"],
        kind=NEWS,
        publication_id=made.pk,
        values={"body_zh": made.body_zh.replace(old, new)},
        now=combine(changed, 15),
    )


def _schedule(world: World, writer: dict[str, Any], values: dict[str, Any]) -> None:
    day = world.today + timedelta(days=values.pop("days_ahead"))
    row = providers.publication_draft(kind=NEWS, values=values, now=world.now - timedelta(days=1), **writer)
    providers.publication_schedule(
        actor=writer["actor"], kind=NEWS, publication_id=row.pk, at=combine(day, 9), now=world.now
    )


def _withdraw(world: World, writer: dict[str, Any], values: dict[str, Any]) -> None:
    day = world.today - timedelta(days=values.pop("days_ago"))
    after, reason = timedelta(days=values.pop("after_days")), values.pop("reason")
    row = providers.publication_publish(kind=NEWS, values=values, now=combine(day, 10), **writer)
    providers.publication_withdraw(
        actor=world.officer, kind=NEWS, publication_id=row.pk, reason=reason, now=combine(day + after, 11)
    )


def _cite_uses(world: World, writer: dict[str, Any]) -> int:
    """Let each case of the unit cite the first citable uses of its instruments; return how many."""
    citable = bookings.citable_bookings(writer["actor"], writer["organization_id"])
    citing = 0
    for case in providers.publications(writer["actor"], PublicationKind.CASE, writer["organization_id"]):
        instruments = list(case.instruments.values_list("pk", flat=True))
        uses = citable.filter(instrument__in=instruments, ends_at__lt=case.published_at)
        ids = list(uses.order_by("-starts_at", "-id").values_list("public_id", flat=True)[:MAX_USES])
        if ids:
            bookings.case_uses_set(actor=writer["actor"], case_id=case.pk, booking_ids=ids, now=world.now)
            citing += 1
    return citing
