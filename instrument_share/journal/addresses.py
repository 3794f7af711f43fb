"""The addresses of pages that packages below their owner link to: each owner registers its own."""

from django.urls import reverse

_pages: set[str] = set()


def register_pages(*names: str) -> None:
    """Register pages by the names of their routes."""
    _pages.update(names)


def page_address(name: str, *args: object) -> str:
    """Return the address of a registered page. Raises LookupError where its owner has not registered it."""
    if name not in _pages:
        raise LookupError(f"No package has registered the page {name!r}.")
    return reverse(name, args=args)


def registered_pages() -> frozenset[str]:
    """Return the names of all registered pages."""
    return frozenset(_pages)
