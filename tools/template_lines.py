"""List the lines of templates that are too long to be reviewed.

    python -m tools.template_lines

The formatter breaks elements and text; a long template tag it leaves as it is, for Django reads a tag only
where it stands on one line.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 120
NOT_OURS = {".venv", "node_modules"}


def long_lines(root: Path) -> Iterator[str]:
    """Yield file, line number and length of every line above LONGEST in the templates below root."""
    for path in sorted(root.rglob("*.html")):
        place = path.relative_to(root)
        if "templates" not in place.parts or NOT_OURS & set(place.parts):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if len(line) > LONGEST:
                yield f"{place}:{number}: {len(line)} characters, more than {LONGEST}"


if __name__ == "__main__":
    found = list(long_lines(ROOT))
    print("\n".join(found))
    sys.exit(1 if found else 0)
