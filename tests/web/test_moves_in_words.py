"""A move that the state does not allow is refused in words, never with a code."""

import re
from functools import partial
from importlib import import_module
from pathlib import Path

import pytest
from django.conf import settings
from django.utils import translation

from instrument_share.kernel.errors import IllegalMove
from instrument_share.kernel.states import next_state
from instrument_share.web.responses.problem import told

ROOT = Path(settings.BASE_DIR)
PACKAGES = ("instrument_share", "providers", "bookings", "rewards")
FILES = [
    file.relative_to(ROOT)
    for package in PACKAGES
    for name in ("states.py", "choices.py")
    for file in sorted((ROOT / package).rglob(f"domain/{name}"))
    if ": Moves" in file.read_text(encoding="utf-8")
]
CODE = re.compile(r"[a-z_]{3,}")


def _refusals(module):
    for name, table in vars(module).items():
        if not name.endswith("MOVES") and name not in {"ORGANIZATION", "MEMBERSHIP"}:
            continue
        step = getattr(module, "get_next_state", partial(next_state, table))
        states = {*table, *(after for moves in table.values() for after in moves.values())}
        for state in states:
            for move in {move for moves in table.values() for move in moves}:
                try:
                    step(state, move)
                except IllegalMove as refused:
                    yield refused


@pytest.mark.parametrize("file", FILES, ids=str)
def test_what_a_state_does_not_allow_is_told_in_words(file):
    module = import_module(".".join(file.with_suffix("").parts))
    with translation.override("zh-hans"):
        sentences = {told(refused.message, refused.params) for refused in _refusals(module)}
    assert sentences
    assert {sentence for sentence in sentences if CODE.search(sentence)} == set()
