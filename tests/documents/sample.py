"""An invented letter with everything that a paper can hold."""

from datetime import UTC, datetime

from instrument_share.documents.content import (
    Attachment,
    Bar,
    BarChart,
    Column,
    Heading,
    KeyValue,
    OfficialLetter,
    Paragraph,
    Series,
    ShareChart,
    Sheet,
    Table,
    Verification,
)

AT = datetime(2026, 3, 10, 2, 0, tzinfo=UTC)
CODE = "RPT-7K3M-9QXZ"
UNITS = ("云屏理工大学（示例）", "云屏市材料研究所（示例）")


def results() -> Table:
    return Table(
        columns=[Column("单位"), Column("等级", "center"), Column("奖励金额（元）", "right"), Column("大写")],
        rows=[
            (UNITS[0], "优秀", "987,600.00", "玖拾捌万柒仟陆佰元整"),
            (UNITS[1], "良好", "246,900.00", "贰拾肆万陆仟玖佰元整"),
        ],
        totals=("合计", "", "1,234,500.00", "壹佰贰拾叁万肆仟伍佰元整"),
        caption="表1 各单位评价结果",
    )


def sheet(unit: str) -> Sheet:
    return Sheet(
        title=f"{unit}2025年度评价表",
        bookmark=unit,
        blocks=[
            KeyValue([("评价等级", "优秀"), ("总分", "92.35")], per_row=2),
            Table(
                columns=[Column("指标"), Column("得分", "right"), Column("计算过程")],
                rows=[("对外服务机时占比", "10.50", "0.21 ÷ 0.30 × 15 = 10.50")],
            ),
            BarChart(
                "各月机时",
                [f"{month}月" for month in range(1, 13)],
                [Series("对外服务", [10.0 * month for month in range(12)]), Series("对内使用", [5.0] * 12)],
                unit="小时",
            ),
        ],
    )


def instruments(count: int) -> Table:
    return Table(
        columns=[
            Column("序号", "center"),
            Column("仪器名称"),
            Column("单位"),
            Column("机时", "right"),
            Column("收入（元）", "right"),
        ],
        rows=[
            (str(number), f"场发射扫描电子显微镜{number}号", UNITS[number % 2], "1,190.00", "123,450.00")
            for number in range(1, count + 1)
        ],
        caption="表2 仪器设备机时与收入",
        size="list",
    )


def letter(**changes) -> OfficialLetter:
    content = {
        "title": "云屏市科学技术局关于报送2025年度大型科学仪器开放共享评价结果和奖励资金安排建议的函",
        "salutation": "云屏市财政局",
        "blocks": [
            Paragraph("根据《云屏市大型科学仪器开放共享奖励办法（草案）》，现将评价结果报送贵局，请予审核。"),
            Heading("一、评价依据和程序"),
            Heading("（一）评价依据", 2),
            Heading("1.指标", 3),
            Paragraph(
                "数据快照的SHA-256为9f86d081884c7d659a2feaa0c55ad015a3bf4f1b2b0b822cd15d6c15b0f00a08。"
            ),
            Heading("二、评价结果"),
            results(),
        ],
        "sender": "云屏市科学技术局",
        "date": "2026年3月10日",
        "created_at": AT,
        "attachments": [
            Attachment("各单位评价表", [sheet(unit) for unit in UNITS]),
            Attachment("仪器设备清单", [instruments(40)], wide=True),
            Attachment(
                "图表与核验方法",
                [
                    ShareChart(
                        "对外服务机时占比", [Bar(UNITS[0], 0.32, "32.00%"), Bar(UNITS[1], 0, "0.00%")], 1.0
                    )
                ],
            ),
        ],
        "verification": Verification(f"https://share.yunping.example/v/{CODE}", CODE),
        "subject": "2025年度开放共享评价",
    }
    return OfficialLetter(**{**content, **changes})
