import hashlib
import json
from io import BytesIO
from zipfile import ZipFile

import pytest

from instrument_share.documents.errors import UnsafeName
from instrument_share.documents.sealing.package import seal_package

FILES = {"报送函.pdf": b"%PDF-1.7", "tables/结果.csv": b"a,b\r\n"}


def test_a_package_lists_the_hash_of_each_file():
    package = seal_package(FILES, metadata={"year": "2025", "snapshot": "SNP-1"})
    with ZipFile(BytesIO(package.content)) as archive:
        assert archive.namelist() == ["SHA256SUMS", "manifest.json", "tables/结果.csv", "报送函.pdf"]
        assert archive.read("报送函.pdf") == b"%PDF-1.7"
        manifest, sums = archive.read("manifest.json"), archive.read("SHA256SUMS").decode()
    assert manifest == package.manifest
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
    assert sums.splitlines()[1] == f"{hashlib.sha256(b'%PDF-1.7').hexdigest()}  报送函.pdf"
    assert package.sha256 == hashlib.sha256(package.content).hexdigest()


def test_the_order_of_the_files_changes_nothing():
    backwards = dict(reversed(FILES.items()))
    assert seal_package(backwards, metadata={"b": "2", "a": "1"}) == seal_package(
        FILES, metadata={"a": "1", "b": "2"}
    )


@pytest.mark.parametrize(
    "name",
    ["", "/etc/x", "../x", "a/../x", "a//b", "a\\b", "c:x", "a\nb", ".", "manifest.json", "SHA256SUMS"],
)
def test_names_that_could_leave_the_folder_are_refused(name):
    with pytest.raises(UnsafeName):
        seal_package({name: b""}, metadata={})
