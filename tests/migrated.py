"""A database that the migrations made, once for each state of them; PostgreSQL copies it in a moment.

`migrate` takes a minute of a core, and every worker of the suite needs a database.
"""

import hashlib
import os
import shutil
import subprocess
import sys
from itertools import chain
from urllib.parse import urlsplit

import psycopg
from django.conf import settings
from psycopg import sql

KEPT = settings.BASE_DIR / "var/tests"
"""Where the schema stays for the next suite, which has a server of its own."""
ONE_AT_A_TIME = 7310


def template() -> str:
    """The name of the database to copy; the first worker that asks makes it, the others wait."""
    name = f"migrated_{state_of_migrations()}"
    address = os.environ["TEST_DATABASE_URL"]
    with psycopg.connect(address, autocommit=True) as server:
        server.execute("SELECT pg_advisory_lock(%s)", [ONE_AT_A_TIME])
        if not server.execute("SELECT 1 FROM pg_database WHERE datname = %s", [name]).fetchone():
            unfinished = sql.Identifier("being_migrated")
            server.execute(sql.SQL("DROP DATABASE IF EXISTS {}").format(unfinished))
            server.execute(sql.SQL("CREATE DATABASE {}").format(unfinished))
            fill(urlsplit(address)._replace(path="/being_migrated").geturl())
            server.execute(sql.SQL("ALTER DATABASE {} RENAME TO {}").format(unfinished, sql.Identifier(name)))
    return name


def state_of_migrations() -> str:
    """Of the project by their content, of the packages by the lock."""
    at_every_depth = (settings.BASE_DIR.glob(f"{depth}/migrations/0*.py") for depth in ("*", "*/*"))
    files = [settings.BASE_DIR / "uv.lock", *sorted(chain(*at_every_depth))]
    return hashlib.sha256(b"".join(file.read_bytes() for file in files)).hexdigest()[:16]


def fill(address: str) -> None:
    """Bring an empty database to the state after `migrate`, by the schema an earlier run left or by it."""
    with psycopg.connect(address) as server:
        release = server.info.server_version // 10_000
    kept = KEPT / f"migrated_{state_of_migrations()}_{release}.sql"
    if kept.exists():
        run("psql", "--no-psqlrc", "--quiet", "--set=ON_ERROR_STOP=1", f"--file={kept}", address)
        return
    run(sys.executable, "manage.py", "migrate", "--verbosity=0", DATABASE_URL=address)
    if release_of_pg_dump() == release:
        kept.parent.mkdir(parents=True, exist_ok=True)
        for former in kept.parent.glob(f"migrated_*_{release}.sql"):
            former.unlink()
        unfinished = kept.with_suffix(".part")
        # Whoever loads it owns what it makes, as after `migrate`.
        run("pg_dump", "--no-owner", "--no-privileges", "--no-comments", f"--file={unfinished}", address)
        unfinished.rename(kept)


def release_of_pg_dump() -> int | None:
    """Its major version: it reads no newer server, and what it writes an older one may not take."""
    if not (shutil.which("pg_dump") and shutil.which("psql")):
        return None
    told = subprocess.run(["pg_dump", "--version"], capture_output=True, text=True, check=True).stdout
    return int(told.removeprefix("pg_dump (PostgreSQL) ").split(".")[0])


def run(*command: str, **more: str) -> None:
    subprocess.run(
        command, cwd=settings.BASE_DIR, env={**os.environ, **more}, check=True, stdout=subprocess.DEVNULL
    )
