"""Every form names its address: after a lock it may come back at the address of the password."""

import re
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
PACKAGES = ("bookings", "providers", "rewards", "instrument_share")
FORM = re.compile(r"<form\b(?:{{.*?}}|{%.*?%}|[^>])*>", re.DOTALL)
PAGES = sorted(path for name in PACKAGES for path in (ROOT / name).glob("**/templates/**/*.html"))


def find_without_address(text):
    posted = [form for form in FORM.findall(text) if 'method="post"' in form]
    return [form for form in posted if not re.search(r"\baction=", form)] + re.findall(r'hx-post=""', text)


@pytest.mark.parametrize(
    "text",
    [
        '<form method="post"\n  data-form>',
        '<form method="post" {% if a > 1 %}x{% endif %}>',
        '<button hx-post="">',
    ],
)
def test_form_without_an_address_is_found(text):
    assert len(find_without_address(text)) == 1


def test_every_form_names_its_address():
    assert len(PAGES) > 300
    found = {str(path): find_without_address(path.read_text(encoding="utf-8")) for path in PAGES}
    assert {path: forms for path, forms in found.items() if forms} == {}
