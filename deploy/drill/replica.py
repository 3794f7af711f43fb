"""On a real standby that has stopped replaying: who wrote reads it, and everybody else an older state.

    python -m deploy.drill.replica

A cluster as in `deploy/drill/failover.py`; the browser is one of the drill's, with a session.
"""

import argparse
import json
import re
import subprocess
import sys
import tempfile
from contextlib import ExitStack
from datetime import datetime, timedelta
from pathlib import Path
from urllib.parse import urlencode
from urllib.request import HTTPCookieProcessor, OpenerDirector, Request, build_opener

from deploy.drill.failover import Drill
from deploy.drill.machines.cluster import Cluster, wait_for

TOKEN = re.compile(r'"X-CSRFToken": "(\w+)"')


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("--folder", type=Path, help="leave everything there, with the logs")
    arguments = parser.parse_args()
    with ExitStack() as end:
        folder = arguments.folder or Path(end.enter_context(tempfile.TemporaryDirectory(prefix="replica-")))
        folder.mkdir(parents=True, exist_ok=True)
        cluster = Cluster(folder)
        end.callback(cluster.end)
        cluster.start()
        found = look(cluster, Drill(cluster, end))
    for what, is_so in found.items():
        print(f"{'yes' if is_so else 'NO '}  {what}")
    sys.exit(0 if all(found.values()) else 1)


def look(cluster: Cluster, drill: Drill) -> dict[str, bool]:
    """Return what should be so, and whether it is."""
    from django.conf import settings
    from django.test import Client

    writer = Client()
    writer.force_login(drill.city.people[0])
    session = f"{settings.SESSION_COOKIE_NAME}={writer.cookies[settings.SESSION_COOKIE_NAME].value}"
    instrument, start = next(drill.slots)
    asked = {
        "start": start.isoformat(),
        "end": (start + timedelta(hours=1)).isoformat(),
    }
    calendar = f"{drill.site}/instruments/{instrument}/availability/?{urlencode(asked)}"
    browser, other = build_opener(HTTPCookieProcessor()), build_opener(HTTPCookieProcessor())
    wait_for("the standbys to have the city", lambda: _read(other, calendar) != b"[]")
    before = _read(other, calendar)
    _tell_standbys(cluster, "SELECT pg_wal_replay_pause()")
    _book(browser, drill.site, session, instrument, start)
    found = {
        "whoever wrote reads it": _read(browser, calendar, session) != before,
        "a visitor is shown the replica's older state meanwhile": _read(other, calendar) == before,
    }
    _tell_standbys(cluster, "SELECT pg_wal_replay_resume()")
    wait_for("the visitor to see it", lambda: _read(other, calendar) != before, 30)
    return {**found, "everybody reads it when the replica has caught up": True}


def _book(browser: OpenerDirector, site: str, session: str, instrument: str, start: datetime) -> None:
    """As the calendar's own script would: with the session and its token."""
    page = browser.open(Request(f"{site}/instruments/{instrument}/", headers={"Cookie": session}))
    token = TOKEN.search(page.read().decode())
    cookies = "; ".join(_cookies(browser))
    assert token, "the page has no token"
    body = {
        "instrument": instrument,
        "starts_at": start.isoformat(),
        "ends_at": (start + timedelta(minutes=30)).isoformat(),
        "service_mode": "operated",
        "subject": "断口观察",
    }
    headers = {
        "Cookie": f"{session}; {cookies}",
        "X-CSRFToken": token[1],
        "Content-Type": "application/json",
        "Origin": site,
    }
    with browser.open(Request(f"{site}/api/v1/bookings", json.dumps(body).encode(), headers)) as answer:
        assert answer.status == 201


def _read(browser: OpenerDirector, address: str, session: str = "") -> bytes:
    header = "; ".join([*_cookies(browser), *([session] if session else [])])
    with browser.open(Request(address, headers={"Cookie": header} if header else {})) as answer:
        return answer.read()


def _cookies(browser: OpenerDirector) -> list[str]:
    (kept,) = (one for one in browser.handlers if isinstance(one, HTTPCookieProcessor))
    return [f"{one.name}={one.value}" for one in kept.cookiejar]


def _tell_standbys(cluster: Cluster, statement: str) -> None:
    for one in cluster.machines:
        if not one.is_primary():
            psql = ["psql", "-qAt", "-h", str(one.folder / "sockets"), "-c", statement]
            subprocess.run(["runuser", "-u", "postgres", "--", *psql], check=True, stdout=subprocess.DEVNULL)


if __name__ == "__main__":
    main()
