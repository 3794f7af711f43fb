"""A job that tests can look into, in a module of its own: a job is known by the path of its function."""

from instrument_share.jobs import registry

ran = []
fails_with = None


@registry.job("tests.sample", "A sample", attempts=3)
def sample(context, text):
    """Note the text, or fail as the test wants it."""
    ran.append((text, str(context.task_result.id)))
    if fails_with is not None:
        raise fails_with


JOBS = {"tests.sample": registry._jobs.pop("tests.sample")}
