"""Clients that keep a number of connections to a server busy, as a process of their own.

One loop over raw sockets: what the clients take of the machine is small beside what the server does, and the
same for every page that is measured.
"""

import selectors
import socket
from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass, field
from time import perf_counter

BLOCK = 1 << 16


@dataclass
class Load:
    """What came of it. `times` are seconds from the request to the last byte of its answer."""

    seconds: float
    times: list[float]
    statuses: Counter[int] = field(default_factory=Counter)

    @property
    def per_second(self) -> float:
        return len(self.times) / self.seconds

    def percentile(self, share: float) -> float:
        return sorted(self.times)[min(int(len(self.times) * share), len(self.times) - 1)]


def render(method: str, path: str, headers: dict[str, str], body: bytes = b"") -> bytes:
    """The bytes of a request to the server on this machine."""
    lines = [f"{method} {path} HTTP/1.1", "Host: 127.0.0.1", "Accept-Encoding: gzip"]
    lines += [f"{name}: {value}" for name, value in headers.items()]
    if body or method != "GET":
        lines.append(f"Content-Length: {len(body)}")
    return "\r\n".join(lines).encode() + b"\r\n\r\n" + body


class Client:
    """One connection; it sends its next request when the answer to the last one is whole."""

    def __init__(self, port: int) -> None:
        self.socket = socket.create_connection(("127.0.0.1", port))
        self.socket.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self.begun = 0.0
        self.answer = bytearray()

    def ask(self, request: bytes) -> None:
        self.answer.clear()
        self.begun = perf_counter()
        self.socket.sendall(request)

    def is_answered(self) -> bool:
        """Read what has come; whether the answer is whole."""
        block = self.socket.recv(BLOCK)
        if not block:
            raise ConnectionError("The server closed the connection.")
        self.answer += block
        end = self.answer.find(b"\r\n\r\n")
        return end >= 0 and self._is_whole(bytes(self.answer[:end]).lower(), end + 4)

    def status(self) -> int:
        return int(self.answer[9:12])

    def _is_whole(self, head: bytes, begin: int) -> bool:
        if (at := head.find(b"content-length: ")) >= 0:
            return len(self.answer) - begin >= int(head[at + 16 :].split(b"\r\n", 1)[0])
        if b"transfer-encoding: chunked" in head:
            return self.answer.endswith(b"0\r\n\r\n")
        return True  # 204 and 304 have no body


def run(port: int, requests: Iterator[bytes], *, clients: int, seconds: float) -> Load:
    """Send `requests` for so long, or until there are no more."""
    waiting = selectors.DefaultSelector()
    load = Load(0.0, [])
    begun = perf_counter()
    for _ in range(clients):
        client = Client(port)
        waiting.register(client.socket, selectors.EVENT_READ, client)
        client.ask(next(requests))
    open_ends = clients
    while open_ends:
        for key, _events in waiting.select():
            client = key.data
            if not client.is_answered():
                continue
            now = perf_counter()
            load.times.append(now - client.begun)
            load.statuses[client.status()] += 1
            following = next(requests, None) if now - begun < seconds else None
            if following is not None:
                client.ask(following)
                continue
            waiting.unregister(client.socket)
            client.socket.close()
            open_ends -= 1
    load.seconds = perf_counter() - begun
    return load
