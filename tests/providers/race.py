"""What two processes do with what is a unit's; started by `test_two_at_once`."""

from tests.processes import attempt, lingering, wake


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
