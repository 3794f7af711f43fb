"""How an award came about, from its stored reasoning, sentence by sentence."""

from collections.abc import Iterator, Mapping
from typing import Any

from rewards.reports.words import money

NOTES = {
    "barred": "经查实弄虚作假，取消奖励资格",
    "ungraded": "未评定等级，不享受本条奖励",
    "not_qualified": "不符合本条规定的条件",
    "below_floor": "得分未超过起算分，不参与分配",
    "not_highest": "同类奖励从高不重复，本条不计",
}

BASES = {
    "external_income": "对外服务收入",
    "enterprise_income": "对企业服务收入",
    "sme_income": "对中小企业服务收入",
    "fees_paid": "支付的测试费用",
}

ROUNDING = {"分": "取整到分", "元": "取整到元", "百元": "取整到百元"}


def reasoning_steps(reasoning: Mapping[str, Any]) -> list[tuple[str, str]]:
    """Pairs of a step and what it gave, in the order in which they were taken; caps only where they cut."""
    steps = [(rule["clause_zh"], _claim(rule)) for rule in reasoning["rules"]]
    unit = ROUNDING[reasoning["money_unit"]]
    steps += [("资金分配", text) for pot in reasoning["pots"] if (text := _pot(pot, unit))]
    if reasoning["after_unit_cap"] != reasoning["sum"]:
        capped = f"合计{money(reasoning['sum'])}元，按单位上限取{money(reasoning['after_unit_cap'])}元"
        steps.append(("单位上限", capped))
    if reasoning["after_group_cap"] != reasoning["after_unit_cap"]:
        capped = f"上限{money(reasoning['cap_group'])}元，取{money(reasoning['after_group_cap'])}元"
        steps.append(("关联单位合计上限", capped))
    return steps


def _claim(rule: Mapping[str, Any]) -> str:
    if rule["note"] and rule["note"] != "not_highest":
        return NOTES[rule["note"]]
    return "；".join([_claimed(rule), *([NOTES["not_highest"]] if rule["note"] else [])])


def _claimed(rule: Mapping[str, Any]) -> str:
    match rule["kind"]:
        case "score_share":
            return f"得分{rule['basis']}，起算分{rule['floor']}，参与分配的分值{rule['claim']}"
        case "income_rate" | "instrument_income":
            text = f"{BASES[rule['basis_kind']]}{money(rule['basis'])}元×{rule['rate']}"
            if rule["cap_instrument"]:
                text += f"，单台（套）上限{money(rule['cap_instrument'])}元"
            return f"{text}，计{money(rule['claim'])}元"
        case "value_fixed":
            return f"按仪器设备原值分档定额，计{money(rule['claim'])}元"
        case _:
            return f"按等级定额，计{money(rule['claim'])}元"


def _pot(pot: Mapping[str, Any], unit: str) -> str:
    if pot["mode"] == "whole":
        return ""
    return "，".join(_divided(pot, unit))


def _divided(pot: Mapping[str, Any], unit: str) -> Iterator[str]:
    if pot["budget"]:
        yield f"可分配资金{money(pot['budget'])}元"
    yield f"本单位份额{money(pot['weight'])}，全部份额{money(pot['weights'])}"
    if pot["limit"]:
        yield f"上限{money(pot['limit'])}元"
    yield f"按比例应得{money(pot['share'])}元"
    extra = "，尾差按最大余数法补一个单位" if pot["extra_unit"] else ""
    yield f"{unit}{extra}，得{money(pot['amount'])}元"
