"""The database as a stream, and back: pg_dump's custom format for PostgreSQL, the file for SQLite."""

import os
import re
import shutil
import sqlite3
import subprocess
import tempfile
from collections.abc import Generator, Iterator
from contextlib import closing, contextmanager, suppress
from pathlib import Path
from threading import Thread
from typing import IO

from django.conf import settings
from django.db import connection, transaction

from instrument_share.upkeep.errors import UpkeepError

PIECE = 8 << 20
"""Bytes that are in memory at once."""
COPY = ".backup-"
"""How the folder of VAR_DIR begins in which SQLite's database is copied before it is read."""
LATER_SETTING, KNOWN_SINCE = b"SET transaction_timeout = 0;\n", 17_00_00
"""pg_restore begins with it since version 17, and is refused by every server before."""
HEAD = 1 << 10
"""Bytes in which it stands, before anything of the site's."""
MENDED = {13: 22, 14: 19, 15: 14, 16: 10, 17: 6}
"""The release of each major version since which a made-up dump runs no commands in psql (CVE-2025-8714)."""
ADDRESS = {
    "PGHOST": "HOST",
    "PGPORT": "PORT",
    "PGUSER": "USER",
    "PGPASSWORD": "PASSWORD",
    "PGDATABASE": "NAME",
    # Of several servers the primary: a standby knows nothing of the view that `still` names.
    "PGTARGETSESSIONATTRS": "target_session_attrs",
    "PGSSLMODE": "sslmode",
    "PGSSLROOTCERT": "sslrootcert",
    "PGSSLCERT": "sslcert",
    "PGSSLKEY": "sslkey",
}
"""What PostgreSQL's programs call the parts of DATABASE_URL, as Django names them."""


@contextmanager
def still() -> Iterator[str]:
    """Yield the name of a view of the database that does not change; what is read inside belongs to it.

    On SQLite nobody else writes meanwhile, and there is no name.
    """
    with transaction.atomic():
        if connection.vendor == "sqlite":
            yield ""
            return
        with connection.cursor() as cursor:
            cursor.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
            cursor.execute("SET LOCAL idle_in_transaction_session_timeout = 0")
            cursor.execute("SELECT pg_export_snapshot()")
            (name,) = cursor.fetchone()
        yield name


def dump(snapshot: str) -> Generator[bytes, None, None]:
    """Yield the database of `still` in pieces. Raises UpkeepError."""
    if connection.vendor == "sqlite":
        yield from _dump_sqlite()
        return
    command = ["pg_dump", "--format=custom", "--no-owner", "--no-privileges", f"--snapshot={snapshot}"]
    with tempfile.TemporaryFile() as said:
        process = _start(command, stdout=subprocess.PIPE, stderr=said.fileno())
        assert process.stdout
        try:
            while piece := process.stdout.read(PIECE):
                yield piece
        finally:
            process.stdout.close()
            code = process.wait()
        if code:
            raise UpkeepError(f"pg_dump failed: {_read_back(said)}")


def _dump_sqlite() -> Iterator[bytes]:
    with tempfile.TemporaryDirectory(dir=settings.VAR_DIR, prefix=COPY) as folder:
        copy = Path(folder, "copy.sqlite3")
        source = f"file:{connection.settings_dict['NAME']}?mode=ro"
        with closing(sqlite3.connect(source, uri=True)) as there, closing(sqlite3.connect(copy)) as here:
            there.backup(here, pages=1000)
        with copy.open("rb") as content:
            while piece := content.read(PIECE):
                yield piece


