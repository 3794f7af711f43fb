"""Programs of the site that tests run as processes of their own."""

import os
import re
import signal
import socket
import subprocess
import sys
import time
from contextlib import contextmanager
from pathlib import Path
from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.conf import settings

PATIENCE = 60
"""Seconds that an answer or an end is waited for."""
NEVER_ON_A_PAGE = ["admin", "ninja", "account", "ext", "htmax*", "htmx-4*"]
"""Static files that tests of pages do not collect, because compressing them takes most of the time."""


def documented_server(port):
    """The command of the documented systemd unit, on another port."""
    unit = (settings.BASE_DIR / "docs/site/instrument-share.service").read_text(encoding="utf-8")
    command = re.search(r"^ExecStart=\S+/granian (--interface wsgi .*)", unit, re.M)[1]
    arguments = command.replace("--port 8000", f"--port {port}").split()
    return [str(Path(sys.executable).with_name("granian")), *arguments]


def free_port():
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return one.getsockname()[1]


@contextmanager
def running(command, environment, log):
    """A program with all that it starts; it is told to stop at the end, and has to."""
    with log.open("w") as out:
        program = subprocess.Popen(
            command, cwd=settings.BASE_DIR, env=environment, stdout=out, stderr=out, start_new_session=True
        )
    try:
        yield program
    finally:
        end(program)


def end(program):
    program.terminate()
    try:
        program.wait(timeout=PATIENCE)
    except subprocess.TimeoutExpired:
        os.killpg(program.pid, signal.SIGKILL)
        program.wait()
        raise


def get(address):
    try:
        with urlopen(address, timeout=PATIENCE) as answer:
            answer.read()
            return answer.status
    except HTTPError as error:
        with error:
            return error.code


def wait_until_ready(site):
    for _ in range(360):
        try:
            if get(f"{site}/readyz") == 200:
                return
        except OSError:
            pass
        time.sleep(0.5)
    pytest.fail("The server did not start within three minutes.")


def count_megabytes(server):
    """Resident megabytes of the server's process that holds most."""
    processes = Path(f"/proc/{server.pid}/task/{server.pid}/children").read_text().split()
    held = [re.search(r"VmRSS:\s+(\d+)", Path(f"/proc/{one}/status").read_text())[1] for one in processes]
    return max(map(int, held)) // 1000
