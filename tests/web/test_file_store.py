"""Files in a bucket: what the site does with its folder, against a server that speaks S3."""

from urllib.error import HTTPError
from urllib.request import urlopen

import pytest
from django.core.exceptions import ImproperlyConfigured
from django.core.files.base import ContentFile
from django.core.files.storage import default_storage

from instrument_share.accounts.services.kept_documents import FOLDER
from instrument_share.bucket import BucketStorage
from instrument_share.file_store import build_storage, iterate_dated_files, list_files, list_folders
from instrument_share.web.responses.files import picture_response
from providers.units.models import UnitProfile
from tests import factories

HASH = "0f" * 16


def test_a_file_is_there_under_its_name_until_it_is_deleted(bucket):
    assert isinstance(bucket, BucketStorage)
    name = f"vouchers/{HASH}.pdf"
    assert not bucket.exists(name)
    assert bucket.save(name, ContentFile(b"%PDF-1.4")) == name
    assert bucket.exists(name)
    with bucket.open(name) as file:
        assert file.read() == b"%PDF-1.4"
    assert bucket.size(name) == 8
    bucket.delete(name)
    assert not bucket.exists(name)


def test_nothing_is_overwritten(bucket):
    name = bucket.save("samples/report.pdf", ContentFile(b"first"))
    other = bucket.save("samples/report.pdf", ContentFile(b"second"))
    assert other != name
    with bucket.open(name) as file:
        assert file.read() == b"first"


def test_of_two_that_find_the_same_name_free_one_gets_another(bucket, monkeypatch):
    taken = bucket.save("samples/report.pdf", ContentFile(b"first"))
    really = BucketStorage.get_available_name
    looks = iter([lambda _storage, name, **_more: name])  # the name was free when it looked
    monkeypatch.setattr(
        BucketStorage,
        "get_available_name",
        lambda storage, name, max_length=None: next(looks, really)(storage, name, max_length=max_length),
    )
    other = bucket.save(taken, ContentFile(b"second"))
    assert other != taken
    with bucket.open(taken) as file:
        assert file.read() == b"first"
    with bucket.open(other) as file:
        assert file.read() == b"second"


def test_folders_are_there_while_something_is_in_them(bucket):
    assert not bucket.exists(FOLDER)
    name = bucket.save(f"{FOLDER}/7/paper.pdf", ContentFile(b"x"))
    assert bucket.exists(FOLDER)
    assert bucket.listdir(FOLDER) == (["7"], [])
    assert bucket.listdir(f"{FOLDER}/7") == ([], ["paper.pdf"])
    bucket.delete(name)
    assert not bucket.exists(FOLDER)


@pytest.mark.parametrize("place", ["bucket", "folder"])
def test_what_lies_in_a_folder_is_listed_and_nothing_where_it_is_not_there(
    request, place, tmp_path, settings
):
    if place == "bucket":
        request.getfixturevalue("bucket")
    settings.MEDIA_ROOT = tmp_path
    assert (list_folders("kept"), list_files("kept"), list(iterate_dated_files("kept"))) == ([], [], [])
    for name in ("kept/7/paper.pdf", "kept/one.pdf"):
        default_storage.save(name, ContentFile(b"x"))
    assert (list_folders("kept"), list_files("kept")) == (["7"], ["one.pdf"])
    assert [path for path, _at in iterate_dated_files("kept/7")] == ["kept/7/paper.pdf"]


@pytest.mark.django_db
def test_a_picture_comes_through_the_site_and_is_no_public_link(bucket):
    profile, _ = UnitProfile.objects.get_or_create(organization=factories.city().owner)
    profile.picture.save(f"{HASH}.jpg", ContentFile(b"\xff\xd8\xff picture"))
    answer = picture_response(UnitProfile.objects.get(pk=profile.pk).picture)
    assert b"".join(answer.streaming_content) == b"\xff\xd8\xff picture"
    assert answer.headers["Content-Length"] == "11"
    answer.close()
    with pytest.raises(HTTPError, match="403"):
        urlopen(profile.picture.url.partition("?")[0], timeout=10)


@pytest.mark.parametrize(
    "url",
    [
        "https://key:secret@host/bucket",
        "s3://host/bucket",
        "s3://key:secret@host",
        "s3://key:secret@host/bucket?public=1",
    ],
)
def test_an_address_that_says_too_little_is_refused(url):
    with pytest.raises(ImproperlyConfigured, match="FILES_URL is s3://"):
        build_storage(url)


def test_secrets_with_signs_are_read_as_they_are():
    options = build_storage("s3://a%2Fb:c%40d@obs.example.org/share/2026?addressing=virtual")["OPTIONS"]
    assert options == {
        "endpoint_url": "https://obs.example.org",
        "access_key": "a/b",
        "secret_key": "c@d",
        "bucket_name": "share",
        "location": "2026",
        "addressing_style": "virtual",
    }


def test_without_an_address_files_lie_in_the_folder():
    assert build_storage("") == {"BACKEND": "django.core.files.storage.FileSystemStorage"}