def load(pieces: Iterator[bytes]) -> None:
    """Make the empty database what the pieces hold, all or nothing. Raises UpkeepError."""
    if connection.vendor == "sqlite":
        _load_sqlite(pieces)
        return
    _require_mended_programs()
    _clear()
    name = connection.settings_dict["NAME"]
    reading = ["pg_restore", "--no-owner", "--no-privileges", "--no-comments", "--exit-on-error"]
    writing = ["psql", "--no-psqlrc", "--quiet", "--output=/dev/null", "--set=ON_ERROR_STOP=1"]
    pipe = subprocess.PIPE
    with tempfile.TemporaryFile() as said, tempfile.TemporaryFile() as refused:
        # It says COMMIT only at its end: of what comes in part nothing is written.
        reader = _start(
            [*reading, "--single-transaction", "--file=-"], stdin=pipe, stdout=pipe, stderr=said.fileno()
        )
        writer = _start([*writing, f"--dbname={name}"], stdin=pipe, stderr=refused.fileno())
        assert reader.stdin and reader.stdout and writer.stdin
        unknown = LATER_SETTING if _server_version() < KNOWN_SINCE else b""
        statements = Thread(target=_pass_on, args=(reader.stdout, writer.stdin, unknown))
        statements.start()
        try:
            for piece in pieces:
                reader.stdin.write(piece)
            reader.stdin.close()
        except BrokenPipeError:
            pass  # a program says why
        except BaseException:
            reader.kill()
            raise
        finally:
            statements.join()
            codes = reader.wait(), writer.wait()
        if any(codes):
            raise UpkeepError(f"pg_restore failed: {_read_back(refused) or _read_back(said)}")


def _require_mended_programs() -> None:
    asked = _start(["pg_restore", "--version"], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL)
    said = asked.communicate()[0].decode(errors="replace")
    version = re.search(r"(\d+)\.(\d+)", said)
    if version and int(version[2]) < MENDED.get(int(version[1]), 0):
        raise UpkeepError(
            f"PostgreSQL's programs {version[0]} run commands that a made-up backup holds (CVE-2025-8714). "
            "Update them: apt-get install --only-upgrade postgresql-client."
        )


def _server_version() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SHOW server_version_num")
        return int(cursor.fetchone()[0])


def _pass_on(statements: IO[bytes], database: IO[bytes], unknown: bytes) -> None:
    """Pass on what pg_restore says, without a setting that the server doesn't know."""
    with statements, suppress(BrokenPipeError), database:
        database.write(statements.read(HEAD).replace(unknown, b"", 1))
        shutil.copyfileobj(statements, database, PIECE)


def _load_sqlite(pieces: Iterator[bytes]) -> None:
    place = Path(connection.settings_dict["NAME"])
    connection.close()
    fresh = place.with_name(f"{place.name}.restored")
    with fresh.open("wb") as target:
        for piece in pieces:
            target.write(piece)
        target.flush()
        os.fsync(target.fileno())
    for rest in ("-wal", "-shm"):
        place.with_name(place.name + rest).unlink(missing_ok=True)
    fresh.replace(place)


def is_empty() -> bool:
    """Return whether nothing has happened in this database: no tables, or no person and no entry in them."""
    tables = connection.introspection.table_names()
    with connection.cursor() as cursor:
        for table in ("accounts_user", "journal_auditentry", "providers_instrument"):
            if table in tables:
                cursor.execute(f"SELECT EXISTS (SELECT 1 FROM {table})")  # noqa: S608 - one of ours
                if cursor.fetchone()[0]:
                    return False
    return True


def _clear() -> None:
    """Remove the tables and functions that `migrate` has made; the extensions of the server stay."""
    with transaction.atomic(), connection.cursor() as cursor:
        if tables := connection.introspection.table_names(cursor):
            names = ", ".join(map(connection.ops.quote_name, tables))
            cursor.execute(f"DROP TABLE {names} CASCADE")
        cursor.execute(
            "SELECT oid::regprocedure FROM pg_proc WHERE pronamespace = 'public'::regnamespace "
            "AND NOT EXISTS (SELECT 1 FROM pg_depend WHERE objid = pg_proc.oid AND deptype = 'e')"
        )
        for (name,) in cursor.fetchall():
            cursor.execute(f"DROP FUNCTION {name} CASCADE")


def _start(
    command: list[str], *, stderr: int, stdin: int | None = None, stdout: int | None = None
) -> "subprocess.Popen[bytes]":
    there = {**connection.settings_dict["OPTIONS"], **connection.settings_dict}
    # By the environment: other accounts of the machine can read the arguments of a program.
    facts = {name: str(there[key]) for name, key in ADDRESS.items() if there.get(key)}
    try:
        return subprocess.Popen(  # noqa: S603
            command, env={**os.environ, **facts}, stdin=stdin, stdout=stdout, stderr=stderr
        )
    except FileNotFoundError as error:
        raise UpkeepError(
            f"The program {command[0]} is missing: apt-get install postgresql-client."
        ) from error


def _read_back(said: IO[bytes]) -> str:
    said.seek(0)
    return said.read().decode(errors="replace").strip()
