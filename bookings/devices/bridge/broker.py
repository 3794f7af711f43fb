"""The site's MQTT broker: where it is, and how one connects to it."""

import socket
from collections.abc import Callable
from dataclasses import dataclass, field
from pathlib import Path
from time import monotonic
from typing import Any
from urllib.parse import unquote, urlsplit

from django.conf import settings
from paho.mqtt import client as mqtt
from paho.mqtt.packettypes import PacketTypes
from paho.mqtt.properties import Properties
from paho.mqtt.reasoncodes import ReasonCode

PORTS = {"mqtt": 1883, "mqtts": 8883}
PATIENCE = 10.0
"""Seconds that an answer of the broker is waited for."""
KEEP_ALIVE = 60
"""Seconds; longer than the database makes a message wait."""
LARGEST_PACKET = 64 * 1024
"""Bytes; the broker drops what is larger rather than deliver it."""

Taking = Callable[[mqtt.Client, Any, mqtt.MQTTMessage], None]


class BrokerUnusable(Exception):
    """The broker can't be reached or refuses; the text says why, for whoever runs the site."""


@dataclass(frozen=True)
class Broker:
    """Where the broker is, and as whom the platform connects."""

    host: str
    port: int
    is_encrypted: bool
    user: str | None
    password: str | None = field(repr=False)
    ca_file: str | None
    client_id: str


def read_broker() -> Broker:
    """Return the broker that the settings name. Raises BrokerUnusable."""
    parts = urlsplit(settings.MQTT_URL)
    try:
        port = parts.port
    except ValueError:
        port = 0
    if parts.scheme not in PORTS or not parts.hostname or port == 0:
        raise BrokerUnusable("MQTT_URL is not like mqtts://user@broker.example.org.")
    if parts.password is not None:
        raise BrokerUnusable(
            "MQTT_URL has a password. Put it into a file, and name that in MQTT_PASSWORD_FILE."
        )
    return Broker(
        host=parts.hostname,
        port=port or PORTS[parts.scheme],
        is_encrypted=parts.scheme == "mqtts",
        user=unquote(parts.username) if parts.username else None,
        password=_read_password(),
        ca_file=settings.MQTT_CA_FILE or None,
        client_id=settings.MQTT_CLIENT_ID or f"instrument-share-{socket.gethostname()}",
    )


def _read_password() -> str | None:
    if not settings.MQTT_PASSWORD_FILE:
        return None
    try:
        return Path(settings.MQTT_PASSWORD_FILE).read_text(encoding="utf-8").strip()
    except (OSError, UnicodeDecodeError) as error:
        raise BrokerUnusable(f"MQTT_PASSWORD_FILE can't be read: {error}") from error


def open_connection(
    broker: Broker, *, client_id: str, session: int = 0, take: Taking | None = None
) -> mqtt.Client:
    """Return a client that the broker has let in; messages are acknowledged by hand, one after the other.

    For `session` seconds the broker keeps what arrives while the client is away; it may deliver that to
    `take` before this returns. Raises BrokerUnusable.
    """
    client = mqtt.Client(
        mqtt.CallbackAPIVersion.VERSION2, client_id=client_id, protocol=mqtt.MQTTv5, manual_ack=True
    )
    if broker.user:
        client.username_pw_set(broker.user, broker.password)
    replies: list[ReasonCode] = []
    client.on_connect = lambda _client, _data, _flags, reason, _properties: replies.append(reason)
    client.on_message = take
    client.connect_timeout = PATIENCE
    try:
        if broker.is_encrypted:
            client.tls_set(ca_certs=broker.ca_file)
        client.connect(
            broker.host,
            broker.port,
            KEEP_ALIVE,
            clean_start=not session,
            properties=_build_properties(session),
        )
        wait_for_reply(client, replies)
    except OSError as error:
        raise BrokerUnusable(f"{broker.host}:{broker.port} can't be reached: {error}") from error
    except BaseException:
        client.disconnect()
        raise
    return client


def _build_properties(session: int) -> Properties:
    properties = Properties(PacketTypes.CONNECT)
    properties.SessionExpiryInterval = session
    properties.ReceiveMaximum = 1  # so none overtakes one that the database did not take
    properties.MaximumPacketSize = LARGEST_PACKET
    return properties


def wait_for_reply(client: mqtt.Client, replies: list[ReasonCode]) -> None:
    """Return once the broker has agreed. Raises BrokerUnusable where it refuses, hangs up or says nothing."""
    silent_at = monotonic() + PATIENCE
    while not replies:
        result = client.loop(timeout=0.1)
        if not replies and (result != mqtt.MQTT_ERR_SUCCESS or monotonic() > silent_at):
            raise BrokerUnusable(f"The broker does not answer: {mqtt.error_string(result)}")
    if replies[0].is_failure:
        raise BrokerUnusable(f"The broker refuses: {replies[0]}.")


def find_broker_problem() -> str | None:
    """Return why the bridge could not connect now, None where it could; for the doctor."""
    try:
        broker = read_broker()
        open_connection(broker, client_id=f"{broker.client_id}-doctor").disconnect()
    except BrokerUnusable as unusable:
        return str(unusable)
    return None
