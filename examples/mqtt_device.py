#!/usr/bin/env python3
"""Report the use of an instrument by MQTT, with paho-mqtt (`pip install paho-mqtt`) and device_client.py.

    python3 mqtt_device.py FOLDER pair mqtts://broker.example.org DEV-0123456789
    python3 mqtt_device.py FOLDER start K7Q2MX
    python3 mqtt_device.py FOLDER stop K7Q2MX
    python3 mqtt_device.py FOLDER fault "vacuum pump stands still"
    python3 mqtt_device.py FOLDER heartbeat

`pair` asks for the device's key and for its password at the broker, where its user name is its number. A
broker whose certificate is of your own authority needs SSL_CERT_FILE. Everything else is as in
device_client.py: an event stays in FOLDER until the platform has answered it, and the exit codes are the
same. The protocol is described in docs/devices.md.
"""

import json
import sys
import time
from urllib.parse import urlsplit

from device_client import Client, Refused, Unreached, run
from paho.mqtt import client as mqtt

PATIENCE = 10.0
"""Seconds for which broker and platform are waited for."""
PORTS = {"mqtt": 1883, "mqtts": 8883}


class MqttClient(Client):
    """A device that publishes each message and waits for the answer to it."""

    SECRETS = {"key": "Key: ", "password": "Password at the broker: "}

    def _post(self, body):
        signature = self._sign(int(time.time()), body)
        line = Line(self.settings["device"])
        try:
            line.open(urlsplit(self.settings["address"]), self.settings["password"])
            line.publish(f"{signature}\n{body}")
            return line.wait(lambda: self._find_answer(line.payloads, signature))
        except OSError as error:
            raise Unreached(str(error)) from error
        finally:
            line.close()

    def _find_answer(self, payloads, signature):
        """Return the answer to the message with this signature, None while there is none.

        What the platform has not signed may refuse a message, and do no more.
        """
        while payloads:
            signed, _, text = payloads.pop(0).decode(errors="replace").partition("\n")
            answer = read_object(text)
            if answer.get("to") != signature:
                continue
            if not self._is_signed(text, signed) and answer.get("status") != 403:
                continue
            if answer["status"] >= 500:
                raise Unreached(text)
            if answer["status"] != 200:
                raise Refused(text)
            return answer
        return None


def read_object(text):
    """Return the JSON object in the text, an empty one where there is none."""
    try:
        found = json.loads(text)
    except (ValueError, RecursionError):
        return {}
    return found if isinstance(found, dict) else {}


class Line:
    """A connection of the device to the broker, for one message."""

    def __init__(self, device):
        self.device = device
        self.agreed: list[object] = []
        self.payloads: list[bytes] = []
        self.client = mqtt.Client(mqtt.CallbackAPIVersion.VERSION2, device, protocol=mqtt.MQTTv311)
        self.client.connect_timeout = PATIENCE
        self.client.on_connect = lambda _client, _data, _flags, reason, _more: self.agreed.append(reason)
        self.client.on_subscribe = lambda _client, _data, _id, reasons, _more: self.agreed.extend(reasons)
        self.client.on_message = lambda _client, _data, message: self.payloads.append(bytes(message.payload))

    def open(self, address, password):
        """Connect, and subscribe to the answers. Raises OSError and Unreached."""
        self.client.username_pw_set(self.device, password)
        if address.scheme == "mqtts":
            self.client.tls_set()
        self.client.connect(address.hostname, address.port or PORTS[address.scheme])
        self.wait(lambda: self.agreed)
        self.client.subscribe(f"devices/{self.device}/answers", qos=1)
        self.wait(lambda: len(self.agreed) == 2)

    def publish(self, payload):
        """Publish a message; nothing says yet that it arrives."""
        self.client.publish(f"devices/{self.device}/events", payload, qos=1)

    def wait(self, look):
        """Return what `look` finds, once it finds something. Raises Unreached."""
        silent_at = time.monotonic() + PATIENCE
        while not (found := look()):
            if self.client.loop(timeout=0.1) != mqtt.MQTT_ERR_SUCCESS or time.monotonic() > silent_at:
                reasons = ", ".join(map(str, self.agreed))
                raise Unreached(f"No answer comes from the broker or the platform ({reasons}).")
        return found

    def close(self):
        """Leave the broker."""
        self.client.disconnect()


if __name__ == "__main__":
    run(MqttClient, __doc__, sys.argv[1:])
