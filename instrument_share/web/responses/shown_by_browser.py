"""Files that a browser shows in a page of its own making: papers, feeds, maps of the site."""

from collections.abc import Callable
from typing import TypeVar, cast

from csp.constants import SELF, UNSAFE_INLINE
from csp.decorators import csp_replace
from django.http.response import HttpResponseBase

V = TypeVar("V", bound=Callable[..., HttpResponseBase])
# That page has a style in it, which the policy of our own pages would refuse.
POLICY = {"object-src": [SELF], "style-src": [UNSAFE_INLINE]}


def shown_by_browser(view: V) -> V:
    """Decorate a view that answers with such a file."""
    return cast("V", csp_replace(POLICY)(view))
