"""Prices in the reader's words."""

from collections.abc import Mapping
from decimal import Decimal

from django.utils.translation import gettext as _

from bookings.requests.domain.pricing import MINIMUM
from instrument_share.kernel.wording import word
from instrument_share.web.text import formats
from providers.domain import PriceUnit


def describe_price_line(line: Mapping[str, str], *, in_figures: bool = False) -> str:
    """Return a frozen line of a price as quantity and price: "7 × ¥120.00 per sample".

    Hours are read as hours and minutes, or `in_figures`, which multiply to the amount.
    """
    each = formats.yuan(Decimal(line["price_yuan"]))
    if line["unit"] == MINIMUM:
        return _("up to the minimum charge of {amount}").format(amount=each)
    unit = PriceUnit(line["unit"])
    quantity = Decimal(line["quantity"])
    in_words = unit is PriceUnit.HOUR and not in_figures
    counted = formats.hours_and_minutes(quantity) if in_words else formats.number(quantity, 4)
    return f"{counted} × {each} {_(word(unit))}"
