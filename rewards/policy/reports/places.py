"""Places of a policy's document, and what is wrong there, in the words of those who write policies."""

import re
from collections.abc import Mapping
from typing import Any

from django.utils.translation import gettext

from instrument_share.kernel.errors import Problem, gettext_noop
from rewards.policy.reports.words import (
    DEDUCTIONS,
    KEYS,
    PAIRS,
    THINGS,
    choice_word,
    deduction_word,
    thing_word,
)

MESSAGES = {
    "policy.not_toml": gettext_noop("The file is not a TOML file that can be read: {reason}"),
    "policy.points_not_100": gettext_noop("the points of all indicators add up to {total}, not to {full}."),
    "policy.step_above_points": gettext_noop(
        "a step gives more than the {points} points of the whole indicator."
    ),
    "policy.each_not_positive": gettext_noop("must be greater than 0."),
    "policy.linear_flat": gettext_noop("must differ from the zero line."),
    "policy.grades_out_of_order": gettext_noop(
        "list them from the highest bound down to 0, each bound once."
    ),
    "policy.no_rule": gettext_noop("at least one clause must say what is paid."),
    "policy.pot_divided": gettext_noop(
        "clauses of which only the highest counts need the same share of the budget and the same rule for "
        "when the money is not enough."
    ),
    "policy.pot_named_as_rule": gettext_noop(
        "“{name}” is the code of a clause already. Give the competing clauses a name of their own."
    ),
    "policy.shares_above_1": gettext_noop("the shares of the budget add up to {total}, more than 1."),
    "policy.code_twice": gettext_noop("“{code}” is used twice. Each needs a code of its own."),
    "document.not_a_table": gettext_noop("must be several named entries, not one value."),
    "document.missing": gettext_noop("is missing."),
    "document.not_text": gettext_noop("must be a text in quotation marks."),
    "document.too_long": gettext_noop("has {length} characters: at most {most}."),
    "document.not_a_code": gettext_noop(
        "“{value}” has other characters than lower-case letters, digits, “-” and “_”."
    ),
    "document.not_a_flag": gettext_noop("must be true or false, without quotation marks."),
    "document.not_an_option": gettext_noop("“{value}” is not possible here. Possible: {options}."),
    "document.not_a_number": gettext_noop("“{value}” must be a number."),
    "document.not_whole": gettext_noop("{value} must be a whole number."),
    "document.too_low": gettext_noop("{value} is too low: at least {least}."),
    "document.too_high": gettext_noop("{value} is too high: at most {most}."),
    "document.not_a_list": gettext_noop("must be a list."),
    "document.not_a_pair": gettext_noop("each entry has two numbers: from where, and how much."),
    "document.not_rising": gettext_noop("from entry to entry the bounds must rise and the values not fall."),
    "document.unknown_key": gettext_noop("this entry is not known here; it may be misspelt."),
}
"""What each code of `policy_document` and `document` says, after the place."""


def describe_problem(problem: Problem, data: Any) -> str:
    """Return where in the document `data` something is wrong, and what."""
    params = dict(problem.params)
    if problem.code == "document.not_an_option":
        options = str(params["options"]).split(", ")
        words = (f"{word} ({code})" if (word := choice_word(code)) != code else code for code in options)
        params["options"] = gettext(", ").join(words)
    text = gettext(MESSAGES[problem.code]).format(**params)
    place = describe_place(problem.field or ".", data)
    return gettext("{place}: {problem}").format(place=place, problem=text) if place else text


def describe_place(path: str, data: Any) -> str:
    """Return the words for a path such as `groups[0].indicators[1].shape.kind`; "." is the whole."""
    things: list[str] = []
    last, at, table = "", "", data
    for key, number in _steps(path):
        if number is None:
            at, last, table = last, key, _child(table, key)
            continue
        table = table[number] if isinstance(table, list) and number < len(table) else None
        if last in THINGS:
            things = [thing_word(last, number, table)]
        elif last in PAIRS:
            things.append(_of_pair(path, last, number))
        else:
            things += [_key_word(at, last, data), gettext("entry {n}").format(n=number + 1)]
        last = ""
    if last:
        things.append(_key_word(at, last, data))
    return gettext(" · ").join(things)


def _of_pair(path: str, key: str, number: int) -> str:
    found = re.search(rf"{key}\[{number}\]\[(\d)\]", path)
    return gettext(PAIRS[key][int(found[1]) if found else 0]).format(n=number + 1)


def _key_word(at: str, key: str, data: Any) -> str:
    if at == "points" and key in DEDUCTIONS:
        return gettext("Deduction: {kind}").format(kind=deduction_word(key))
    if at in {"rate", "amounts"}:
        grades = data.get("grades") if isinstance(data, Mapping) else None
        for number, grade in enumerate(grades if isinstance(grades, list) else []):
            if isinstance(grade, Mapping) and grade.get("code") == key:
                return f"{gettext(KEYS[at])} · {thing_word('grades', number, grade)}"
    word = KEYS.get(f"{at}.{key}") or KEYS.get(key)
    return gettext(word) if word else f"“{key}”"


def _steps(path: str) -> list[tuple[str, int | None]]:
    if path == ".":
        return []
    found = re.findall(r"([^.\[\]]+)|\[(\d+)\]", re.sub(r"(\[\d+\])\[\d\]", r"\1", path))
    return [(key, int(number) if number else None) for key, number in found]


def _child(table: Any, key: str) -> Any:
    return table.get(key) if isinstance(table, Mapping) else None
