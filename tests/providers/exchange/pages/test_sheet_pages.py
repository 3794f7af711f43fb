"""A unit's own sheet: uploaded, looked at, taken."""

import re
from datetime import timedelta

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.urls import reverse

from instrument_share.accounts import services as accounts
from instrument_share.accounts.domain import Role
from providers.exchange.services.uploads import SheetGone, sheet_kept, sheets_forget_old
from providers.instruments.models import Instrument
from tests.page_fixtures import text_of
from tests.providers.conftest import NOW

SHEET = """设备编号,仪器名称,型号,单价,启用日期
A-1,红外光谱仪,FT-1,85,2021-03-05
A-2,,X-1,30,2021-05-06
A-3,粒度仪,LP-3,42.5,昨天
""".encode("gb18030")


@pytest.fixture
def upload(at, world):
    def upload(content=SHEET, who="manager"):
        return at(who).post(
            reverse("sheet_import", args=[world.unit.public_id]),
            {"sheet": SimpleUploadedFile("台账.csv", content)},
        )

    return upload


def test_rows_with_problems_are_told_with_row_column_value_and_remedy(at, upload):
    page = text_of(at("manager").get(upload()["Location"]))
    assert "表格行数 3 新增 1 变更 0 未变 0 拒绝导入 2" in page
    assert "B3 仪器名称 — 缺少“中文名称”。" in page
    assert "E4 启用日期 昨天" in page
    assert "先导入没有问题的 1 行" in page
    assert not Instrument.objects.exists()


def test_import_is_atomic_unless_partial_is_requested(at, upload):
    address = upload()["Location"]
    client = at("manager")
    assert client.post(address).status_code == 422
    assert not Instrument.objects.exists()
    answer = client.post(address, {"partial": "1"})
    assert list(Instrument.objects.values_list("inner_number", "state")) == [("A-1", "draft")]
    page = text_of(client.get(answer["Location"]))
    assert "表格已导入" in page
    assert "处理结果 行数 新建草稿 1 无法导入 2 查看草稿，补充后提交" in page


def test_a_column_gets_its_field_by_hand(at, upload):
    address = upload()["Location"]
    at("manager").post(f"{address}?c3=value_yuan/10000&c2=", {"partial": "1"})
    made = Instrument.objects.get()
    assert (str(made.value_yuan), made.model) == ("850000.00", "")


def test_uploaded_sheet_is_private_and_expires_after_a_day(at, upload, world):
    address = upload()["Location"]
    assert at("other_manager").get(address).status_code == 403
    role = {"organization": world.unit, "role": Role.UNIT_MANAGER, "now": NOW}
    accounts.membership_grant(actor=None, user=world.other_manager, **role)
    assert at("other_manager").get(address).status_code == 410  # a colleague's upload is not theirs
    sheets_forget_old(now=NOW + timedelta(days=30 * 365))
    assert at("manager").get(address).status_code == 410


def test_page_says_how_long_the_site_keeps_an_upload(at, world, settings):
    page = reverse("sheet_import", args=[world.unit.public_id])
    assert "最多保留 1 天" in text_of(at("manager").get(page))
    settings.RETENTION_DAYS = settings.RETENTION_DAYS | {"uploads": 3}
    assert "最多保留 3 天" in text_of(at("manager").get(page))


def test_imported_sheet_redirects_to_result_and_is_deleted(
    at, upload, world, django_capture_on_commit_callbacks
):
    address = upload()["Location"]
    with django_capture_on_commit_callbacks(execute=True):
        result = at("manager").post(address, {"partial": "1"})["Location"]
    assert at("manager").get(address)["Location"] == result
    assert at("manager").post(address, {"partial": "1"})["Location"] == result
    assert Instrument.objects.count() == 1
    key = address.rstrip("/").rpartition("/")[2]
    with pytest.raises(SheetGone):
        sheet_kept(actor=world.manager, organization_id=world.unit.pk, key=key)


