"""What is asked for too late."""

from datetime import UTC, date, datetime

import pytest
from django.test import Client
from django.urls import reverse

from tests.page_fixtures import text_of


@pytest.mark.parametrize("method", ["get", "post"])
def test_who_applies_too_late_reads_when_applications_were_taken(vouchers, clock, method):
    scheme = vouchers.open(apply_from=date(2026, 1, 1), apply_until=date(2026, 3, 31))
    clock.set(datetime(2026, 3, 31, 16, 1, tzinfo=UTC))  # a minute past midnight in the city
    client = Client()
    client.force_login(vouchers.admin)
    answer = getattr(client, method)(reverse("voucher_apply", args=[scheme.public_id]))
    assert answer.status_code == 409
    assert "2026年1月1日" in text_of(answer)
    assert "2026年3月31日" in text_of(answer)
