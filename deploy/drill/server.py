"""A PostgreSQL server of a drill's own, which may be stopped hard, filled up and thrown away."""

import os
import secrets
import shutil
import socket
import subprocess
from collections.abc import Sequence
from pathlib import Path

PATIENCE = 120


def find_programs() -> Path:
    """Return the folder of the newest PostgreSQL of this machine."""
    found = sorted(Path("/usr/lib/postgresql").glob("*/bin"), key=lambda one: int(one.parent.name))
    if not found:
        raise SystemExit("PostgreSQL is missing: apt-get install postgresql.")
    return found[-1]


def free_port() -> int:
    with socket.socket() as one:
        one.bind(("127.0.0.1", 0))
        return int(one.getsockname()[1])


class Server:
    """A cluster in a folder, as the account `postgres` where the drill runs as root: root may not run it."""

    def __init__(self, folder: Path, options: Sequence[str] = ()) -> None:
        self.data, self.port, self.log = folder / "data", free_port(), folder / "postgresql.log"
        self._programs, self._password = find_programs(), secrets.token_hex(12)
        self._folder = folder
        folder.mkdir(parents=True, exist_ok=True)
        given = folder / "password"
        given.write_text(self._password)
        if os.geteuid() == 0:
            for path in (folder, given):
                shutil.chown(path, "postgres", "postgres")
        self.run(
            "initdb", "-D", self.data, "-U", "share", "-A", "scram-sha-256", "--pwfile", given, "-E", "UTF8"
        )
        settings = [f"port={self.port}", f"unix_socket_directories='{folder}'", *options]
        with (self.data / "postgresql.auto.conf").open("a") as more:
            more.write("\n".join(settings) + "\n")
        rules = self.data / "pg_hba.conf"
        rules.write_text("local all all trust\n" + rules.read_text())  # pgBackRest asks over the socket

    @property
    def address(self) -> str:
        return f"postgres://share:{self._password}@127.0.0.1:{self.port}/share"

    def start(self) -> None:
        self.run("pg_ctl", "-D", self.data, "-l", self.log, "-w", "-t", str(PATIENCE), "start")

    def stop(self, mode: str = "fast") -> None:
        self.run("pg_ctl", "-D", self.data, "-w", "-m", mode, "stop", check=False)

    def create(self) -> None:
        """Start it for the first time, with an empty database."""
        self.start()
        self.sql("CREATE DATABASE share", database="postgres")

    def sql(self, statement: str, database: str = "share") -> str:
        command = [self._programs / "psql", "-X", "-q", "-A", "-t", "-v", "ON_ERROR_STOP=1", "-c", statement]
        there = {"PGPASSWORD": self._password, "PGHOST": "127.0.0.1", "PGPORT": str(self.port)}
        done = subprocess.run(
            command,
            env={**os.environ, **there, "PGUSER": "share", "PGDATABASE": database},
            check=True,
            capture_output=True,
            text=True,
        )
        return done.stdout.strip()

    def run(self, program: str | Path, *arguments: object, check: bool = True) -> str:
        """Run one of PostgreSQL's programs, or any other, as the account of the server."""
        path = self._programs / program if (self._programs / program).exists() else Path(program)
        command = [str(path), *map(str, arguments)]
        if os.geteuid() == 0:
            command = ["runuser", "-u", "postgres", "--", *command]
        with (self._folder / "said").open("a+") as said:
            place = said.tell()
            code = subprocess.run(command, stdout=said, stderr=said, check=False, cwd="/").returncode
            said.seek(place)
            text = said.read()
        if check and code:
            raise SystemExit(f"{program} failed ({code}): {text}")
        return text
