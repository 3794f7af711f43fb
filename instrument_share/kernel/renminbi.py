"""Sums of money in Chinese capital numerals (人民币大写), as they stand on papers that move money.

Source: 《支付结算办法》 (中国人民银行, 银发〔1997〕393号), 附件一
《正确填写票据和结算凭证的基本规定》, clauses 一, 二 and 五: 整 follows 元, and 角 too (where it may be
left out; written, nothing can be added); nothing follows 分. Several zeros in a row are one 零. Where the
rules leave 零 to the writer (the thousands are there but the ten-thousands are 0; 角 is there but 元 is 0)
it is left out.
"""

from decimal import Decimal

DIGITS = "零壹贰叁肆伍陆柒捌玖"
PLACES = ("", "拾", "佰", "仟")
GROUPS = ("", "万", "亿", "万亿")
LIMIT = Decimal(10) ** (4 * len(GROUPS))


def to_capitals(amount: Decimal) -> str:
    """Write yuan in capital numerals without the prefix 人民币: 1234500.00 → 壹佰贰拾叁万肆仟伍佰元整.

    Raises ValueError for negative amounts, fractions of 0.01 yuan, and 10^16 yuan or more.
    """
    if not amount.is_finite() or not 0 <= amount < LIMIT or amount != amount.quantize(Decimal("0.01")):
        raise ValueError(f"Capital numerals need a sum from 0 to {LIMIT} yuan in whole 分, not {amount}.")
    fen_total = int(amount * 100)
    yuan, jiao, fen = fen_total // 100, fen_total // 10 % 10, fen_total % 10
    whole = _whole(yuan) + "元" if yuan else ""
    if not fen_total:
        return "零元整"
    if not jiao and not fen:
        return whole + "整"
    if not fen:
        return f"{whole}{DIGITS[jiao]}角整"
    tenth = f"{DIGITS[jiao]}角" if jiao else "零" if whole else ""
    return f"{whole}{tenth}{DIGITS[fen]}分"


def _whole(number: int) -> str:
    """Write a positive whole number, in groups of four digits from the left."""
    groups = []
    while number:
        number, group = divmod(number, 10_000)
        groups.append(group)
    words, gap = "", False
    for place in reversed(range(len(groups))):
        group = groups[place]
        if not group:
            gap = True
            continue
        if words and (gap or group < 1000):
            words += "零"
        words += _group(group) + _group_name(place, groups)
        gap = False
    return words


def _group_name(place: int, groups: list[int]) -> str:
    """Return the group's name; 万亿 is read as 万 when the next group names 亿."""
    return "万" if place == 3 and groups[2] else GROUPS[place]


def _group(group: int) -> str:
    """Write a number from 1 to 9999 without leading 零."""
    words, gap = "", False
    for place in (3, 2, 1, 0):
        digit = group // 10**place % 10
        if not digit:
            gap = bool(words)
            continue
        words += ("零" if gap else "") + DIGITS[digit] + PLACES[place]
        gap = False
    return words
