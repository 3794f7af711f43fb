"""No hostile input makes a page, a reader or the API fail, hang, or write half of something.

A few hundred here; `./dev fuzz` sends as many as it is told, from a seed. Each fault names the seed of its
input, which makes it again: `FUZZ_SEED=1 FUZZ_FIRST=204 FUZZ_INPUTS=1`.
"""

import os
import sys
import time
from itertools import count, islice

import pytest
from django.core.signals import got_request_exception

from instrument_share.transparency.services.growing import checkpoint_make
from tests.fuzzing import api, importers, pages
from tests.permission_world import LATER, build_world

IS_LONG = "FUZZ_INPUTS" in os.environ
SEED = os.environ.get("FUZZ_SEED", "1")
FIRST = int(os.environ.get("FUZZ_FIRST", "0"))
ENOUGH = 40
"""So many faults are told; the rest are left for the next run."""


def tell(text):
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


def find_faults(attack, few):
    """What is wrong with the answers to `few` inputs, or to as many as the long run is told."""
    number = int(os.environ.get("FUZZ_INPUTS", few))
    started, faults = time.monotonic(), []
    for each in islice(count(FIRST), number):
        if fault := attack(f"{SEED}:{each}"):
            faults.append(fault)
            if IS_LONG:
                tell(fault)
        if IS_LONG and each % 1_000 == 0:
            tell(f"-- {each}, {time.monotonic() - started:.0f} s, {len(faults)} faults")
        if len(faults) >= ENOUGH:
            break
    return "\n".join(faults)


def test_readers_stand_hostile_inputs():
    with importers.bounded_memory():
        faults = find_faults(importers.attack, 300)
    assert not faults, faults


@pytest.mark.django_db
def test_pages_and_forms_stand_hostile_inputs(clock):
    world = build_world()
    clock.set(LATER)
    checkpoint_make(LATER)
    site = pages.Site(world)

    def keep(sender, request, **_):
        site.errors.append(sys.exc_info()[1])

    got_request_exception.connect(keep)
    try:
        faults = find_faults(lambda seed: pages.attack(site, seed), 100)
    finally:
        got_request_exception.disconnect(keep)
    assert not faults, faults


@pytest.mark.django_db
def test_the_api_answers_every_role_as_its_document_says(clock):
    world = build_world()
    clock.set(LATER)
    with pages.in_one_transaction():
        faults = api.find_faults(
            world,
            int(os.environ.get("FUZZ_INPUTS", "60")),
            int(SEED),
            tell if IS_LONG else str,
        )
    assert not faults, "\n".join(faults)
