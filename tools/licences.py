"""The licences of what a site runs: every locked Python and npm package that the image contains.

    python -m tools.licences [write]

Prints what is wrong, and ends with 1 for it: a package without a licence, one whose licence is not in the
list of those that go with this program, or a page (docs/licences.md) that is no longer what the locks give.
`write` writes that page.
"""

import json
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from importlib.metadata import Distribution, PackageNotFoundError, distribution
from pathlib import Path
from typing import Any

ROOT = Path(__file__).resolve().parents[1]
PAGE = ROOT / "docs/licences.md"
ALLOWED = {
    "0BSD",
    "Apache-2.0",
    "BSD-2-Clause",
    "BSD-3-Clause",
    "HPND",
    "ISC",
    "LGPL-3.0-only",
    "LGPL-3.0-or-later",
    "MIT",
    "MIT-0",
    "MIT-CMU",
    "MPL-2.0",
    "OFL-1.1",
    "PSF-2.0",
    "Unlicense",
    "Zlib",
}
"""Licences under which a library may be used unchanged by a program of any licence (SPDX).

The LGPL's (psycopg, recurring-ical-events and theirs) ask that the library can be exchanged, as here it can.
"""
SPELLINGS = {
    "apache 2.0": "Apache-2.0",
    "apache license 2.0": "Apache-2.0",
    "apache license, version 2.0": "Apache-2.0",
    "apache software license": "Apache-2.0",
    "bsd": "BSD-3-Clause",
    "bsd license": "BSD-3-Clause",
    "bsd 3-clause": "BSD-3-Clause",
    "gnu lesser general public license v3 (lgplv3)": "LGPL-3.0-only",
    "gnu lesser general public license v3 or later (lgplv3+)": "LGPL-3.0-or-later",
    "isc license (iscl)": "ISC",
    "lgpl-3.0": "LGPL-3.0-only",
    "mit license": "MIT",
    "mozilla public license 2.0 (mpl 2.0)": "MPL-2.0",
    "python software foundation license": "PSF-2.0",
    "the unlicense (unlicense)": "Unlicense",
}
"""What older packages write, in lower case, and its SPDX name."""


@dataclass(frozen=True, order=True)
class Component:
    """A package that the image contains, with its SPDX licence; empty where its metadata have none."""

    ecosystem: str
    name: str
    licence: str


def python_components() -> list[Component]:
    """Return the locked packages behind the program's own dependencies that are installed on this system."""
    found = []
    for name in sorted(_locked_names()):
        try:
            found.append(Component("Python", name, licence_of(distribution(name))))
        except PackageNotFoundError:
            continue  # of another system, or another Python
    return found


def npm_components() -> list[Component]:
    """Return the locked npm packages from which pages and papers take files."""
    lock = json.loads((ROOT / "frontend/package-lock.json").read_text(encoding="utf-8"))
    packages = {path: one for path, one in lock["packages"].items() if path and not one.get("dev")}
    names = {path.rpartition("node_modules/")[2]: one.get("license", "") for path, one in packages.items()}
    return [Component("npm", name, to_spdx(licence)) for name, licence in sorted(names.items())]


def licence_of(package: Distribution) -> str:
    """Return a package's licence as SPDX, from its expression, its classifiers, or what it writes."""
    told = package.metadata
    classifiers = [
        one.rpartition(" :: ")[2] for one in told.get_all("Classifier") or () if "License ::" in one
    ]
    texts = [one.partition("\n")[0] for one in told.get_all("License") or ()]
    written = [*(told.get_all("License-Expression") or ()), *classifiers, *texts]
    known = [to_spdx(one) for one in written if one]
    return next((one for one in known if is_allowed(one)), known[0] if known else "")


def to_spdx(written: str) -> str:
    """Return a licence by its SPDX name, or as it is written."""
    return SPELLINGS.get(written.strip().casefold(), written.strip())


def is_allowed(expression: str) -> bool:
    """Whether all licences that are asked for together, or one of those to choose from, are allowed."""
    ways = re.split(r"\s+OR\s+", expression.replace("(", "").replace(")", ""))
    return any(all(part in ALLOWED for part in re.split(r"\s+AND\s+", way)) for way in ways)


def find_problems() -> Iterator[str]:
    """Yield each package whose licence is missing or not allowed, and that the page is not up to date."""
    for one in (*python_components(), *npm_components()):
        if not is_allowed(one.licence):
            yield f"{one.ecosystem} package {one.name}: {one.licence or 'no licence'}"
    missing = {line for line in build_page().splitlines() if line.startswith("| ")}
    written = PAGE.read_text(encoding="utf-8") if PAGE.exists() else ""
    for line in sorted(missing - set(written.splitlines())):
        yield f"docs/licences.md has no line: {line}"


def build_page() -> str:
    """Return the page as the locks give it."""
    rows = [
        f"| {one.ecosystem} | {one.name} | {one.licence} |"
        for one in (*python_components(), *npm_components())
    ]
    return HEAD + "\n".join(rows) + "\n"


HEAD = """# Licences

What a site runs besides this program: the locked Python packages behind its own dependencies, and the npm
packages from which pages and papers take files. `./dev sbom` writes the same with versions (CycloneDX). Made
by `python -m tools.licences write`; a test compares it with the locks. Packages that only developers need are
not in the image and not listed.

The LGPL's packages are used unchanged and can be exchanged, as that licence asks. Fonts are under the OFL;
their licence files go along (`frontend/assets.toml`). The base image is Debian with Python: its packages have
their licences in `/usr/share/doc/*/copyright`.

| From | Package | Licence (SPDX) |
|---|---|---|
"""


def _locked_names() -> set[str]:
    lock = tomllib.loads((ROOT / "uv.lock").read_text(encoding="utf-8"))
    packages: Mapping[str, Any] = {one["name"]: one for one in lock["package"]}
    seen: set[tuple[str, str]] = set()
    waiting = [
        (one["name"], extra) for one in packages["instrument-share"]["dependencies"] for extra in _asked(one)
    ]
    while waiting:
        name, extra = waiting.pop()
        if (name, extra) in seen:
            continue
        seen.add((name, extra))
        package = packages[name]
        behind = (
            package.get("optional-dependencies", {}).get(extra, ())
            if extra
            else package.get("dependencies", ())
        )
        waiting += [(one["name"], more) for one in behind for more in _asked(one)]
    return {name for name, _ in seen}


def _asked(dependency: Mapping[str, Any]) -> list[str]:
    """Return the extras that are asked for, and an empty one for the package itself."""
    return ["", *dependency.get("extra", ())]


def main(arguments: list[str]) -> int:
    """Write the page, or say what is wrong; the exit code."""
    if arguments == ["write"]:
        PAGE.write_text(build_page(), encoding="utf-8")
    found = list(find_problems())
    print("\n".join(found) if found else "Every licence is known and goes with this program.")
    return 1 if found else 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
