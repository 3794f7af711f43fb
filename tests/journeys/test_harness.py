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


def test_a_page_that_jumps_is_noticed(page, watch):
    page.goto("/accounts/login/")
    with page.expect_event("console", lambda message: "The page jumped" in message.text):
        page.evaluate("document.body.prepend(Object.assign(document.createElement('canvas'), {height: 500}))")
    assert "The page jumped" in watch.found.pop()
    watch.found.clear()


def test_a_page_wider_than_its_window_is_noticed(page):
    page.goto("/accounts/login/")
    page.evaluate(
        "Object.assign(document.body.appendChild(document.createElement('i')).style,"
        " {position: 'absolute', top: 0, left: '1999px', width: '1px', height: '1px'})"
    )
    with pytest.raises(AssertionError, match="2000 px wide in a window of 1440"):
        axe(page)


def test_barriers_are_noticed(page):
    page.goto("/healthz")
    page.evaluate("document.body.append(document.createElement('button'))")
    with pytest.raises(AssertionError, match="button-name"):
        axe(page)
