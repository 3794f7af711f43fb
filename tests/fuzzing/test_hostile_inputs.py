"""No hostile input makes a page fail, hang or write half of something.

A few hundred here; `./dev fuzz` sends as many as it is told, from a seed, and each fault names the seed of its
input.
"""

import os

import pytest
from django.core.signals import got_request_exception

from instrument_share.transparency.services.growing import checkpoint_make
from tests.fuzzing import pages
from tests.permission_world import LATER, build_world

INPUTS = int(os.environ.get("FUZZ_INPUTS", "150"))
SEED = os.environ.get("FUZZ_SEED", "1")
ENOUGH = 40
"""So many faults are told; the rest are left for the next run."""


@pytest.mark.django_db
def test_pages_and_forms_stand_hostile_inputs(clock):
    world = build_world()
    clock.set(LATER)
    checkpoint_make(LATER)
    site, faults = pages.Site(world), []

    def keep(sender, request, **_):
        import sys

        site.errors.append(sys.exc_info()[1])

    got_request_exception.connect(keep)
    try:
        for number in range(INPUTS):
            if fault := pages.attack(site, f"{SEED}:{number}"):
                faults.append(fault)
                if os.environ.get("FUZZ_INPUTS"):
                    print(fault, flush=True)
            if len(faults) >= ENOUGH:
                break
            if os.environ.get("FUZZ_INPUTS") and number % 500 == 0:
                import time
                print("--", number, time.process_time(), flush=True)
    finally:
        got_request_exception.disconnect(keep)
    assert not faults, "\n".join(faults)
