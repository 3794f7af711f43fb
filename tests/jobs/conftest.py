"""Jobs and recurring jobs that only tests have, and a queue without those of the site."""

import pytest

from instrument_share.jobs import registry
from tests.jobs import samples


@pytest.fixture(autouse=True)
def _only_samples(monkeypatch, run_jobs):
    """Register the samples, and no recurring job of the site; nothing has run yet."""
    monkeypatch.setattr(registry, "_jobs", dict(samples.JOBS))
    monkeypatch.setattr(registry, "_recurring", {})
    monkeypatch.setattr(samples, "fails_with", None)
    samples.ran.clear()
