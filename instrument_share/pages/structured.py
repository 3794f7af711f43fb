"""Structured data of an instrument: schema.org and Open Graph."""

import json
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString, mark_safe

from bookings import public as bookings
from instrument_share.web.text.formats import bilingual
from providers.domain import PriceUnit

if TYPE_CHECKING:
    from bookings.public import Ratings
    from instrument_share.pages.prices import PriceRow
    from providers.models import Instrument, InstrumentPicture

UNIT_CODES = {PriceUnit.HOUR: "HUR", PriceUnit.SAMPLE: "C62", PriceUnit.USE: "C62"}
"""UN/CEFACT codes: an hour, one."""
LEASE = "http://purl.org/goodrelations/v1#LeaseOut"
ESCAPES = {ord("<"): "\\u003C", ord(">"): "\\u003E", ord("&"): "\\u0026"}


def build_absolute_url(address: str) -> str:
    """Return the address under SITE_URL."""
    return f"{settings.SITE_URL}{address}"


def build_instrument_data(
    instrument: "Instrument",
    pictures: "Sequence[InstrumentPicture]",
    prices: "Sequence[PriceRow]",
    ratings: "Ratings",
) -> dict[str, Any]:
    """Return a schema.org Product that is leased by the hour, sample or use."""
    address = build_absolute_url(reverse("instrument", args=[instrument.public_id]))
    owner = instrument.organization
    offered = bookings.is_in_service(instrument)
    found: dict[str, Any] = {
        "@context": "https://schema.org",
        "@type": "Product",
        "@id": address,
        "url": address,
        "name": bilingual(instrument, "name"),
        "sku": instrument.public_id,
        "description": bilingual(instrument, "functions"),
        "model": instrument.model,
        "manufacturer": {"@type": "Organization", "name": instrument.manufacturer},
        "category": bilingual(instrument.category, "name") if instrument.category else "",
        "image": [build_absolute_url(get_picture_address(one, "large")) for one in pictures],
        "offers": [_offer(row, address, owner, offered) for row in prices],
    }
    if ratings.total:
        worth = {rating: 5 - place for place, (rating, _count) in enumerate(ratings.counts)}
        points = sum(worth[rating] * count for rating, count in ratings.counts)
        found["aggregateRating"] = {
            "@type": "AggregateRating",
            "ratingValue": round(points / ratings.total, 1),
            "ratingCount": ratings.total,
            "bestRating": 5,
            "worstRating": 1,
        }
    return {name: value for name, value in found.items() if value}


def _offer(row: "PriceRow", address: str, owner: Any, offered: bool) -> dict[str, Any]:
    return {
        "@type": "Offer",
        "url": address,
        "price": f"{row.price_yuan:.2f}",
        "priceCurrency": "CNY",
        "businessFunction": LEASE,
        "availability": f"https://schema.org/{'InStock' if offered else 'OutOfStock'}",
        "priceSpecification": {
            "@type": "UnitPriceSpecification",
            "price": f"{row.price_yuan:.2f}",
            "priceCurrency": "CNY",
            "unitCode": UNIT_CODES[row.unit],
        },
        "seller": {"@type": "Organization", "name": bilingual(owner, "name"), "taxID": owner.uscc},
    }


def get_picture_address(picture: "InstrumentPicture", size: str) -> str:
    """Return the address of a gallery picture."""
    return reverse("instrument_gallery_picture", args=[picture.public_id, size])


def render_script(data: Mapping[str, Any]) -> SafeString:
    """Return the data as a JSON-LD script element, escaped so that it can't be closed early."""
    text = json.dumps(data, ensure_ascii=False).translate(ESCAPES)
    return format_html('<script type="application/ld+json">{}</script>', mark_safe(text))
