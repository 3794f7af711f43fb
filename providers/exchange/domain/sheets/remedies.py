"""Remedies for problems of a sheet, by code."""

from collections.abc import Mapping

from instrument_share.kernel.errors import gettext_noop
from instrument_share.kernel.wording import Sentence

NOT_EVEN_A_DRAFT = gettext_noop("Fill it in; without it nothing can be entered, not even a draft.")
_SHORTEN = gettext_noop("Shorten it in the sheet.")
_CHOOSE = gettext_noop("Say on the page what the word means, or use one of the choices.")
_DATE = gettext_noop("Write it as 2026-03-05, or name its format in the map.")
_DIGITS = gettext_noop("Write digits only, without words or units.")
_YEAR = gettext_noop("Check the year in the sheet.")
_NOTHING = gettext_noop("Nothing to do if it is right.")
_CORRECT = gettext_noop("Correct it in the sheet.")
_REMEDIES: Mapping[str, str] = {
    "instrument.too_long": _SHORTEN,
    "instrument.choice": _CHOOSE,
    "instrument.date": _DATE,
    "instrument.number": _DIGITS,
    "instrument.country": gettext_noop("Write the country's code, or say in the map which one is meant."),
    "instrument.category": gettext_noop(
        "Write the code of six digits, or say on the page which one is meant."
    ),
    "instrument.category_unknown": gettext_noop("Look the code up in the category table in use."),
    "instrument.essential": NOT_EVEN_A_DRAFT,
    "instrument.email": gettext_noop("Write it as name@example.org."),
    "instrument.subjects": gettext_noop("Write the codes only, separated by commas."),
    "instrument.category_divided": gettext_noop("Write the code of the finest category that fits."),
    "instrument.subject_unknown": gettext_noop("Look the code up in GB/T 13745, such as 150 chemistry."),
    "instrument.decimals": gettext_noop("Round it in the sheet, or check the unit: yuan or 10,000 yuan."),
    "instrument.date_early": _YEAR,
    "instrument.date_later": _YEAR,
    "instrument.range": gettext_noop("Write the value in yuan, from 0 on."),
    "import.too_long": _SHORTEN,
    "import.choice": _CHOOSE,
    "import.date": _DATE,
    "import.date_far_off": gettext_noop("Check the year; where there is no last day, leave the cell empty."),
    "import.number": _DIGITS,
    "import.time": gettext_noop("Write it as 09:00."),
    "import.flag": gettext_noop("Write 是 or 否, yes or no."),
    "import.weekdays": gettext_noop("Write them as 周一至周五, 周一、周三 or Mon-Fri."),
    "import.essential": gettext_noop("Fill it in; without it the row can't be entered."),
    "import.total": gettext_noop("Remove the row from the sheet, or import without it."),
    "import.no_entry": gettext_noop("Fill them in, or remove the row if it is a total or a note."),
    "import.several_columns": gettext_noop("Say on the page which of the columns counts."),
    "import.word_left_out": _CHOOSE,
    "import.repeated": gettext_noop("Remove one of the rows, or give each its own."),
    "import.heading_twice": gettext_noop("Remove one of the columns, or say below which of them counts."),
    "import.cell_error": gettext_noop("Correct the formula, or enter the value."),
    "import.formula": _NOTHING,
    "import.formula_empty": gettext_noop(
        "Open the sheet in a spreadsheet program and save it, or write the value."
    ),
    "import.hidden": gettext_noop("Remove the row if it is not intended."),
    "import.serial_date": _NOTHING,
    "import.shortened": _NOTHING,
    "import.stands_in": gettext_noop("Enter the Chinese name before you submit the draft."),
    "import.incomplete": gettext_noop("The row arrives as a draft. Complete it before you submit it."),
    "import.no_instrument": gettext_noop("Write the number as the unit's list of instruments has it."),
    "import.instrument_retired": gettext_noop("Remove the row; a retired instrument can’t have new terms."),
    "import.in_the_past": gettext_noop("Write tomorrow's date or a later one."),
    "import.bookings_outside": gettext_noop(
        "Publish these terms on the page of the instrument's rule, which asks what becomes of each "
        "booking, and remove the row; the other rows can be imported."
    ),
    "import.version_replaced": gettext_noop(
        "Write a later date, or publish that version again afterwards if it is still wanted."
    ),
    "import.year_unknown": gettext_noop(
        "Ask the bureau to enter the holidays of that year, or open on holidays too."
    ),
    "import.contradiction": gettext_noop("Say the same in all rows of an instrument, or only in the first."),
    "import.exception": gettext_noop(
        "Put the exception into a row of its own: internal number, dates, and times if any."
    ),
    "import.no_rule": gettext_noop("Import a rule for the instrument first."),
    "rule.no_price": gettext_noop("Enter a price; 0 where it is free."),
    "rule.no_users": gettext_noop("Name at least one kind of user."),
    "rule.no_modes": gettext_noop("Name at least one way of service."),
    "rule.no_hours": gettext_noop("Name weekdays and the times from and until."),
}


def remedy(code: str) -> Sentence:
    """Return the remedy for a problem; by default to correct the cell."""
    return Sentence(_REMEDIES.get(code, _CORRECT))
