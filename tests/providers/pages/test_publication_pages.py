"""News, regulations, cases and openness statements on the unit's pages."""

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from providers.models import Regulation, UnitNews
from tests.providers.pages.conftest import text_of


@pytest.fixture
def address(world):
    return lambda kind: reverse("publication_new", args=[world.unit.public_id, kind])


def test_news_go_out_at_once_and_can_be_taken_down_with_a_reason(at, world, address):
    client = at("manager")
    answer = client.post(address("news"), {"title_zh": "开放日", "body_zh": "欢迎参观。"})
    assert "已发布，在单位主页公开可见。" in text_of(client.get(answer["Location"]))
    news = UnitNews.objects.get()
    at("officer").post(reverse("publication_withdraw", args=["news", news.public_id]), {"reason": "日期有误"})
    assert "已撤下" in text_of(client.get(answer["Location"]))
    assert "日期有误" in text_of(client.get(answer["Location"]))


def test_a_regulation_carries_its_file(at, world, address):
    pdf = SimpleUploadedFile("办法.pdf", b"%PDF-1.7 rules", "application/pdf")
    typed = {"title_zh": "开放共享管理办法", "effective_date": "2025-01-01", "file": pdf}
    assert at("manager").post(address("regulation"), typed).status_code == 302
    made = Regulation.objects.get()
    sent = at("manager").get(reverse("regulation_file", args=[made.public_id]))
    assert b"".join(sent.streaming_content) == b"%PDF-1.7 rules"
    assert sent["X-Content-Type-Options"] == "nosniff"


def test_what_is_missing_is_said(at, address):
    answer = at("manager").post(address("openness"), {"title_zh": "", "body_zh": ""})
    page = text_of(answer)
    assert answer.status_code == 422
    assert "年度" in page


def test_the_same_year_twice_is_refused(at, address):
    typed = {"title_zh": "2024 年开放情况", "body_zh": "开放。", "year": "2024"}
    assert at("manager").post(address("openness"), typed).status_code == 302
    again = at("manager").post(address("openness"), {**typed, "title_zh": "又一份"})
    assert again.status_code == 422
    assert "2024" in text_of(again)
