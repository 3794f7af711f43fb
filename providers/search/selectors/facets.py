"""How many instruments of a list stand where: what narrows a search, and how much each would leave."""

from collections import Counter
from dataclasses import dataclass, field, replace

from django.db.models import Count, QuerySet

from providers.instruments.models import Instrument
from providers.instruments.selectors.instruments import category_table
from providers.search.selectors.catalogue import category_prefix


@dataclass(frozen=True)
class Counts:
    """A list of instruments, counted by the codes of district and category ("" for none), to be added up in
    several ways: each instrument is looked at once.
    """

    rows: tuple[tuple[str, str, int], ...]

    def within(self, *, district: str = "", category: str = "") -> "Counts":
        """Those of a district and of a category of any level; empty codes ask for nothing."""
        prefix = category_prefix(category)
        kept = (row for row in self.rows if row[0] == (district or row[0]) and row[1].startswith(prefix))
        return replace(self, rows=tuple(kept))

    @property
    def total(self) -> int:
        return sum(number for _, _, number in self.rows)

    def by_district(self) -> Counter[str]:
        found: Counter[str] = Counter()
        for district, _, number in self.rows:
            found[district] += number
        return found

    def by_category(self) -> Counter[str]:
        """Each category with all below it."""
        found: Counter[str] = Counter()
        for _, code, number in self.rows:
            if code:
                for above in {f"{code[:2]}0000", f"{code[:4]}00", code}:
                    found[above] += number
        return found


def count_by_place(instruments: QuerySet[Instrument]) -> Counts:
    """One statement."""
    found = Instrument.objects.filter(pk__in=instruments.order_by().values("pk")).order_by()
    rows = found.values_list("organization__district__code", "category__code").annotate(number=Count("pk"))
    return Counts(tuple((district or "", category or "", number) for district, category, number in rows))


@dataclass
class CategoryCount:
    """A category and how many instruments stand in it and below it."""

    code: str
    name_zh: str
    name_en: str
    count: int
    children: list["CategoryCount"] = field(default_factory=list)


def category_counts(instruments: Counts) -> list[CategoryCount]:
    """Top categories with any of the instruments and, below them, the others; their names are a statement."""
    counts = instruments.by_category()
    made: dict[str, CategoryCount] = {}
    top: list[CategoryCount] = []
    for row in category_table().filter(code__in=counts).order_by("code"):
        one = CategoryCount(row.code, row.name_zh, row.name_en, counts[row.code])
        made[row.code] = one
        above = f"{row.code[:2]}0000" if row.code.endswith("00") else f"{row.code[:4]}00"
        (made[above].children if above in made and above != row.code else top).append(one)
    return top
