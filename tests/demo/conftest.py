"""The demo city in tests; its files go into a folder of the test."""

import pytest
from django.db import transaction
from django.test import override_settings

from tests.demo.small_city import NOW, small


@pytest.fixture(scope="module", autouse=True)
def _files(tmp_path_factory):
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files")):
        yield


@pytest.fixture(scope="module")
def loaded(_files, django_db_setup, django_db_blocker):
    """The small city, loaded once for the tests that look at it; at the end all of it is rolled back."""
    with django_db_blocker.unblock(), transaction.atomic():
        yield small(NOW)
        transaction.set_rollback(True)
