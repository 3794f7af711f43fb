"""Three machines of a database on this one, each an address of the loopback with its own programs.

The files are those that `deploy/render` writes for a site.
"""

import json
import os
import pwd
import secrets
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable
from contextlib import suppress
from importlib.machinery import SourceFileLoader
from importlib.util import module_from_spec, spec_from_loader
from pathlib import Path
from types import ModuleType
from urllib.error import HTTPError, URLError
from urllib.request import urlopen

ROOT = Path(__file__).resolve().parents[3]
NAMES = ("db1", "db2", "db3")
SYSTEM_USER = "postgres"
"""PostgreSQL refuses to run as root."""
PATIENCE = 180.0


class Machine:
    """One database's machine; its programs die together and start together."""

    def __init__(self, name: str, address: str, folder: Path) -> None:
        self.name, self.address, self.folder = name, address, folder
        self.programs: list[subprocess.Popen[bytes]] = []

    def start(self) -> None:
        # What a killed process has handed to the system is not lost: etcd need not wait for the disk here.
        self._start("etcd", "etcd", "--config-file", str(self.folder / "etcd.yml"), "--unsafe-no-fsync")
        self._start("patroni", "patroni", str(self.folder / "patroni.yml"))

    def die(self) -> None:
        """Kill all at once, none of them gets to say goodbye."""
        for program in self._everything():
            with suppress(ProcessLookupError):
                os.kill(program, signal.SIGKILL)
        for one in self.programs:
            one.wait()
        self.programs = []

    def is_primary(self) -> bool:
        return self._answers("primary")

    def is_standby(self) -> bool:
        return self._answers("replica?lag=1MB")

    def is_synchronous(self) -> bool:
        return self._answers("synchronous")

    def describe(self) -> dict[str, object]:
        with urlopen(f"http://{self.address}:8008/patroni", timeout=2) as answer:
            return dict(json.load(answer))

    def _answers(self, question: str) -> bool:
        try:
            with urlopen(f"http://{self.address}:8008/{question}", timeout=2):
                return True
        except (HTTPError, URLError, OSError):
            return False

    def _start(self, log: str, *command: str) -> None:
        with (self.folder / f"{log}.log").open("ab") as out:
            self.programs.append(
                subprocess.Popen(
                    command,
                    cwd=self.folder,
                    stdout=out,
                    stderr=out,
                    user=SYSTEM_USER if os.geteuid() == 0 else None,
                    group=SYSTEM_USER if os.geteuid() == 0 else None,
                    extra_groups=[] if os.geteuid() == 0 else None,
                    start_new_session=True,
                )
            )

    def _everything(self) -> list[int]:
        """The numbers of all processes: what Patroni started, PostgreSQL with its children, etcd."""
        found = [pid for one in self.programs for pid in _with_children(one.pid)]
        postmaster = self.folder / "data" / "postmaster.pid"
        if postmaster.exists():
            found += _with_children(int(postmaster.read_text().split()[0]))
        return list(dict.fromkeys(found))


