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


def hold_slowly(checked, released, results, *, environment, **facts):
    """Take deadlines off what rests, staying before they are taken off."""
    wake(environment)
    from bookings.samples.services import payers
    from bookings.samples.services.service_breaks import orders_to_hold_due

    payers.deadline_hold_or_renew = lingering(checked, released, payers.deadline_hold_or_renew)

    def hold_due(*, actor, now):
        return orders_to_hold_due(now)

    attempt(results, hold_due, **facts)


def reinstate_meanwhile(checked, released, results, *, environment, **facts):
    wake(environment)
    from bookings.statements.services.reinstatement import organization_reinstate

    checked.wait(60)
    attempt(results, organization_reinstate, **facts)
    released.set()
