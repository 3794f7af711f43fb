"""Accounts of the demo city, one for each role; shown on the login page while DEMO is on."""

from dataclasses import dataclass

DEMO_PASSWORD = "demo-yunping"  # noqa: S105 - printed on the login page of the demo, and only there


@dataclass(frozen=True)
class DemoAccount:
    """A demo account and its role."""

    username: str
    role_zh: str
    role_en: str


DEMO_ACCOUNTS = (
    DemoAccount("lin", "科研人员", "Researcher"),
    DemoAccount("chen", "企业用户", "User from an enterprise"),
    DemoAccount("zhao", "用户单位管理员", "Administrator of a using organization"),
    DemoAccount("wang", "机组负责人", "Instrument keeper"),
    DemoAccount("qian", "管理单位管理员", "Manager of an owning unit"),
    DemoAccount("sun", "科技局经办", "Officer of the Science and Technology Bureau"),
    DemoAccount("fang", "科技局审定", "Officer of the bureau who approves"),
    DemoAccount("xiao", "区科技局经办", "Officer of a district’s bureau"),
    DemoAccount("zhou", "科技局核查", "Auditor of the Science and Technology Bureau"),
    DemoAccount("wu", "财政局", "Finance Bureau"),
    DemoAccount("admin", "系统管理员", "System administrator"),
)
