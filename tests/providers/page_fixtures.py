"""A browser that is somebody of the world, at the world's time."""

import pytest
from django.test import Client

from tests.page_fixtures import text_of
from tests.providers.conftest import NOW


@pytest.fixture(autouse=True)
def _at_that_time(clock):
    clock.set(NOW)


@pytest.fixture(autouse=True)
def _files_apart(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def at(world):
    """`at("manager")`: a browser in which that person is logged in; `at()` a visitor's."""

    def at(name=None):
        client = Client()
        if name:
            client.force_login(getattr(world, name))
        return client

    return at


@pytest.fixture
def read(at):
    """The text of a page as a person sees it, without tags and with single blanks."""
    return lambda who, address, **query: text_of(at(who).get(address, query))
