"""Words for what a policy's document names by code."""

from collections.abc import Mapping
from types import SimpleNamespace
from typing import Any

from django.utils.translation import gettext

from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.text.formats import bilingual
from rewards.policy.domain.vocabulary import KINDS, MEASURES

BASES = {
    "external_income": gettext_noop("Income from external users"),
    "enterprise_income": gettext_noop("Income from enterprises"),
    "sme_income": gettext_noop("Income from small and medium enterprises"),
    "fees_paid": gettext_noop("Fees paid for testing"),
    "original_value": gettext_noop("Original value"),
    "nonfiscal_value": gettext_noop("Value paid from non-fiscal funds"),
}
EXCLUSIONS = {
    "related": gettext_noop("The user is a related organization"),
    "statutory": gettext_noop("Statutory testing or law enforcement"),
    "commodity_inspection": gettext_noop("Commercial inspection of goods"),
    "medical": gettext_noop("Medical care"),
    "filming": gettext_noop("Commercial filming"),
    "telecom": gettext_noop("Telecom billing"),
    "outside_region": gettext_noop("The user is outside the region"),
}
CHOICES = {
    **BASES,
    **EXCLUSIONS,
    "linear": gettext_noop("linear between two bounds"),
    "steps": gettext_noop("by steps"),
    "per_unit": gettext_noop("for each whole step"),
    "income_rate": gettext_noop("a rate of the unit's income"),
    "instrument_income": gettext_noop("a rate of each instrument's income"),
    "grade_fixed": gettext_noop("a fixed amount by grade"),
    "value_fixed": gettext_noop("a fixed amount by the instrument's value"),
    "score_share": gettext_noop("the budget divided by score"),
    "scale": gettext_noop("cut all in proportion"),
    "fill": gettext_noop("divide again what capped units leave"),
}
KEYS = {
    "format": gettext_noop("Format of the file"),
    "code": gettext_noop("Code of the policy"),
    "version": gettext_noop("Version"),
    "title_zh": gettext_noop("Chinese title"),
    "title_en": gettext_noop("English title"),
    "source_zh": gettext_noop("Source in Chinese"),
    "source_en": gettext_noop("Source in English"),
    "draft": gettext_noop("Draft mark"),
    "draft_notice_zh": gettext_noop("Chinese notice of the draft"),
    "draft_notice_en": gettext_noop("English notice of the draft"),
    "counting": gettext_noop("What counts"),
    "value_threshold": gettext_noop("Value from which an instrument counts (yuan)"),
    "exclude": gettext_noop("What does not count"),
    "late_by_hand_days": gettext_noop("Days after which entries by hand do not count"),
    "quota": gettext_noop("Expected hours"),
    "general": gettext_noop("Expected hours of a general instrument"),
    "special": gettext_noop("Expected hours of a special instrument"),
    "money": gettext_noop("Money"),
    "money.unit": gettext_noop("Money unit"),
    "budget": gettext_noop("Budget (yuan)"),
    "groups": gettext_noop("Indicators"),
    "indicators": gettext_noop("Indicators"),
    "measure": gettext_noop("Measure"),
    "points": gettext_noop("Points in all"),
    "shape": gettext_noop("Scoring"),
    "shape.kind": gettext_noop("Kind of scoring"),
    "shape.points": gettext_noop("Points for each step"),
    "zero": gettext_noop("Zero line"),
    "full": gettext_noop("Full-marks line"),
    "steps": gettext_noop("Steps"),
    "each": gettext_noop("Size of a step"),
    "no_value": gettext_noop("Points without a value"),
    "findings": gettext_noop("Deductions for findings"),
    "cap": gettext_noop("Most that is deducted for findings"),
    "grades": gettext_noop("Grades"),
    "at_least": gettext_noop("Lower bound"),
    "qualifications": gettext_noop("Conditions of a policy"),
    "rules": gettext_noop("Clauses"),
    "kind": gettext_noop("Kind of clause"),
    "clause_zh": gettext_noop("Chinese wording"),
    "clause_en": gettext_noop("English wording"),
    "share": gettext_noop("Share of the budget"),
    "over_budget": gettext_noop("When the money is not enough"),
    "requires": gettext_noop("Qualification required"),
    "highest_of": gettext_noop("Only the highest of"),
    "rate": gettext_noop("Rate"),
    "basis": gettext_noop("Basis"),
    "amounts": gettext_noop("Amount (yuan)"),
    "bands": gettext_noop("Bands of value"),
    "floor": gettext_noop("Floor of the score"),
    "caps": gettext_noop("Caps"),
    "instrument": gettext_noop("Cap for an instrument (yuan)"),
    "unit": gettext_noop("Cap for a unit (yuan)"),
    "group": gettext_noop("Cap for related units together (yuan)"),
    "left_out": gettext_noop("What the source says and this policy leaves out"),
    "text_zh": gettext_noop("Chinese text"),
    "text_en": gettext_noop("English text"),
}
"""A key of the document, or `table.key` where a key means several things."""

THINGS = {
    "groups": gettext_noop("Group of indicators “{name}”"),
    "indicators": gettext_noop("Indicator “{name}”"),
    "grades": gettext_noop("Grade “{name}”"),
    "qualifications": gettext_noop("Qualification “{name}”"),
    "rules": gettext_noop("Clause “{name}”"),
    "left_out": gettext_noop("Left out, entry {name}"),
}
PAIRS = {
    "steps": (gettext_noop("Step {n}: from"), gettext_noop("Step {n}: points")),
    "bands": (gettext_noop("Band {n}: from (yuan)"), gettext_noop("Band {n}: amount (yuan)")),
}
DEDUCTIONS = {
    **KINDS,
    "overdue": gettext_noop("Not settled in time"),
    "upheld": gettext_noop("Upheld by an auditor"),
}


def choice_word(code: str) -> str:
    """Return the words for a code that the document chooses, the code itself where it has none."""
    found = {**CHOICES, **MEASURES}.get(code)
    return code if found is None else measure_word(code) if code in MEASURES else gettext(found)


def measure_word(code: str) -> str:
    """Return what a measure is."""
    return gettext(MEASURES[code]).format(weight="1.5", kinds=6, best=5)


def deduction_word(kind: str) -> str:
    """Return for which findings points come off."""
    return gettext(DEDUCTIONS[kind]).format(hours=24)


def thing_word(key: str, at: int, thing: Any) -> str:
    """Return what an entry of a list is: an indicator, grade, clause … by its title, or its number."""
    texts = thing if isinstance(thing, Mapping) else {}
    for field in ("title", "clause"):
        if isinstance(texts.get(f"{field}_zh"), str):
            given = SimpleNamespace(
                **{f"{field}_zh": texts[f"{field}_zh"], f"{field}_en": str(texts.get(f"{field}_en") or "")}
            )
            return gettext(THINGS[key]).format(name=bilingual(given, field))
    return gettext(THINGS[key]).format(name=at + 1)
