"""An instrument's data sheet: what decides whether it is the right one, on one or two pages of paper."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, replace
from datetime import datetime
from math import inf
from typing import TYPE_CHECKING

from django.urls import reverse
from django.utils.translation import gettext as _

from instrument_share.documents.content import (
    Block,
    Code,
    Column,
    Heading,
    KeyValue,
    Paper,
    Paragraph,
    Picture,
    Table,
)
from instrument_share.documents.official import count_pages, render_paper
from instrument_share.pages.instrument_facts import contact_entries, fact_entries, price_cells
from instrument_share.pages.prices import price_table
from instrument_share.pages.structured import absolute
from instrument_share.web import formats
from instrument_share.web.formats import bilingual
from instrument_share.web.problem import told
from providers.domain import sentences

if TYPE_CHECKING:
    from providers.domain import Terms
    from providers.models import Instrument, InstrumentPicture

PICTURE_HEIGHT_MM = 34.0
MOST_PAGES = 2


@dataclass(frozen=True)
class Room:
    """How much of an instrument a sheet shows; None is all of it."""

    characters: int | None = None
    """Of one text in Chinese; in English, which is set narrower, twice as many."""
    prices: int | None = None
    picture: bool = True

    def cut(self, text: str) -> str:
        """The text, or its beginning and where the rest of it is."""
        most = self._most()
        return text if len(text) <= most else f"{text[: int(most)].rstrip()}… {_('(more on the page)')}"

    def cut_sentences(self, sentences: Sequence[str]) -> str:
        """Whole sentences, as many as fit in the room of four texts, and where the others are."""
        between = " " if formats.in_english() else ""
        shown = list(sentences)
        while len(shown) > 1 and len(between.join(shown)) > 4 * self._most():
            shown.pop()
        return between.join([*shown, _("(more on the page)")] if len(shown) < len(sentences) else shown)

    def _most(self) -> float:
        if self.characters is None:
            return inf
        return self.characters * (2 if formats.in_english() else 1)


ROOMS = (Room(), Room(240, 12), Room(120, 8), Room(60, 4, picture=False))
"""Tried in turn until two pages are enough."""


def data_sheet(
    instrument: "Instrument",
    pictures: "Sequence[InstrumentPicture]",
    terms: "Terms | None",
    now: datetime,
) -> bytes:
    """The sheet as a PDF in the reader's language, on two pages at most: what is cut says so."""
    made = b""
    for room in ROOMS:
        made = _rendered(instrument, pictures, terms, now, room)
        if count_pages(made) <= MOST_PAGES:
            break
    return made


def _rendered(
    instrument: "Instrument",
    pictures: "Sequence[InstrumentPicture]",
    terms: "Terms | None",
    now: datetime,
    room: Room,
) -> bytes:
    name, owner = bilingual(instrument, "name"), bilingual(instrument.organization, "name")
    return render_paper(
        Paper(
            title=name,
            blocks=[
                *_what_it_is(instrument, pictures if room.picture else ()),
                *_what_it_does(instrument, room),
                *_terms(instrument, terms, room),
                *_where(instrument, now),
            ],
            sender=owner,
            date=formats.date_only(now),
            created_at=now,
            subject=_("Data sheet of an instrument"),
            language="en" if formats.in_english() else "zh-CN",
            signed=False,
        )
    )


def _what_it_is(instrument: "Instrument", pictures: "Sequence[InstrumentPicture]") -> Iterator[Block]:
    if pictures:
        first = pictures[0]
        with first.large.open("rb") as file:
            said = bilingual(first, "alt") if first.alt_zh else ""
            yield Picture(file.read(), caption=said, height_mm=PICTURE_HEIGHT_MM)
    yield KeyValue(_pairs(fact_entries(instrument)), per_row=2)


def _what_it_does(instrument: "Instrument", room: Room) -> Iterator[Block]:
    parts = [
        (_("What it measures"), "functions"),
        (_("How well"), "specification"),
        (_("On what samples"), "samples"),
        (_("Services offered"), "services"),
    ]
    yield KeyValue(
        [
            (label, room.cut(bilingual(instrument, name)))
            for label, name in parts
            if getattr(instrument, f"{name}_zh")
        ]
    )


def _terms(instrument: "Instrument", terms: "Terms | None", room: Room) -> Iterator[Block]:
    if terms is None:
        return
    rows = [price_cells(row) for row in price_table(terms)]
    if rows:
        yield Heading(_("Prices"))
        yield Table(
            columns=[Column(_("For whom")), Column(_("Way of service")), Column(_("Price"), "right")],
            rows=rows[: room.prices],
            note=_("Further prices stand on the page.") if len(rows[: room.prices]) < len(rows) else "",
            size="list",
        )
    yield Heading(_("The rule"))
    said = [told(one.message, one.params) for one in sentences(replace(terms, prices=()))]
    since = _("Version {version}, in force since {since}").format(
        version=terms.version, since=formats.date_only(terms.applies_from)
    )
    yield Paragraph(_("{rule} ({since})").format(rule=room.cut_sentences(said), since=since))
    if instrument.user_requirement_zh:
        yield KeyValue(
            [(_("What the unit asks of its users"), room.cut(bilingual(instrument, "user_requirement")))]
        )


def _where(instrument: "Instrument", now: datetime) -> Iterator[Block]:
    address = absolute(reverse("instrument", args=[instrument.public_id]))
    yield Heading(_("Who to ask, where to go"))
    asked = [value for _name, value in _pairs(contact_entries(instrument))]
    yield Code(
        address,
        [
            f"{bilingual(instrument.organization, 'name')} · {asked[0]}" if asked else "",
            " · ".join(asked[1:]),
            _("When it is free, and booking: {address}").format(address=address),
            _("As it stood on {day}").format(day=formats.date_only(now)),
        ],
    )


def _pairs(entries: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in entries if value not in ("", formats.NOTHING)]
