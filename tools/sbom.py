"""Lists of what the image contains, as CycloneDX: `var/sbom/python.cdx.json` and `var/sbom/npm.cdx.json`.

    python -m tools.sbom

Python: an environment is installed from the lock as the Dockerfile does it, and listed with versions,
licences and what needs what. npm: the lock's packages that pages and papers take files from. The packages of
the base image (Debian) are in neither; a scanner of images lists these.
"""

import os
import subprocess
import sys
from pathlib import Path
from tempfile import TemporaryDirectory

ROOT = Path(__file__).resolve().parents[1]
TARGET = ROOT / "var/sbom"
BIN = Path(sys.executable).parent
IN_THE_IMAGE = ("sync", "--frozen", "--no-default-groups", "--group", "build", "--quiet")
"""How docker/Dockerfile installs the Python packages."""


def main() -> int:
    """Write both lists and say where; 0."""
    TARGET.mkdir(parents=True, exist_ok=True)
    write_python(TARGET / "python.cdx.json")
    write_npm(TARGET / "npm.cdx.json")
    for file in sorted(TARGET.glob("*.cdx.json")):
        print(file.relative_to(ROOT))
    return 0


def write_python(target: Path) -> None:
    """List the Python packages of the image."""
    options = ["--pyproject", "pyproject.toml", "--output-reproducible", "--output-format", "JSON"]
    with TemporaryDirectory() as folder:
        venv = Path(folder) / "venv"
        env = {**os.environ, "UV_PROJECT_ENVIRONMENT": str(venv)}
        subprocess.run([BIN / "uv", *IN_THE_IMAGE], cwd=ROOT, env=env, check=True)
        listing = [
            BIN / "cyclonedx-py",
            "environment",
            *options,
            "--output-file",
            target,
            venv / "bin/python",
        ]
        subprocess.run([str(part) for part in listing], cwd=ROOT, check=True)


def write_npm(target: Path) -> None:
    """List the npm packages of the lock that are not for developers alone."""
    listing = ["npm", "sbom", "--package-lock-only", "--omit=dev", "--sbom-format=cyclonedx"]
    env = {**os.environ, "PATH": f"{BIN}{os.pathsep}{os.environ.get('PATH', '')}"}
    done = subprocess.run(listing, cwd=ROOT / "frontend", env=env, check=True, capture_output=True, text=True)
    target.write_text(done.stdout, encoding="utf-8")


if __name__ == "__main__":
    sys.exit(main())
