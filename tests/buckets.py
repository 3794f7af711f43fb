"""A server that speaks S3, and buckets of it."""

import logging

import boto3
import pytest
from django.core.files.storage import storages
from moto.server import ThreadedMotoServer

from instrument_share.file_store import build_storage


@pytest.fixture(scope="session")
def s3():
    """The address of the server."""
    logging.getLogger("werkzeug").setLevel(logging.ERROR)
    running = ThreadedMotoServer(ip_address="127.0.0.1", port=0, verbose=False)
    running.start()
    host, port = running.get_host_and_port()
    yield f"{host}:{port}"
    running.stop()


def create_bucket(s3, name):
    """Return the FILES_URL of a new bucket."""
    boto3.client(
        "s3",
        endpoint_url=f"http://{s3}",
        aws_access_key_id="key",
        aws_secret_access_key="secret",
        region_name="us-east-1",
    ).create_bucket(Bucket=name)
    return f"s3+http://key:secret@{s3}/{name}/site?region=us-east-1"


@pytest.fixture
def bucket(s3, settings, request):
    """The storage of a site whose files lie in a bucket."""
    url = create_bucket(s3, f"share-{abs(hash(request.node.name))}")
    settings.STORAGES = {**settings.STORAGES, "default": build_storage(url)}
    return storages["default"]
