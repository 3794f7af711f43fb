"""Pages of the table of synonyms and purposes, which the bureau maintains."""

from typing import TYPE_CHECKING, Any

from django.contrib.auth.decorators import login_required
from django.http import HttpRequest, HttpResponse
from django.http.response import HttpResponseBase
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from instrument_share.accounts.permissions import require
from instrument_share.web import clock, cursor
from instrument_share.web.forms.two_versions import Difference, save_or_compare
from instrument_share.web.idempotency import idempotent_form
from instrument_share.web.lists.tables import ListColumn, ListTable
from instrument_share.web.responses.confirmation import Confirmation, confirmation_view
from instrument_share.web.responses.exports import csv_response
from instrument_share.web.responses.outcomes import redirect_with_message, run_service
from instrument_share.web.signed_in import SignedInRequest
from providers.instruments.views.common import person
from providers.search.forms import SynonymForm
from providers.search.selectors.synonyms import synonym_group, synonym_groups, synonym_groups_with
from providers.search.services.synonyms import synonym_group_remove, synonym_group_save

if TYPE_CHECKING:
    from django.db.models import QuerySet

    from providers.search.models import SynonymGroup

PER_PAGE = 50
BATCH_SIZE = 500
TABLE = ListTable(
    (
        ListColumn(gettext_lazy("Word"), "word", "first_word"),
        ListColumn(gettext_lazy("Means the same")),
        ListColumn(gettext_lazy("Methods")),
        ListColumn(gettext_lazy("Last changed"), "changed", "updated_at", is_descending=True),
    ),
    ordering=("first_word", "id"),
    first="word",
)


@login_required
@require_safe
def synonyms(request: HttpRequest) -> HttpResponseBase:
    """List the groups by their first word; `?q=` filters by word, `?format=csv` exports what is found."""
    require(request.user, "providers.maintain_tables")
    text = request.GET.get("q", "").strip()[:60]
    found = synonym_groups(request.user, text)
    ordering = TABLE.get_ordering(request)
    if request.GET.get("format") == "csv":
        return _export(found.order_by(*ordering))
    page = cursor.page(found, ordering=ordering, cursor=request.GET.get("cursor"), limit=PER_PAGE)
    context = {
        "page": page,
        "heads": TABLE.build_heads(request),
        "text": text,
        "count": found.order_by().count(),
    }
    return render(request, "providers/search/synonyms.html", context)


def _export(found: "QuerySet[SynonymGroup]") -> HttpResponseBase:
    heads = [
        _("Word"),
        _("Means the same"),
        _("Methods"),
        _("On the home page (Chinese)"),
        _("On the home page (English)"),
        _("Last changed"),
    ]
    return csv_response("synonyms", heads, (_to_row(group) for group in found.iterator(BATCH_SIZE)))


def _to_row(group: "SynonymGroup") -> list[Any]:
    first, *others = (row.word for row in group.words.all())
    return [
        first,
        " · ".join(others),
        " · ".join(group.methods),
        group.task_zh,
        group.task_en,
        group.updated_at,
    ]


@login_required
@require_http_methods(["GET", "HEAD", "POST"])
@idempotent_form
def edit(request: HttpRequest, public_id: str = "") -> HttpResponse:
    """Change a group, or add one without `public_id`."""
    require(request.user, "providers.maintain_tables")
    form = SynonymForm(request.POST or None, initial=_initial(request, public_id))
    meanwhile: list[Difference] = []

    def save() -> "SynonymGroup":
        return synonym_group_save(
            actor=person(request),
            words=form.cleaned_data["words"].splitlines(),
            methods=form.cleaned_data["methods"].splitlines(),
            task=(form.cleaned_data["task_zh"], form.cleaned_data["task_en"]),
            public_id=public_id,
            seen=form.cleaned_data["seen"],
            now=clock.now(),
        )

    def describe() -> dict[str, str]:
        return _initial(request, public_id)

    group = run_service(form, lambda: save_or_compare(form, save, present=describe, meanwhile=meanwhile))
    if group is not None:
        message = _("Saved; searches use these words from now on.")
        return redirect_with_message(request, message, reverse("synonyms"))
    status = 422 if request.method == "POST" else 200
    taken = form.data.get("words", "").splitlines() if form.errors else []
    context = {
        "form": form,
        "meanwhile": meanwhile,
        "public_id": public_id,
        "others": synonym_groups_with(request.user, taken, exclude_id=public_id),
    }
    return render(request, "providers/search/synonym_edit.html", context, status=status)


def _initial(request: HttpRequest, public_id: str) -> dict[str, str]:
    if not public_id:
        return {}
    group = synonym_group(request.user, public_id)
    return {
        "words": "\n".join(group.words_in_order),
        "methods": "\n".join(group.methods),
        "task_zh": group.task_zh,
        "task_en": group.task_en,
        "seen": group.version,
    }


@confirmation_view
def remove(request: SignedInRequest, public_id: str) -> Confirmation:
    require(request.user, "providers.maintain_tables")
    group = synonym_group(request.user, public_id)
    words = "、".join(row.word for row in group.words.all())
    return Confirmation(
        heading=_("Remove “{words}”").format(words=words),
        consequences=[_("A search for one of these words will then find only that word itself.")],
        action=_("Remove the group"),
        perform=lambda: synonym_group_remove(actor=request.user, public_id=public_id, now=clock.now()),
        success=_("“{words}” is removed.").format(words=words),
        back_address=reverse("synonym_edit", args=[public_id]),
        next_address=reverse("synonyms"),
        tone="danger",
    )
