"""`<column>__is_blank` in queries and orders: whether a text is empty. It puts last what lacks a name."""

from django.db.models import BooleanField, CharField, Transform


@CharField.register_lookup
class IsBlank(Transform):
    """Whether a text column that is never null holds nothing; in an order what is filled in comes first."""

    lookup_name = "is_blank"
    template = "(%(expressions)s = '')"
    output_field = BooleanField()
