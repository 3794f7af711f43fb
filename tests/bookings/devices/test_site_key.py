"""What is computed from the site's key outlives a new one while the former is kept."""

from bookings.devices.selectors import get_device_secret
from bookings.devices.services.keys import device_key_make
from bookings.feeds.domain.webhooks import WebhookSide
from bookings.feeds.models import Webhook
from bookings.feeds.selectors.calendars import get_feed_address
from bookings.feeds.selectors.webhooks import get_webhook_secret
from bookings.feeds.services.calendars import calendar_feed_open
from bookings.requests.keys import get_check_in_code
from bookings.requests.models import Booking
from tests.factories import NOW


def test_calendars_webhooks_devices_and_codes_outlive_a_new_key_while_the_former_is_kept(city, settings):
    feed = calendar_feed_open(actor=city.researcher, now=NOW)
    device = device_key_make(actor=city.keeper, instrument_id=city.instrument.pk, now=NOW)
    booking = Booking(public_id="BKG-ONE", user=city.researcher)
    webhook = Webhook(public_id="WHK-ONE", side=WebhookSide.UNIT)

    def computed():
        secrets = get_webhook_secret(webhook), get_device_secret(device), get_check_in_code(booking)
        return {get_feed_address(feed), *secrets}

    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the first key of the site", []
    before = computed()
    settings.SECRET_KEY, settings.SECRET_KEY_FALLBACKS = "the second", ["the first key of the site"]
    assert computed() == before
    settings.SECRET_KEY = "the third"
    settings.SECRET_KEY_FALLBACKS = ["the second", "the first key of the site"]
    assert computed() == before
    settings.SECRET_KEY_FALLBACKS = []
    assert not computed() & before
