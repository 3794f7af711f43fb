"""Calls to addresses that people have named: only https, only public addresses, bounded in time and size."""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import quote, urlsplit

SECONDS_TO_FETCH = 10
SECONDS_TO_POST = 3
"""For each step, and twice as much for all: who answers byte by byte keeps nobody waiting."""
LONGEST_ANSWER = 2_000
HTTPS_PORT = 443
JSON = {"Content-Type": "application/json"}
_KEPT = "/?%:@!$&'()*+,;="
"""What stays as it is in a path and a query; everything else is percent-encoded."""


class CallRefused(Exception):
    """The address is none that may be called."""


@dataclass(frozen=True)
class Answer:
    """The status of an answer and the beginning of its text."""

    status: int
    text: str

    @property
    def is_success(self) -> bool:
        return 200 <= self.status < 300


def find_public_addresses(host: str, port: int) -> list[str]:
    """Return the addresses of the host, IPv4 first. Raises CallRefused where any of them is not public."""
    found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not found or not all(is_public(one) for one in found):
        raise CallRefused(f"{host} is not a public address")
    return sorted(found, key=lambda one: (":" in one, one))


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the internet, also behind a mapping of IPv4 into IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    mapped = getattr(ip, "ipv4_mapped", None)
    return (mapped or ip).is_global and not (mapped or ip).is_multicast


class _CheckedConnection(http.client.HTTPSConnection):
    """Connects to addresses that were checked, so that no second answer of the name server counts."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self.seconds = seconds

    def connect(self) -> None:
        plain = _connect_to_any(find_public_addresses(self.host, self.port), self.port, self.seconds)
        plain.settimeout(self.seconds)
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise

    def hang_up(self) -> None:
        """End what is under way; whoever waits for it gets an error."""
        with suppress(OSError):
            if self.sock is not None:
                self.sock.shutdown(socket.SHUT_RDWR)


def _connect_to_any(addresses: Sequence[str], port: int, seconds: float) -> socket.socket:
    """Return a connection to the first address that answers; together they have the time of one step."""
    *others, last = addresses
    for address in others:
        with suppress(OSError):
            return socket.create_connection((address, port), timeout=seconds / len(addresses))
    return socket.create_connection((last, port), timeout=seconds / len(addresses))


def post_json(address: str, body: str, headers: Mapping[str, str]) -> Answer:
    """Send JSON and return the beginning of the answer; raises as `fetch` does."""
    return _call("POST", address, body.encode(), {**headers, **JSON}, LONGEST_ANSWER, SECONDS_TO_POST)


def fetch(address: str, headers: Mapping[str, str], longest: int) -> Answer:
    """Return the answer of an address, at most `longest` bytes of it; a redirect is not followed.

    Raises CallRefused, OSError, HTTPException, or ValueError for an address that cannot be written.
    """
    return _call("GET", address, None, headers, longest, SECONDS_TO_FETCH)


def _call(
    method: str, address: str, body: bytes | None, headers: Mapping[str, str], longest: int, seconds: float
) -> Answer:
    parts = urlsplit(address)
    if parts.scheme != "https" or not parts.hostname or parts.username:
        raise CallRefused("only https:// is called")
    path = quote(f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", safe=_KEPT)
    connection = _CheckedConnection(parts.hostname, parts.port or HTTPS_PORT, seconds)
    hang_up = threading.Timer(2 * seconds, connection.hang_up)
    hang_up.start()
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        return Answer(answer.status, answer.read(longest).decode(errors="replace"))
    finally:
        hang_up.cancel()
        connection.close()


def is_plain_https(address: str) -> bool:
    """Return whether this is an https address with a host, a possible port and no user name."""
    try:
        parts = urlsplit(address)
        return parts.scheme == "https" and bool(parts.hostname) and not parts.username and parts.port != 0
    except ValueError:
        return False
