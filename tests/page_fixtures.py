"""What tests of pages share."""

import csv
import re
from html import unescape
from io import StringIO

import pytest

from tests import factories


@pytest.fixture
def city(db):
    return factories.city(decision="by_keeper", decision_hours=24)


def text_of(response):
    """The words of the page's main part, in one line."""
    body = response.content.decode()
    main = body[body.index("<main") : body.index("</main>")] if "<main" in body else body
    return re.sub(r"\s+", " ", unescape(re.sub(r"<[^>]+>", " ", main)))


def rows_of(response):
    """The rows of an exported table, its heads first."""
    text = b"".join(response.streaming_content).decode("utf-8-sig")
    return list(csv.reader(StringIO(text)))
