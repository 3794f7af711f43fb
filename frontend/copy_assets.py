"""Take the files that assets.toml names out of node_modules; run it after `npm ci --ignore-scripts`."""

import shutil
import sys
import tomllib
from pathlib import Path

from stylesheet import cut

FRONTEND = Path(__file__).resolve().parent
ROOT = FRONTEND.parent


def copy_all(*, modules: Path = FRONTEND / "node_modules", root: Path = ROOT) -> None:
    """Copy every named file whose target is missing or differs in size or age, and cut the style sheets."""
    with (FRONTEND / "assets.toml").open("rb") as listing:
        assets = tomllib.load(listing)
    for group in assets["copied"].values():
        for source_name, target_name in group.items():
            source, target = _source(modules, source_name), root / target_name
            if not (target.is_file() and _same(source, target)):
                target.parent.mkdir(parents=True, exist_ok=True)
                shutil.copy2(source, target)
    for source_name, wanted in assets["cut"].items():
        css = _source(modules, source_name).read_text(encoding="utf-8")
        (root / wanted["target"]).write_text(cut(css, set(wanted["classes"])), encoding="utf-8")


def _source(modules: Path, name: str) -> Path:
    source = modules / name
    if not source.is_file():
        sys.exit(f"{name} is not there: run `npm ci --ignore-scripts` in frontend/ first.")
    return source


def _same(source: Path, target: Path) -> bool:
    one, other = source.stat(), target.stat()
    return (one.st_size, int(one.st_mtime)) == (other.st_size, int(other.st_mtime))


if __name__ == "__main__":
    copy_all()
