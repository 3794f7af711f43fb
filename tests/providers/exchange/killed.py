"""A worker that a test kills in the middle of a part; started by `test_sheet_jobs`."""

from threading import Event

from tests.processes import wake


def work_until_killed(reached, *, environment):
    """Work, and stay where a part has written all but its next job, and committed nothing."""
    wake(environment)
    from instrument_share.jobs.worker import work
    from providers.exchange.services import sheet_runs

    def stay(*_given, **_facts):
        reached.set()
        Event().wait()

    sheet_runs.enqueue = stay
    work(Event())
