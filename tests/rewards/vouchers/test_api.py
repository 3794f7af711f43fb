"""Vouchers in the API: from the batch to the payout list, each by who may, and each once."""

import base64
import json
from datetime import timedelta
from decimal import Decimal

import pytest

from instrument_share.accounts.services import api_token_create
from rewards.vouchers.models import VoucherApplication, VoucherClaim, VoucherPayoutList
from tests.bookings.statements.conftest import APRIL_1, correct
from tests.rewards.vouchers.conftest import LATER, claim_of_paid, reverse_payment

PDF = {"name": "发票.pdf", "content": base64.b64encode(b"%PDF-1.7 1").decode()}


@pytest.fixture
def ask(client, vouchers, clock):
    clock.set(LATER)

    def ask(person, method, path, **data):
        _, secret = api_token_create(actor=person, name="试", now=LATER)
        headers = {"Authorization": f"Bearer {secret}", "Idempotency-Key": "once"}
        body = {"data": json.dumps(data), "content_type": "application/json"} if data else {}
        answer = getattr(client, method)(f"/api/v1/vouchers{path}", headers=headers, **body)
        return answer.status_code, answer.json()

    return ask


def claim_of(claimable, **changes):
    return {
        "voucher": claimable.grant.public_id,
        "statement": claimable.statement.public_id,
        "invoice_number": "2650 0001",
        "invoice_date": "2026-04-01",
        "sole_support": True,
        "expected_yuan": "100.00",
        "documents": [PDF],
        **changes,
    }


def test_an_application_is_made_once_and_granted(ask, vouchers):
    scheme = vouchers.open()
    applied = {
        "scheme": scheme.public_id,
        "organization": vouchers.city.company.public_id,
        "amount_yuan": "800.00",
        "stated": ["新材料研发"],
        "documents": [PDF],
    }
    first, second = (ask(vouchers.admin, "post", "/applications", **applied) for _ in range(2))
    assert first == second
    assert first[0] == 201
    path = f"/applications/{VoucherApplication.objects.get().public_id}"
    assert ask(vouchers.admin, "post", f"{path}/grant")[0] == 403
    status, granted = ask(vouchers.officer, "post", f"{path}/grant")
    assert (status, granted["state"]) == (200, "granted")
    assert ask(vouchers.admin, "get", "/schemes")[1]["items"][0]["left_yuan"] == "2200.00"
    (voucher,) = ask(vouchers.admin, "get", "/grants")[1]["items"]
    assert (voucher["id"], voucher["left_yuan"]) == (granted["voucher"], "800.00")


@pytest.mark.parametrize("written", ["800", "8e2"])
def test_the_answer_to_an_application_has_its_amount_as_it_is_kept(ask, vouchers, written):
    applied = {
        "scheme": vouchers.open().public_id,
        "organization": vouchers.city.company.public_id,
        "amount_yuan": written,
        "stated": ["新材料研发"],
        "documents": [PDF],
    }
    _, made = ask(vouchers.admin, "post", "/applications", **applied)
    assert made["amount_yuan"] == "800.00"
    assert ask(vouchers.admin, "get", f"/applications/{made['id']}")[1] == made


def test_an_application_with_mistakes_names_all_of_them(ask, vouchers):
    applied = {
        "scheme": vouchers.open().public_id,
        "organization": vouchers.city.company.public_id,
        "amount_yuan": "1000.01",
        "stated": [],
        "documents": [],
    }
    status, problem = ask(vouchers.admin, "post", "/applications", **applied)
    assert status == 422
    assert {one["code"] for one in problem["problems"]} == {
        "voucher.proofs_missing",
        "voucher.fact_missing",
        "voucher.amount_wrong",
    }


def test_a_claim_goes_from_its_invoice_to_the_payout_list(ask, vouchers, claimable):
    _, voucher = ask(vouchers.admin, "get", f"/grants/{claimable.grant.public_id}")
    assert [(one["statement"], one["amount_yuan"]) for one in voucher["claimable"]] == [
        (claimable.statement.public_id, "100.00")
    ]
    first, second = (ask(vouchers.admin, "post", "/claims", **claim_of(claimable)) for _ in range(2))
    assert first == second
    assert first[0] == 201
    claim = VoucherClaim.objects.get()
    path = f"/claims/{claim.public_id}"
    assert ask(vouchers.admin, "post", f"{path}/check")[0] == 403
    assert ask(vouchers.officer, "post", f"{path}/check")[1]["state"] == "checked"
    assert ask(vouchers.officer, "post", f"{path}/audit")[1]["code"] == "voucher.audited_by_same"
    assert ask(vouchers.second, "post", f"{path}/audit")[1]["state"] == "audited"
    asked = {"scheme": claimable.scheme.public_id, "expected_yuan": "100.00"}
    status, made = ask(vouchers.officer, "post", "/payout-lists", **asked)
    assert (status, made["total_yuan"]) == (201, "100.00")
    assert [(one["claim"], one["is_paid"]) for one in made["rows"]] == [(claim.public_id, False)]
    assert [one["state"] for one in ask(vouchers.admin, "get", "/claims?state=listed")[1]["items"]] == [
        "listed"
    ]
    assert ask(vouchers.finance, "get", f"/payout-lists/{made['id']}")[1] == made
    assert ask(vouchers.admin, "get", "/payout-lists")[1]["items"] == []


