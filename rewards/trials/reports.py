"""Searches and what they found, in words."""

from collections.abc import Iterator
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING, NamedTuple

from django.utils.translation import gettext

from instrument_share.kernel.wording import from_plain
from instrument_share.web.responses.problem import told
from instrument_share.web.text.formats import number, yuan
from rewards.policy.domain.document import parse_toml
from rewards.policy.domain.figures import format_percent
from rewards.policy.reports.places import describe_place
from rewards.trials.domain.search import BUDGET, Terms, read_terms

if TYPE_CHECKING:
    from rewards.trials.models import PolicyTrial


class TriedValue(NamedTuple):
    """A value that was tried, the sum of its awards, and whether it reaches the aim."""

    value: str
    total: str
    reached: bool


def describe_terms(trial: "PolicyTrial") -> list[str]:
    """Return what is searched for, in which range, and the aims; nothing of a plain trial."""
    return list(_terms(trial, read_terms(trial.search))) if trial.search else []


def _terms(trial: "PolicyTrial", terms: Terms) -> Iterator[str]:
    low, high = (_value(terms, value) for value in (terms.low, terms.high))
    text = gettext("Search for “{figure}” from {low} to {high}")
    yield text.format(figure=_figure(trial, terms), low=low, high=high)
    if terms.aim.most_loss is not None:
        percent = format_percent(terms.aim.most_loss)
        yield gettext("Aim: nobody loses more than {percent}").format(percent=percent)
    if terms.aim.spend_at_most is not None:
        yield gettext("Aim: total awards at most {most}").format(most=yuan(terms.aim.spend_at_most))


def describe_found(trial: "PolicyTrial") -> str:
    """Return which value reaches the aim; empty before that, and of a plain trial."""
    found = trial.result.get("found")
    if not found:
        return ""
    terms = read_terms(trial.search)
    name, value = _figure(trial, terms), _value(terms, Fraction(found["value"]))
    if found["edge"] is None:
        text = gettext("Every value of {name} that was tried reaches the aim, {value} too.")
        return text.format(name=name, value=value)
    text = gettext("{name} = {value} reaches the aim; {edge} does not.")
    return text.format(name=name, value=value, edge=_value(terms, Fraction(found["edge"])))


def describe_tried(trial: "PolicyTrial") -> list[TriedValue]:
    """Return the values that a search tried, in order."""
    if "found" not in trial.result:
        return []
    terms = read_terms(trial.search)
    return [
        TriedValue(_value(terms, Fraction(value)), yuan(Decimal(total)), reached)
        for value, total, reached in trial.result["found"]["tried"]
    ]


def describe_refusal(trial: "PolicyTrial") -> str:
    """Return why a trial ended without a result; empty where it was not refused."""
    if not trial.problem:
        return ""
    params = dict(from_plain(trial.problem["params"]))
    if trial.search and "name" in params:
        params["name"] = _figure(trial, read_terms(trial.search))
    return told(trial.problem["message"], params)


def _figure(trial: "PolicyTrial", terms: Terms) -> str:
    if terms.figure == BUDGET:
        return gettext("Budget")
    return describe_place(terms.figure, parse_toml(trial.policy.document))


def _value(terms: Terms, value: Fraction) -> str:
    exact = Decimal(value.numerator) / value.denominator
    return yuan(exact) if terms.figure == BUDGET else number(exact, 6)
