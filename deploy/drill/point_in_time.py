"""Bring back the second before a DELETE, as somebody with the database might send it, by pgBackRest.

    python -m deploy.drill.point_in_time

A cluster archives its log with the settings of deploy/pgbackrest. After a full backup people go on booking.
Then the guards are lifted, bookings are removed, and people book again. The cluster is restored to the time
just before: what was removed is back, what came later is gone, and every check finds nothing.
"""

import os
import shutil
import time
from pathlib import Path

from deploy.drill.site import Site, end, site

CONFIGURATION = Path(__file__).resolve().parents[1] / "pgbackrest"
DAMAGE = """
ALTER TABLE bookings_booking DISABLE TRIGGER ALL;
DELETE FROM bookings_booking WHERE id % 2 = 0;
ALTER TABLE bookings_booking ENABLE TRIGGER ALL
"""


class Archive:
    """pgBackRest for the cluster of a drill, with the documented configuration in places of its own."""

    def __init__(self, one: Site) -> None:
        self.server, root = one.server, one.folder / "archive"
        self.configuration = root / "pgbackrest.conf"
        text = (CONFIGURATION / "pgbackrest.conf").read_text(encoding="utf-8")
        places = {
            "repo1-cipher-pass=": "repo1-cipher-pass=of-this-drill",
            "/var/lib/pgbackrest": root / "repository",
            "/var/spool/pgbackrest": root / "spool",
            "/var/lib/postgresql/16/main": self.server.data,
            "pg1-port=5432": f"pg1-port={self.server.port}\npg1-socket-path={self.server.data.parent}"
            f"\npg1-user=share\npg1-database=share\nlog-path={root / 'log'}\nlock-path={root / 'lock'}",
        }
        for name in ("repository", "spool", "log", "lock"):
            (root / name).mkdir(parents=True)
        for before, after in places.items():
            text = text.replace(before, str(after))
        self.configuration.write_text(text, encoding="utf-8")
        for path in (root, *root.iterdir()):
            if os.geteuid() == 0:
                shutil.chown(path, "postgres", "postgres")
        self._let_archive()

    def _let_archive(self) -> None:
        settings = (CONFIGURATION / "postgresql.conf").read_text(encoding="utf-8")
        command = f"pgbackrest --config={self.configuration} --stanza"
        with (self.server.data / "postgresql.auto.conf").open("a") as more:
            more.write(settings.replace("pgbackrest --stanza", command))
        self.server.stop()
        self.server.start()
        self.do("stanza-create")
        self.do("check")

    def do(self, *arguments: str) -> float:
        begun = time.monotonic()
        self.server.run("pgbackrest", f"--config={self.configuration}", "--stanza=share", *arguments)
        return time.monotonic() - begun


def act(one: Site) -> bool:
    archive = Archive(one)
    one.wait_until_ready()
    print(f"full backup: {archive.do('--type=full', 'backup'):.1f} s")
    with one.booked_by(4):
        time.sleep(8)
    before = len(one.get_bookings())
    one.kill("worker")
    moment = one.server.sql("SELECT clock_timestamp()")
    time.sleep(1.5)
    one.server.sql(DAMAGE)
    print(f"before the damage {before} bookings, after it {len(one.get_bookings())}")
    said = one.manage("verify", check=False)
    print(f"verify names {said.count('is gone, and the journal tells of it')} of them as gone")
    kept = dict(one.told.confirmed)
    with one.booked_by(4):
        time.sleep(3)
    print(f"people have booked meanwhile: {len(one.told.confirmed) - len(kept)} bookings")
    one.server.sql("SELECT pg_switch_wal()")
    one.kill("web")
    begun = time.monotonic()
    one.server.stop()
    # With its --delta what is as in the backup stays; the time is told to the second and its parts.
    archive.do("--delta", "--type=time", f"--target={moment}", "--target-action=promote", "restore")
    one.server.start()
    while one.server.sql("SELECT pg_is_in_recovery()") != "f":
        time.sleep(0.2)
    restored = time.monotonic() - begun
    later = one.told.confirmed.keys() - kept.keys()
    stored = {row[0] for row in one.get_bookings()}
    print(f"restored to {moment} in {restored:.1f} s: {len(stored)} bookings")
    print(f"of those before the damage {len(kept.keys() - stored)} are missing, ", end="")
    print(f"of those after it {len(later & stored)} are there")
    one.told.confirmed = kept
    one.start()
    one.wait_until_ready()
    print(f"the site answers after {time.monotonic() - begun:.1f} s")
    return not later & stored and stored == kept.keys()


def main() -> None:
    with site() as one:
        is_sound = act(one)
        end(one.judge() and is_sound)


if __name__ == "__main__":
    main()
