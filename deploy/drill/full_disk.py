"""Fill the disk of the database under load, then that of a backup; make room again. As root: it mounts.

    python -m deploy.drill.full_disk

What pages and programs are answered meanwhile is told; nothing may be half written afterwards.
"""

import subprocess
import tempfile
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from deploy.drill.site import Site, end, site

CLIENTS, SIZE = 4, "400m"


@contextmanager
def small_disk() -> Iterator[Path]:
    place = Path(tempfile.mkdtemp(prefix="instrument-share-disk-"))
    subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={SIZE},mode=755", "tmpfs", place], check=True)
    try:
        yield place
    finally:
        subprocess.run(["umount", "--lazy", place], check=True)
        place.rmdir()


def fill(place: Path) -> Path:
    filler = place / "filler"
    subprocess.run(["dd", "if=/dev/zero", f"of={filler}", "bs=64k"], check=False, capture_output=True)
    return filler


def main() -> None:
    with small_disk() as disk, site(mails=20, place=disk) as one:
        print("The disk of the database is full:")
        with one.booked_by(CLIENTS) as told:
            time.sleep(5)
            before = dict(told.statuses)
            filler = fill(disk)
            look(one)
            time.sleep(10)
            look(one)
            filler.unlink()
            one.server.stop("immediate")  # where it has ended by itself, this does nothing
            one.server.start()
            one.wait_until_ready()
            time.sleep(5)
        print(f"before: {before}; in all: {dict(told.statuses)}")
        for status, body in told.bodies.items():
            if status >= 500:
                print(f"{status}: {body}")
        is_sound = one.judge() and not told.statuses[500]
        is_sound &= files_full(one)
    end(is_sound)


def look(one: Site) -> None:
    for path in ("/", "/instruments/", "/readyz", "/healthz", "/accounts/login/"):
        print(f"  {path} {one.ask('GET', path)[0]}")


def files_full(one: Site) -> bool:
    """A backup and a checkpoint want to write where there is no room."""
    with small_disk() as disk:
        fill(disk)
        said = one.manage("backup", str(disk), "--unencrypted-for-everybody-to-read", check=False)
        left = [path.name for path in disk.iterdir()]
    print(f"backup onto a full disk: {said.strip().splitlines()[-1]}; left there: {left}")
    return "No backup was made" in said and left == ["filler"]


if __name__ == "__main__":
    main()
