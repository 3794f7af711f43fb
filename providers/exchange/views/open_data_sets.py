"""The open data sets and their columns.

Column names are stable: columns may be added, but none is renamed or removed. Nothing depends on the reader's
language; texts are in both.
"""

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from itertools import starmap
from typing import TYPE_CHECKING, Any

from django.conf import settings
from django.contrib.auth.models import AnonymousUser
from django.utils import translation
from django.utils.functional import Promise
from django.utils.translation import gettext_lazy as _

from instrument_share.journal.addresses import page_address
from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web.responses.problem import told
from providers.exchange.selectors.open_data import all_instruments, all_rules, all_units
from providers.terms.domain.rule_columns import RULE_COLUMNS, terms_to_columns
from providers.terms.domain.sentences import sentences, sentences_by_part

if TYPE_CHECKING:
    from instrument_share.kernel.wording import Sentence
    from providers.instruments.models import Instrument
    from providers.terms.domain.terms import Price, Terms
    from providers.units.domain.completeness import UnitCompleteness
    from providers.units.models import UnitProfile

ANYBODY = AnonymousUser()
"""Whoever asks, they get what a visitor sees."""
Row = dict[str, Any]


@dataclass(frozen=True)
class DataSet:
    """A public table; `columns` maps names to descriptions."""

    name: str
    title: str | Promise
    about: str | Promise
    columns: Mapping[str, str | Promise]
    rows: Callable[[datetime], Iterator[Row]]


def _instrument(instrument: "Instrument") -> Row:
    return {
        **_of(instrument),
        "url": settings.SITE_URL + page_address("instrument", instrument.public_id),
        "state": instrument.state,
        "inner_number": instrument.inner_number,
        "district": instrument.organization.district.code if instrument.organization.district else "",
        "category": instrument.category.code if instrument.category else "",
        "category_zh": instrument.category.name_zh if instrument.category else "",
        "model": instrument.model,
        "manufacturer": instrument.manufacturer,
        "country": instrument.country,
        "value_yuan": instrument.value_yuan,
        "in_service_date": instrument.in_service_date,
        "purpose": instrument.purpose,
        "sharing_mode": instrument.sharing_mode,
        "condition": instrument.condition,
        "subjects": instrument.subjects,
        "specification_zh": instrument.specification_zh,
        "specification_en": instrument.specification_en,
        "functions_zh": instrument.functions_zh,
        "functions_en": instrument.functions_en,
        "services_zh": instrument.services_zh,
        "services_en": instrument.services_en,
        "place_zh": instrument.place_zh,
        "place_en": instrument.place_en,
        "published_at": instrument.published_at,
        "confirmed_at": instrument.confirmed_at,
    }


def _of(instrument: "Instrument") -> Row:
    """Return the columns that identify an instrument and its unit."""
    return {
        "instrument": instrument.public_id,
        "name_zh": instrument.name_zh,
        "name_en": instrument.name_en,
        "unit": instrument.organization.public_id,
        "unit_uscc": instrument.organization.uscc,
        "unit_zh": instrument.organization.name_zh,
        "unit_en": instrument.organization.name_en,
    }


def _rule(instrument: "Instrument", terms: "Terms") -> Row:
    return {
        **_of(instrument),
        "version": terms.version,
        "applies_from": terms.applies_from,
        "opening_zh": _in_language("zh-hans", sentences_by_part(terms)["patterns"]),
        "opening_en": _in_language("en", sentences_by_part(terms)["patterns"]),
        "rule_zh": _in_language("zh-hans", sentences(terms)),
        "rule_en": _in_language("en", sentences(terms)),
        "prices": [_price(price) for price in terms.prices],
        **{name: value for name, value in terms_to_columns(terms).items() if name in _COLUMNS_OF_RULE},
    }


def _price(price: "Price") -> Row:
    return {
        "price_yuan": price.price_yuan,
        "unit": price.unit,
        "user_kind": price.user_kind,
        "service_mode": price.service_mode,
        "from_time": price.from_time and f"{price.from_time:%H:%M}",
        "until_time": price.until_time and f"{price.until_time:%H:%M}",
        "weekdays": list(price.weekdays),
    }


def _in_language(language: str, sentences: "list[Sentence]") -> list[str]:
    with translation.override(language):
        return [told(sentence.message, sentence.params) for sentence in sentences]


