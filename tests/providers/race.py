"""What two processes do with the publications of a unit; started by `test_two_at_once`."""

from tests.processes import attempt, lingering, wake


def change_slowly(checked, released, results, *, environment, **facts):
    """Change a publication, staying between the check and the write."""
    wake(environment)
    from providers.services import publication_update, publications

    publications.keep = lingering(checked, released, publications.keep)
    attempt(results, publication_update, **facts)


def publish_meanwhile(checked, released, results, *, environment, **facts):
    wake(environment)
    from providers.services import publication_publish

    checked.wait(60)
    attempt(results, publication_publish, **facts)
    released.set()
