import signal
from threading import Event
from typing import Any

from django.conf import settings
from django.core.management.base import BaseCommand, CommandError

from bookings.devices.bridge.broker import BrokerUnusable, read_broker
from bookings.devices.bridge.serving import serve


class Command(BaseCommand):
    help = "Take what devices publish at the MQTT broker of MQTT_URL, until it is told to end."

    def handle(self, *args: Any, **options: Any) -> None:
        if not settings.MQTT_URL:
            raise CommandError("No broker is named. Set MQTT_URL (docs/operations.md).")
        try:
            broker = read_broker()
        except BrokerUnusable as unusable:
            raise CommandError(str(unusable)) from unusable
        stop = Event()
        for end in (signal.SIGTERM, signal.SIGINT):
            signal.signal(end, lambda *_received: stop.set())
        self.stdout.write(f"The bridge connects devices by {broker.host}:{broker.port}.")
        serve(broker, stop)
