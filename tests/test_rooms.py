"""Links, templates and template tags follow the order of packages that import-linter holds for imports."""

import re
import tomllib
from collections.abc import Iterator
from pathlib import Path

import pytest
from django.template import engines
from django.urls import URLPattern, URLResolver, get_resolver

from instrument_share.journal import addresses

ROOT = Path(__file__).parent.parent
PACKAGES = ("instrument_share", "providers", "bookings", "rewards")
MOST_MODULES = 15
LINK = re.compile(r"""\{%\s*url\s+["']([\w-]+)["']|\breverse\(\s*["']([\w-]+)["']""")
TEMPLATE = re.compile(
    r"""\{%\s*(?:extends|include)\s+["']([\w./]+)["']|render\(\s*\w+,\s*["']([\w./]+)["']"""
)
PAGE = re.compile(r"""\{%\s*page_url\s+["'](\w+)["']|\bpage_address\(\s*["'](\w+)["']""")


def layers() -> list[str]:
    """The packages from the lowest to the highest, as the contracts of `pyproject.toml` order them."""
    config = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))
    contracts = config["tool"]["importlinter"]["contracts"]
    one_way, *others = (contract for contract in contracts if contract["type"] == "layers")
    rooms = {
        contract["containers"][0]: contract["layers"]
        for contract in others
        if len(contract["containers"]) == 1
    }
    found = []
    for layer in reversed(one_way["layers"]):
        for package in layer.replace("(", "").replace(")", "").split(" : "):
            inside = [room for room in reversed(rooms.get(package, [])) if " : " not in room]
            found += [f"{package}.{room}" for room in inside] or [package]
            found += [package] if inside else []
    return found


LAYERS = layers()


def rank(module: str) -> int:
    """The place of a module among the layers."""
    return max(
        (LAYERS.index(layer) for layer in LAYERS if module == layer or module.startswith(f"{layer}.")),
        key=lambda place: len(LAYERS[place]),
    )


def sources(pattern: str) -> Iterator[tuple[str, str]]:
    """Module name and text of the files of the product."""
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob(pattern)):
            path = file.relative_to(ROOT)
            if "migrations" not in path.parts:
                yield ".".join(path.with_suffix("").parts), file.read_text(encoding="utf-8")


def every_source() -> Iterator[tuple[str, str]]:
    yield from sources("*.py")
    yield from sources("*.html")


def named(pattern: re.Pattern[str], text: str) -> set[str]:
    return {name for found in pattern.findall(text) for name in found if name}


def owners() -> dict[str, str]:
    """The module of the view behind each name of a route."""
    found: dict[str, str] = {}

    def walk(resolver: URLResolver) -> None:
        for entry in resolver.url_patterns:
            if isinstance(entry, URLPattern):
                if entry.name:
                    view = entry.callback
                    while hasattr(view, "__wrapped__"):
                        view = view.__wrapped__
                    module = getattr(view, "__module__", "")
                    found.setdefault(entry.name, module if module in MODULES else type(view).__module__)
            else:
                walk(entry)

    walk(get_resolver())
    return found


MODULES = {module for module, _ in sources("*.py")}
EDGE = "instrument_share.api"


def test_a_package_links_to_pages_of_its_own_and_of_lower_packages():
    owned = owners()
    upward = [
        f"{module}: {name} of {owned[name]}"
        for module, text in every_source()
        for name in named(LINK, text)
        if owned.get(name, "").startswith(PACKAGES) and rank(owned[name]) > rank(module)
    ]
    assert upward == []


def test_a_page_that_lower_packages_link_to_is_registered_by_its_owner():
    wanted = {name for _, text in every_source() for name in named(PAGE, text)}
    assert wanted - addresses.registered_pages() == set()
    assert addresses.registered_pages() - set(owners()) == set()
    assert addresses.registered_pages() - wanted == set()


def test_a_template_is_used_by_its_own_and_by_higher_packages():
    homes = {
        module.replace(".", "/").partition("templates/")[2] + ".html": module
        for module, _ in sources("*.html")
    }
    upward = [
        f"{module}: {name}"
        for module, text in every_source()
        for name in named(TEMPLATE, text)
        if name in homes and rank(homes[name]) > rank(module)
    ]
    assert upward == []


def test_every_template_that_is_named_exists():
    names = {module.replace(".", "/").partition("templates/")[2] + ".html" for module, _ in sources("*.html")}
    missing = {
        f"{module}: {name}"
        for module, text in every_source()
        for name in named(TEMPLATE, text)
        if name.endswith(".html") and name not in names and not name.startswith("allauth/")
    }
    assert missing == set()


def test_a_template_loads_tags_of_its_own_and_of_lower_packages():
    libraries = engines["django"].engine.libraries
    upward = [
        f"{module}: {name}"
        for module, text in sources("*.html")
        for names in re.findall(r"\{%\s*load\s+([\w\s]+?)\s*%\}", text)
        for name in names.split()
        if libraries[name].startswith(PACKAGES) and rank(libraries[name]) > rank(module)
    ]
    assert upward == []


@pytest.mark.parametrize("package", PACKAGES)
def test_folders_stay_below_module_limit(package):
    folders = [
        file.parent for file in (ROOT / package).rglob("__init__.py") if "migrations" not in file.parts
    ]
    crowded = {
        str(folder.relative_to(ROOT)): count
        for folder in folders
        if (count := len([file for file in folder.glob("*.py") if file.name != "__init__.py"])) > MOST_MODULES
    }
    assert crowded == {}


def test_the_order_of_packages_is_read_from_the_contracts():
    assert LAYERS[0] == "instrument_share.kernel"
    assert (
        rank("providers.instruments.views.media") < rank("providers.units.domain") < rank("providers.public")
    )
    assert rank("providers.public") < rank("bookings.requests.views") < rank("rewards.policy")
    assert rank("rewards.year.views") < rank("instrument_share.people") < rank("instrument_share.pages.views")
