"""What two processes do with one declared fact; started by `test_two_at_once`."""

from tests.processes import attempt, lingering_after, lingering_after_unguarded, wake


def withdraw_slowly(checked, released, results, *, environment, is_locked, **facts):
    """Withdraw, staying between looking whether it can be and writing it."""
    services = _wake(environment, is_locked)
    linger = lingering_after if is_locked else lingering_after_unguarded
    services.require_withdrawable = linger(checked, released, services.require_withdrawable)
    attempt(results, services.fact_withdraw, reason="等级有误", **facts)


def confirm_meanwhile(checked, released, results, *, environment, is_locked, **facts):
    services = _wake(environment, is_locked)
    checked.wait(60)
    attempt(results, services.fact_confirm, **facts)
    released.set()


def _wake(environment, is_locked):
    wake(environment)
    from rewards.declarations import services

    if not is_locked:
        services.fact_lock = lambda pk: services.DeclaredFact.objects.get(pk=pk)
    return services
