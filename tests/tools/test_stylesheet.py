"""What set-up takes of Tabler's style sheet, and that pages use nothing beyond."""

import re
import tomllib
from collections.abc import Iterator
from importlib.util import module_from_spec, spec_from_file_location
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
PACKAGES = ("instrument_share", "providers", "bookings", "rewards")
WITHOUT_STYLE = {"picture-rows", "price-table", "problems", "table-plain"}
"""Classes that name a part for readers of the code."""
GIVEN = re.compile(r'class(?:Name)?(?: = |=|": )"((?:[^"{]|\{\{.*?\}\}|\{%.*?%\})*)"')

_spec = spec_from_file_location("stylesheet", ROOT / "frontend/stylesheet.py")
stylesheet = module_from_spec(_spec)
_spec.loader.exec_module(stylesheet)


@pytest.mark.parametrize(
    ("css", "kept"),
    [
        ("a{b:c}", "a{b:c}"),
        (".btn{b:c}.card{d:e}", ".btn{b:c}"),
        (".btn,.card{b:c}", ".btn{b:c}"),
        (".btn .card{b:c}.card .btn{b:c}.btn-primary{b:c}", ""),
        (".btn:not(.card):hover{b:c}", ".btn:not(.card):hover{b:c}"),
        (":is(.btn,.card){b:c}:is(.btn,a){b:c}", ":is(.btn,a){b:c}"),
        ('[type="a,b"]{b:c}', '[type="a,b"]{b:c}'),
        ("@media print{.card{b:c}}@media print{.card{b:c}.btn{b:c}}", "@media print{.btn{b:c}}"),
        ("@supports (a:b){@media print{.btn{b:c}.card{b:c}}}", "@supports (a:b){@media print{.btn{b:c}}}"),
        ("@keyframes turn{0%{b:c}to{b:d}}", "@keyframes turn{0%{b:c}to{b:d}}"),
        ('@charset "UTF-8";.card{b:c}', '@charset "UTF-8";'),
        ('.btn{b:url("data:,{;}")}.card{b:c}', '.btn{b:url("data:,{;}")}'),
        ("/*! MIT */.btn{b:c}/* .card */", ".btn{b:c}/*! MIT */"),
    ],
)
def test_cut_keeps_rules_using_only_given_classes(css, kept):
    assert stylesheet.cut(css, {"btn"}) == kept


def test_classes_of_a_style_sheet_are_those_of_its_selectors():
    css = "a.b>.c-d:not(.e){f:url(g.h)}@media print{.i{j:k}}@keyframes l{0%{m:n}}/*.o{}*/"
    assert stylesheet.classes_in(css) == {"b", "c-d", "e", "i"}


def test_pages_use_only_classes_that_have_a_style():
    styled = set(WITHOUT_STYLE)
    assets = tomllib.loads((ROOT / "frontend/assets.toml").read_text(encoding="utf-8"))
    for wanted in assets["cut"].values():
        styled.update(wanted["classes"])
    for sheet in files("static/**/*.css"):
        if "vendor" not in sheet.parts:
            styled |= stylesheet.classes_in(sheet.read_text(encoding="utf-8"))
    unknown = {name: where for name, where in given_classes() if name not in styled}
    assert unknown == {}, "Style these, or take them from Tabler in frontend/assets.toml."


def given_classes() -> Iterator[tuple[str, str]]:
    """Yield each class in templates, tags and scripts whose name stands there in full, and where."""
    for file in [*files("**/templates/**/*.html"), *files("**/*.py"), *files("static/*/**/*.js")]:
        if "vendor" in file.parts:
            continue
        for words in GIVEN.findall(file.read_text(encoding="utf-8")):
            named = re.sub(r"\{\{.*?\}\}", "{}", re.sub(r"\{%.*?%\}", " ", words))
            yield from (
                (name, str(file.relative_to(ROOT))) for name in named.split() if re.fullmatch(r"[\w-]+", name)
            )


def files(pattern: str) -> Iterator[Path]:
    for package in PACKAGES:
        yield from (ROOT / package).glob(pattern)