class Cluster:
    """Three machines, and HAProxy as it stands on the site's machine."""

    def __init__(self, folder: Path) -> None:
        self.folder = folder
        net = _free_net()
        self.machines = [
            Machine(name, f"127.0.{net}.{number}", folder / name) for number, name in enumerate(NAMES, 1)
        ]
        self.write_port, self.read_port, statistics_port = (_free_port() for _ in range(3))
        self.password = secrets.token_hex(12)
        values = {
            "CLUSTER": "drill",
            "NODES": " ".join(f"{one.name}={one.address}" for one in self.machines),
            "NETWORK": "127.0.0.0/8",
            "POSTGRES_BIN": str(_postgres_bin()),
            "DATABASE": "share",
            "DATABASE_USER": "share",
            "DATABASE_PASSWORD": self.password,
            "SUPERUSER_PASSWORD": secrets.token_hex(12),
            "REPLICATION_PASSWORD": secrets.token_hex(12),
            "PATRONI_PASSWORD": secrets.token_hex(12),
            "SHARED_BUFFERS": "64MB",
            "MAX_CONNECTIONS": "60",
            "ARCHIVE_MODE": "off",
            "ARCHIVE_COMMAND": "false",
            "WRITE_PORT": str(self.write_port),
            "READ_PORT": str(self.read_port),
            "STATISTICS_PORT": str(statistics_port),
        }
        folder.chmod(0o755)
        for one in self.machines:
            own = {"CONFIG": one.folder, "POSTGRES_SOCKETS": one.folder / "sockets"}
            own |= {"POSTGRES_DATA": one.folder / "data", "ETCD_DATA": one.folder / "etcd"}
            RENDER.render_node({**values, **{k: str(v) for k, v in own.items()}}, one.name, one.folder)
            (one.folder / "sockets").mkdir()
            _give_away(one.folder)
        RENDER.render(values, RENDER.OF_THE_SITE, folder)
        if os.geteuid():
            _keep_user(folder / "haproxy.cfg")
        self.haproxy: subprocess.Popen[bytes] | None = None

    def start(self) -> None:
        for one in self.machines:
            one.start()
        with (self.folder / "haproxy.log").open("wb") as log:
            self.haproxy = subprocess.Popen(
                ["/usr/sbin/haproxy", "-db", "-f", str(self.folder / "haproxy.cfg")], stdout=log, stderr=log
            )
        self.wait_until_whole()

    def end(self) -> None:
        for one in self.machines:
            one.die()
        if self.haproxy is not None:
            self.haproxy.terminate()
            self.haproxy.wait()

    def url(self, port: int) -> str:
        return f"postgres://share:{self.password}@127.0.0.1:{port}/share"

    def primary(self) -> Machine:
        return next(one for one in self.machines if one.is_primary())

    def has_primary(self) -> bool:
        return any(one.is_primary() for one in self.machines)

    def wait_until_whole(self) -> None:
        """Until one machine is primary and both others follow it, one of them synchronously."""
        wait_for("a primary with two standbys", self._is_whole)

    def _is_whole(self) -> bool:
        return (
            self.has_primary()
            and sum(one.is_standby() for one in self.machines) == 2
            and any(one.is_synchronous() for one in self.machines)
        )


def wait_for(what: str, is_so: Callable[[], bool], patience: float = PATIENCE) -> float:
    """Return the seconds that it took; exit where it takes more than `patience`."""
    begun = time.monotonic()
    while not is_so():
        if time.monotonic() - begun > patience:
            sys.exit(f"Waited {patience:.0f} seconds for {what}.")
        time.sleep(0.2)
    return time.monotonic() - begun


def _load_render() -> ModuleType:
    loader = SourceFileLoader("deploy_render", str(ROOT / "deploy/render"))
    spec = spec_from_loader(loader.name, loader)
    assert spec is not None
    module = module_from_spec(spec)
    loader.exec_module(module)
    return module


RENDER = _load_render()


def _with_children(pid: int) -> list[int]:
    try:
        children = Path(f"/proc/{pid}/task/{pid}/children").read_text().split()
    except OSError:
        return []
    return [pid, *(below for child in children for below in _with_children(int(child)))]


def _postgres_bin() -> Path:
    versions = Path("/usr/lib/postgresql").glob("*/bin/postgres")
    newest = max(versions, key=lambda path: int(path.parts[-3]), default=None)
    if newest is None or not all(map(shutil.which, ("patroni", "etcd"))):
        sys.exit("The drill needs postgresql, patroni, etcd-server and haproxy (apt-get install).")
    return newest.parent


def _free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


def _free_net() -> int:
    """The first of 127.0.N.0/24 on which nothing listens where PostgreSQL, Patroni and etcd will."""
    for net in range(71, 250):
        with suppress(OSError):
            for port in (5432, 8008, 2379):
                with socket.socket() as one:
                    one.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
                    one.bind((f"127.0.{net}.1", port))
            return net
    sys.exit("Every address of the loopback is taken.")


def _keep_user(configuration: Path) -> None:
    """Leave out what only root may do: to go on as another user."""
    lines = configuration.read_text(encoding="utf-8").splitlines(keepends=True)
    kept = [line for line in lines if line.split()[:1] not in (["user"], ["group"])]
    configuration.write_text("".join(kept), encoding="utf-8")


def _give_away(folder: Path) -> None:
    """To the account under which PostgreSQL runs, where this one is root."""
    if os.geteuid() == 0:
        user = pwd.getpwnam(SYSTEM_USER)
        for path in (folder, *folder.rglob("*")):
            os.chown(path, user.pw_uid, user.pw_gid)
