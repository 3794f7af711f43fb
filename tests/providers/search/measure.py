"""How well a list of queries is answered: what people expect stands in the TOML files beside this one."""

import math
import tomllib
from dataclasses import dataclass
from pathlib import Path

from django.contrib.auth.models import AnonymousUser
from django.db import connection

from instrument_share.demo import city as demo
from providers.instruments.domain.categories import CategoryRow
from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import category_table
from providers.instruments.services.categories import category_table_load
from providers.search.selectors.catalogue import catalogue
from providers.search.selectors.search import filter_partly_matching, search, with_relevance
from providers.search.services.index import search_index
from providers.search.services.synonyms import synonyms_load
from tests.factories import LONG_AGO, organization

HERE = Path(__file__).resolve().parent
SHOWN = 10


def fill():
    """The instruments of the demo city and those of `corpus.toml`, with the product's own synonyms."""
    city = demo.load_city()
    category_table_load(
        actor=None,
        version=city.category_version,
        rows=[CategoryRow(code, zh, parent, en) for code, parent, zh, en in city.categories],
        now=LONG_AGO,
    )
    categories = {row.code: row for row in category_table()}
    units = {
        unit.key: organization(unit.name_zh, name_en=unit.name_en, owns_instruments=True)
        for unit in city.units
    }
    lender = organization("澜滨分析测试中心", owns_instruments=True)
    rows = [
        Instrument(
            organization=units[one.unit],
            inner_number=one.number,
            category=categories[one.category],
            **{name: getattr(one, name) for name in TEXTS},
            **PUBLISHED,
        )
        for one in city.instruments
    ]
    for number, zh, en, model, manufacturer, category in read("corpus")["instruments"]:
        rows.append(
            Instrument(
                organization=lender,
                inner_number=number,
                name_zh=zh,
                name_en=en,
                model=model,
                manufacturer=manufacturer,
                category=categories[category],
                **PUBLISHED,
            )
        )
    made = Instrument.objects.bulk_create(rows)
    synonyms_load(actor=None, now=LONG_AGO)
    search_index([one.pk for one in made])
    with connection.cursor() as cursor:  # as a site's database does by itself
        cursor.execute("ANALYZE")


TEXTS = (
    "name_zh",
    "name_en",
    "model",
    "manufacturer",
    "functions_zh",
    "functions_en",
    "services_zh",
    "services_en",
    "samples_zh",
    "samples_en",
    "specification_zh",
    "specification_en",
)
PUBLISHED = {
    "state": "published",
    "value_yuan": 500_000,
    "created_at": LONG_AGO,
    "published_at": LONG_AGO,
}


def read(name):
    return tomllib.loads((HERE / f"{name}.toml").read_text("utf-8"))


@dataclass(frozen=True)
class Answer:
    """One query with the internal numbers that it found, best first."""

    query: str
    found: tuple[str, ...]
    best: tuple[str, ...]
    also: tuple[str, ...]
    kind: str = ""

    @property
    def is_first_right(self):
        return self.found[:1] != () and self.found[0] in self.best

    @property
    def precision(self):
        """The share of the first five that are wanted or not minded."""
        first = self.found[:5]
        return sum(one in self.best + self.also for one in first) / len(first) if first else 0.0

    @property
    def gain(self):
        """Normalised discounted cumulative gain of the first ten: 1 where nothing could stand better."""
        grades = {**dict.fromkeys(self.also, 1), **dict.fromkeys(self.best, 3)}
        ideal = sorted(grades.values(), reverse=True)[:SHOWN]
        return _discounted(grades.get(one, 0) for one in self.found[:SHOWN]) / _discounted(ideal)

    @property
    def reciprocal_rank(self):
        """One over the place of the first instrument that was wanted; 0 where none was found."""
        places = [place for place, one in enumerate(self.found, 1) if one in self.best]
        return 1 / places[0] if places else 0.0

    @property
    def is_served(self):
        """Whether one of the first three is what was wanted."""
        return any(one in self.best for one in self.found[:3])


def _discounted(grades):
    return sum(grade / math.log2(place + 1) for place, grade in enumerate(grades, 1))


def answer(query):
    asked = search(query["q"])
    found = catalogue(AnonymousUser(), search=asked)
    if len(asked.clauses) > 1 and not found.exists():
        found = filter_partly_matching(catalogue(AnonymousUser()), asked)
    rows = with_relevance(found, asked).order_by("-relevance", "id")[:50]
    return Answer(
        query["q"],
        tuple(row.inner_number for row in rows),
        tuple(query["best"]),
        tuple(query.get("also", ())),
        query.get("kind", ""),
    )


@dataclass(frozen=True)
class Quality:
    gain: float
    reciprocal_rank: float
    served: float
    answers: tuple[Answer, ...]


def quality(name):
    answers = tuple(answer(query) for query in read(name)["queries"])
    number = len(answers)
    return Quality(
        sum(one.gain for one in answers) / number,
        sum(one.reciprocal_rank for one in answers) / number,
        sum(one.is_served for one in answers) / number,
        answers,
    )


def by_kind(answers):
    """Return, by kind, the shares that are first right and that find nothing, and the mean precision."""
    kinds = {}
    for one in answers:
        kinds.setdefault(one.kind, []).append(one)
    return {
        kind: (
            sum(one.is_first_right for one in among) / len(among),
            sum(one.precision for one in among) / len(among),
            sum(not one.found for one in among) / len(among),
        )
        for kind, among in kinds.items()
    }
