"""Pages show what was sealed, and say when what is stored is no longer that."""

import pytest
from django.urls import reverse

from tests.rewards.reading import text_of
from tests.rewards.report.test_sealed import damage, swap_awards

pytestmark = pytest.mark.django_db


@pytest.fixture
def report(steps):
    return steps.through("send")


def test_pages_show_what_was_sealed_and_say_that_awards_were_changed(report, year, steps, client, login):
    swap_awards(year)
    public = text_of(client.get(reverse("verify"), {"code": report.code}))
    assert "云屏大学 良好 ¥91,933.00" in public
    assert "191,933" not in public
    page = text_of(login(steps.city.finance).get(reverse("report", args=[report.public_id])))
    assert "平台现存的奖励金额已不是封装时的金额。" in page
    assert "¥91,933.00" in page
    assert "191,933" not in page


def test_a_damaged_package_is_neither_shown_nor_accepted(report, steps, client, login):
    damage(report)
    public = text_of(client.get(reverse("verify"), {"code": report.code}))
    assert "平台存储的报送包已不是当时报送的文件" in public
    assert "云屏大学" not in public
    assert login(steps.city.finance).get(reverse("report", args=[report.public_id])).status_code == 200
