"""A page of the paper to the Finance Bureau, against one of reportlab's LongTable, of about as many pages."""

from io import BytesIO

from pypdf import PdfReader
from reportlab.platypus import LongTable, SimpleDocTemplate

from benchmarks.harness import Verdict, make_database, timed
from benchmarks.harness.year import Steps, Year
from instrument_share.documents import official
from rewards.policy.selectors import get_policy_rules
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.letter import build_finance_letter
from tests.rewards.builders import AFTER

ACCEPTED = 2.5
COLUMNS, ROWS_A_PAGE = 7, 36
CODE = "RPT-7K3M-9QXZ"


def main() -> None:
    make_database()
    verdict = Verdict()
    year = Year(uses_each=10)
    year.import_all()
    steps = Steps(year.city.officer)
    for step in (steps.freeze, steps.check, steps.score, steps.approve):
        step()
    cycle = steps.cycle
    rules = get_policy_rules(cycle.policy)

    def paper() -> bytes:
        url = f"https://share.example.org/verify/?code={CODE}"
        letter = build_finance_letter(get_report_facts(cycle), rules, code=CODE, url=url, at=AFTER)
        return official.render_official(letter)

    pdf = paper()  # the first one loads the fonts
    pages = count_pages(pdf)
    pairs = [(timed(paper), timed(lambda: long_table(pages))) for _ in range(5)]
    measured = min(one for one, _ in pairs) / pages
    floor = min(other for _, other in pairs) / count_pages(long_table(pages))
    verdict.judge(f"a page of the finance paper ({pages} pages)", measured, floor, ACCEPTED)
    verdict.exit()


def count_pages(pdf: bytes) -> int:
    return len(PdfReader(BytesIO(pdf)).pages)


def long_table(pages: int) -> bytes:
    target = BytesIO()
    rows = [[f"{row}-{column}" for column in range(COLUMNS)] for row in range(pages * ROWS_A_PAGE)]
    SimpleDocTemplate(target).build([LongTable(rows, repeatRows=1)])
    return target.getvalue()


if __name__ == "__main__":
    main()
