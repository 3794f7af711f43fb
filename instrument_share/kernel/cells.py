"""Text in the cells of spreadsheets."""

FORMULA_PREFIXES = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a text begins with that spreadsheet programs may carry out; full-width signs count in Chinese ones."""


def escape_formula(text: str) -> str:
    """Prefix an apostrophe to text that a spreadsheet program could run, for CSV cells."""
    return f"'{text}" if text.startswith(FORMULA_PREFIXES) else text
