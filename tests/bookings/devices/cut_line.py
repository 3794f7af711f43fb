"""A line to the server that can be cut: before a message arrives, or before its answer comes back."""

import socket
import threading
from urllib.parse import urlsplit


class CutLine:
    """Passes connections on to `url`; `cut` is None, "message" or "answer", and holds until it is changed."""

    def __init__(self, url):
        there = urlsplit(url)
        self.there, self.cut, self.passed = (there.hostname, there.port), None, 0
        self.socket = socket.create_server(("127.0.0.1", 0))
        self.url = f"http://127.0.0.1:{self.socket.getsockname()[1]}"
        threading.Thread(target=self._serve, daemon=True).start()

    def close(self):
        self.socket.close()

    def _serve(self):
        while True:
            try:
                here, _ = self.socket.accept()
            except OSError:
                return
            with here:
                if self.cut != "message":
                    self._pass_on(here)

    def _pass_on(self, here):
        with socket.create_connection(self.there, timeout=30) as server:
            server.sendall(_read_message(here))
            self.passed += 1
            answer = _read_message(server)
            if self.cut != "answer":
                here.sendall(answer)


def _read_message(connection):
    """Return one request or answer of HTTP with a Content-Length."""
    data = b""
    while b"\r\n\r\n" not in data:
        data += _receive(connection)
    head, _, body = data.partition(b"\r\n\r\n")
    fields = dict(line.split(b":", 1) for line in head.lower().split(b"\r\n")[1:])
    while len(body) < int(fields[b"content-length"]):
        body += _receive(connection)
    return head + b"\r\n\r\n" + body


def _receive(connection):
    part = connection.recv(65536)
    if not part:
        raise ConnectionResetError
    return part
