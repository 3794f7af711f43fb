"""Limits are shared between processes: what one has counted, the other refuses."""

import subprocess
import sys
from datetime import timedelta

import pytest
from allauth.core.internal import ratelimit
from django.core.cache import caches
from django.test import Client

from instrument_share.web import clock
from instrument_share.web.models import SharedCount
from instrument_share.web.recurring import delete_expired_counts

RESET = "/accounts/password/reset/"
IN_ANOTHER_PROCESS = f"""
import django
django.setup()
from django.test import Client
print(Client().post({RESET!r}, {{"email": "x@example.org"}}, headers={{"host": "127.0.0.1"}}).status_code)
"""


def ask_elsewhere(settings, environment):
    done = subprocess.run(
        [sys.executable, "-c", IN_ANOTHER_PROCESS],
        cwd=settings.BASE_DIR,
        env={**environment, "DEBUG": "true"},
        capture_output=True,
        text=True,
        check=True,
    )
    return int(done.stdout)


@pytest.mark.usefixtures("shared_limits")
def test_forgotten_passwords_are_counted_for_all_processes(process_environment, settings):
    client = Client()
    statuses = [client.post(RESET, {"email": f"a{number}@example.org"}).status_code for number in range(20)]
    assert set(statuses) == {302}
    assert ask_elsewhere(settings, process_environment) == 429
    assert delete_expired_counts(clock.now()) == 0
    assert delete_expired_counts(clock.now() + timedelta(hours=1)) > 0
    assert not SharedCount.objects.exists()


@pytest.mark.usefixtures("shared_limits")
def test_who_waits_while_others_are_counted_is_not_refused(monkeypatch):
    locks, waited = [], 0.0
    backend = type(caches["default"])
    add = backend.add

    def add_after_three_seconds(self, key, *arguments, **options):
        if key.endswith(":lock") and waited < 3:
            locks.append(key)
            return False
        return add(self, key, *arguments, **options)

    def wait(seconds):
        nonlocal waited
        waited += seconds

    monkeypatch.setattr(backend, "add", add_after_three_seconds)
    monkeypatch.setattr(ratelimit.time, "sleep", wait)
    monkeypatch.setattr(ratelimit.time, "monotonic", lambda: waited)
    assert Client().post(RESET, {"email": "a@example.org"}).status_code == 302
    assert len(set(locks)) == 1
