"""What two keepers do at the same moment; started by `test_two_keepers`."""

from tests.processes import attempt, lingering_after, wake


def log_slowly(checked, released, results, *, environment, **facts):
    """Enter a use, staying between the locks and the end of the transaction."""
    wake(environment)
    from bookings.usage.services import usage

    usage.find_overlapping_times = lingering_after(checked, released, usage.find_overlapping_times)
    _attempt(results, usage.usage_log_by_hand, **facts)


def log_meanwhile(checked, released, results, *, environment, **facts):
    """Enter a use while the first process stands where it does."""
    wake(environment)
    from bookings.usage.services.usage import usage_log_by_hand

    checked.wait(60)
    _attempt(results, usage_log_by_hand, **facts)
    released.set()


def _attempt(results, service, *, user_id, **facts):
    from instrument_share.accounts.models import User

    attempt(results, service, user=User.objects.get(pk=user_id), **facts)
