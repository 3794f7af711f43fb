"""The draw: by chance as the weights say, the same for everybody, never one who is barred."""

import hashlib
import json
import subprocess
import sys
from collections import Counter
from pathlib import Path
from time import process_time

import pytest
from hypothesis import given
from hypothesis import strategies as st

import rewards.inspections
from rewards.inspections.domain.draw import (
    FORMAT,
    Candidate,
    Inputs,
    Item,
    decode_inputs,
    draw_inspections,
    draw_places,
    encode_inputs,
    find_units_without_pair,
)

SCRIPT = Path(rewards.inspections.__file__).parent / "repeat_draw.txt"


def inputs(items, inspectors, size):
    return Inputs(
        format=FORMAT,
        year=2025,
        over="entries",
        size=size,
        items=tuple(items),
        inspectors=tuple(inspectors),
    )


ITEMS = [Item(f"LOG-{n}", 600 * (n + 1), f"U{n % 4}", f"INS-{n % 7}") for n in range(40)]
INSPECTORS = [
    Candidate(1, True, ("U0",)),
    Candidate(2, True, ("U1", "U2")),
    Candidate(3, False, ()),
    Candidate(4, False, ("U3",)),
]


@pytest.mark.parametrize("seed", ["03 07 11 18 24 33 + 09", "双色球 2026010", "x"])
def test_offered_program_prints_the_same_draw(tmp_path, seed):
    made = inputs(ITEMS, INSPECTORS, 12)
    file = tmp_path / "inputs.json"
    file.write_bytes(encode_inputs(made))
    printed = subprocess.run(
        [sys.executable, "-I", SCRIPT, file, seed], capture_output=True, text=True, check=True
    ).stdout
    expected = [
        f"{one.position} {one.item.id} {one.lead} {one.second}" for one in draw_inspections(made, seed)
    ]
    assert printed.splitlines() == expected
    assert len(expected) == 12


def test_offered_program_needs_the_standard_library_only_and_is_short():
    lines = [line for line in SCRIPT.read_text().splitlines() if not line.startswith(("#", "import", "from"))]
    assert len(lines) <= 12


def test_a_known_seed_gives_a_known_draw():
    """Fixed for good: announced draws are repeated years later."""
    assert draw_places([1, 1, 1, 1, 1], 3, "seed", "items") == [4, 1, 0]


def draw_by_taking_out(weights, size, seed):
    """The draw as it is described, which walks over all that is left for each that is drawn."""
    left, drawn = list(enumerate(weights)), []
    for k in range(1, size + 1):
        rest = int(hashlib.sha256(f"{seed}\nitems\n{k}".encode()).hexdigest(), 16)
        rest %= sum(weight for _, weight in left)
        at = next(at for at in range(len(left)) if rest < sum(weight for _, weight in left[: at + 1]))
        drawn.append(left.pop(at)[0])
    return drawn


@given(st.lists(st.integers(1, 50), min_size=1, max_size=12), st.text(max_size=20))
def test_the_draw_is_the_one_that_is_described(weights, seed):
    size = len(weights)
    assert draw_places(weights, size, seed, "items") == draw_by_taking_out(weights, size, seed)


def test_a_hundred_of_a_million_are_drawn_without_walking_over_them_each_time():
    begun = process_time()
    weights = [3600 + n % 7 for n in range(1_000_000)]
    made = process_time() - begun
    begun = process_time()
    assert len(set(draw_places(weights, 100, "seed", "items"))) == 100
    assert process_time() - begun < 20 * made


def test_inputs_are_the_same_after_being_written():
    made = inputs(ITEMS, INSPECTORS, 3)
    assert decode_inputs(encode_inputs(made)) == made
    assert json.loads(encode_inputs(made))["items"][0] == ["LOG-0", 600, "U0", "INS-0"]


@given(st.lists(st.integers(1, 10**9), min_size=1, max_size=30), st.integers(1, 40), st.text(max_size=20))
def test_every_item_is_drawn_at_most_once(weights, size, seed):
    drawn = draw_places(weights, size, seed, "items")
    assert len(drawn) == len(set(drawn)) == min(size, len(weights))
    assert set(drawn) <= set(range(len(weights)))


def test_chance_follows_the_weights():
    first = Counter(draw_places([100, 300, 600], 1, str(n), "items")[0] for n in range(3000))
    assert [round(first[place] / 3000, 1) for place in range(3)] == [0.1, 0.3, 0.6]


@given(st.text(max_size=20))
def test_nobody_inspects_a_unit_with_a_conflict_and_an_auditor_leads(seed):
    barred = {each.number: each.barred for each in INSPECTORS}
    for one in draw_inspections(inputs(ITEMS, INSPECTORS, 40), seed):
        assert one.lead in (1, 2)
        assert one.lead != one.second
        assert one.item.uscc not in barred[one.lead] + barred[one.second]


def test_a_unit_that_no_pair_could_visit_is_named():
    assert find_units_without_pair(inputs(ITEMS, INSPECTORS, 1)) == []
    assert find_units_without_pair(inputs(ITEMS, INSPECTORS[:2], 1)) == ["U0", "U1", "U2"]
    assert find_units_without_pair(inputs(ITEMS, INSPECTORS[2:], 1)) == ["U0", "U1", "U2", "U3"]
