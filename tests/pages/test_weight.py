"""How much a reader waits for: compressed files under names with a hash, kept for a year, and light pages."""

import gzip
import re
import runpy
from pathlib import Path
from urllib.parse import urljoin

import pytest
from django.conf import settings as django_settings
from django.contrib.staticfiles.storage import staticfiles_storage
from django.core.management import call_command
from django.templatetags.static import static
from django.test import Client, override_settings
from django.urls import reverse

from tests.reader import DAY_SECONDS, HOME_COLD_BYTES, HOME_WARM_BYTES, Reader, seconds_kept
from tests.served import NEVER_ON_A_PAGE

EVERYWHERE = [
    "vendor/tabler.min.css",
    "instrument_share/css/print.css",
    "instrument_share/js/site.js",
    "instrument_share/js/forms.js",
    "instrument_share/icons.svg",
]
PICTURES_BYTES = 6 * 12_000
"""Of the instruments that home shows on a site; here there is one, without a picture."""


@pytest.fixture(scope="session")
def static_root(tmp_path_factory):
    """Static files as `collectstatic` leaves them on a site."""
    folder = tmp_path_factory.mktemp("static")
    with override_settings(**as_on_a_site(folder)):
        call_command("collectstatic", interactive=False, verbosity=0, ignore_patterns=NEVER_ON_A_PAGE)
    return folder


@pytest.fixture
def site(static_root, settings):
    """A browser of its own before a site whose static files were collected."""
    for name, value in as_on_a_site(static_root).items():
        setattr(settings, name, value)
    return Client()


def as_on_a_site(folder: Path) -> dict[str, object]:
    read = runpy.run_path(str(Path(django_settings.BASE_DIR) / "instrument_share/settings.py"))
    return {"STATIC_ROOT": folder, "STORAGES": read["STORAGES"]}


# --- Static files


@pytest.mark.parametrize(("accepted", "encoding"), [("gzip, br", "br"), ("gzip", "gzip")])
def test_a_static_file_goes_compressed_and_is_kept_for_a_year(site, accepted, encoding):
    address = static("instrument_share/css/site.css")
    assert re.fullmatch(r"/static/instrument_share/css/site\.[0-9a-f]{12}\.css", address)
    answer = site.get(address, headers={"Accept-Encoding": accepted})
    assert len(answer.getvalue()) < 4000
    assert answer.headers["Content-Encoding"] == encoding
    assert "immutable" in answer.headers["Cache-Control"]
    assert seconds_kept(answer) >= 365 * DAY_SECONDS


def test_scripts_import_modules_by_names_with_a_hash(site, static_root):
    named = staticfiles_storage.hashed_files
    scripts = [name for plain, name in named.items() if plain.endswith(".js") and "vendor" not in plain]
    imports = [
        (name, found)
        for name in scripts
        for found in re.findall(r'(?:from |import\()"(\.[^"]+)"', (static_root / name).read_text())
    ]
    assert len(imports) >= 9
    for name, found in imports:
        assert urljoin(name, found) in named.values(), f"{name} imports {found}"


# --- Pages


@pytest.mark.django_db
def test_home_is_light(site, city):
    reader = Reader(site)
    cold = reader.open(reverse("home"))
    assert set(map(static, EVERYWHERE)) <= set(reader.fetched)
    assert cold <= HOME_COLD_BYTES - PICTURES_BYTES
    assert reader.open(reverse("home")) <= HOME_WARM_BYTES
    assert reader.fetched == [reverse("home")]


@pytest.mark.django_db
def test_only_a_page_with_a_calendar_fetches_the_calendar(site, city):
    reader = Reader(site)
    reader.open(reverse("home"))
    assert not [name for name in reader.fetched if "calendar" in name or "echarts" in name]
    reader.open(reverse("instrument", args=[city.instrument.public_id]))
    assert len([name for name in reader.fetched if "event-calendar" in name]) == 2
    assert not [name for name in reader.fetched if "echarts" in name]


@pytest.mark.django_db
def test_compressed_page_has_random_padding(client):
    pages = [client.get("/", headers={"Accept-Encoding": "gzip, br"}) for _ in range(8)]
    assert {page.headers["Content-Encoding"] for page in pages} == {"gzip"}
    assert "Accept-Encoding" in pages[0].headers["Vary"]
    assert b"</html>" in gzip.decompress(pages[0].content)
    # The padding against BREACH is the file name in gzip's header, of a random length.
    assert all(page.content[3] & 8 for page in pages)
    assert len({page.content.index(b"\0", 10) for page in pages}) > 1


@pytest.mark.django_db
def test_precompressed_content_keeps_content_length(client, city):
    paper = client.get(
        reverse("instrument_sheet", args=[city.instrument.public_id]), headers={"Accept-Encoding": "gzip"}
    )
    assert paper.headers["Content-Type"] == "application/pdf"
    assert "Content-Encoding" not in paper.headers
