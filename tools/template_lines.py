"""List the lines of templates that are too long to be reviewed.

    python -m tools.template_lines

The formatter breaks elements and text of pages; a long template tag it leaves as it is, for Django reads a
tag only where it stands on one line. The texts of mails it does not touch; `blocktranslate trimmed` lets them
be broken by hand. Characters are counted, not columns: a break within Chinese prose is a blank on the page.
"""

import sys
from collections.abc import Iterator
from pathlib import Path

ROOT = Path(__file__).resolve().parent.parent
LONGEST = 120
KINDS = {".html", ".txt"}
NOT_OURS = {".venv", "node_modules"}


def long_lines(root: Path) -> Iterator[str]:
    """Yield file, line number and length of every line above LONGEST in the templates below root."""
    for path in sorted(root.rglob("*")):
        place = path.relative_to(root)
        if path.suffix not in KINDS or "templates" not in place.parts or NOT_OURS & set(place.parts):
            continue
        for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), start=1):
            if len(line) > LONGEST:
                yield f"{place}:{number}: {len(line)} characters, more than {LONGEST}"


if __name__ == "__main__":
    found = list(long_lines(ROOT))
    print("\n".join(found))
    sys.exit(1 if found else 0)
