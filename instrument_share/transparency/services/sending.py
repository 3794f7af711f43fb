"""Send checkpoints to the second place that the site names, and have them timestamped."""

import asyncio
import hashlib
from datetime import datetime
from pathlib import Path

from asn1crypto import cms
from django.conf import settings

from instrument_share.jobs.registry import JobContext, job
from instrument_share.kernel.errors import gettext_noop
from instrument_share.transparency.models import Checkpoint, CheckpointTimestamp
from instrument_share.transparency.selectors.second_place import read_second_place
from instrument_share.transparency.services.growing import SEND
from instrument_share.web import clock

SECONDS = 10
TIMESTAMPED_AT_ONCE = 7
"""After an outage the last days' are made up for; what is older would say nothing new."""


@job(SEND, gettext_noop("Checkpoints to the second place"), attempts=12)
def send_checkpoints(context: JobContext) -> None:  # noqa: ARG001 (jobs get it)
    """Send what the second place lacks."""
    checkpoints_send(clock.now())


def checkpoints_send(now: datetime) -> None:
    """Append to the second place what it lacks, and ask for the timestamps that are missing; repeatable.

    Where one of the two is away, the other gets its own.
    """
    try:
        if settings.CHECKPOINT_FILE:
            _append_to(Path(settings.CHECKPOINT_FILE))
    finally:
        if settings.TIMESTAMP_URL:
            _ask_for_timestamps(now)


def _ask_for_timestamps(now: datetime) -> None:
    lacking = Checkpoint.objects.filter(timestamp__isnull=True).order_by("-number")
    for checkpoint in list(lacking[:TIMESTAMPED_AT_ONCE]):
        _timestamp(checkpoint, now)


def _append_to(file: Path) -> None:
    there = set(read_second_place(file)) if file.exists() else set()
    lacking = [one for one in Checkpoint.objects.order_by("number") if one.note not in there]
    end = file.read_bytes()[-1:] if file.exists() else b""
    with file.open("a", encoding="utf-8") as out:
        if end not in (b"", b"\n"):  # a full disk has cut the last one off
            out.write("\n")
        out.writelines(f"{one.note}\n" for one in lacking)


def _timestamp(checkpoint: Checkpoint, now: datetime) -> None:
    token = asyncio.run(_ask(hashlib.sha256(checkpoint.note.encode()).digest()))
    CheckpointTimestamp.objects.create(checkpoint=checkpoint, token=token.dump(), received_at=now)


async def _ask(digest: bytes) -> cms.ContentInfo:
    from aiohttp import ClientSession
    from pyhanko.sign.timestamps.aiohttp_client import AIOHttpTimeStamper

    async with ClientSession() as session:
        asked = AIOHttpTimeStamper(settings.TIMESTAMP_URL, session, timeout=SECONDS)
        return await asked.async_timestamp(digest, "sha256")
