"""All parts of pages on one page; served only with DEBUG."""

from datetime import datetime, time, timedelta
from decimal import Decimal
from types import SimpleNamespace
from typing import Any

from django import forms
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import render

from instrument_share.kernel.city_time import CITY_TIME
from instrument_share.web import clock
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.text import labels


class SampleForm(forms.Form):
    """A form with each kind of field."""

    title = forms.CharField(
        label="用途 Purpose", help_text="例：高熵合金断口形貌 / fracture surface of an alloy"
    )
    mode = forms.ChoiceField(
        label="服务方式 Mode", choices=[("a", "自主上机 self-operated"), ("b", "委托测试 operated")]
    )
    who = forms.ChoiceField(
        label="付款方 Payer", widget=forms.RadioSelect, choices=[("o", "单位"), ("p", "个人")]
    )
    day = forms.DateField(label="日期 Date", widget=forms.DateInput(attrs={"type": "date"}))
    note = forms.CharField(label="备注 Note", widget=forms.Textarea(attrs={"rows": 3}), required=False)
    agree = forms.BooleanField(label="我已阅读仪器设备管理制度 I have read the regulation")


def styleguide(request: HttpRequest) -> HttpResponse:
    """Show all parts."""
    now = clock.now()
    messages.success(
        request, "预约已提交，机组将在 24 小时内答复。Requested; the keeper answers within 24 hours."
    )
    messages.warning(request, "送样前请先联系机组。Call the keeper before you bring samples.")
    context: dict[str, Any] = {
        "now": now,
        "later": now + timedelta(hours=2.5),
        "form": SampleForm(),
        "bad_form": SampleForm({"note": "写过的字仍在"}),
        "states": [key.split(".", 1) for key in labels.STATES],
        "steps": [
            ("归集", "done", "1月5日"),
            ("冻结", "done", "1月12日"),
            ("核查", "stopped", "3 项待处理：上机记录的时段重叠，须由单位说明，再由审核员决定"),
            ("评分", "next", ""),
            ("公示", "next", ""),
            ("报送", "next", ""),
        ],
        "ended_steps": [("已提交申请", "done", "1月5日"), ("已取消", "ended", "1月6日")],
        "facts": [
            ("型号", "FEI Quanta 650"),
            ("启用日期", "2019-05-06"),
            ("空", ""),
            ("所在地", "云屏市科苑路 8 号"),
        ],
        "tabs": [("概况", "#a", True), ("仪器设备", "#b", False, 12), ("单位动态", "#c", False, 4)],
        "chips": [("电子显微镜", "#", True, 8), ("X 射线", "#", False, 14), ("质谱", "#", False, 6)],
        "bar": {
            "type": "bar",
            "unit": "小时 h",
            "categories": [f"{month}月" for month in range(1, 13)],
            "series": [
                {"name": "对内 inside", "data": [90, 60, 120, 130, 122, 118, 80, 70, 131, 125, 119, 98]},
                {"name": "对外 outside", "data": [20, 12, 31, 34, 28, 40, 22, 18, 36, 33, 30, 25]},
            ],
        },
        "amount": Decimal("1234.5"),
        "line": {
            "type": "line",
            "unit": "%",
            "categories": ["2022", "2023", "2024", "2025"],
            "series": [
                {
                    "name": "对外比例",
                    "data": [Decimal("12.5"), Decimal("17.2"), Decimal("21"), Decimal("26.4")],
                }
            ],
        },
        "page": SimpleNamespace(next_cursor="abc"),
        "place": SimpleNamespace(name_zh="云屏材料研究所", name_en="Yunping Institute of Materials"),
        "today": now.astimezone(CITY_TIME).date(),
    }
    return render(request, "pages/styleguide.html", context)


@idempotent_form
def confirm(request: HttpRequest) -> HttpResponse:
    """Confirm an action that only shows a message."""
    if request.method == "POST":
        messages.success(request, "预约已取消。Cancelled.")
        return HttpResponseRedirect("/styleguide/")
    context = {
        "heading": "取消这次预约？ Cancel this booking?",
        "consequences": ["时段将让给候补用户。", "距开始不足 24 小时，按规则收取 50% 费用。"],
        "action": "取消预约 Cancel the booking",
        "tone": "danger",
        "back_address": "/styleguide/",
    }
    return render(request, "instrument_share/confirm.html", context)


TAKEN_HOURS: dict[int, list[tuple[float, float, str, str, bool]]] = {
    0: [(15, 16.5, "held", "断口形貌", True)],
    1: [(15, 17, "held", "", False)],
    2: [(14.5, 16.5, "booked", "断口形貌", True)],
    3: [(14, 18, "closed", "更换灯丝", False)],
}
"""What stands in every sample calendar besides a booking a day, by weekday; last whether it is one's own."""


def times(request: HttpRequest) -> JsonResponse:
    """Return this week's sample times for the calendar and timeline."""
    now = clock.now().astimezone(CITY_TIME)
    monday = now.date() - timedelta(days=now.weekday())
    resources = [
        {"id": f"INS-{at}", "title": f"场发射扫描电子显微镜 {at} 号", "model": f"SE-{at}", "unit": "云屏大学"}
        for at in range(1, 9)
    ]
    if not request.GET.get("many"):
        resources = resources[:1]
    events: list[dict[str, Any]] = []
    offers: list[dict[str, Any]] = []
    for at, resource in enumerate(resources):
        for day in range(5):
            midnight = datetime.combine(monday + timedelta(days=day), time(0), CITY_TIME)
            booked = 9 + (day + at) % 5
            taken = [*TAKEN_HOURS.get(day, []), (booked, booked + 2, "booked", "", False)]
            begins = 8.5
            obstacles = sorted((start, end) for start, end, *_ in taken)
            for start, end in [*obstacles, (18, 18)]:
                begins = max(begins, _half_hours_since(midnight, now))
                if begins < start:
                    offers.append(_sample_run(resource["id"], midnight, begins, start))
                    taken.append((begins, start, "open", "", False))
                begins = end
            events += (_sample_event(resource["id"], midnight, *facts) for facts in taken)
    return JsonResponse({"resources": resources, "events": events, "offers": offers, "refusals": []})


def _half_hours_since(midnight: datetime, now: datetime) -> float:
    return -(-(now - midnight) // timedelta(minutes=30)) / 2


def _sample_event(
    resource: str, midnight: datetime, begins: float, ends: float, kind: str, title: str, mine: bool
) -> dict[str, Any]:
    return {
        "id": f"{resource}-{midnight:%d}-{begins}-{kind}",
        "resource": resource,
        "start": (midnight + timedelta(hours=begins)).isoformat(),
        "end": (midnight + timedelta(hours=ends)).isoformat(),
        "kind": kind,
        "mine": mine,
        "title": title,
    }


def _sample_run(resource: str, midnight: datetime, begins: float, ends: float) -> dict[str, Any]:
    """Return half-hourly starts that last half an hour or longer."""
    return {
        "resource": resource,
        "first": (midnight + timedelta(hours=begins)).isoformat(),
        "last": (midnight + timedelta(hours=ends - 0.5)).isoformat(),
        "step": 30,
        "shortest": 30,
        "longest": None,
        "until": (midnight + timedelta(hours=ends)).isoformat(),
    }
