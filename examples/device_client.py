#!/usr/bin/env python3
"""Report the use of an instrument from beside it, with Python's standard library alone.

    python3 device_client.py FOLDER pair https://platform.example.org DEV-0123456789
    python3 device_client.py FOLDER start K7Q2MX
    python3 device_client.py FOLDER stop K7Q2MX
    python3 device_client.py FOLDER fault "vacuum pump stands still"
    python3 device_client.py FOLDER heartbeat

`pair` asks for the key and needs the network once. From then on an event is written to FOLDER before it is
sent, and stays there until the platform has answered it: what happens while the line is cut is sent
afterwards, in order, with the times at which it happened. Run `heartbeat` every minute; it sends what waits,
too. Run one command at a time.

Exit code of `start`: 0 the person may start, 1 they may not, 2 unknown, since the platform was not reached
(your interlock decides what that means), 3 the platform does not take what this device sends. The protocol
is described in docs/devices.md.
"""

import getpass
import hashlib
import hmac
import http.client
import json
import os
import re
import sys
import time
import urllib.error
import urllib.request
from datetime import UTC, datetime
from pathlib import Path

SIGNATURE = "X-Instrument-Share-Signature"


class Refused(Exception):
    """The platform does not take a message; another attempt would not change that."""


class Unreached(Exception):
    """No answer, or none that the platform has signed; try again later."""


class Client:
    """A device with its settings and its events in a folder."""

    SECRETS = {"key": "Key: "}

    def __init__(self, folder):
        self.folder = Path(folder)
        self.settings = json.loads((self.folder / "settings.json").read_text(encoding="utf-8"))
        waiting = self.waiting()
        if waiting and waiting[-1] >= self.settings["next"]:  # the power went between the two files
            self._set_next(waiting[-1] + 1)

    # --- What is kept -------------------------------------------------------------------------------------

    @classmethod
    def pair(cls, folder, address, device, **secrets):
        """Keep address, number and secrets, and ask which number is next; return the client."""
        folder = Path(folder)
        folder.mkdir(parents=True, exist_ok=True, mode=0o700)
        settings = {"address": address.rstrip("/"), "device": device, "next": None, **secrets}
        write(folder / "settings.json", json.dumps(settings))
        client = cls(folder)
        client._set_next(client._post(client._body("heartbeat"))["next_sequence"])
        return client

    def add(self, kind, **values):
        """Write an event to the folder, with the next number and the time of now; return its number."""
        number = self.settings["next"]
        write(self._path(number), self._body(kind, sequence=number, **values))
        self._set_next(number + 1)
        return number

    def waiting(self):
        """Return the numbers of the events that are not answered yet, in order."""
        return sorted(int(path.stem) for path in self.folder.glob("[0-9]*.json"))

    def _path(self, number):
        return self.folder / f"{number:012d}.json"

    def _set_next(self, number):
        self.settings["next"] = number
        write(self.folder / "settings.json", json.dumps(self.settings))

    # --- What is sent -------------------------------------------------------------------------------------

    def report(self, kind, **values):
        """Keep an event and send what waits; return its answer, or None where the platform is not reached."""
        number = self.add(kind, **values)
        return self.send().get(number)

    def send(self):
        """Send what waits, in order, until one is not answered; return the answers by number."""
        answers = {}
        for number in self.waiting():
            try:
                answers[number] = self._post(self._path(number).read_text(encoding="utf-8"))
            except Unreached:
                break
            self._path(number).unlink()
        return answers

    def heartbeat(self):
        """Say that the device lives and send what waits; return whether the platform was reached."""
        try:
            self._post(self._body("heartbeat"))
        except Unreached:
            return False
        self.send()
        return True

    def _body(self, kind, **values):
        at = datetime.now(UTC).isoformat(timespec="milliseconds")
        return json.dumps({"kind": kind, "at": at, **values})

    def _post(self, body):
        request = urllib.request.Request(  # noqa: S310 (whoever pairs the device chooses the address)
            f"{self.settings['address']}/api/v1/devices/{self.settings['device']}/events",
            data=body.encode(),
            headers={"Content-Type": "application/json", SIGNATURE: self._sign(int(time.time()), body)},
        )
        try:
            with urllib.request.urlopen(request, timeout=10) as answer:  # noqa: S310
                text, signature = answer.read().decode(), answer.headers.get(SIGNATURE, "")
        except urllib.error.HTTPError as error:
            if error.code >= 500 or error.code == 429:
                raise Unreached(str(error)) from error
            raise Refused(error.read().decode(errors="replace")) from error
        except (OSError, http.client.HTTPException) as error:
            raise Unreached(str(error)) from error
        if not self._is_signed(text, signature):
            raise Unreached("The answer is not signed by the platform.")
        return json.loads(text)

    def _is_signed(self, text, signature):
        found = re.fullmatch(r"t=(\d{1,12}),v1=[0-9a-f]{64}", signature, re.ASCII)
        return found is not None and hmac.compare_digest(self._sign(int(found[1]), text), signature)

    def _sign(self, seconds, body):
        digest = hmac.new(self.settings["key"].encode(), f"{seconds}.{body}".encode(), hashlib.sha256)
        return f"t={seconds},v1={digest.hexdigest()}"


def write(path, text):
    """Replace a file so that a power cut leaves the old one or the new one."""
    beside = path.with_suffix(".new")
    with beside.open("w", encoding="utf-8") as file:
        file.write(text)
        file.flush()
        os.fsync(file.fileno())
    beside.chmod(0o600)
    beside.replace(path)


def main(kind, usage, folder, act, *words):
    """Do what the command line says, with a client of this kind; return the exit code."""
    if act == "pair" and len(words) == 2:
        kind.pair(folder, *words, **{name: getpass.getpass(ask) for name, ask in kind.SECRETS.items()})
        return 0
    if act not in {"start", "stop", "fault", "heartbeat"}:
        print(usage)
        return 64
    client = kind(folder)
    if act == "heartbeat":
        return 0 if client.heartbeat() else 2
    answer = client.report(act, **{"detail" if act == "fault" else "code": " ".join(words)})
    if answer is None:
        print("The platform is not reached; the event is kept and sent later.")
        return 2
    print(answer["detail"] or answer["code"])
    return 0 if answer["recorded"] else 1


def run(kind, usage, arguments):
    """End the program as the command line and the platform have it."""
    if len(arguments) < 2:
        sys.exit(usage)
    try:
        sys.exit(main(kind, usage, *arguments))
    except Refused as refused:
        print(refused)
        sys.exit(3)


if __name__ == "__main__":
    run(Client, __doc__, sys.argv[1:])
