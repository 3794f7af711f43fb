"""Data sheet of an instrument as a PDF of one or two pages."""

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
from instrument_share.pages.instrument_facts import get_contact_entries, get_fact_entries, get_price_cells
from instrument_share.pages.prices import build_price_rows
from instrument_share.pages.structured import build_absolute_url
from instrument_share.web.responses.problem import told
from instrument_share.web.text import formats
from instrument_share.web.text.formats import bilingual
from providers.domain import sentences

if TYPE_CHECKING:
    from instrument_share.pages.coming_rules import ComingRule
    from providers.domain import Terms
    from providers.models import Instrument, InstrumentPicture

PICTURE_HEIGHT_MM = 34.0
MAX_PAGES = 2


@dataclass(frozen=True)
class ContentLimit:
    """How much of an instrument a sheet shows; None means everything."""

    characters: int | None = None
    """Of one text in Chinese; in English, which is set narrower, twice as many."""
    prices: int | None = None
    picture: bool = True

    @property
    def is_short(self) -> bool:
        """Return whether texts may be shortened."""
        return self.characters is not None

    def cut(self, text: str) -> str:
        """Return the text, or its beginning with a reference to the page."""
        most = self._most()
        return text if len(text) <= most else f"{text[: int(most)].rstrip()}… {_('(more on the page)')}"

    def cut_sentences(self, sentences: Sequence[str]) -> str:
        """Return as many whole sentences as four texts may take, with a reference to the rest."""
        between = " " if formats.in_english() else ""
        shown = list(sentences)
        while len(shown) > 1 and len(between.join(shown)) > 4 * self._most():
            shown.pop()
        return between.join([*shown, _("(more on the page)")] if len(shown) < len(sentences) else shown)

    def _most(self) -> float:
        if self.characters is None:
            return inf
        return self.characters * (2 if formats.in_english() else 1)


CONTENT_LIMITS = (
    ContentLimit(),
    ContentLimit(picture=False),
    ContentLimit(240, 12, picture=False),
    ContentLimit(120, 8, picture=False),
    ContentLimit(60, 4, picture=False),
)
"""Tried in turn until two pages are enough: the picture is left out before words are."""


def render_data_sheet(
    instrument: "Instrument",
    pictures: "Sequence[InstrumentPicture]",
    terms: "Terms | None",
    now: datetime,
    coming: "Sequence[ComingRule]" = (),
) -> bytes:
    """Render the PDF in the reader's language, at most two pages; what is cut is marked."""
    made = b""
    for limit in CONTENT_LIMITS:
        made = _render(instrument, pictures, terms, now, coming, limit)
        if count_pages(made) <= MAX_PAGES:
            break
    return made


def _render(
    instrument: "Instrument",
    pictures: "Sequence[InstrumentPicture]",
    terms: "Terms | None",
    now: datetime,
    coming: "Sequence[ComingRule]",
    limit: ContentLimit,
) -> bytes:
    name, owner = bilingual(instrument, "name"), bilingual(instrument.organization, "name")
    return render_paper(
        Paper(
            title=name,
            blocks=[
                *_header_blocks(instrument, pictures if limit.picture else ()),
                *_function_blocks(instrument, limit),
                *_terms_blocks(instrument, terms, limit),
                *_coming_blocks(coming, limit),
                *_contact_blocks(instrument, now, limit),
            ],
            sender=owner,
            date=formats.date_only(now),
            created_at=now,
            subject=_("Data sheet of an instrument"),
            language="en" if formats.in_english() else "zh-CN",
            signed=False,
        )
    )


def _header_blocks(instrument: "Instrument", pictures: "Sequence[InstrumentPicture]") -> Iterator[Block]:
    if pictures:
        first = pictures[0]
        with first.large.open("rb") as file:
            said = bilingual(first, "alt") if first.alt_zh else ""
            yield Picture(file.read(), caption=said, height_mm=PICTURE_HEIGHT_MM)
    yield KeyValue(_pairs(get_fact_entries(instrument)), per_row=2)


def _function_blocks(instrument: "Instrument", limit: ContentLimit) -> Iterator[Block]:
    parts = [
        (_("Main functions"), "functions"),
        (_("Specifications"), "specification"),
        (_("Sample requirements"), "samples"),
        (_("Services offered"), "services"),
    ]
    yield KeyValue(
        [
            (label, limit.cut(bilingual(instrument, name)))
            for label, name in parts
            if getattr(instrument, f"{name}_zh")
        ]
    )


def _terms_blocks(instrument: "Instrument", terms: "Terms | None", limit: ContentLimit) -> Iterator[Block]:
    if terms is None:
        return
    rows = [get_price_cells(row) for row in build_price_rows(terms)]
    if rows:
        yield Heading(_("Prices"))
        yield Table(
            columns=[Column(_("For whom")), Column(_("Way of service")), Column(_("Price"), "right")],
            rows=rows[: limit.prices],
            note=_("Further prices stand on the page.") if len(rows[: limit.prices]) < len(rows) else "",
            size="list",
        )
    yield Heading(_("Booking rules"))
    said = [told(one.message, one.params) for one in sentences(replace(terms, prices=()))]
    since = _("Version {version}, in force since {since}").format(
        version=terms.version, since=formats.date_only(terms.applies_from)
    )
    yield Paragraph(_("{rule} ({since})").format(rule=limit.cut_sentences(said), since=since))
    if instrument.user_requirement_zh:
        yield KeyValue(
            [(_("What the unit requires of users"), limit.cut(bilingual(instrument, "user_requirement")))]
        )


def _coming_blocks(coming: "Sequence[ComingRule]", limit: ContentLimit) -> Iterator[Block]:
    if not coming:
        return
    yield Heading(_("Changes of the rule"))
    for one in coming:
        changes = limit.cut_sentences(one.new_sentences) or _("some sentences are left out; see the page.")
        yield Paragraph(
            _("From {since} (version {version}): {changes}").format(
                since=one.since, version=one.terms.version, changes=changes
            )
        )


def _contact_blocks(instrument: "Instrument", now: datetime, limit: ContentLimit) -> Iterator[Block]:
    address = build_absolute_url(reverse("instrument", args=[instrument.public_id]))
    yield Heading(_("Contact and location"))
    asked = [value for _name, value in _pairs(get_contact_entries(instrument))]
    yield Code(
        address,
        [
            f"{bilingual(instrument.organization, 'name')} · {asked[0]}" if asked else "",
            " · ".join(asked[1:]),
            _("Booking, free time and all that is shortened here: {address}").format(address=address)
            if limit.is_short
            else _("When it is free, and booking: {address}").format(address=address),
            _("As of {day}").format(day=formats.date_only(now)),
        ],
    )


def _pairs(entries: Sequence[tuple[str, str]]) -> list[tuple[str, str]]:
    return [(name, value) for name, value in entries if value not in ("", formats.NOTHING)]
