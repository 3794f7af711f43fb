"""Calls to addresses that people have named: only https and public addresses, bounded in time and size.

A site's own hosts that are meant to be called stand in `OUTGOING_ALLOWED`, with their ports.
"""

import http.client
import ipaddress
import socket
import ssl
import threading
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from urllib.parse import SplitResult, quote, urlsplit

from django.conf import settings

SECONDS_TO_FETCH = 10
SECONDS_TO_POST = 3
"""For each step, and twice as much for all: who answers byte by byte keeps nobody waiting."""
LONGEST_ANSWER = 2_000
HTTPS_PORT = 443
JSON = {"Content-Type": "application/json"}
_KEPT = "/?%:@!$&'()*+,;="
"""What stays as it is in a path and a query; everything else is percent-encoded."""
INTERNAL = [
    ipaddress.ip_network(one)
    for one in (
        "::/96",  # IPv4 in an address of IPv6, as it was written once (RFC 4291, 2.5.5.1)
        "64:ff9b::/96",  # IPv4 behind a translator of the network (RFC 6052), which may lead inside
        "64:ff9b:1::/48",  # the same for a site's own (RFC 8215)
        "2001::/32",  # IPv4 in a tunnel (RFC 4380)
        "2002::/16",  # and in another one (RFC 3056)
        "192.88.99.0/24",
        "fec0::/10",  # a site's own before fc00::/7 (RFC 3879)
        "168.63.129.16/32",  # public by number, and yet the machine's own metadata at one provider
    )
]
"""What `is_global` calls public and still leads, or may lead, into the network of the site."""
INNER_NAMES = (".localhost", ".local", ".internal", ".home.arpa", ".lan")


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
    """Return the addresses of the host, IPv4 first. Raises CallRefused where any of them is not public.

    Those of a host that the site allows may be any.
    """
    found = {str(row[4][0]) for row in socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)}
    if not found or not (_is_allowed(host, port) or all(is_public(one) for one in found)):
        raise CallRefused(f"{host} is not a public address")
    return sorted(found, key=lambda one: (":" in one, one))


def is_public(address: str) -> bool:
    """Return whether an IP address belongs to the internet, also behind a mapping of IPv4 into IPv6."""
    ip = ipaddress.ip_address(address.partition("%")[0])
    ip = getattr(ip, "ipv4_mapped", None) or ip
    is_inner = ip.is_multicast or ip.is_reserved or any(ip in network for network in INTERNAL)
    return ip.is_global and not is_inner


def may_be_called(address: str) -> bool:
    """Return whether an address, as somebody typed it, may be called as far as can be told without asking.

    It is https at its own port, with a host and no user name; the host is no address or name of an inner
    network. To what a name leads is seen when it is called.
    """
    try:
        parts = urlsplit(address)
        host, port = parts.hostname or "", _port(parts)
    except ValueError:
        return False
    if parts.scheme != "https" or not host or parts.username:
        return False
    return _is_allowed(host, port) or (port == HTTPS_PORT and not _is_inner(host))


def _is_inner(host: str) -> bool:
    """Return whether a name or a literal address is one of an inner network."""
    try:
        return not is_public(host)
    except ValueError:
        return "." not in host or host == "localhost" or host.rstrip(".").endswith(INNER_NAMES)


def _is_allowed(host: str, port: int) -> bool:
    return f"{host}:{port}" in settings.OUTGOING_ALLOWED


def _port(parts: SplitResult) -> int:
    """Return the port of an address. Raises ValueError for one that cannot be."""
    return HTTPS_PORT if parts.port is None else parts.port


class _CheckedConnection(http.client.HTTPSConnection):
    """Connects to addresses that were checked, so that no second answer of the name server counts."""

    def __init__(self, host: str, port: int, seconds: float) -> None:
        super().__init__(host, port, timeout=seconds)
        self.seconds = seconds
        self.is_over = False
        self.opened: ssl.SSLSocket | None = None

    def connect(self) -> None:
        plain = _connect_to_any(find_public_addresses(self.host, self.port), self.port, self.seconds)
        plain.settimeout(self.seconds)
        try:
            self.sock = ssl.create_default_context().wrap_socket(plain, server_hostname=self.host)
        except BaseException:
            plain.close()
            raise
        self.opened = self.sock  # `sock` is None again once an answer has said that it is the last
        self.require_time()

    def hang_up(self) -> None:
        """End what is under way, or what is only being opened; whoever waits for it gets an error."""
        self.is_over = True
        with suppress(OSError):
            if self.opened is not None:
                self.opened.shutdown(socket.SHUT_RDWR)

    def require_time(self) -> None:
        """Raise TimeoutError once the call was ended: what was read until then may be a part only."""
        if self.is_over:
            raise TimeoutError("the call took too long")


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
    if not may_be_called(address):
        raise CallRefused("only https:// at port 443 of the internet is called")
    path = quote(f"{parts.path or '/'}{'?' + parts.query if parts.query else ''}", safe=_KEPT)
    connection = _CheckedConnection(parts.hostname or "", _port(parts), seconds)
    hang_up = threading.Timer(2 * seconds, connection.hang_up)
    hang_up.start()
    try:
        connection.request(method, path, body, dict(headers))
        answer = connection.getresponse()
        text = answer.read(longest).decode(errors="replace")
        connection.require_time()
        return Answer(answer.status, text)
    finally:
        hang_up.cancel()
        connection.close()
