"""The bridge: it takes what devices publish, and acknowledges a message once its event is recorded."""

import logging
import re
from collections.abc import Iterator
from contextlib import contextmanager
from threading import Event
from time import monotonic
from typing import Any

from django.db import close_old_connections, connection
from paho.mqtt import client as mqtt
from paho.mqtt.reasoncodes import ReasonCode
from paho.mqtt.subscribeoptions import SubscribeOptions

from bookings.devices.bridge.answers import DATABASE_AWAY, answer_message
from bookings.devices.bridge.broker import Broker, BrokerUnusable, open_connection, wait_for_reply
from bookings.devices.bridge.presence import leave_mark
from bookings.devices.domain import CLOCK_TOLERANCE
from instrument_share.web import clock

logger = logging.getLogger(__name__)

EVENTS = "devices/+/events"
TOPIC = re.compile(r"devices/([A-Z]{3}-[0-9A-HJKMNP-TV-Z]{10})/events", re.ASCII)
SESSION = int(CLOCK_TOLERANCE.total_seconds())
"""Seconds for which the broker keeps messages for a bridge that is away: older ones would be refused."""
FIRST_PAUSE, LONGEST_PAUSE = 1.0, 60.0
"""Seconds until the next attempt to connect; each is twice as long as the one before."""
SEEN_EVERY = 5.0
TAKEN_OVER = "Session taken over"


def serve(broker: Broker, stop: Event) -> None:
    """Serve devices until `stop` is set; a message under way is finished first.

    Broker and database may be away for a while: what was not acknowledged is delivered again.
    """
    pause = FIRST_PAUSE
    while not stop.is_set():
        try:
            connection.ensure_connection()
            with _subscribed(broker) as client:
                pause = FIRST_PAUSE
                _take_messages(client, stop)
        except (BrokerUnusable, *DATABASE_AWAY) as error:
            logger.warning("The bridge is cut off, and tries again in %.0f s: %s", pause, error)
        finally:
            close_old_connections()
        stop.wait(pause)
        pause = min(2 * pause, LONGEST_PAUSE)


@contextmanager
def _subscribed(broker: Broker) -> Iterator[mqtt.Client]:
    """Connect and subscribe; what was not acknowledged by the end stays with the broker."""
    client = open_connection(broker, client_id=broker.client_id, session=SESSION, take=_take)
    client.on_publish = _look_at_receipt
    replies: list[ReasonCode] = []
    client.on_subscribe = lambda _client, _data, _mid, reasons, _properties: replies.extend(reasons)
    try:
        # Whatever the broker has retained would be old; `retainAsPublished` tells what somebody retains now.
        once = SubscribeOptions(
            qos=1, retainAsPublished=True, retainHandling=SubscribeOptions.RETAIN_DO_NOT_SEND
        )
        client.subscribe(EVENTS, options=once)
        wait_for_reply(client, replies)
        yield client
    finally:
        client.disconnect()


def _take_messages(client: mqtt.Client, stop: Event) -> None:
    """Take messages until `stop` is set. Raises BrokerUnusable when the line is cut."""
    reasons: list[str] = []
    client.on_disconnect = lambda _client, _data, _flags, reason, _properties: reasons.append(str(reason))
    logger.info("The bridge takes what devices publish.")
    seen_until = 0.0
    while not stop.is_set():
        if monotonic() > seen_until:
            leave_mark()
            seen_until = monotonic() + SEEN_EVERY
        if client.loop(timeout=0.2) != mqtt.MQTT_ERR_SUCCESS:
            remedy = " Give each bridge an MQTT_CLIENT_ID of its own." if TAKEN_OVER in reasons else ""
            raise BrokerUnusable(f"The line is cut: {', '.join(reasons) or 'no reason'}.{remedy}")


def _take(client: mqtt.Client, _data: Any, message: mqtt.MQTTMessage) -> None:
    """Answer a message and acknowledge it. Raises DATABASE_AWAY; then it is delivered again."""
    device = TOPIC.fullmatch(message.topic)
    if device is None or message.retain:
        logger.warning("A message is ignored, since it is retained or of no device: %r", message.topic)
    else:
        try:
            answer = answer_message(device[1], bytes(message.payload), clock.now())
        finally:
            close_old_connections()
        client.publish(f"devices/{device[1]}/answers", answer, qos=1)
    client.ack(message.mid, message.qos)


def _look_at_receipt(
    _client: mqtt.Client, _data: Any, _mid: int, reason: ReasonCode, _properties: Any
) -> None:
    if reason.is_failure:
        logger.error("The broker refuses answers to devices: %s. Look at its access list.", reason)
