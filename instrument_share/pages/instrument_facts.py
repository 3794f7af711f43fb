"""Facts about an instrument for its page and data sheet, in the reader's language."""

from collections.abc import Sequence
from typing import TYPE_CHECKING

from django.utils.translation import gettext as _

from instrument_share.kernel.wording import word
from instrument_share.pages.prices import PriceRow
from instrument_share.web.responses.problem import told
from instrument_share.web.text import formats
from providers.domain import (
    Price,
    Purpose,
    SharingMode,
    bilingual_country_name,
    bilingual_subject_names,
    condition_sentences,
)

if TYPE_CHECKING:
    from providers.models import Instrument

Entries = Sequence[tuple[str, str]]


def get_contact_entries(instrument: "Instrument") -> Entries:
    """Return the published contact; the keepers' names are not public."""
    return [
        (_("Place"), formats.bilingual(instrument, "place")),
        (_("Contact"), instrument.contact),
        (_("Phone"), instrument.phone),
        (_("Email"), instrument.email),
    ]


def get_fact_entries(instrument: "Instrument") -> Entries:
    """Return pairs of label and value."""
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
            told("{name}", {"name": bilingual_country_name(instrument.country)}),
        ),
        (_("Subjects"), get_subject_names(instrument.subjects)),
        (_("In service since"), formats.date_only(instrument.in_service_date)),
        (_("Original value"), formats.yuan(instrument.value_yuan)),
        (_("Purpose"), told(word(Purpose(instrument.purpose)), {})),
        (_("Sharing"), told(word(SharingMode(instrument.sharing_mode)), {})),
    ]


def get_subject_names(codes: Sequence[str]) -> str:
    """Return the names of subjects of GB/T 13745, or the code of an unnamed one."""
    return told("{names}", {"names": bilingual_subject_names(codes)})


def get_days_of_price(row: PriceRow) -> str:
    """Return the weekdays on which the price applies; empty for all."""
    return told("{days}", {"days": condition_sentences(Price(row.price_yuan, weekdays=row.weekdays))})


def get_price_cells(row: PriceRow) -> tuple[str, str, str]:
    """Return kind of user, ways of service, and price."""
    whom = told(word(row.user_kind), {}) if row.user_kind else _("everybody")
    if row.weekdays:
        whom += f" {get_days_of_price(row)}"
    if row.from_time and row.until_time:
        whom += f" {row.from_time:%H:%M}–{row.until_time:%H:%M}"
    ways = told("{ways}", {"ways": tuple(word(mode) for mode in row.modes)}) if row.modes else _("any")
    return whom, ways, f"{formats.yuan(row.price_yuan)} {told(word(row.unit), {})}"
