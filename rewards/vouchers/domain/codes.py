"""Codes printed on payout lists, by which the verification page finds them."""

from rewards.report.domain.codes import group_letters

PREFIX = "VPL-"


def get_list_code(public_id: str) -> str:
    """Return the code of a list: the 50 random bits of its id, grouped as on other papers."""
    return group_letters(public_id.removeprefix(PREFIX))


def get_list_id(code: str) -> str:
    """Return the id of the list with a code."""
    return PREFIX + code.replace("-", "")
