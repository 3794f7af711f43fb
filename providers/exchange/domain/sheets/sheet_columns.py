"""The kinds of sheets that this app imports: instruments, rules, prices, news."""

from collections.abc import Mapping
from functools import partial

from instrument_share.kernel.errors import gettext_noop
from providers.exchange.domain.sheets.aliases import CHOICES, HEADINGS, TEN_THOUSANDS
from providers.exchange.domain.sheets.examples import INSTRUMENT_EXAMPLES, PRICE_EXAMPLES, RULE_EXAMPLES
from providers.exchange.domain.sheets.sheet_types import (
    SheetField,
    SheetKind,
    SheetKindName,
    ValueKind,
    english_words,
)
from providers.exchange.domain.sheets.term_fields import PRICE_FIELDS, RULE_FIELDS
from providers.exchange.domain.sheets.values import clean_field
from providers.instruments.domain import fields as instruments
from providers.instruments.domain.countries import COUNTRIES
from providers.instruments.domain.labels import LABELS

READ_AS: Mapping[str, ValueKind] = {
    "choice": "choice",
    "money": "money",
    "date": "date",
    "email": "email",
    "country": "country",
    "category": "category",
    "subjects": "subjects",
}
INSTRUMENT_HINTS: Mapping[str, str] = {
    "inner_number": gettext_noop("The unit's own number; no two instruments have the same."),
    "name_zh": gettext_noop("As people search for it, without model or maker."),
    "category": gettext_noop("Six digits of the national category table."),
    "manufacturer": gettext_noop("Who made it, not who sold it."),
    "country": gettext_noop("Where it was made."),
    "value_yuan": gettext_noop("What it cost, in yuan, with two decimals at most."),
    "in_service_date": gettext_noop("Such as 2026-03-05."),
    "subjects": gettext_noop("Up to four codes of three digits, separated by commas."),
}
ENGLISH: Mapping[str, Mapping[str, str]] = {
    "country": {english: code for code, (_name, english) in COUNTRIES.items()},
}
"""Words for the values of fields that are not choices of ours."""
INSTRUMENT_FIELDS: Mapping[str, SheetField] = {
    name: SheetField(
        name,
        field.label,
        READ_AS.get(field.kind, "text"),
        headings=HEADINGS.get(name, ()),
        ten_thousands=TEN_THOUSANDS.get(name, ()),
        limit=field.limit,
        words=CHOICES.get(name, {}),
        english=ENGLISH.get(name, {}) if field.choices is None else english_words(LABELS[field.choices]),
        needed=field.needed,
        hint=INSTRUMENT_HINTS.get(name, ""),
    )
    for name, field in instruments.FIELDS.items()
    if field.kind != "file"
}
INSTRUMENTS = SheetKind(
    SheetKindName.INSTRUMENTS,
    gettext_noop("Instruments"),
    INSTRUMENT_FIELDS,
    essential=(("inner_number",), ("name_zh", "name_en")),
    check=lambda name, value: instruments.clean_values({name: value}),
    prefix="instrument",
    once="inner_number",
    leaves_out_words=True,
    examples=INSTRUMENT_EXAMPLES,
    steps=(
        gettext_noop(
            "One row for each instrument. The internal number and a name are needed even for a draft."
        ),
        gettext_noop(
            "Rows arrive as drafts; columns marked * are needed before a draft can be submitted for review."
        ),
    ),
)


RULES = SheetKind(
    SheetKindName.RULES,
    gettext_noop("Open-service rules"),
    RULE_FIELDS,
    essential=(("inner_number",), ("applies_from",)),
    check=partial(clean_field, RULE_FIELDS),
    examples=RULE_EXAMPLES,
    steps=(
        gettext_noop(
            "One row for each of its opening hours; rows with the same internal number together "
            "make one rule."
        ),
        gettext_noop(
            "All other terms stand in an instrument's first row. What is left empty stays as it is in force."
        ),
        gettext_noop("Every instrument gets a new version of its rule from the day it applies."),
    ),
)
PRICES = SheetKind(
    SheetKindName.PRICES,
    gettext_noop("Prices"),
    PRICE_FIELDS,
    essential=(("inner_number",), ("applies_from",), ("price_yuan",)),
    check=partial(clean_field, PRICE_FIELDS),
    examples=PRICE_EXAMPLES,
    steps=(
        gettext_noop(
            "One row for each price; all rows with the same internal number together are its new prices."
        ),
        gettext_noop("The instrument gets a new version of its rule; all other terms stay as they are."),
    ),
)
NEWS_FIELDS: dict[str, SheetField] = {
    one.name: one
    for one in (
        SheetField(
            "title_zh",
            gettext_noop("Chinese title"),
            headings=("标题", "中文标题", "新闻标题"),
            limit=100,
            needed=True,
            hint=gettext_noop("Titles are unique; a row with an existing title changes that item."),
        ),
        SheetField("title_en", gettext_noop("English title"), headings=("英文标题", "标题(英文)"), limit=200),
        SheetField(
            "body_zh",
            gettext_noop("Chinese text"),
            headings=("正文", "内容", "中文正文"),
            limit=20_000,
            needed=True,
        ),
        SheetField(
            "body_en", gettext_noop("English text"), headings=("英文正文", "正文(英文)"), limit=20_000
        ),
        SheetField(
            "publish",
            gettext_noop("When it is published"),
            "choice",
            headings=("发布方式",),
            words={"保存为草稿": "draft", "立即发布": "now"},
            english={"Save as a draft": "draft", "Publish now": "now"},
            hint=gettext_noop("A draft if left empty."),
        ),
    )
}
NEWS = SheetKind(
    SheetKindName.NEWS,
    gettext_noop("News"),
    NEWS_FIELDS,
    essential=(("title_zh",), ("body_zh",)),
    check=partial(clean_field, NEWS_FIELDS),
    once="title_zh",
    leaves_out_words=True,
    examples=(
        (
            {
                "title_zh": "电镜平台开放日",
                "title_en": "Open day of the microscopy platform",
                "body_zh": "三月十二日上午，电镜平台向企业开放参观，现场可预约试测。",
                "publish": "保存为草稿",
            },
            {"publish": "Save as a draft"},
        ),
        (
            {
                "title_zh": "质谱仪恢复服务",
                "body_zh": "质谱仪完成年度维护，自即日起恢复服务。",
                "publish": "立即发布",
            },
            {"publish": "Publish now"},
        ),
    ),
    steps=(gettext_noop("One row for each piece of news."),),
)
KINDS: dict[str, SheetKind] = {kind.name.value: kind for kind in (INSTRUMENTS, RULES, PRICES, NEWS)}
"""Every kind of sheet by its name, with those that other apps register."""
