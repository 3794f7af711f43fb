import hashlib
import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from instrument_share.documents.errors import UnsafeName
from instrument_share.documents.sealing.package import encode_lists, seal_package

FILES = {"报送函.pdf": b"%PDF-1.7", "tables/结果.csv": b"a,b\r\n"}


def seal(files, metadata, **more):
    """The bytes of the archive, and what is said of it."""
    target = BytesIO()
    package = seal_package(
        {name: lambda content=content: content for name, content in files.items()},
        target,
        metadata=metadata,
        **more,
    )
    return target.getvalue(), package


def test_a_package_lists_the_hash_of_each_file():
    content, package = seal(FILES, metadata={"year": "2025", "snapshot": "SNP-1"})
    with ZipFile(BytesIO(content)) as archive:
        assert archive.namelist() == ["tables/结果.csv", "报送函.pdf", "manifest.json", "SHA256SUMS"]
        assert archive.read("报送函.pdf") == b"%PDF-1.7"
        manifest, sums = archive.read("manifest.json"), archive.read("SHA256SUMS")
    assert {"manifest.json": manifest, "SHA256SUMS": sums} == encode_lists(package.manifest)
    assert manifest.startswith(b'{"facts":{"snapshot":"SNP-1","year":"2025"},"files":[')
    assert manifest.endswith(b'"format":"instrument-share-package/1"}\n')
    assert json.loads(manifest) == {
        "format": "instrument-share-package/1",
        "facts": {"year": "2025", "snapshot": "SNP-1"},
        "files": [
            {"name": "tables/结果.csv", "sha256": hashlib.sha256(b"a,b\r\n").hexdigest(), "size": 5},
            {"name": "报送函.pdf", "sha256": hashlib.sha256(b"%PDF-1.7").hexdigest(), "size": 8},
        ],
    }
    lines = sums.decode().splitlines()
    assert lines[1:] == [
        f"{hashlib.sha256(b'%PDF-1.7').hexdigest()}  报送函.pdf",
        f"{hashlib.sha256(manifest).hexdigest()}  manifest.json",
    ]
    assert package.sha256 == hashlib.sha256(content).hexdigest()


def test_the_order_of_the_files_changes_nothing():
    backwards = dict(reversed(FILES.items()))
    assert seal(backwards, metadata={"b": "2", "a": "1"}) == seal(FILES, metadata={"a": "1", "b": "2"})


def test_a_file_is_made_when_the_one_before_it_is_written():
    target = BytesIO()

    def make():
        assert b"first" in target.getvalue()
        return b"second"

    seal_package({"a": lambda: b"first", "b": make}, target, metadata={})
    assert b"second" in target.getvalue()


@pytest.mark.parametrize(
    "name",
    [
        "",
        "/etc/x",
        "../x",
        "a/../x",
        "a//b",
        "a\\b",
        "c:x",
        "a\nb",
        ".",
        "manifest.json",
        "SHA256SUMS",
        "SM3SUMS",
    ],
)
def test_names_that_could_leave_the_folder_are_refused(name):
    with pytest.raises(UnsafeName):
        seal({name: b""}, metadata={})


def test_where_sm3_is_asked_for_it_stands_beside_each_sha256_and_in_a_list_of_its_own():
    content, package = seal(FILES, metadata={}, hashes=["sha256", "sm3"])
    with ZipFile(BytesIO(content)) as archive:
        files = {name: archive.read(name) for name in archive.namelist()}
    assert list(files) == ["tables/结果.csv", "报送函.pdf", "manifest.json", "SHA256SUMS", "SM3SUMS"]
    assert {name: files[name] for name in list(files)[2:]} == encode_lists(package.manifest)
    sm3 = {name: hashlib.new("sm3", files[name]).hexdigest() for name in list(files)[:3]}
    assert {one["name"]: one["sm3"] for one in package.manifest["files"]} == {
        name: sm3[name] for name in FILES
    }
    assert files["SM3SUMS"].decode() == "".join(f"{found}  {name}\n" for name, found in sm3.items())
    assert package.sm3 == hashlib.new("sm3", content).hexdigest()
