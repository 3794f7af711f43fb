"""Instruments as a kind of row with revisions."""

from instrument_share.journal.addresses import page_address
from instrument_share.kernel.wording import Bilingual
from providers.instruments.domain.fields import FIELDS
from providers.instruments.selectors.instruments import instrument
from providers.revisions.selectors import RevisedKind

REVISED = {
    "INS": RevisedKind(
        name="instrument",
        find=instrument,
        title=lambda row: Bilingual(row.name_zh, row.name_en),
        address=lambda row: page_address("instrument", row.public_id),
        labels={name: field.label for name, field in FIELDS.items()},
        whole=frozenset(
            name for name, field in FIELDS.items() if field.choices is not None or field.kind == "country"
        ),
        related=("category",),
    )
}
