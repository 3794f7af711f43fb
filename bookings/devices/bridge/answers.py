"""A message of a device as one payload: its signature, a line feed, the event; and the answer alike."""

import hashlib
import json
import logging
from collections.abc import Mapping
from datetime import datetime
from typing import TYPE_CHECKING, Any

from django.db import InterfaceError, OperationalError
from pydantic import ValidationError

from bookings.devices.domain import SIGNATURE, Event, MessageTooLarge, MessageUnreadable
from bookings.devices.schemas import EventIn, serialize_answer
from bookings.devices.selectors import get_device_secret, get_signed_device
from bookings.devices.services.events import device_event_receive
from bookings.feeds.domain.webhooks import sign
from instrument_share.databases.outage import is_database_away
from instrument_share.kernel.errors import DomainError
from instrument_share.web.api.errors import build_invalid
from instrument_share.web.responses.failures import describe_failure
from instrument_share.web.responses.problem import body, body_of

if TYPE_CHECKING:
    from bookings.devices.models import Device

logger = logging.getLogger(__name__)

LARGEST = 8 * 1024
"""Bytes of a message; the longest event has 5 KB where every character is escaped."""
DATABASE_AWAY = (OperationalError, InterfaceError)


def answer_message(device_id: str, payload: bytes, now: datetime) -> str:
    """Take the event in the payload and return the payload of the answer.

    What is refused, or fails by a mistake of ours, is answered as over HTTP. Raises DATABASE_AWAY: then
    nothing was recorded, and the message is to be taken again.
    """
    header, _, event = payload.partition(b"\n")
    signature = header.decode(errors="replace")
    device = None
    try:
        if len(payload) > LARGEST:
            raise MessageTooLarge(most=LARGEST)
        device = get_signed_device(device_id, signature, event.decode(errors="replace"), now)
        members = _receive(device, event, now)
    except DomainError as error:
        members = body_of(error)
    except DATABASE_AWAY:
        raise
    except Exception as error:
        if is_database_away(error):
            raise OperationalError("The database was away.") from error
        logger.exception("A message of the device %s failed.", device_id)
        status, code, detail = describe_failure()
        members = body(status=status, code=code, detail=detail)
    logger.info("Device %s: %s", device_id, members["code"])
    return _seal(device, signature, members, now)


def _receive(device: "Device", body: bytes, now: datetime) -> dict[str, Any]:
    answer = device_event_receive(
        device_id=device.pk, event=_read_event(body), digest=hashlib.sha256(body).hexdigest(), now=now
    )
    return {"status": 200, **serialize_answer(answer).model_dump(mode="json")}


def _read_event(body: bytes) -> Event:
    """Return the event. Raises MessageUnreadable, and Invalid with every problem of its members."""
    try:
        return EventIn.model_validate(json.loads(body)).to_event()
    except ValidationError as error:
        raise build_invalid(error.errors()) from error
    except (ValueError, RecursionError) as error:
        raise MessageUnreadable from error


def _seal(device: "Device | None", signature: str, members: Mapping[str, Any], now: datetime) -> str:
    """Return the payload: signed where the message was, and naming the message by its signature."""
    answers = signature if SIGNATURE.fullmatch(signature) else ""
    text = json.dumps({"to": answers, **members})  # in ASCII: it may quote half a surrogate from the message
    signed = sign(get_device_secret(device), now, text) if device else ""
    return f"{signed}\n{text}"
