"""What a browser fetches for a page, and how much comes over the wire for it, without a browser."""

import re
from urllib.parse import urljoin

from django.http import HttpResponseBase
from django.test import Client

NAMED = re.compile(r'<(?:link rel="(?:stylesheet|icon)"|script|img|use)\s[^>]*?\b(?:href|src)="([^"#]+)')
ASKED_BY_A_PART = re.compile(r'\bdata-(?:script|style)="([^"]+)"')
IMPORTED = re.compile(r'\bfrom "(\./[^"]+)"')
IMPORTED_FOR_A_PART = re.compile(r'\bimport\("(\./[^"]+)"\)')
DAY_SECONDS = 24 * 3600
HOME_COLD_BYTES = 150_000
"""What home may weigh for who has never been here."""
HOME_WARM_BYTES = 20_000
"""What it may weigh for who comes back."""


class Reader:
    """Opens pages one after the other, and keeps what may be kept until tomorrow."""

    def __init__(self, client: Client, accepted: str = "gzip, deflate, br") -> None:
        self.client = client
        self.accepted = accepted
        self.kept: set[str] = set()
        self.fetched: list[str] = []
        """What the last page took, in order."""

    def open(self, address: str) -> int:
        """Return the bytes of the page, of all that it names and of all that these import, with headers."""
        self.fetched = []
        page, bytes_sent = self._fetch(address)
        has_parts = ASKED_BY_A_PART.findall(page)
        waiting = [urljoin(address, name) for name in NAMED.findall(page) + has_parts]
        imports = (IMPORTED, IMPORTED_FOR_A_PART) if has_parts else (IMPORTED,)
        while waiting:
            name = waiting.pop(0)
            if name in self.kept or name in self.fetched or name.startswith("data:"):
                continue
            text, size = self._fetch(name)
            bytes_sent += size
            if name.endswith(".js"):
                waiting += [urljoin(name, found) for pattern in imports for found in pattern.findall(text)]
        return bytes_sent

    def _fetch(self, address: str) -> tuple[str, int]:
        response = self.client.get(address, headers={"Accept-Encoding": self.accepted})
        assert response.status_code == 200, f"{address}: {response.status_code}"
        self.fetched.append(address)
        if seconds_kept(response) >= DAY_SECONDS:
            self.kept.add(address)
        text = self.client.get(address).getvalue().decode(errors="replace")
        return text, sent(response)


def seconds_kept(response: HttpResponseBase) -> int:
    """How long a browser may use it without asking again."""
    age = re.search(r"\bmax-age=(\d+)", response.headers.get("Cache-Control", ""))
    return int(age[1]) if age else 0


def sent(response: HttpResponseBase) -> int:
    """The bytes of a response on an HTTP/1.1 connection."""
    heads = sum(len(f"{name}: {value}\r\n".encode()) for name, value in response.items())
    cookies = sum(len(f"Set-{morsel.OutputString()}\r\n") for morsel in response.cookies.values())
    return len("HTTP/1.1 200 OK\r\n\r\n") + heads + cookies + len(response.getvalue())