def _unit(profile: "UnitProfile", judged: "UnitCompleteness") -> Row:
    organization = profile.organization
    return {
        "unit": organization.public_id,
        "unit_uscc": organization.uscc,
        "unit_zh": organization.name_zh,
        "unit_en": organization.name_en,
        "url": settings.SITE_URL + page_address("unit", organization.public_id),
        "kind": organization.kind,
        "district": organization.district.code if organization.district else "",
        "introduction_zh": profile.introduction_zh,
        "introduction_en": profile.introduction_en,
        "address_zh": profile.address_zh,
        "address_en": profile.address_en,
        "contact": profile.contact,
        "phone": profile.phone,
        "email": profile.email,
        "website": profile.website,
        "instruments": profile.instrument_count,  # type: ignore[attr-defined]
        "complete_percent": judged.percent,
        **{f"{kind.kind.value}_state": kind.state.value for kind in judged.kinds},
    }


_OF = {
    "instrument": _("the instrument's number, in addresses and in the API"),
    "name_zh": _("name in Chinese"),
    "name_en": _("name in English, where there is one"),
    "unit": _("the unit's number"),
    "unit_uscc": _("the unit's unified social credit code"),
    "unit_zh": _("the unit's name in Chinese"),
    "unit_en": _("the unit's name in English, where there is one"),
}
_COLUMNS_OF_RULE: Mapping[str, str | Promise] = {
    column.name: _(column.description)
    for column in RULE_COLUMNS
    if column.term not in ("holidays", "may_span_gaps")  # the sentences say them
}
DATA_SETS = (
    DataSet(
        "instruments",
        _("Instruments"),
        _(
            "Every published instrument, also while it is suspended: basic information, functions "
            "and location."
        ),
        {
            **_OF,
            "url": _("address of its page"),
            "state": _("published or suspended"),
            "inner_number": _("its number in the unit"),
            "district": _("the unit's district, GB/T 2260"),
            "category": _("category, 6 digits"),
            "category_zh": _("name of the category"),
            "model": _("model"),
            "manufacturer": _("manufacturer"),
            "country": _("country of manufacture, ISO 3166"),
            "value_yuan": _("original value in yuan"),
            "in_service_date": _("date put in service"),
            "purpose": _("general or special purpose"),
            "sharing_mode": _("internal, external or none"),
            "condition": _("condition"),
            "subjects": _("subjects, GB/T 13745"),
            "specification_zh": _("technical specification"),
            "specification_en": _("the same in English"),
            "functions_zh": _("main functions"),
            "functions_en": _("the same in English"),
            "services_zh": _("services offered"),
            "services_en": _("the same in English"),
            "place_zh": _("place"),
            "place_en": _("the same in English"),
            "published_at": _("when it was published"),
            "confirmed_at": _("when the unit last confirmed it"),
        },
        lambda _now: map(_instrument, all_instruments(ANYBODY)),
    ),
    DataSet(
        "rules",
        _("Open-service rules"),
        _(
            "The terms in force of every published instrument, also while it is suspended: hours, prices, "
            "who may book and how."
        ),
        {
            **_OF,
            "version": _("version of the rule"),
            "applies_from": _("from when it applies"),
            "opening_zh": _("opening hours as sentences"),
            "opening_en": _("the same in English"),
            "rule_zh": _("the whole rule as sentences"),
            "rule_en": _("the same in English"),
            "prices": _("prices: yuan, unit, and for whom and when (empty: any)"),
            **_COLUMNS_OF_RULE,
        },
        lambda now: starmap(_rule, all_rules(ANYBODY, now)),
    ),
    DataSet(
        "units",
        _("Owning units"),
        _("Every unit with a published profile: public contact and completeness of its information."),
        {
            **{name: text for name, text in _OF.items() if name.startswith("unit")},
            "url": _("address of its page"),
            "kind": _("kind of unit"),
            "district": _("the unit's district, GB/T 2260"),
            "introduction_zh": _("introduction"),
            "introduction_en": _("the same in English"),
            "address_zh": _("postal address"),
            "address_en": _("the same in English"),
            "contact": _("public contact"),
            "phone": _("its phone"),
            "email": _("its email address"),
            "website": _("website"),
            "instruments": _("published instruments, without suspended ones"),
            "complete_percent": _("complete kinds of information, in per cent"),
            "profile_state": _("profile: missing, stale or complete"),
            "instrument_state": _("instruments: missing, stale or complete"),
            "news_state": _("news: missing, stale or complete"),
            "regulation_state": _("regulations: missing, stale or complete"),
            "case_state": _("service cases: missing, stale or complete"),
            "openness_state": _("openness statement: missing, stale or complete"),
        },
        lambda now: starmap(_unit, all_units(ANYBODY, now.astimezone(CITY_TIME).date())),
    ),
)
BY_NAME = {one.name: one for one in DATA_SETS}
