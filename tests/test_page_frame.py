"""Where am I, and how do I get back: the frame of every page that can be opened.

The addresses are those of `test_page_permissions`; each page is opened by the first person of its row who may
and by one from the middle, as one page leads different people back to different desks.
"""

import re
from collections import Counter
from html import unescape

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from instrument_share.pages.navigation import PUBLIC
from instrument_share.transparency.services.growing import checkpoint_make
from instrument_share.web.desks import current, desks
from tests.permission_addresses import arguments
from tests.permission_world import LATER, ROLES, build_world, cells
from tests.test_page_permissions import TABLE

PARTS = {"quote", "booking_move_quote"}
"""Parts of a page, which are asked for by it."""
NAMED_ELSEWHERE = {
    "home": "首页",
    "timeline": "时间轴",
    "me": "我的预约",
    "unit_desk": "单位工作台",
    "bureau": "科技局工作台",
    "account_reset_password_from_key": "修改密码",
}
"""Pages whose heading greets or answers: what their title says instead."""
ON_TOP = {"home", "opendata", "invitation", "sheet_preview", "privacy_agreement"}
"""No entry of the navigation or nothing above them: the last but one is gone, the last is asked at login."""
OF_THE_ACCOUNT = ("account_", "mfa_", "socialaccount_")
OF_NO_ENTRY = {"home", "opendata", "invitation", "help", "privacy"}


def text_of(html):
    return " ".join(unescape(re.sub("<[^>]+>", " ", html)).split())


class Page:
    """What the frame of a page says."""

    def __init__(self, html, address):
        self.address = address
        self.headings = [text_of(one) for one in re.findall(r"<h1[^>]*>(.*?)</h1>", html, re.DOTALL)]
        title = re.search(r"<title>(.*?)</title>", html, re.DOTALL)
        self.title = text_of(title[1]).rpartition(" · ")[0]
        navigation = re.search(r'<div class="top-nav">.*?</header>', html, re.DOTALL)
        self.current = re.findall(
            r'<a href="([^"]+)" aria-current="page"', navigation[0] if navigation else ""
        )
        ways = r'<p class="back"><a href="([^"]+)"|<a [^>]*href="([^"]+)"[^>]* data-close'
        self.back = [unescape(one or other) for one, other in re.findall(ways, html)]
        self.has_tabs = 'class="tab-line"' in html
        ids = Counter(re.findall(r'<[^<>]* id="([^"]+)"', html))
        self.ids_of_several = sorted(one for one, number in ids.items() if number > 1)
        self.searches = [
            (re.findall(r' hx-get="([^"]*)"', form), "hx-push-url" in form)
            for form in re.findall(r"<form\b[^>]*>", html)
            if "hx-get" in form
        ]


def opened(client, address):
    """The page at an address, or None where something else comes; what was written is undone.

    A refusal leads to the desk and to the start page by buttons of its own.
    """
    with transaction.atomic():
        answer = client.get(address)
        transaction.set_rollback(True)
    if answer.streaming:
        list(answer)  # read to its end, the file is closed
        return None
    if answer.status_code != 200 or "html" not in answer["Content-Type"]:
        return None
    return Page(answer.content.decode(), address)


def problems_of(name, page, entry, client):
    """What is wrong with a page; `entry` is the one of the navigation that it belongs to."""
    if len(page.headings) != 1:
        yield f"{len(page.headings)} headings"
        return
    if page.ids_of_several:
        yield f"has several parts with the ids {page.ids_of_several}"
    heading = page.headings[0]
    named = NAMED_ELSEWHERE.get(name, heading)
    if not page.title or not (named in page.title or page.title in heading):
        yield f"is called “{page.title}” under the heading “{heading}”"
    if page.current != ([entry.address] if entry else []):
        yield f"stands at {page.current} and not at {entry and entry.address}"
    if not page.back and not page.has_tabs and name not in ON_TOP and not name.startswith(OF_THE_ACCOUNT):
        yield "leads nowhere back"
    for search in page.searches:
        # An empty address is the present one with its question, to which the form's fields would be added.
        if search != ([page.address], True):
            yield f"narrows what it shows at {search}"
    for address in page.back:
        if client.get(address).status_code >= 400:
            yield f"leads back to {address}, which the reader may not open"


@pytest.mark.django_db
def test_every_page_marks_navigation_entry_and_links_back(clock):
    world, table = build_world(), cells(TABLE)
    clock.set(LATER)
    checkpoint_make(LATER)
    given, clients, wrong = arguments(world), {role: Client() for role in ROLES}, []
    for role, person in world.people.items():
        if person.is_authenticated:
            clients[role].force_login(person)
    for row, cell in table.items():
        may = [role for role in ROLES if cell[role] == "ok"]
        if not may or row.startswith(("POST:", "api-v1:")) or row in PARTS:
            continue
        address = reverse(row.split("/")[0], args=given.get(row, []))
        for role in dict.fromkeys([may[0], may[len(may) // 2]]):
            if page := opened(clients[role], address):
                places = [*PUBLIC, *desks(world.people[role])]
                entry = current(places, address)
                if entry is None and row not in OF_NO_ENTRY and not row.startswith(OF_THE_ACCOUNT):
                    wrong.append(f"{row} for {role}: belongs to no entry of the navigation")
                if entry and address == entry.address:
                    page.has_tabs = True
                wrong += [f"{row} for {role}: {one}" for one in problems_of(row, page, entry, clients[role])]
    assert not wrong, "\n".join(["", *wrong])