def test_a_program_makes_a_payout_list_over_the_sum_that_it_expects_alone(ask, vouchers, claimable):
    vouchers.approve(vouchers.claim(claimable.grant, claimable.statement))
    asked = {"scheme": claimable.scheme.public_id}
    status, problem = ask(vouchers.officer, "post", "/payout-lists", **asked)
    assert (status, [one["field"] for one in problem["problems"]]) == (422, ["expected_yuan"])
    status, problem = ask(vouchers.officer, "post", "/payout-lists", expected_yuan="99.00", **asked)
    assert (status, problem["code"]) == (409, "voucher.list_changed")
    assert problem["detail"].startswith("现有合计 100.00 元的申请待列入清单")
    assert not VoucherPayoutList.objects.exists()


def test_a_program_reads_which_claims_no_payout_list_takes_yet(ask, vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    vouchers.approve(claim)

    def waits():
        one = ask(vouchers.officer, "get", f"/claims/{claim.public_id}")[1]
        many = ask(vouchers.officer, "get", "/claims?state=audited")[1]["items"]
        return [each["waits_for_bill"] for each in (one, *many)]

    assert waits() == [False, False]
    correct(vouchers.city, claimable.log, APRIL_1 + timedelta(days=8), amount_yuan=Decimal(150))
    assert waits() == [True, True]
    vouchers.refuse(claim)
    assert ask(vouchers.officer, "get", f"/claims/{claim.public_id}")[1]["waits_for_bill"] is False
    assert [one["waits_for_bill"] for one in ask(vouchers.officer, "get", "/claims")[1]["items"]] == [False]


def test_a_program_reads_that_a_claim_waits_for_its_statement_to_be_paid_again(ask, vouchers):
    claim, payment = claim_of_paid(vouchers)
    reverse_payment(vouchers.city, payment)
    found = ask(vouchers.admin, "get", f"/claims/{claim.public_id}")[1]
    assert (found["waits_for_agreement"], found["waits_for_bill"]) == (True, False)


def test_after_the_last_day_of_claims_nothing_is_claimable_on_a_voucher(ask, vouchers, claimable, clock):
    clock.set(LATER + timedelta(days=360))
    _, voucher = ask(vouchers.admin, "get", f"/grants/{claimable.grant.public_id}")
    assert (voucher["use_until"], voucher["claimable"]) == ("2026-12-31", [])
    status, problem = ask(vouchers.admin, "post", "/claims", **claim_of(claimable))
    assert (status, problem["code"]) == (409, "voucher.expired")


def test_what_a_firm_can_claim_is_read_by_its_administrators_alone(ask, vouchers, claimable):
    path = f"/grants/{claimable.grant.public_id}"
    assert [one["basis_yuan"] for one in ask(vouchers.admin, "get", path)[1]["claimable"]] == ["200.00"]
    for person in (vouchers.officer, vouchers.auditor, vouchers.finance):
        status, voucher = ask(person, "get", path)
        assert (status, voucher["left_yuan"], voucher["claimable"]) == (200, "1000.00", [])


def test_a_claim_that_comes_to_something_else_or_is_anothers_is_refused(ask, vouchers, claimable):
    _firm, other = vouchers.firm("云屏新材料有限公司")
    assert ask(other, "post", "/claims", **claim_of(claimable))[0] == 404
    status, problem = ask(vouchers.admin, "post", "/claims", **claim_of(claimable, expected_yuan="99.00"))
    assert (status, problem["code"]) == (409, "voucher.amount_changed")


def test_a_refused_claim_says_why(ask, vouchers, claimable):
    claim = vouchers.claim(claimable.grant, claimable.statement)
    path = f"/claims/{claim.public_id}/refuse"
    assert ask(vouchers.auditor, "post", path, reason=" ")[0] == 422
    refused = ask(vouchers.second, "post", path, reason="发票不清")[1]
    assert (refused["state"], refused["reason"]) == ("refused", "发票不清")
