"""What two processes do with the same samples; started by `test_two_at_once`."""

from tests.processes import attempt, lingering, wake


def plan_slowly(checked, released, results, *, environment, **facts):
    """Plan a time, staying before the order is told of it."""
    wake(environment)
    from bookings.samples.services import planning

    planning.move_order = lingering(checked, released, planning.move_order)
    attempt(results, planning.sample_order_plan, **facts)


def close_meanwhile(checked, released, results, *, environment, **facts):
    wake(environment)
    from bookings.samples.services.handling import sample_order_close

    checked.wait(60)
    attempt(results, sample_order_close, **facts)
    released.set()
