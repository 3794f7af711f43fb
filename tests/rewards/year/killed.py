"""A worker that a test kills in the middle of a step; started by `test_killed_step`."""

from threading import Event

from tests.processes import wake


def work_until_killed(reached, *, environment, where):
    """Work, and stay for good where half of the files of a snapshot are written (`compute`), or where the
    findings of a check are written and not yet committed (`keep`).
    """
    wake(environment)
    from instrument_share.jobs.worker import work
    from rewards.cycle.services import snapshot
    from rewards.findings.services import checking as findings

    def stay(*_arguments, **_facts):
        reached.set()
        Event().wait()

    store = snapshot.file_store

    def store_until_usage(**facts):
        return stay() if _usage_begins(facts) else store(**facts)

    if where == "compute":
        snapshot.file_store = store_until_usage
    else:
        findings.record = stay
    work(Event())


_stored = []


def _usage_begins(facts):
    """Four parts are of the whole city; the sixth file is the usage of the second instrument."""
    _stored.append(facts["name"])
    return len(_stored) == 6
