"""Copy the files that assets.toml names out of node_modules; run it after `npm ci --ignore-scripts`."""

import shutil
import sys
import tomllib
from pathlib import Path

FRONTEND = Path(__file__).resolve().parent
ROOT = FRONTEND.parent


def copy_all(*, modules: Path = FRONTEND / "node_modules", root: Path = ROOT) -> int:
    """Copy every named file whose target is missing or differs in size or age; the number of copies made."""
    with (FRONTEND / "assets.toml").open("rb") as listing:
        groups = tomllib.load(listing)
    copied = 0
    for group in groups.values():
        for source_name, target_name in group.items():
            source, target = modules / source_name, root / target_name
            if not source.is_file():
                sys.exit(f"{source_name} is not there: run `npm ci --ignore-scripts` in frontend/ first.")
            if target.is_file() and _same(source, target):
                continue
            target.parent.mkdir(parents=True, exist_ok=True)
            shutil.copy2(source, target)
            copied += 1
    return copied


def _same(source: Path, target: Path) -> bool:
    one, other = source.stat(), target.stat()
    return (one.st_size, int(one.st_mtime)) == (other.st_size, int(other.st_mtime))


if __name__ == "__main__":
    copy_all()
