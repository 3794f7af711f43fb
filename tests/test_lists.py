"""Every list of the site can be sorted and exported, or says here why it is not; no queue ends silently.

A new template with the pages of a table, and a new place in a view that cuts a list, fail until they do the
same or stand here with a reason.
"""

import ast
import re
from pathlib import Path

ROOT = Path(__file__).parents[1]
PACKAGES = ("bookings", "providers", "rewards", "instrument_share")
TABLE, PAGES, HEADS = re.compile(r"<table\b"), re.compile(r"{% pages "), re.compile(r"{% table_heads ")
EXPORT = re.compile(
    r"{% csv_link %}|\?(format|export)=csv|{{ (as_csv|csv|export|csv_address) }}|for name, address in exports"
)

WITHOUT_ORDERS = {
    "bookings/budgets/templates/bookings/budgets/project.html": "a project's bookings by time",
    "instrument_share/operations/templates/operations/jobs.html": "the paged part is a log",
    "instrument_share/operations/templates/operations/mails.html": "a queue and its log, by time",
    "instrument_share/pages/templates/pages/bureau.html": "a queue, the longest waiting first",
    "instrument_share/pages/templates/pages/styleguide.html": "shows the parts",
    "instrument_share/transparency/templates/transparency/log.html": "a log by number",
    "providers/instruments/templates/providers/instruments/recode.html": "a queue by unit and name",
    "providers/units/templates/providers/units/unit_supervision.html": "what was done, by time",
    "rewards/assessment/templates/rewards/assessment/decisions.html": "requests by time",
    "rewards/assessment/templates/rewards/assessment/instrument_result.html": "logs by time",
    "rewards/assessment/templates/rewards/assessment/ratings.html": "logs by time",
}
WITHOUT_EXPORT = {
    "instrument_share/pages/templates/pages/bureau.html": "a queue; what it leads to is exported",
    "instrument_share/pages/templates/pages/styleguide.html": "shows the parts",
    "instrument_share/transparency/templates/transparency/log.html": "read by programs through the API",
    "rewards/assessment/templates/rewards/assessment/decisions.html": "counts are in the package",
    "rewards/assessment/templates/rewards/assessment/instrument_result.html": "stands in the year's package",
    "rewards/assessment/templates/rewards/assessment/ratings.html": "stands in the year's package",
}
INCLUDED_IN = {
    "bookings/statements/templates/bookings/statements/parts/statement_rows.html": (
        "bookings/statements/templates/bookings/statements/unit_statements.html",
        "instrument_share/pages/templates/pages/my_statements.html",
    ),
    "providers/units/templates/providers/units/parts/completeness_rows.html": (
        "providers/units/templates/providers/units/completeness.html",
    ),
    **{
        f"rewards/vouchers/templates/rewards/vouchers/parts/{name}.html": (
            "rewards/vouchers/templates/rewards/vouchers/lists/base.html",
        )
        for name in ("applications", "claims", "grants")
    },
}
"""Parts of pages: the export stands in the page."""
CUT = {
    "bookings/requests/views/counted.py": "the sentence says how many more",
    "bookings/requests/views/holidays.py": "the page says how many in all; each is told by name",
    "bookings/requests/views/rule_preview.py": "the page says how many more",
    "bookings/requests/views/rules.py": "the last versions side by side",
    "instrument_share/operations/views/accounts.py": "the last acts; the audit log has all",
    "instrument_share/operations/views/journal.py": "the page says how many rows an export has",
    "instrument_share/pages/views/bureau.py": "units behind, with a link to all of them",
    "instrument_share/pages/views/home.py": "the newest, with a link to all",
    "instrument_share/pages/views/me.py": "a year's uses, with a link to all",
    "instrument_share/pages/views/unit_desk.py": "the first of each kind of task, with a link to all",
    "instrument_share/web/views.py": "bytes",
    "providers/exchange/views/feeds.py": "feeds have the newest",
    "providers/exchange/views/imports.py": "the page says how many in all",
    "providers/exchange/views/sheet_words.py": "the page says how many more",
    "providers/revisions/views/editing.py": "letters",
    "providers/units/views/profile.py": "pictures to choose from",
    "providers/units/views/publication_pictures.py": "pictures to choose from; the list has all",
    "providers/units/views/publications.py": "pictures to choose from; the list has all",
    "providers/units/views/supervision.py": "the last reminders; the acts below have all",
    "rewards/assessment/views/indicators.py": "what would improve a score most",
    "rewards/findings/views/day_picture.py": "the page says how many uses are left out",
    "rewards/findings/views/evidence.py": "the rest folds out",
    "rewards/findings/views/open_days.py": "days of one use",
    "rewards/vouchers/views/tasks.py": "the last entry leads to all",
    "rewards/year/views/words.py": "the page says how many more units",
}
"""Views that show the first rows of something and say, or lead to, the rest."""


def read_templates():
    for package in PACKAGES:
        for file in sorted((ROOT / package).rglob("templates/**/*.html")):
            text = file.read_text(encoding="utf-8")
            if TABLE.search(text) and PAGES.search(text):
                yield str(file.relative_to(ROOT)), text


def test_every_table_with_pages_can_be_sorted_or_says_why_not():
    fixed = {path for path, text in read_templates() if not HEADS.search(text)}
    assert fixed == set(WITHOUT_ORDERS)


def test_every_table_with_pages_can_be_exported_or_says_why_not():
    def exports(path, text):
        pages = [(ROOT / one).read_text(encoding="utf-8") for one in INCLUDED_IN.get(path, ())] or [text]
        return all(EXPORT.search(page) for page in pages)

    assert {path for path, text in read_templates() if not exports(path, text)} == set(WITHOUT_EXPORT)


def cuts(tree):
    """Tell whether a module takes the first rows of something: `rows[:MAX]` with a name for the number."""
    return any(
        isinstance(node, ast.Subscript)
        and isinstance(node.slice, ast.Slice)
        and node.slice.lower is None
        and isinstance(node.slice.upper, ast.Name)
        and node.slice.upper.id.isupper()
        for node in ast.walk(tree)
    )


def test_no_view_cuts_a_list_silently():
    views = [
        file
        for package in PACKAGES
        for file in (ROOT / package).rglob("*.py")
        if "views" in file.relative_to(ROOT).parts or file.name == "views.py"
    ]
    found = {
        str(file.relative_to(ROOT)) for file in views if cuts(ast.parse(file.read_text(encoding="utf-8")))
    }
    assert found == set(CUT)
