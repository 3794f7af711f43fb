"""Text in the cells of spreadsheets."""

FORMULA = ("=", "+", "-", "@", "＝", "＋", "－", "＠", "\t", "\r", "\n")
"""What a text begins with that spreadsheet programs may carry out; full-width signs count in Chinese ones."""


def inert(text: str) -> str:
    """The text as a cell of a CSV file, where nothing else can say that it is text: with an apostrophe in
    front of what a program might carry out."""
    return f"'{text}" if text.startswith(FORMULA) else text
