"""The reasoning of an award, and results, as text."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from decimal import Decimal
from types import SimpleNamespace
from typing import Any, Protocol

from django.utils.translation import gettext

from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.text.formats import bilingual, in_english
from rewards.assessment.domain.counting import REASONS
from rewards.cycle.reports import format_money
from rewards.policy.reports.words import BASES

NOTES = {
    "barred": gettext_noop("barred from any award by a proven falsification"),
    "ungraded": gettext_noop("no grade, and so nothing under this clause"),
    "not_qualified": gettext_noop("does not meet the conditions of this clause"),
    "below_floor": gettext_noop("the score is not above the floor, and so has no part in the division"),
    "not_highest": gettext_noop("of awards alike only the highest counts, and this one is not it"),
}

ROUNDING = {
    "分": gettext_noop("rounded to ¥0.01"),
    "元": gettext_noop("rounded to ¥1"),
    "百元": gettext_noop("rounded to ¥100"),
}
REMAINDERS = {
    "分": gettext_noop("raised by ¥0.01, left over by rounding, for the largest remainder"),
    "元": gettext_noop("raised by ¥1, left over by rounding, for the largest remainder"),
    "百元": gettext_noop("raised by ¥100, left over by rounding, for the largest remainder"),
}


def describe_reasoning(reasoning: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Return pairs of a step and its result, in the order of the steps; caps only where they cut."""
    steps = [(bilingual(SimpleNamespace(**rule), "clause"), _claim(rule)) for rule in reasoning["rules"]]
    steps += [step for pot in reasoning["pots"] for step in _pot(pot, reasoning)]
    if reasoning["after_unit_cap"] != reasoning["sum"]:
        capped = gettext("¥{sum} in all, cut to ¥{amount} by the cap for a unit").format(
            sum=format_money(reasoning["sum"]), amount=format_money(reasoning["after_unit_cap"])
        )
        steps.append((gettext("Cap for a unit"), capped))
    if reasoning["after_group_cap"] != reasoning["after_unit_cap"]:
        capped = gettext("the cap is ¥{cap}, which leaves ¥{amount}").format(
            cap=format_money(reasoning["cap_group"]), amount=format_money(reasoning["after_group_cap"])
        )
        steps.append((gettext("Cap for related units together"), capped))
    return steps


def _claim(rule: Mapping[str, Any]) -> str:
    if rule["note"] and rule["note"] != "not_highest":
        return gettext(NOTES[rule["note"]])
    parts = [_claimed(rule), *([gettext(NOTES["not_highest"])] if rule["note"] else [])]
    return ("; " if in_english() else "；").join(parts)


def _claimed(rule: Mapping[str, Any]) -> str:
    claim = rule["claim"]
    match rule["kind"]:
        case "score_share":
            return gettext("score {score}, floor {floor}, {above} points take part in the division").format(
                score=rule["basis"], floor=rule["floor"], above=claim
            )
        case "income_rate" | "instrument_income":
            return _joined(_of_income(rule))
        case "value_fixed":
            return gettext("fixed by band, by “{basis}” of each instrument: ¥{claim}").format(
                basis=gettext(BASES[rule["basis_kind"]]), claim=format_money(claim)
            )
        case _:
            return gettext("fixed by the grade: ¥{claim}").format(claim=format_money(claim))


def _of_income(rule: Mapping[str, Any]) -> Iterator[str]:
    yield gettext("{basis} ¥{amount} × {rate}").format(
        basis=gettext(BASES[rule["basis_kind"]]), amount=format_money(rule["basis"]), rate=rule["rate"]
    )
    if rule["cap_instrument"]:
        yield gettext("at most ¥{cap} for an instrument").format(cap=format_money(rule["cap_instrument"]))
    yield gettext("which makes ¥{claim}").format(claim=format_money(rule["claim"]))


def _pot(pot: Mapping[str, Any], reasoning: Mapping[str, Any]) -> Iterator[tuple[str, str]]:
    """Say how a pot was divided; of a claim that was paid whole, what set the amount apart from it."""
    if pot["mode"] == "group":
        yield gettext("Cap for related units together"), _joined(_divided(pot, reasoning))
    elif pot["mode"] != "whole":
        yield gettext("Division of the funds"), _joined(_divided(pot, reasoning))
    elif pot["amount"] != pot["weight"]:
        yield _changed_whole(pot, reasoning)


def _changed_whole(pot: Mapping[str, Any], reasoning: Mapping[str, Any]) -> tuple[str, str]:
    cap, claim, amount = reasoning["cap_unit"], pot["weight"], format_money(pot["amount"])
    if cap is not None and Decimal(claim) > Decimal(cap):
        text = gettext("¥{claim}, cut to ¥{amount} by the cap for a unit")
        return gettext("Cap for a unit"), text.format(claim=format_money(claim), amount=amount)
    given = gettext("which gives ¥{amount}").format(amount=amount)
    return gettext("Rounding"), _joined([gettext(ROUNDING[reasoning["money_unit"]]), given])


def _divided(pot: Mapping[str, Any], reasoning: Mapping[str, Any]) -> Iterator[str]:
    unit, cap_group = reasoning["money_unit"], reasoning["cap_group"]
    if pot["budget"] and pot["mode"] != "group":
        yield gettext("¥{budget} to divide").format(budget=format_money(pot["budget"]))
    if reasoning["group"] and cap_group:
        yield gettext("at most ¥{cap} for related units together").format(cap=format_money(cap_group))
    yield _weight_text(pot, reasoning["rules"]).format(
        weight=format_money(pot["weight"]), weights=format_money(pot["weights"])
    )
    if pot["limit"]:
        yield gettext("at most ¥{limit}").format(limit=format_money(pot["limit"]))
    yield gettext("its share is ¥{share}").format(share=format_money(pot["share"]))
    yield gettext(ROUNDING[unit])
    if pot["extra_unit"]:
        yield gettext(REMAINDERS[unit])
    yield gettext("which gives ¥{amount}").format(amount=format_money(pot["amount"]))


def _weight_text(pot: Mapping[str, Any], rules: Sequence[Mapping[str, Any]]) -> str:
    """Return the words for a part: points where the pot of that one rule is divided by score, else yuan."""
    if pot["mode"] == "group":
        return gettext("this unit takes part with ¥{weight} of the ¥{weights} of the related units together")
    if any(rule["kind"] == "score_share" and rule["rule"] == pot["pot"] for rule in rules):
        return gettext("the weight of this unit is {weight} of {weights} in all")
    return gettext("this unit takes part with ¥{weight} of ¥{weights} in all")


def _joined(parts: Iterable[str]) -> str:
    return (", " if in_english() else "，").join(parts)


def get_reason_text(code: str) -> str:
    """Return why an entry or an instrument does not count, in the active language."""
    return gettext(REASONS[code]) if code in REASONS else code


class Graded(Protocol):
    """A unit with `grade_zh` and `grade_en`, scored or sealed."""

    @property
    def barred(self) -> bool:
        """Whether a proven falsification takes its grade and award away."""


def get_grade_text(figures: Graded) -> str:
    """Return a unit's grade in the active language; of a unit that is barred, that it is."""
    return gettext("Barred") if figures.barred else bilingual(figures, "grade")
