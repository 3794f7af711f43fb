"""Known vulnerabilities of the locked packages, and how far the locks are behind.

    python -m tools.audit

Asks the advisories of PyPI (pip-audit) and npm (npm audit) about what the image contains. Where a network
does not let these through, it says so: nothing found is then no answer. Last it lists the packages that are
named directly and have newer versions. Ends with 1 where a vulnerability is known, with 2 where nobody could
be asked.
"""

import json
import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

ROOT = Path(__file__).resolve().parents[1]
BIN = Path(sys.executable).parent


@dataclass(frozen=True)
class Verdict:
    """What the advisories say of one lock: whether they answered for every package, and what is known."""

    answered: bool
    known: tuple[str, ...]


def main() -> int:
    """Print what is known; the exit code."""
    verdicts = {"Python": ask_pypi(), "npm": ask_npm()}
    for name, verdict in verdicts.items():
        print(f"{name}: {describe(verdict)}")
        print("\n".join(f"  {line}" for line in verdict.known), end="\n" if verdict.known else "")
    for name, lines in (("Python", outdated_python()), ("npm", outdated_npm())):
        print(f"{name}: {len(lines)} packages that are named directly have newer versions")
        print("\n".join(f"  {line}" for line in lines), end="\n" if lines else "")
    return exit_code(list(verdicts.values()))


def describe(verdict: Verdict) -> str:
    """Say a verdict in a sentence."""
    if verdict.known:
        return f"{len(verdict.known)} known vulnerabilities"
    return "no known vulnerability" if verdict.answered else "the advisories could not be asked"


def exit_code(verdicts: Sequence[Verdict]) -> int:
    """Return 1 where something is known, 2 where something could not be asked, else 0."""
    if any(one.known for one in verdicts):
        return 1
    return 0 if all(one.answered for one in verdicts) else 2


def ask_pypi() -> Verdict:
    """Ask PyPI about every locked package of the image."""
    exported = run(BIN / "uv", "export", "--frozen", "--quiet", "--no-emit-project", "--no-default-groups")
    requirements = ROOT / "var/audit-requirements.txt"
    requirements.parent.mkdir(exist_ok=True)
    requirements.write_text(exported.stdout, encoding="utf-8")
    asked = ("--disable-pip", "--require-hashes", "--format", "json", "--progress-spinner", "off", "-r")
    return read_pip_audit(run(BIN / "pip-audit", *asked, requirements).stdout)


def read_pip_audit(answer: str) -> Verdict:
    """Read what pip-audit answers; a package that it skipped was not asked about."""
    try:
        packages = json.loads(answer)["dependencies"]
    except (ValueError, KeyError):
        return Verdict(False, ())
    known = tuple(
        f"{one['name']} {one['version']}: {each['id']}, mended in {', '.join(each['fix_versions']) or 'none'}"
        for one in packages
        for each in one.get("vulns", ())
    )
    return Verdict(bool(packages) and not any("skip_reason" in one for one in packages), known)


def ask_npm() -> Verdict:
    """Ask npm about every locked package that is not for developers alone."""
    return read_npm_audit(run("npm", "audit", "--omit=dev", "--json", cwd=ROOT / "frontend").stdout)


def read_npm_audit(answer: str) -> Verdict:
    """Read what npm audit answers."""
    try:
        found = json.loads(answer)["vulnerabilities"]
    except (ValueError, KeyError):
        return Verdict(False, ())
    return Verdict(True, tuple(f"{name} {one['range']}: {one['severity']}" for name, one in found.items()))


def outdated_python() -> list[str]:
    """Return the packages that pyproject.toml names and that have newer versions."""
    tree = run(BIN / "uv", "tree", "--frozen", "--outdated", "--depth", "1").stdout
    return [line.lstrip("├└─ ") for line in tree.splitlines() if "(latest:" in line]


def outdated_npm() -> list[str]:
    """Return the packages that package.json names and that have newer versions."""
    answer = run("npm", "outdated", "--json", cwd=ROOT / "frontend").stdout
    found = json.loads(answer) if answer.strip().startswith("{") else {}
    return [
        f"{name} {one['wanted']} (latest: {one['latest']})" for name, one in found.items() if "latest" in one
    ]


def run(*command: str | Path, cwd: Path = ROOT) -> subprocess.CompletedProcess[str]:
    """Run a program of this environment; its exit code says what was found, not whether it ran."""
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    return subprocess.run(
        [str(part) for part in command], cwd=cwd, env=env, capture_output=True, text=True, check=False
    )


if __name__ == "__main__":
    sys.exit(main())