@pytest.mark.parametrize("content", [b"\xd0\xcf\x11\xe0old", b"PK\x03\x04broken"])
def test_non_sheet_is_refused_beside_the_field(upload, content):
    answer = upload(content)
    assert answer.status_code == 422
    assert "需要修改" in text_of(answer)


def test_without_known_headings_the_columns_are_chosen(at, upload):
    address = upload("甲,乙\nA-7,热分析仪\n".encode())["Location"]
    assert "表格须包含以下列：内部编号、中文名称。" in text_of(at("manager").get(address))
    at("manager").post(f"{address}?c0=inner_number&c1=name_zh")
    assert Instrument.objects.get().name_zh == "热分析仪"


def test_only_unrecognised_columns_are_unfolded(at, upload):
    page = at("manager").get(upload()["Location"]).content.decode()
    folded = re.search(r"<details>\s*<summary>\s*已识别 4 列", page).start()
    assert page.index("有 1 列未识别") < page.index("85 · 30 · 42.5") < folded < page.index("表格行数")
    red = re.findall(r'<label class="form-label sheet-unknown"[^>]*>([^<]*)</label>', page)
    assert red == ["单价"]


def test_a_sheet_with_headings_alone_has_no_rows(at, upload):
    page = text_of(at("manager").get(upload("设备编号,仪器名称\n".encode())["Location"]))
    assert "表中没有数据行。" in page
    assert "均已在库" not in page


WORDS = "设备编号,仪器名称,状态,国别\nA-1,红外光谱仪,还行,乌有国\nA-2,粒度仪,还行,\n".encode()


def test_a_word_is_mapped_once_and_remembered_for_the_next_sheet(at, upload, world):
    client, address = at("manager"), upload(WORDS)["Location"]
    page = text_of(client.get(address))
    assert page.count("运行状态：还行") == 1
    assert "涉及 2 行" in page
    sent = {
        "words": "1",
        "field": ["condition", "country"],
        "word": ["还行", "乌有国"],
        "meaning": ["待机", "JP 日本"],
    }
    assert client.post(f"{address}?c9=", sent)["Location"] == f"{address}?c9="
    assert not Instrument.objects.exists()
    page = text_of(client.get(address))
    assert "已保存 2 个用词" in page
    assert "新增 2 变更 0 未变 0 拒绝导入 0" in page
    client.post(address)
    found = Instrument.objects.order_by("inner_number").values_list("condition", "country")
    assert list(found) == [("standby", "JP"), ("standby", "")]
    again = upload("设备编号,仪器名称,状态\nA-3,热分析仪,还行\n".encode())["Location"]
    client.post(again)
    assert Instrument.objects.get(inner_number="A-3").condition == "standby"


def test_invalid_meaning_is_reported_and_not_remembered(at, upload):
    client, address = at("manager"), upload(WORDS)["Location"]
    sent = {
        "words": "1",
        "field": ["condition", "country"],
        "word": ["还行", "乌有国"],
        "meaning": ["待机", "亚特兰蒂斯"],
    }
    answer = client.post(address, sent)
    assert answer.status_code == 422
    assert "“亚特兰蒂斯”不是两位字母的国别代码" in text_of(answer)
    assert 'value="亚特兰蒂斯"' in answer.content.decode()
    assert "已保存" not in text_of(client.get(address))
    assert not Instrument.objects.exists()


def test_prices_in_a_sheet_of_instruments_are_recognised_and_led_to_their_own_sheet(at, upload, world):
    address = upload("设备编号,仪器名称,价格（元/小时）,开放星期\nA-1,红外光谱仪,85,周一\n".encode())[
        "Location"
    ]
    answer = at("manager").get(address)
    text, page = text_of(answer), answer.content.decode()
    assert "未识别" not in text
    assert "价格（元/小时）：收费价格请在“收费标准”表格中另行导入" in text
    assert "开放星期：请在“开放服务规则”表格中另行导入" in text
    assert f'href="{reverse("sheet_import", args=[world.unit.public_id])}?kind=prices"' in page
    assert "另行导入" not in text_of(at("manager").get(f"{address}?c2=value_yuan&c3=place_zh"))
