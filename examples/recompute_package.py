"""The files of a package: whether they are those that its lists name (docs/recompute.md, "The package")."""

import gzip
import hashlib
import json
import zipfile
import zlib
from collections import Counter
from collections.abc import Iterator
from typing import Any

Row = dict[str, Any]

LISTS = ("manifest.json", "SHA256SUMS", "SM3SUMS")
POLICY, BUDGET, DECISIONS = "奖励办法.toml", "奖励资金.json", "核查决定.json"
SNAPSHOT, PARTS, RESULTS = "年度数据清单.json", "年度数据", "评价与奖励结果.json"


def check_files(archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield what differs between the files and the two lists of them."""
    hashes: dict[str, str] = {}
    for name, times in Counter(archive.namelist()).items():
        if times > 1:
            yield f"file {name}: the package holds it {times} times"
        try:
            with archive.open(name) as file:
                hashes[name] = hashlib.file_digest(file, "sha256").hexdigest()  # type: ignore[arg-type]
        except zipfile.BadZipFile as error:
            yield f"file {name}: {error}"
    try:
        manifest = json.loads(archive.read("manifest.json"))
        listed = {file["name"]: file["sha256"] for file in manifest["files"]}
        sums = {line[66:]: line[:64] for line in archive.read("SHA256SUMS").decode().split("\n")[:-1]}
    except (zipfile.BadZipFile, ValueError, KeyError, TypeError) as error:
        yield f"file manifest.json or SHA256SUMS: cannot be read: {error}"
        return
    for name in sorted({*hashes, *listed, *sums} - {*LISTS}):
        found = hashes.get(name, "missing")
        if found not in (listed.get(name), sums.get(name)):
            yield f"file {name}: SHA-256 is {found}, the manifest says {listed.get(name, 'nothing')}"
        elif listed.get(name) != sums.get(name):
            wrong = "manifest.json" if found == sums.get(name) else "SHA256SUMS"
            yield f"file {wrong}: says another SHA-256 of {name}"
    if hashes.get("manifest.json") != sums.get("manifest.json"):
        yield "file manifest.json: its SHA-256 is not that of the file SHA256SUMS"
    if not {*hashes} - {*LISTS}:
        yield "the package is empty"
    yield from check_sm3(archive, manifest)


def check_sm3(archive: zipfile.ZipFile, manifest: Row) -> Iterator[str]:
    """Yield what differs from the third list, where the package has one and this machine knows SM3."""
    listed = {file["name"]: file["sm3"] for file in manifest["files"] if "sm3" in file}
    if "SM3SUMS" not in archive.NameToInfo:
        if listed:
            yield "file SM3SUMS: missing"
        return
    sums = {line[66:]: line[:64] for line in archive.read("SM3SUMS").decode().split("\n")[:-1]}
    if {**listed, "manifest.json": sums.get("manifest.json")} != sums:
        yield "file SM3SUMS: does not say what the manifest says"
    if "sm3" not in hashlib.algorithms_available:
        return
    for name in sorted({*sums} & {*archive.NameToInfo}):
        found = hashlib.new("sm3", archive.read(name)).hexdigest()
        if found != sums[name]:
            yield f"file {name}: SM3 is {found}, SM3SUMS says {sums[name]}"


def check_snapshot(archive: zipfile.ZipFile) -> Iterator[str]:
    """Yield what is not the snapshot or policy of the facts, and which parts the snapshot does not name."""
    facts = json.loads(archive.read("manifest.json"))["facts"]
    for name, wanted in ((SNAPSHOT, facts["snapshot"]), (POLICY, facts["policy_sha256"])):
        found = hashlib.sha256(archive.read(name)).hexdigest()
        if found != wanted:
            yield f"file {name}: SHA-256 is {found}, the facts say {wanted}"
    for part in json.loads(archive.read(SNAPSHOT))["parts"]:
        name = part_name(part["kind"], part["instrument"])
        try:
            lines = gzip.decompress(archive.read(name))
        except (KeyError, OSError, EOFError, zlib.error) as error:
            yield f"file {name}: {error}"
            continue
        if hashlib.sha256(lines).hexdigest() != part["sha256"] or lines.count(b"\n") != part["rows"]:
            yield f"file {name}: its lines are not those that {SNAPSHOT} names"


def part_name(kind: str, instrument: str = "") -> str:
    """Return where a part stands in the package."""
    return f"{PARTS}/{kind}/{instrument}.jsonl.gz" if instrument else f"{PARTS}/{kind}.jsonl.gz"


def rows(archive: zipfile.ZipFile, kind: str, instrument: str = "") -> list[Row]:
    """Return the rows of a part; none where there is no such part."""
    name = part_name(kind, instrument)
    if name not in archive.NameToInfo:
        return []
    return [json.loads(line) for line in gzip.decompress(archive.read(name)).splitlines()]
