"""The paper is looked through before it is sealed."""

from datetime import timedelta

import pytest
from django.urls import reverse

from instrument_share.kernel.errors import Forbidden, IllegalMove
from rewards.report.domain.errors import PreviewMissing
from rewards.report.services.answers import report_return
from rewards.report.services.previews import preview_confirm, report_preview
from rewards.report.services.reports import report_send
from tests.rewards.builders import AFTER
from tests.rewards.conftest import DAY
from tests.rewards.reading import text_of

pytestmark = pytest.mark.django_db
NOW = AFTER + 15 * DAY


@pytest.fixture
def step(steps):
    """An approved year, and how the officer takes a step in it."""
    steps.through("approve")
    return {"actor": steps.city.officer, "cycle_id": steps.id, "now": NOW}


def test_a_report_is_sealed_only_after_its_preview_was_looked_through(step):
    with pytest.raises(PreviewMissing):
        report_send(**step)
    preview = report_preview(**step)
    with pytest.raises(PreviewMissing):
        report_send(**step)
    with pytest.raises(PreviewMissing):
        preview_confirm(sha256="0" * 64, **step)
    preview_confirm(sha256=preview.sha256, **step)
    assert report_send(**step).number == 1


def test_after_a_return_the_paper_is_looked_through_again(step, steps):
    steps.look_through(NOW)
    sent = report_send(**step)
    report_return(actor=steps.city.finance, report_id=sent.pk, reason="缺附件", now=NOW + DAY)
    later = {**step, "now": NOW + 2 * DAY}
    with pytest.raises(PreviewMissing):
        report_send(**later)
    steps.look_through(NOW + 2 * DAY)
    assert report_send(**later).number == 2


def test_a_preview_is_made_of_approved_results_by_an_officer(steps):
    steps.through("announce")
    step = {"cycle_id": steps.id, "now": NOW}
    with pytest.raises(IllegalMove):
        report_preview(actor=steps.city.officer, **step)
    with pytest.raises(Forbidden):
        report_preview(actor=steps.city.finance, **step)


def test_an_officer_reads_the_preview_and_says_so(step, steps, client, clock):
    clock.set(NOW + timedelta(hours=1))
    client.force_login(steps.city.officer)
    page = reverse("report_preview", args=[steps.cycle.year])
    assert client.get(page).status_code == 404
    preview = report_preview(**step)
    pdf = client.get(reverse("report_preview_pdf", args=[steps.cycle.year]))
    assert pdf.content.startswith(b"%PDF-")
    assert "已逐页通览，可以封装" in text_of(client.get(page))
    answer = client.post(page, {"sha256": preview.sha256}, follow=True)
    assert "已记录通览，现在可以封装报送件。" in text_of(answer)
    assert answer.context["primary"][0] == "封装报送件并报送财政局"
