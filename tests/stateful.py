"""What machines that draw acts in any order have in common.

By itself each draws the same few sequences each time; ANY_ORDER=1000 draws a thousand new ones. What takes
longer than a quarter of an hour needs `-o faulthandler_timeout=0` too.
"""

import os

from hypothesis import HealthCheck, Phase, settings
from hypothesis.stateful import run_state_machine_as_test

from instrument_share.kernel.errors import DomainError
from tests.engines import drawn


def attempt(admitted, service, *args, **facts):
    """What the service returns; None where it refuses, as it must exactly where the model does."""
    try:
        done = service(*args, **facts)
    except DomainError:
        assert not admitted, service.__name__
        return None
    assert admitted, service.__name__
    return done


def run(machine, *, examples, steps):
    """Let the machine act."""
    run_state_machine_as_test(
        machine,
        settings=settings(
            max_examples=int(os.environ.get("ANY_ORDER", drawn(examples))),
            stateful_step_count=steps,
            derandomize="ANY_ORDER" not in os.environ,
            deadline=None,
            phases=[Phase.explicit, Phase.reuse, Phase.generate],
            suppress_health_check=list(HealthCheck),
        ),
    )
