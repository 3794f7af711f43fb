"""Names of people where not everybody may read them."""

HIDDEN = "**"


def mask_name(name: str) -> str:
    """Return a person's name as papers and screens for everybody show it: the first character alone."""
    return f"{name.strip()[:1]}{HIDDEN}"
