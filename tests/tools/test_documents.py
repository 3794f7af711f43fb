"""Documents: what points to one finds it, and decisions are numbered and listed."""

import re
import subprocess
import tomllib
from pathlib import Path

import pytest

ROOT = Path(__file__).parents[2]
DECISIONS = sorted((ROOT / "docs/adr").glob("[0-9]*.md"))
LINK = re.compile(r"\]\((?!https?:|mailto:|#)([^)#\s]+)")
NAME_OF_DOCUMENT = re.compile(r"[\w./*-]*\w\.md\b")
NAMED = re.compile(r"`((?:manage\.py|\./dev|docker compose|docs/|deploy/)[^`]*)`")
SETTING = re.compile(r"^([A-Z][A-Z_]+)=(\S.*)$", re.M)
HEADER = re.compile(
    r"# (?P<number>\d+)\. (?P<title>.+)\n\nDate: (?P<date>\d{4}-\d{2}-\d{2})\n\n"
    r"Status: (?P<status>accepted|superseded by \d+)\n"
)


def tracked(*patterns: str) -> list[str]:
    listing = ["git", "ls-files", "--cached", "--others", "--exclude-standard", "--", *patterns]
    answer = subprocess.run(listing, cwd=ROOT, capture_output=True, text=True, check=False)
    if answer.returncode:
        pytest.skip("This is no clone: git does not list the files.")
    return [name for name in answer.stdout.splitlines() if (ROOT / name).exists()]


def test_every_link_between_documents_leads_somewhere():
    broken = [
        f"{name}: {target}"
        for name in tracked("*.md")
        for target in LINK.findall((ROOT / name).read_text(encoding="utf-8"))
        if not ((ROOT / name).parent / target).exists()
    ]
    assert broken == []


def test_code_names_only_documents_that_are_in_the_repository():
    """A document is named by its path from the root, or by its name where it stands in the same folder."""
    missing = [
        f"{name}: {document}"
        for name in tracked("*.py", "*.toml", "*.html", "*.js", "*.css", "dev")
        if name != Path(__file__).relative_to(ROOT).as_posix()
        for document in NAME_OF_DOCUMENT.findall((ROOT / name).read_text(encoding="utf-8"))
        if not (ROOT / document).exists() and not ((ROOT / name).parent / document).exists()
    ]
    assert missing == []


def test_decisions_are_numbered_dated_and_listed_in_the_index():
    index = (ROOT / "docs/adr/README.md").read_text(encoding="utf-8")
    rows = []
    for number, decision in enumerate(DECISIONS, 1):
        header = HEADER.match(decision.read_text(encoding="utf-8"))
        assert header, f"{decision.name} has another header"
        assert decision.name.startswith(f"{number:04d}-")
        assert int(header["number"]) == number
        rows.append(
            f"| [{number}]({decision.name}) | {header['title']} | {header['date']} | {header['status']} |"
        )
    assert [line for line in index.splitlines() if line.startswith("| [")] == rows


def outline(text: str) -> dict[str, list[str]]:
    """What a manual has in every language: levels of headings, alarms, settings, commands."""
    blocks = re.findall(r"^```\w*\n(.*?)^```$", text, re.S | re.M)
    prose = re.sub(r"^```.*?^```$", "", text, flags=re.S | re.M)
    commands = [re.sub(r'\s+#.*|"[^"]*"', "", line) for block in blocks for line in block.splitlines()]
    return {
        "headings": re.findall(r"^#+(?= )", prose, re.M),
        "alarms": re.findall(r"^### (Share\w+)$", prose, re.M),
        "settings": re.findall(r"^\| (`[A-Z_`, ]+`) \|", prose, re.M),
        "commands": commands,
        "named": sorted(
            set(re.findall(r"`((?:manage\.py|\./dev|docker compose|docs/|deploy/)[^`]*)`", prose))
        ),
    }


def test_the_manual_of_operations_says_the_same_in_chinese():
    english, chinese = (
        (ROOT / f"docs/operations{end}.md").read_text(encoding="utf-8") for end in ("", ".zh-CN")
    )
    ours, theirs = outline(english), outline(chinese)
    assert len(ours["settings"]) > 30
    for part, found in ours.items():
        assert theirs[part] == found, part


def test_the_document_of_the_architecture_names_every_room_in_its_order():
    text = (ROOT / "docs/architecture.md").read_text(encoding="utf-8")
    tree, order = text.split("```")[3], " ".join(text.split())
    contracts = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["importlinter"]
    for contract in contracts["contracts"]:
        if contract["name"].startswith("2."):
            rooms = [one for one in contract["layers"] if ":" not in one]
            assert " > ".join(f"`{room}`" for room in rooms) in order
            assert [room for room in rooms if f"\n  {room}/ " not in tree] == []
    packages = {one.parent.name for one in (ROOT / "instrument_share").glob("*/__init__.py")}
    assert [one for one in sorted(packages) if f"\n  {one}/ " not in tree] == []


def test_settings_in_documents_mean_the_same_to_the_shell_and_to_systemd():
    """Commands by hand get the file of settings from the shell, the site gets it from systemd."""
    files = ["docs/operations.md", "docs/operations.zh-CN.md", "docs/site/instrument-share.env"]
    told = [
        found
        for name in files
        for found in SETTING.findall((ROOT / name).read_text(encoding="utf-8"))
        if "docs/site/install" not in found[1]  # a command with a setting before it
    ]
    assert len(told) > 15
    for name, written in told:
        script = f'{name}={written}\nprintf %s "${name}"'
        answer = subprocess.run(["/bin/sh", "-c", script], capture_output=True, text=True, check=False)
        assert answer.stdout == re.sub(r"^(['\"])(.*)\1$", r"\2", written), name
