"""Files of the demo go into a folder of the test."""

import pytest
from django.test import override_settings


@pytest.fixture(scope="module", autouse=True)
def _files(tmp_path_factory):
    with override_settings(MEDIA_ROOT=tmp_path_factory.mktemp("files")):
        yield
