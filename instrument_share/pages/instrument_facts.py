"""What is said about an instrument on its page and on paper: names and values in the reader's language."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from instrument_share.kernel.wording import word
from instrument_share.pages.prices import PriceRow
from instrument_share.web import formats
from instrument_share.web.problem import told
from providers.domain import Purpose, SharingMode, bilingual_subject_names
from providers.public import COUNTRIES

if TYPE_CHECKING:
    from providers.models import Instrument

Entries = Sequence[tuple[str, str]]


def contact_entries(instrument: "Instrument") -> Entries:
    """Whom to ask as the unit has published it; who keeps the instrument is the unit's own matter."""
    return [
        (_("Place"), formats.bilingual(instrument, "place")),
        (_("Contact"), instrument.contact),
        (_("Phone"), instrument.phone),
        (_("Email"), instrument.email),
    ]


def fact_entries(instrument: "Instrument") -> Entries:
    category = instrument.category
    return [
        (_("Number"), instrument.public_id),
        (
            _("Category"),
            f"{formats.bilingual(category, 'name')}{formats.bracketed(category.code)}" if category else "",
        ),
        (_("Manufacturer"), instrument.manufacturer),
        (_("Model"), instrument.model),
        (
            _("Country of manufacture"),
            str(dict(COUNTRIES).get(instrument.country, instrument.country)),
        ),
        (_("Subjects"), subject_names(instrument.subjects)),
        (_("In service since"), formats.date_only(instrument.in_service_date)),
        (_("Original value"), formats.yuan(instrument.value_yuan)),
        (_("Purpose"), told(word(Purpose(instrument.purpose)), {})),
        (_("Sharing"), told(word(SharingMode(instrument.sharing_mode)), {})),
    ]


def subject_names(codes: Sequence[str]) -> str:
    """Subjects of GB/T 13745 by name; a code without one shows itself."""
    return told("{names}", {"names": bilingual_subject_names(codes)})


def price_cells(row: PriceRow) -> tuple[str, str, str]:
    """For whom, which way of service, and the price."""
    whom = told(word(row.user_kind), {}) if row.user_kind else _("everybody")
    if row.from_time and row.until_time:
        whom += f" {row.from_time:%H:%M}–{row.until_time:%H:%M}"
    ways = told("{ways}", {"ways": tuple(word(mode) for mode in row.modes)}) if row.modes else _("any")
    return whom, ways, f"{formats.yuan(row.price_yuan)} {told(word(row.unit), {})}"
