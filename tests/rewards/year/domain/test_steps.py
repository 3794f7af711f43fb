"""What comes next in a year, state by state."""

from datetime import date

import pytest

from rewards.year.domain import NextStep, get_next_step

NOTICE_ENDS = date(2026, 1, 15)


@pytest.mark.parametrize(
    ("state", "facts", "expected"),
    [
        ("collecting", {}, NextStep("freeze")),
        ("frozen", {}, NextStep("check")),
        ("checked", {}, NextStep("score")),
        ("checked", {"undecided": 2}, NextStep("score", "findings")),
        ("scored", {}, NextStep("announce")),
        ("collecting", {"today": date(2025, 12, 31)}, NextStep("", "year")),
        ("collecting", {"today": date(2026, 1, 1)}, NextStep("freeze")),
        ("scored", {"outdated": True}, NextStep("score")),
        ("noticed", {"notice_ends": NOTICE_ENDS, "today": date(2026, 1, 15)}, NextStep("", "notice")),
        ("noticed", {"notice_ends": NOTICE_ENDS, "today": date(2026, 1, 16)}, NextStep("approve")),
        (
            "noticed",
            {"notice_ends": NOTICE_ENDS, "today": date(2026, 1, 16), "undecided": 1},
            NextStep("", "findings"),
        ),
        ("scored", {"undecided": 1}, NextStep("", "findings")),
        ("scored", {"undecided": 1, "outdated": True}, NextStep("score", "findings")),
        ("scored", {"promised_anew": True}, NextStep("", "anew")),
        ("scored", {"promised_anew": True, "outdated": True}, NextStep("score")),
        (
            "noticed",
            {"notice_ends": NOTICE_ENDS, "today": date(2026, 1, 10), "promised_anew": True},
            NextStep("", "anew"),
        ),
        ("scored", {"draft": True}, NextStep("announce")),
        (
            "noticed",
            {"notice_ends": NOTICE_ENDS, "today": date(2026, 1, 16), "draft": True},
            NextStep("", "policy"),
        ),
        ("approved", {"draft": True}, NextStep("", "policy")),
        ("noticed", {"notice_ends": NOTICE_ENDS, "outdated": True}, NextStep("score")),
        ("approved", {}, NextStep("preview")),
        ("approved", {"preview": "made"}, NextStep("", "preview")),
        ("approved", {"preview": "looked_at"}, NextStep("send")),
        ("reported", {"report_state": "sent"}, NextStep("", "finance")),
        ("reported", {"report_state": "accepted"}, NextStep("", "payment")),
        ("paid", {}, NextStep("")),
    ],
)
def test_next_step_follows_state_and_facts(state, facts, expected):
    assert get_next_step(state, **{"year": 2025, "today": date(2026, 1, 10), **facts}) == expected
