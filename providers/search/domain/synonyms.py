"""Words that mean the same instrument: which groups of them an instrument's names belong to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field

from instrument_share.kernel.pinyin import is_han
from providers.search.domain.index import latin_words, normalize, stem


@dataclass(frozen=True)
class Synonyms:
    """The groups, ready to be looked for in many texts."""

    groups: tuple[tuple[str, ...], ...]
    _han: tuple[tuple[str, int], ...]
    _latin: tuple[tuple[str, int], ...]
    _found: dict[str, frozenset[int]] = field(default_factory=dict, repr=False, compare=False)
    """The groups of texts that were asked before: many instruments share a name or a category."""

    @classmethod
    def of(cls, groups: Iterable[Sequence[str]]) -> "Synonyms":
        kept = tuple(tuple(group) for group in groups)
        han, latin = [], []
        for number, group in enumerate(kept):
            for word in group:
                if is_han(word):
                    han.append((normalize(word), number))
                else:
                    latin += [(form, number) for form in _in_words(word)]
        return cls(kept, tuple(han), tuple(latin))

    def near_and_far(self, names: Iterable[str]) -> tuple[tuple[str, ...], tuple[str, ...]]:
        """The words of the groups that have one in these names, and those of groups that the former lead to.

        液质联用仪 is an LC-MS; as 液相色谱质谱联用 says 质谱, it is a mass spectrometer too, if less plainly.
        """
        first = self._groups_in(names)
        near = [word for number in first for word in self.groups[number]]
        then = [number for number in self._groups_in(near) if number not in first]
        return tuple(near), tuple(word for number in then for word in self.groups[number])

    def _groups_in(self, texts: Iterable[str]) -> list[int]:
        found: set[int] = set()
        for text in texts:
            if text not in self._found:
                self._found[text] = frozenset(self._groups_of(text))
            found |= self._found[text]
        return sorted(found)

    def _groups_of(self, text: str) -> Iterator[int]:
        chinese, spoken = normalize(text), "|".join(_in_words(text))
        yield from (number for word, number in self._han if word in chinese)
        yield from (number for word, number in self._latin if word in spoken)


def _in_words(text: str) -> set[str]:
    """A text's Latin words by their stems, once with what a hyphen joins in one, once apart."""
    found = latin_words(text)
    together = [stem("".join(one)) for one in found]
    apart = [stem(part) for one in found for part in one]
    return {f" {' '.join(form)} " for form in (together, apart) if form}
