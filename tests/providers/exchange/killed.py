"""A worker that a test kills in the middle of a part; started by `test_sheet_jobs`."""

from threading import Event

from tests.processes import wake


def work_until_killed(reached, *, environment):
    """Work, and stay where the rows of a part are written and not yet committed."""
    wake(environment)
    from instrument_share.jobs.worker import work
    from providers.exchange.services import imports

    def stay(**_facts):
        reached.set()
        Event().wait()

    imports.record = stay
    work(Event())
