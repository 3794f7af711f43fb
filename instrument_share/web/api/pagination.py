"""Parameters of lists that come in pages."""

from typing import Annotated

from ninja import Query

from instrument_share.kernel.errors import gettext_noop
from instrument_share.web.api.fields import NO_NUL

Limit = Annotated[int, Query(ge=1, le=100, description=gettext_noop("rows on a page"))]
Cursor = Annotated[
    str | None,
    Query(
        max_length=1000,
        pattern=NO_NUL,
        description=gettext_noop("`next_cursor` of the page before; none for the first"),
    ),
]
