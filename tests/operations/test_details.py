"""Every key that the journal keeps has a word in which people read it."""

import ast
from dataclasses import replace
from pathlib import Path

import pytest
from django.utils import translation

from bookings.kiosk.domain import TooLate
from instrument_share.accounts.domain import OrganizationKind
from instrument_share.accounts.domain.tokens import TokenScope
from instrument_share.accounts.selectors import registration_of
from instrument_share.accounts.services import organization_revise
from instrument_share.jobs import registry
from instrument_share.journal.models import AuditEntry
from instrument_share.kernel.wording import Sentence, to_plain
from instrument_share.operations.selectors.details import DETAILS, SCOPES
from instrument_share.operations.selectors.journal_rows import describe_value, name_detail
from providers.instruments.domain.fields import CHINESE
from rewards.report.selectors.told import CONTACT
from tests import factories
from tests.factories import NOW

ROOT = Path(__file__).parents[2]
PACKAGES = ("bookings", "providers", "rewards", "instrument_share")
RECORDERS = {"_record", "record_change", "record_finding", "record_order", "save_and_record"}
"""Functions that take details as keywords, or as a dict somewhere among their arguments."""
OTHER_KEYWORDS = {"actor", "action", "subject", "now", "organization", "organization_id", "details"}
DECISIONS = {"suspension", "retirement", "qualification", "rule", "closure"}
"""What `apply_outcomes` is called with, each a key of its own."""


def read_keys(node):
    """Keys that are written out in a dict, in dicts inside it and in what is joined to it."""
    match node:
        case ast.Dict(keys=keys, values=values):
            yield from (key.value for key in keys if isinstance(key, ast.Constant))
            for value in values:
                yield from read_keys(value)
        case ast.BinOp(left=one, right=other) | ast.IfExp(body=one, orelse=other):
            yield from read_keys(one)
            yield from read_keys(other)


def recorded_by(call):
    name = getattr(call.func, "attr", getattr(call.func, "id", ""))
    for keyword in call.keywords:
        if keyword.arg == "details":
            yield from read_keys(keyword.value)
        elif name in RECORDERS and keyword.arg and keyword.arg not in OTHER_KEYWORDS:
            yield keyword.arg
    if name in RECORDERS:
        for argument in call.args:
            yield from read_keys(argument)


def recorded_in(tree):
    for node in ast.walk(tree):
        match node:
            case ast.Call():
                yield from recorded_by(node)
            case ast.Assign(targets=[ast.Name(id="details")], value=value):
                yield from read_keys(value)


def test_every_key_of_the_details_has_a_word():
    files = (
        file
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if "migrations" not in file.parts
    )
    recorded = {key for file in files for key in recorded_in(ast.parse(file.read_text(encoding="utf-8")))}
    assert {"reason", "owed_yuan", "late"} <= recorded
    assert (recorded | DECISIONS) - DETAILS.keys() == set()


def test_facts_of_an_organization_before_and_after_are_told_in_words():
    with translation.override("zh-hans"):
        told = describe_value("after", {"owns_instruments": True, "parent": ""})
        assert told == "是否拥有仪器：是；上级单位：—"


@pytest.mark.django_db
def test_columns_of_an_organization_are_told_in_words_as_the_journal_keeps_them():
    company = factories.organization("云屏晶体有限公司", kind="enterprise", size_class="small")
    changed = replace(registration_of(company), kind=OrganizationKind.UNIVERSITY, owns_instruments=True)
    revised = {"organization_id": company.pk, "registration": changed, "reason": "有误"}
    organization_revise(actor=factories.officer(), now=NOW, **revised)
    details = AuditEntry.objects.get(action="organization.revised").details
    with translation.override("zh-hans"):
        before, after = (describe_value(key, details[key]) for key in ("before", "after"))
        assert describe_value("sizes", ["small", "micro"]) == "小型、微型"
    assert before == "类别：企业；企业规模：小型；是否拥有仪器：否"
    assert after == "类别：高等院校；企业规模：非企业；是否拥有仪器：是"


def test_codes_are_told_in_the_words_of_their_lists():
    with translation.override("zh-hans"):
        assert describe_value("effect", "finding") == "异议成立：列为核查问题，由核查人员处理"
        assert describe_value("days", {"2026-10-01": "holiday"}) == "2026-10-01：法定节假日"
        assert describe_value("mails", {"bookings": "daily"}) == "预约、候补与信用记录：每日汇总"
        assert describe_value("state", "approved") == "已通过"
        assert describe_value("step", "freeze") == "冻结数据"
        assert describe_value("what", "accounts.export") == "账号名单导出"
        assert describe_value("kind", "nonfiscal_value") == "非财政资金支付的原值"
        assert describe_value("kind", "inspection") == "双随机抽查发现的问题"
        assert describe_value("kinds", ["news", "case"]) == "单位动态、开放服务案例"
        checklist = {"hours": "yes", "prices": "no", "condition": "not_applicable"}
        assert describe_value("checklist", checklist) == "开放时段：是；收费标准：否；运行状态：不适用"
        assert describe_value("outcome", "return") == "退还"
        assert describe_value("kind", "totp") == "身份验证器应用"
        assert describe_value("scopes", ["read", "usage"]) == "查看、上机登记"
        assert describe_value("outcome", "nobody knows") == "nobody knows"


def test_refusals_are_told_as_sentences_and_jobs_by_their_labels():
    refusal = {"code": "kiosk.too_late", **to_plain(Sentence(TooLate.message, {"minutes": 15}))}
    for language, sentence, job in (
        ("zh-hans", "操作发生在 15 分钟以前，未记录。", "发送邮件"),
        ("en", "This was 15 minutes ago or more, so it is not recorded.", "Sending of a mail"),
    ):
        with translation.override(language):
            assert describe_value("refusal", refusal).startswith(sentence)
            assert describe_value("job", "mails.send") == job
            assert describe_value("job", "gone.job") == "gone.job"


def test_every_job_has_a_label_in_chinese():
    labels = [one.label for one in (*registry._jobs.values(), *registry.recurring())]
    with translation.override("zh-hans"):
        assert [label for label in labels if not CHINESE.search(translation.gettext(label))] == []


def test_fields_that_were_changed_are_told_as_their_forms_call_them():
    with translation.override("zh-hans"):
        assert describe_value("fields", ["language", "name"]) == "语言、姓名"
        assert describe_value("fields", ["unit_code", "report", "thesis"]) == (
            "单位在国家网络管理平台的编码（insCode）、研究报告、论文"
        )
        assert name_detail("report") == "报送件"
        assert describe_value("fields", ["project"]) == "所属项目"
    assert list(SCOPES) == [scope.value for scope in TokenScope]


def test_whom_a_notice_names_is_told_in_words():
    with translation.override("zh-hans"):
        assert [name_detail(key) for key in CONTACT] == ["联系人", "联系电话", "地址"]
