"""Misspelt words: two words are close when leaving out a letter or two makes them the same (SymSpell)."""

from collections.abc import Iterable
from itertools import combinations

LOOKED_AT = 8
"""Letters of a word from which some are left out; what is behind them is compared, not looked up."""
LONG = 8
"""From so many letters on two mistakes are forgiven."""


def variants(word: str) -> set[str]:
    """The beginning of a word, with up to as many letters left out as mistakes are forgiven."""
    head = word[:LOOKED_AT]
    return {
        "".join(letter for position, letter in enumerate(head) if position not in left_out)
        for number in range(allowed_mistakes(word) + 1)
        for left_out in combinations(range(len(head)), number)
    }


def allowed_mistakes(word: str) -> int:
    """Mistakes that a word may have; with digits in it, one: the next number is another model."""
    return 2 if len(word) >= LONG and word.isalpha() else 1


def closest(word: str, candidates: Iterable[tuple[str, int]], allowed: int) -> str | None:
    """The word that was meant, of candidates with their frequency: fewest mistakes, then the commonest."""
    near = [
        (edit_distance(word, candidate), -frequency, candidate)
        for candidate, frequency in candidates
        if abs(len(candidate) - len(word)) <= allowed
    ]
    best = min((one for one in near if one[0] <= allowed), default=None)
    return best[2] if best else None


def edit_distance(word: str, other: str) -> int:
    """Letters to change, add, remove or swap with their neighbour (optimal string alignment)."""
    before: list[int] = []
    last = list(range(len(other) + 1))
    for row, letter in enumerate(word, 1):
        line = [row]
        for column, counterpart in enumerate(other, 1):
            cost = min(last[column] + 1, line[-1] + 1, last[column - 1] + (letter != counterpart))
            swapped = row > 1 and column > 1 and letter == other[column - 2] and word[row - 2] == counterpart
            line.append(min(cost, before[column - 2] + 1) if swapped else cost)
        before, last = last, line
    return last[-1]
