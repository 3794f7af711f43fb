"""What tests let other processes do with their database; those know no pytest."""

import multiprocessing
import os
from multiprocessing import forkserver
from multiprocessing.context import BaseContext
from unittest import mock

MEETS_WITHIN = 3
"""Seconds that a process waits, between its check and its write, for the others to get there too.

Without the lock all get there. With it the others can't: they stand before the check, and the one that holds
the lock goes on alone after this time.
"""
GETS_THERE_WITHIN = 60
"""Seconds for which it waits without the lock, since the other one does get there, on a slow machine too."""


def wake(environment):
    os.environ.update(environment)
    import django

    django.setup()


def forking(environment) -> BaseContext:
    """Start processes from a server that has loaded Django for this database: to load it takes seconds."""
    context = multiprocessing.get_context("forkserver")
    context.set_forkserver_preload(["tests.loaded"])
    with mock.patch.dict(os.environ, environment):
        forkserver.ensure_running()
    return context


def attempt(results, service, *, actor_id, **facts):
    """Put the service's name into `results`, or that of the error."""
    from instrument_share.accounts.models import User

    try:
        service(actor=User.objects.get(pk=actor_id), **facts)
    except Exception as error:
        results.put(type(error).__name__)
    else:
        results.put(service.__name__)


def lingering(checked, released, act):
    """`act`, once the other process has done its part or is found waiting for the lock."""
    return _before(act, checked, released, MEETS_WITHIN)


def lingering_unguarded(checked, released, act):
    """`act`, once the other process has done its part; no lock keeps it from that."""
    return _before(act, checked, released, GETS_THERE_WITHIN)


def lingering_after(checked, released, act):
    """`act`, and then wait until the other process has done its part or is found waiting for the lock."""
    return _after(act, checked, released, MEETS_WITHIN)


def lingering_after_unguarded(checked, released, act):
    """`act`, and then wait until the other process has done its part; no lock keeps it from that."""
    return _after(act, checked, released, GETS_THERE_WITHIN)


def _before(act, checked, released, seconds):
    def act_later(*args, **kwargs):
        checked.set()
        released.wait(seconds)
        return act(*args, **kwargs)

    return act_later


def _after(act, checked, released, seconds):
    def act_and_linger(*args, **kwargs):
        done = act(*args, **kwargs)
        checked.set()
        released.wait(seconds)
        return done

    return act_and_linger


def in_two_processes(environment, first, second):
    """What the two put into their results, by the order of the processes; each is a target and its facts."""
    context = forking(environment)
    checked, released = context.Event(), context.Event()
    results = [context.Queue(), context.Queue()]
    processes = [
        context.Process(
            target=target,
            args=(checked, released, result),
            kwargs={"environment": environment, **facts},
        )
        for (target, facts), result in zip((first, second), results, strict=True)
    ]
    for process in processes:
        process.start()
    outcomes = [result.get(timeout=120) for result in results]
    for process in processes:
        process.join(60)
    return outcomes
