"""Add galleries, files, links, a group, customs records and a kiosk to instruments."""

from datetime import datetime, timedelta
from io import BytesIO
from typing import TYPE_CHECKING, Any

from bookings import public as bookings
from instrument_share.demo import pictures
from instrument_share.demo.city import Instrument
from instrument_share.demo.world import World
from instrument_share.documents.content import Paper, Paragraph
from instrument_share.documents.official import render_paper
from instrument_share.web.text import formats
from providers import public as providers
from providers.domain import Audience, GroupKind

if TYPE_CHECKING:
    from providers.models import Instrument as InstrumentRow


def add_files(world: World, facts: Instrument, row: "InstrumentRow", now: datetime) -> None:
    """Add pictures and files to a draft instrument."""
    manager = world.manager(facts.unit)
    for gallery in _get_facts(world, "gallery", facts.number):
        for place, (zh, en) in enumerate(zip(gallery["alt_zh"], gallery["alt_en"], strict=True), 2):
            providers.instrument_picture_add(
                actor=manager,
                instrument_id=row.pk,
                upload=BytesIO(pictures.draw_instrument(f"{facts.number}-{place}", facts.trade)),
                alt_zh=zh,
                alt_en=en,
                now=now,
            )
    for file in _get_facts(world, "file", facts.number):
        providers.instrument_attachment_add(
            actor=manager,
            instrument_id=row.pk,
            upload=BytesIO(_render_paper(world, facts, file, now)),
            title_zh=file["title_zh"],
            title_en=file["title_en"],
            audience=Audience(file["audience"]),
            now=now,
        )


def load(world: World) -> str:
    """Load the stage and return a summary.

    Links come after this week's bookings, which they would otherwise affect.
    """
    around, rows = world.city.around, world.instruments
    link, group, customs = around["link"], around["group"], dict(around["customs"])
    if {link["number"], link["takes"]} <= rows.keys():
        providers.instrument_links_set(
            actor=world.manager(_unit(world, link["number"])),
            instrument_id=rows[link["number"]].pk,
            linked_ids=[rows[link["takes"]].pk],
            now=world.now,
        )
    members = [rows[number].pk for number in group["numbers"] if number in rows]
    if len(members) == len(group["numbers"]):
        providers.instrument_group_save(
            actor=world.manager(group["unit"]),
            organization_id=world.organizations[group["unit"]].pk,
            name_zh=group["name_zh"],
            name_en=group["name_en"],
            kind=GroupKind(group["kind"]),
            instrument_ids=members,
            now=world.now,
        )
    number = customs.pop("number")
    if number in rows:
        providers.customs_supervision_set(
            actor=world.manager(_unit(world, number)),
            instrument_id=rows[number].pk,
            values=customs,
            now=world.now,
        )
    kiosk = around["kiosk"]
    if kiosk["number"] in rows:
        bookings.kiosk_make(
            actor=world.manager(_unit(world, kiosk["number"])),
            instrument_id=rows[kiosk["number"]].pk,
            name=kiosk["name"],
            now=world.now - timedelta(days=20),
        )
    return f"{len(around['file'])} files, a link, a group, customs supervision, a kiosk"


def _get_facts(world: World, kind: str, number: str) -> list[dict[str, Any]]:
    return [facts for facts in world.city.around[kind] if facts["number"] == number]


def _unit(world: World, number: str) -> str:
    return next(facts.unit for facts in world.city.instruments if facts.number == number)


def _render_paper(world: World, facts: Instrument, file: dict[str, Any], now: datetime) -> bytes:
    owner = world.organizations[facts.unit].name_zh
    return render_paper(
        Paper(
            title=f"{facts.name_zh}{file['title_zh']}",
            blocks=[Paragraph(f"{number}. {text}") for number, text in enumerate(file["text"], 1)],
            sender=owner,
            date=formats.date_only(now),
            created_at=now,
        )
    )
