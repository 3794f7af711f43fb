"""The watch and axe themselves: what they must notice for the journeys to mean anything."""

import pytest
from playwright.sync_api import Error

from tests.journeys.walk import axe


def test_console_errors_fail_a_journey(page, watch):
    page.goto("/healthz")
    page.evaluate(
        "document.body.append(Object.assign(document.createElement('script'), {text: 'window.ran = 1'}))"
    )
    page.evaluate("console.error('out of order')")
    with pytest.raises(Error, match="ERR_CONNECTION_REFUSED"):
        page.goto("http://127.0.0.2:65534/")
    noticed = "\n".join(watch.found)
    watch.found.clear()
    assert "inline script" in noticed
    assert "out of order" in noticed
    assert "request to another host: http://127.0.0.2:65534/" in noticed


def test_barriers_are_noticed(page):
    page.goto("/healthz")
    page.evaluate("document.body.append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page)
