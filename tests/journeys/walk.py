"""What a journey does again and again: log in, look for barriers, and notice what went wrong unseen."""

import re
from pathlib import Path
from urllib.parse import urlsplit

from django.core import mail
from django.urls import reverse
from playwright.sync_api import BrowserContext, Locator, Page

PASSWORD = "only-for-journeys-2026"
AXE = Path(__file__).parents[2] / "frontend/node_modules/axe-core/axe.min.js"
WCAG_22_AA = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa"]


def login(page: Page, username: str, password: str = PASSWORD) -> None:
    """Log in by the form, as a person does; the page is then where the login leads."""
    page.goto(reverse("account_login"))
    page.locator("input[name=login]").fill(username)
    page.locator("input[name=password]").fill(password)
    page.locator("input[name=password]").press("Enter")
    page.wait_for_url(lambda url: urlsplit(url).path != reverse("account_login"))


def confirm_address(page: Page) -> None:
    """Open the link of the mail that was sent last, as who has just signed up does, and confirm."""
    page.wait_for_url(lambda url: urlsplit(url).path == reverse("account_email_verification_sent"))
    axe(page)
    page.goto(re.findall(r"http\S+/accounts/confirm-email/\S+", str(mail.outbox[-1].body))[0])
    axe(page)
    go(page.locator("main form button[type=submit]"))


def go(target: Locator) -> None:
    """Press a link, or what sends a form, and wait for the page that answers: until it has come, the page
    before is still there to be looked at, and who turns away from it may undo the sending.
    """
    with target.page.expect_navigation():
        target.click()


def confirm(page: Page, link: str) -> None:
    """Follow a link that asks first, whatever question it has, and mean it."""
    with_question = f"a[href*='{link}?'][data-confirm]"
    page.locator(f"a[href$='{link}'][data-confirm], {with_question}").first.click()
    go(page.get_by_role("dialog").locator("form[method=post] button.btn").first)


def axe(page: Page) -> None:
    """No serious or critical finding of axe-core by WCAG 2.2 AA, and nothing wider than the window.

    Looked at without transitions: a button that turns from pale to dark is not measured half way.
    """
    page.emulate_media(reduced_motion="reduce")
    page.evaluate(AXE.read_text(encoding="utf-8"))
    result = page.evaluate(
        "tags => axe.run(document, {runOnly: tags, resultTypes: ['violations']})", WCAG_22_AA
    )
    found = [
        f"{violation['id']}: {violation['help']}\n    "
        + "\n    ".join(node["html"] for node in violation["nodes"][:5])
        for violation in result["violations"]
        if violation["impact"] in ("serious", "critical")
    ]
    assert not found, "\n".join([f"{page.url} has barriers:", *found])
    wide, window = page.evaluate("[document.documentElement.scrollWidth, window.innerWidth]")
    assert wide <= window, f"{page.url} is {wide} px wide in a window of {window}"


LEFT_WHILE_LOADING = ("htmx:sendAbort", "htmx:afterRequest")
"""What htmx writes when somebody goes on to another page while a part of this one is still loading. It writes
the second for requests that failed as well, but those have a line of their own (`htmx:sendError`)."""


TELL_OF_JUMPS = """
let jumped = 0;
const watching = new PerformanceObserver(list => {
  for (const shift of list.getEntries()) {
    if (shift.hadRecentInput) continue;
    jumped += shift.value;
    if (jumped > 0.1) {
      const parts = shift.sources.map(one => one.node?.outerHTML?.slice(0, 150) ?? one.node?.nodeValue);
      console.error(`The page jumped by ${jumped.toFixed(2)}: ${parts.join(" | ")}`);
    }
  }
});
watching.observe({type: "layout-shift", buffered: true});
for (const act of ["pointerdown", "keydown", "offline"]) {
  addEventListener(act, () => watching.disconnect(), {capture: true, once: true});
}
"""
"""Tells the console when what stood there moves by itself, until somebody acts or the line is cut:
what comes of that may take its place. Up to 0.1 of the window counts as steady (https://web.dev/articles/cls)."""


class Watch:
    """Collects what nobody would see: errors in the console (the browser reports there what the Content
    Security Policy refused), uncaught exceptions, requests to other hosts, and pages that jump."""

    def __init__(self, site: str) -> None:
        self.site = site
        self.found: list[str] = []
        self._expected: list[str] = []

    def over(self, context: BrowserContext) -> None:
        context.add_init_script(TELL_OF_JUMPS)
        context.on(
            "console", lambda message: self._note(message.type, f"{message.text} ({message.location['url']})")
        )
        context.on("weberror", lambda error: self._note("error", str(error.error)))
        context.on("request", lambda request: self._visit(request.url))

    def expect(self, text: str) -> None:
        """Let pass what contains `text`: the journey means it to happen (a page that is forbidden, say)."""
        self._expected.append(text)

    def _note(self, kind: str, text: str) -> None:
        ordinary = (*self._expected, *LEFT_WHILE_LOADING)
        if kind == "error" and not any(expected in text for expected in ordinary):
            self.found.append(text)

    def _visit(self, url: str) -> None:
        if not url.startswith((self.site, "data:", "blob:", "about:")):
            self.found.append(f"request to another host: {url}")
