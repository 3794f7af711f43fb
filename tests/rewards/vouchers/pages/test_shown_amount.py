"""What is claimed or listed is the amount that the page showed which was sent, also after a refusal."""

import re

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse

from rewards.vouchers.models import VoucherClaim
from tests.page_fixtures import text_of
from tests.rewards.vouchers.conftest import LATER, add_statements

HIDDEN = re.compile(r'<input type="hidden" name="(\w+)" value="([^"]*)"')


@pytest.fixture
def claim_page(vouchers, clock):
    """The page of a claim of 150 yuan on a voucher of 200, and a second statement of the firm."""
    first, second = add_statements(vouchers.city, vouchers.admin, [300, 200])
    clock.set(LATER)
    grant = vouchers.grant(vouchers.open(), amount=200)
    client = Client()
    client.force_login(vouchers.admin)
    return client, reverse("voucher_claim_new", args=[grant.public_id, first.public_id]), grant, second


def type_into(page):
    """What a browser sends of the form: what the page hides in it, and what its reader types."""
    hidden = dict(HIDDEN.findall(page.content.decode()))
    file = SimpleUploadedFile("发票.pdf", b"%PDF-1.7 1")
    typed = {"invoice_number": "2650 0001", "invoice_date": "2026-04-01", "sole_support": "on"}
    return {**hidden, **typed, "documents": file}


def test_a_claim_that_a_colleagues_claim_lowered_is_sent_from_the_page_that_says_so(vouchers, claim_page):
    client, address, grant, other = claim_page
    page = client.get(address)
    assert type_into(page)["shown_yuan"] == "150.00"
    vouchers.claim(grant, other, invoice="2650 0002")  # meanwhile: 100 yuan are left
    refused = client.post(address, type_into(page))
    assert refused.status_code == 422
    assert "现在的金额为 100.00 元，请核对后再提交。" in text_of(refused)
    assert type_into(refused)["shown_yuan"] == "100.00"
    assert client.post(address, type_into(refused)).status_code == 302
    assert [claim.amount_yuan for claim in VoucherClaim.objects.order_by("id")] == [100, 100]


@pytest.mark.parametrize("sent", [{}, {"shown_yuan": ""}, {"shown_yuan": "all"}, {"shown_yuan": "0.00"}])
def test_a_claim_without_the_amount_that_its_page_showed_is_refused(claim_page, sent):
    client, address, *_ = claim_page
    typed = type_into(client.get(address))
    del typed["shown_yuan"]
    refused = client.post(address, typed | sent)
    assert refused.status_code == 422
    assert "现在的金额为 150.00 元" in text_of(refused)
    assert not VoucherClaim.objects.exists()
