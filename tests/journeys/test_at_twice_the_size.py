"""Pages at 200 %: a window of 1440 × 900 then holds 720 × 450, and everything is there and reachable."""

import pytest

from instrument_share.accounts.models import User
from tests import factories
from tests.factories import NOW
from tests.journeys.walk import PASSWORD, axe

TWICE = {"viewport": {"width": 720, "height": 450}, "device_scale_factor": 2}
HIDDEN_FOCUS = """() => {
  const at = document.activeElement;
  if (at === document.body || at.closest(".ec-main")) return "";
  const box = at.getBoundingClientRect();
  if (!box.width || !box.height) return "";
  const y = Math.min(Math.max(box.top + box.height / 2, 0), innerHeight - 1);
  const x = Math.min(Math.max(box.left + box.width / 2, 0), innerWidth - 1);
  const seen = document.elementFromPoint(x, y);
  const own = [at, ...(at.labels ?? [])];
  return own.some(one => one.contains(seen)) || seen?.contains(at) ? "" : at.outerHTML;
}"""
"""What has the focus, where something else covers its middle."""


@pytest.fixture
def city(transactional_db, clock):
    clock.set(NOW)
    made = factories.city()
    for person in User.objects.all():
        person.set_password(PASSWORD)
        person.save()
    return made


@pytest.mark.parametrize("locale", ["zh-CN", "en"])
def test_at_twice_the_size_pages_fit_and_nothing_covers_the_focus(city, enter, locale):
    page = enter(city.researcher.username, locale=locale, **TWICE)
    for address in (
        "/",
        "/instruments/",
        f"/instruments/{city.instrument.public_id}/",
        f"/instruments/{city.instrument.public_id}/book/",
        "/me/",
    ):
        page.goto(address)
        page.wait_for_load_state("networkidle")
        axe(page)
        for _ in range(30):
            page.keyboard.press("Tab")
            assert page.evaluate(HIDDEN_FOCUS) == "", address


def test_a_table_wider_than_the_window_scrolls_alone(city, enter):
    officer = factories.officer()
    officer.set_password(PASSWORD)
    officer.save()
    page = enter(officer.username, **TWICE)
    page.goto("/bureau/completeness/")
    axe(page)
