"""A page of the paper to the Finance Bureau, against a PDF of one empty page."""

from io import BytesIO

from pypdf import PdfReader
from reportlab.pdfgen.canvas import Canvas

from benchmarks.harness import Verdict, make_database, timed
from benchmarks.harness.year import Steps, Year
from instrument_share.documents import official
from rewards.policy.selectors import get_policy_rules
from rewards.report.reports.facts import get_report_facts
from rewards.report.reports.letter import build_finance_letter
from tests.rewards.builders import AFTER

ACCEPTED = 100
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
    pages = len(PdfReader(BytesIO(pdf)).pages)
    measured = min(timed(paper) for _ in range(3)) / pages
    floor = min(timed(empty_page) for _ in range(20))
    verdict.judge(f"a page of the finance paper ({pages} pages)", measured, floor, ACCEPTED)
    verdict.exit()


def empty_page() -> bytes:
    target = BytesIO()
    canvas = Canvas(target)
    canvas.showPage()
    canvas.save()
    return target.getvalue()


if __name__ == "__main__":
    main()
