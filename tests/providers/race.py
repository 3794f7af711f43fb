"""What two processes do with what is a unit's; started by `test_two_at_once`."""

from tests.processes import MEETS_WITHIN, attempt, lingering, wake


def change_slowly(checked, released, results, *, environment, **facts):
    """Change a publication, staying between the check and the write."""
    wake(environment)
    from providers.units.services import publications
    from providers.units.services.publications import publication_update

    publications.save_with_history = lingering(checked, released, publications.save_with_history)
    attempt(results, publication_update, **facts)


def publish_meanwhile(checked, released, results, *, environment, **facts):
    wake(environment)
    from providers.units.services.publications import publication_publish

    checked.wait(60)
    attempt(results, publication_publish, **facts)
    released.set()


def rebuild_slowly(checked, released, results, *, environment, **facts):
    """Rebuild open windows, staying between finding the instruments and locking them."""
    wake(environment)
    from providers.terms.services import windows

    windows.instrument_locks = lingering(checked, released, windows.instrument_locks)
    attempt(results, windows.windows_rebuild, **facts)


def publish_rule_meanwhile(checked, released, results, *, environment, **facts):
    wake(environment)
    from providers.terms.services.rules import rule_publish

    checked.wait(60)
    attempt(results, rule_publish, **facts)
    released.set()


def rebuild_search_in_small_batches(checked, released, results, *, environment):
    """Rebuild the search, an instrument at a time, and wait after the first for others to get through."""
    wake(environment)
    from providers.instruments.services import batches
    from providers.search.services.index import search_rebuild

    batches.AT_ONCE = 1
    got_through = []

    def stay(done):
        if done == 1:
            checked.set()
            got_through.append(released.wait(MEETS_WITHIN))

    search_rebuild(stay)
    results.put(got_through)


def rename_meanwhile(checked, released, results, *, environment, **facts):
    wake(environment)
    from providers.instruments.services.instruments import instrument_update

    checked.wait(60)
    attempt(results, instrument_update, **facts)
    released.set()


def rebuild_until_killed(reached, *, environment, now):
    """Rebuild the windows, an instrument at a time, and stay where those of the second are written."""
    wake(environment)
    from threading import Event

    from providers.instruments.services import batches
    from providers.terms.services import windows_check

    batches.AT_ONCE = 1
    rebuild, rebuilt = windows_check.windows_rebuild, []

    def stay(**facts):
        rebuilt.append(rebuild(**facts).windows)
        if len(list(filter(None, rebuilt))) == 2:
            reached.set()
            Event().wait()

    windows_check.windows_rebuild = stay
    windows_check.windows_rebuild_compared(actor=None, now=now, since=now)
