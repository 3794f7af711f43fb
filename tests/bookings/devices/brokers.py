"""A real broker, as docs/site has it, and a bridge that is served beside the test."""

import os
import re
import shutil
import socket
import subprocess
import time
from contextlib import contextmanager
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from ipaddress import ip_address
from pathlib import Path
from threading import Event, Thread

from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from cryptography.x509.oid import NameOID
from django.conf import settings
from django.db import connections

from bookings.devices.bridge import presence, serving
from bookings.devices.bridge.broker import read_broker
from tests import programs
from tests.served import free_port

PATIENCE = 20
PASSWORDS = {"bridge": "of-the-bridge"}
DOCUMENTED = settings.BASE_DIR / "docs/site"


def wait_until(is_so):
    silent_at = time.monotonic() + PATIENCE
    while not is_so():
        assert time.monotonic() < silent_at, "It did not happen."
        time.sleep(0.01)


class MosquittoBroker:
    """mosquitto with TLS, passwords and the documented access list, on a port of its own."""

    def __init__(self, folder):
        self.folder, self.port, self.process = folder, free_port(), None
        self.ca_file = folder / "fullchain.pem"
        self.url = f"mqtts://127.0.0.1:{self.port}"
        make_certificate(self.ca_file, folder / "privkey.pem")
        shutil.copy(DOCUMENTED / "mosquitto.acl", folder / "instrument-share.acl")
        (folder / "instrument-share.passwd").touch(mode=0o600)
        text = (DOCUMENTED / "mosquitto.conf").read_text(encoding="utf-8")
        text = re.sub(r"/etc/mosquitto/(certs/)?", f"{folder}/", text)
        text = text.replace("listener 8883", f"listener {self.port} 127.0.0.1")
        text = text.replace("retain_available false\n", "")  # other brokers may retain
        (folder / "mosquitto.conf").write_text(f"{text}user root\n", encoding="utf-8")
        self.admit("bridge", PASSWORDS["bridge"])

    def admit(self, user, password):
        command = [*programs.find("mosquitto_passwd"), "-b", self.folder / "instrument-share.passwd"]
        subprocess.run([*command, user, password], check=True, capture_output=True)
        shutil.chown(self.folder / "instrument-share.passwd", os.geteuid())

    def start(self):
        command = [*programs.find("mosquitto"), "-c", self.folder / "mosquitto.conf"]
        with (self.folder / "log").open("a") as log:
            self.process = subprocess.Popen(command, stdout=log, stderr=log)
        wait_until(self._listens)

    def _listens(self):
        assert self.process.poll() is None, (self.folder / "log").read_text()
        with socket.socket() as probe:
            return probe.connect_ex(("127.0.0.1", self.port)) == 0

    def kill(self):
        self.process.kill()
        self.process.wait()

    def cut(self):
        """Kill it, so that it forgets every message and session; return what mends it."""
        self.kill()
        return self.start


def make_certificate(certificate_file, key_file):
    key, now = ec.generate_private_key(ec.SECP256R1()), datetime.now(UTC)
    name = x509.Name([x509.NameAttribute(NameOID.COMMON_NAME, "broker")])
    address = x509.SubjectAlternativeName([x509.IPAddress(ip_address("127.0.0.1"))])
    made = (
        x509.CertificateBuilder(name, name, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(days=1))
        .not_valid_after(now + timedelta(days=1))
        .add_extension(address, critical=False)
        .add_extension(x509.BasicConstraints(ca=True, path_length=None), critical=True)
        .sign(key, hashes.SHA256())
    )
    certificate_file.write_bytes(made.public_bytes(serialization.Encoding.PEM))
    key_file.write_bytes(
        key.private_bytes(
            serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption()
        )
    )


def forget_bridges():
    Path(settings.VAR_DIR, presence.MARK).unlink(missing_ok=True)


class ServedBridge:
    """Bridges in threads of the test; all are ended at its end."""

    def __init__(self):
        self.running = {}

    def start(self, name="bridge"):
        forget_bridges()
        stop = Event()
        thread = Thread(target=serve_here, args=(replace(read_broker(), client_id=name), stop))
        thread.start()
        self.running[name] = thread, stop
        wait_until(presence.bridge_seen_at)

    def stop(self, name="bridge"):
        thread, stop = self.running.pop(name)
        stop.set()
        thread.join(PATIENCE)
        assert not thread.is_alive()

    def cut(self):
        """Stop the bridge; return what mends it."""
        self.stop()
        return self.start

    def stop_all(self):
        for name in list(self.running):
            self.stop(name)


def serve_here(broker, stop):
    try:
        serving.serve(broker, stop)
    finally:
        connections.close_all()


@contextmanager
def brought_up(folder):
    broker = MosquittoBroker(folder)
    broker.start()
    try:
        yield broker
    finally:
        broker.kill()
