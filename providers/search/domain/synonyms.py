"""Find the groups of synonyms, and the purposes, that an instrument's names belong to."""

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from itertools import chain

from instrument_share.kernel.pinyin import has_chinese
from providers.search.domain.index import latin_words, normalize, stem

SHORTEST_IN_MODEL = 3
"""Letters by which a model names a method: an FTIR-650 is an FTIR, but MS and CT stand for many a series."""


@dataclass(frozen=True)
class Lexicon:
    """Words with the key that each leads to, prepared to be searched in many texts."""

    _han: tuple[tuple[str, int], ...]
    _latin: tuple[tuple[str, int], ...]
    _found: dict[str, frozenset[tuple[int, bool]]] = field(default_factory=dict, repr=False, compare=False)
    """What texts have that were asked before: many instruments share a name or a category."""

    @classmethod
    def of(cls, words: Iterable[tuple[str, int]]) -> "Lexicon":
        """Return the words with their keys, prepared to be searched."""
        han, latin = [], []
        for word, key in words:
            if has_chinese(word):
                han.append((normalize(word), key))
            else:
                latin += [(form, key) for form in _in_words(word)]
        return cls(tuple(han), tuple(latin))

    def keys_in(self, texts: Iterable[str]) -> set[int]:
        """Return the keys of the words that stand in the texts."""
        return {key for text in texts for key, _ in self._keys_of(text)}

    def keys_at_end(self, texts: Iterable[str]) -> set[int]:
        """Return the keys of the words that end one of the texts."""
        return {key for text in texts for key, ends in self._keys_of(text) if ends}

    def _keys_of(self, text: str) -> frozenset[tuple[int, bool]]:
        if text not in self._found:
            self._found[text] = frozenset(self._search(text))
        return self._found[text]

    def _search(self, text: str) -> Iterator[tuple[int, bool]]:
        chinese, spoken = normalize(text), _in_words(text)
        yield from ((key, chinese.endswith(word)) for word, key in self._han if word in chinese)
        for form in spoken:
            yield from ((key, form.endswith(word)) for word, key in self._latin if word in form)


@dataclass(frozen=True)
class Related:
    """Words by which an instrument is found beside its names.

    `near` mean the same. `wide` are what the near ones end in: a 场发射扫描电镜 is a 扫描电镜. `far` are
    the other words inside them, as an LC-MS has a liquid chromatograph, what they lead to, and what those of
    the category have inside. `kinds` are the groups of the category, `models` those of the model.
    """

    near: tuple[str, ...]
    wide: tuple[str, ...]
    far: tuple[str, ...]
    kinds: tuple[str, ...] = ()
    models: tuple[str, ...] = ()


@dataclass(frozen=True)
class Synonyms:
    """The groups of words that mean the same."""

    groups: tuple[tuple[str, ...], ...]
    _lexicon: Lexicon
    _of_models: Lexicon

    @classmethod
    def of(cls, groups: Iterable[Sequence[str]]) -> "Synonyms":
        """Return the groups, prepared to be searched."""
        kept = tuple(tuple(group) for group in groups)
        words = [(word, number) for number, group in enumerate(kept) for word in group]
        telling = [one for one in words if len(normalize(one[0])) >= SHORTEST_IN_MODEL]
        return cls(kept, Lexicon.of(words), Lexicon.of(telling))

    def related(self, names: Iterable[str], categories: Iterable[str] = (), model: str = "") -> "Related":
        """Return the words of the groups that the names have a word of, and of those further off."""
        named = self._lexicon.keys_in(chain.from_iterable((name, turn_round(name)) for name in names))
        inside = {number: self._inside(number) for number in named}
        parts = set().union(*(parts for parts, _ in inside.values()))
        wider = set().union(*(ends for _, ends in inside.values())) - parts
        near = self._words(named - parts)
        of_category = self._lexicon.keys_in(categories)
        kinds = of_category - set().union(*(self._inside(number)[0] for number in of_category))
        models = self._of_models.keys_in([model])
        further = named | of_category | self._lexicon.keys_in(near)
        return Related(
            self._words(named - parts - wider),
            self._words(named & wider),
            self._words(further - (named - parts) - kinds),
            self._words(kinds - (named - parts)),
            self._words(models - (named - parts) - kinds),
        )

    def _inside(self, number: int) -> tuple[set[int], set[int]]:
        """Return the groups with words inside those of a group: those that end none, and the others."""
        group = self.groups[number]
        ends = self._lexicon.keys_at_end(group) - {number}
        return self._lexicon.keys_in(group) - ends - {number}, ends

    def _words(self, numbers: Iterable[int]) -> tuple[str, ...]:
        return tuple(word for number in sorted(numbers) for word in self.groups[number])


@dataclass(frozen=True)
class Purposes:
    """What is measured, and by which methods, the best first."""

    words: tuple[tuple[str, ...], ...]
    _methods: tuple[tuple[int, int], ...]
    """The purpose and the place in its list of each method."""
    _lexicon: Lexicon
    _forms: tuple[frozenset[str], ...]
    """How the words of each purpose stand in a text."""

    @classmethod
    def of(cls, purposes: Iterable[tuple[Sequence[str], Sequence[str]]]) -> "Purposes":
        """Return the purposes, (words, methods) each, prepared to be searched."""
        kept = [(tuple(words), tuple(methods)) for words, methods in purposes]
        places = [
            (number, place, method)
            for number, (_, methods) in enumerate(kept)
            for place, method in enumerate(methods)
        ]
        return cls(
            tuple(words for words, _ in kept),
            tuple((number, place) for number, place, _ in places),
            Lexicon.of((method, key) for key, (_, _, method) in enumerate(places)),
            tuple(frozenset(chain.from_iterable(map(_forms_of, words))) for words, _ in kept),
        )

    def served_by(self, names: Iterable[str]) -> tuple[tuple[str, int], ...]:
        """Return the words of purposes that an instrument with the names serves, with the method's place."""
        best: dict[int, int] = {}
        for key in self._lexicon.keys_in(names):
            number, place = self._methods[key]
            best[number] = min(place, best.get(number, place))
        return tuple((word, place) for number, place in sorted(best.items()) for word in self.words[number])

    def told_in(self, text: str) -> frozenset[str]:
        """Return the words of the purposes of which the text says some word, in whatever language."""
        forms = (normalize(text), *_in_words(text))
        told = (
            number
            for number, sought in enumerate(self._forms)
            if any(one in form for one in sought for form in forms)
        )
        return frozenset(chain.from_iterable(self.words[number] for number in told))


def turn_round(name: str) -> str:
    """Return a name that begins with the kind as it is spoken: “Microscope: atomic force” ends in it."""
    kind, _, rest = name.partition(":")
    return f"{rest} {kind}" if rest and not has_chinese(name) else name


def _forms_of(word: str) -> set[str]:
    return {normalize(word)} if has_chinese(word) else _in_words(word)


def _in_words(text: str) -> set[str]:
    """Return the stems of a text's Latin words, with hyphens both joined and split."""
    found = latin_words(text)
    together = [stem("".join(one)) for one in found]
    apart = [stem(part) for one in found for part in one]
    return {f" {' '.join(form)} " for form in (together, apart) if form}
