"""A draw by chance that anybody can repeat: a pure function of published inputs and a seed.

Everything is in whole numbers, so that no machine and no language comes to another result. The k-th item is
drawn by the number SHA-256(seed, newline, what is drawn, newline, k), divided by the sum of the weights of
the items that are left; the remainder falls into the stretch of one of them, in the order of the list. That
item is taken out, and the next is drawn among the others.
"""

import hashlib
from bisect import bisect_right, insort
from collections.abc import Collection, Sequence
from dataclasses import dataclass
from itertools import accumulate

import msgspec

FORMAT = "inspection-draw/1"


class Item(msgspec.Struct, frozen=True, array_like=True):
    """What may be drawn: a unit (by its USCC, weight 1), or a usage entry (its effective seconds)."""

    id: str
    weight: int
    uscc: str
    instrument: str = ""


class Candidate(msgspec.Struct, frozen=True, array_like=True):
    """An inspector by number: whether he or she may lead, and the units (USCC) that are barred."""

    number: int
    leads: bool
    barred: tuple[str, ...]


class Inputs(msgspec.Struct, frozen=True, kw_only=True):
    """Everything that a draw depends on but the seed; published before the seed is known."""

    format: str
    year: int
    over: str
    size: int
    items: tuple[Item, ...]
    inspectors: tuple[Candidate, ...]


@dataclass(frozen=True)
class Drawn:
    """The item drawn in a place (from 1) and the numbers of its two inspectors."""

    position: int
    item: Item
    lead: int
    second: int


def encode_inputs(inputs: Inputs) -> bytes:
    """Return the inputs as JSON, whose SHA-256 is announced."""
    return msgspec.json.encode(inputs) + b"\n"


def decode_inputs(content: bytes) -> Inputs:
    """Return the inputs that `encode_inputs` wrote."""
    return msgspec.json.decode(content, type=Inputs)


def draw_inspections(inputs: Inputs, seed: str) -> list[Drawn]:
    """Draw items, and for each a leading inspector and a second one, of those who are not barred."""
    weights = [item.weight for item in inputs.items]
    places = draw_places(weights, inputs.size, seed, "items")
    return [
        _draw_pair(inputs, position, inputs.items[place], seed)
        for position, place in enumerate(places, start=1)
    ]


def _draw_pair(inputs: Inputs, position: int, item: Item, seed: str) -> Drawn:
    free = [each for each in inputs.inspectors if item.uscc not in each.barred]
    leads = [each.number for each in free if each.leads]
    lead = leads[draw_places([1] * len(leads), 1, seed, f"lead of {position}")[0]]
    others = [each.number for each in free if each.number != lead]
    second = others[draw_places([1] * len(others), 1, seed, f"second of {position}")[0]]
    return Drawn(position, item, lead, second)


def draw_places(weights: Sequence[int], size: int, seed: str, what: str) -> list[int]:
    """Return the places of at most `size` items in the order drawn, each by chance as its weight says."""
    ends, total, taken = list(accumulate(weights)), sum(weights), list[int]()
    drawn = []
    for k in range(1, min(size, len(weights)) + 1):
        at = int(hashlib.sha256(f"{seed}\n{what}\n{k}".encode()).hexdigest(), 16) % total
        for place in taken:  # in order: those before the stretch are not there any more
            if at >= ends[place] - weights[place]:
                at += weights[place]
        place = bisect_right(ends, at)
        drawn.append(place)
        insort(taken, place)
        total -= weights[place]
    return drawn


def find_units_without_pair(inputs: Inputs) -> list[str]:
    """Return the USCCs of candidates that two inspectors, one of them leading, could not visit."""
    return sorted(
        {item.uscc for item in inputs.items} - _visitable(inputs.inspectors, {i.uscc for i in inputs.items})
    )


def _visitable(inspectors: Sequence[Candidate], units: Collection[str]) -> set[str]:
    free = {unit: [each for each in inspectors if unit not in each.barred] for unit in units}
    return {unit for unit, some in free.items() if len(some) > 1 and any(each.leads for each in some)}
