"""What two processes do with the last yuan of a project's budget; started by `test_last_yuan`."""

from tests.processes import attempt, lingering_after, lingering_after_unguarded, wake


def book_slowly(checked, released, results, *, environment, is_locked, **facts):
    """Book, staying between reading what the budget has left and writing the booking."""
    create = _wake(environment, is_locked=is_locked)
    from bookings.requests.selectors import project_budget

    linger = lingering_after if is_locked else lingering_after_unguarded
    project_budget.get_budgets = linger(checked, released, project_budget.get_budgets)
    attempt(results, create, **facts)


def book_meanwhile(checked, released, results, *, environment, is_locked, **facts):
    """Book on another instrument for the same project."""
    create = _wake(environment, is_locked=is_locked)
    checked.wait(60)
    attempt(results, create, **facts)
    released.set()


def _wake(environment, *, is_locked):
    wake(environment)
    from django.db import connection

    from bookings.projects.models import Project
    from bookings.requests.services import bookings

    create = bookings.booking_create
    if is_locked:
        return create
    bookings.project_lock = lambda pk: Project.objects.get(pk=pk)
    # SQLite lets one transaction write at a time: without it there is none to wait for.
    return create.__wrapped__ if connection.vendor == "sqlite" else create
