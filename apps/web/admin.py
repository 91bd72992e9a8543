"""Change forms of the admin that ask before they delete parts of what they show."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any, Final

from django.http import HttpRequest, HttpResponse
from django.template.response import TemplateResponse
from django.utils.text import get_text_list
from unfold.admin import ModelAdmin

_ANSWER: Final = "_deletions"
_MARK: Final = "-DELETE"


@dataclass(frozen=True, slots=True, kw_only=True)
class Parts:
    """What of one kind is marked for deletion: how many, each by name, and what follows."""

    counted: str
    names: list[str]
    consequences: str


class AsksBeforeDeletingParts(ModelAdmin):
    """Saving with ticked boxes beside parts (the rows of inlines) first leads to a page that says what goes and what follows.

    Its buttons send the whole form again, with the boxes or without. Each inline says what follows in `deletion_consequences`.
    """

    def changeform_view(
        self,
        request: HttpRequest,
        object_id: str | None = None,
        form_url: str = "",
        extra_context: dict[str, Any] | None = None,
    ) -> HttpResponse:
        """Ask where something is marked and nobody answered yet; else go on as usual."""
        if request.method == "POST" and object_id and _ANSWER not in request.POST:
            obj = self.get_object(request, object_id)
            marked = list(self._marked(request, obj)) if obj and self.has_change_permission(request, obj) else []
            if marked:
                return TemplateResponse(request, "admin/parts_deletion.html", self._question(request, obj, marked))
        answer: HttpResponse = super().changeform_view(request, object_id, form_url, extra_context)
        return answer

    def _marked(self, request: HttpRequest, obj: Any) -> Iterator[tuple[Any, list[Any]]]:
        """Yield each inline of which rows are marked, with these rows."""
        for formset, inline in self.get_formsets_with_inlines(request, obj):
            prefix, key = f"{formset.get_default_prefix()}-", f"-{formset.model._meta.pk.name}"
            numbers = [
                name[len(prefix) : -len(_MARK)]
                for name in request.POST
                if name.startswith(prefix) and name.endswith(_MARK)
            ]
            ids = {
                request.POST.get(f"{prefix}{number}{key}", "")
                for number in numbers
                if request.POST[f"{prefix}{number}{_MARK}"]
            }
            rows = formset.model._default_manager.filter(**{formset.fk.name: obj})
            if formset.can_delete and (found := [row for row in rows if str(row.pk) in ids]):
                yield inline, found

    def _question(self, request: HttpRequest, obj: Any, marked: list[tuple[Any, list[Any]]]) -> dict[str, Any]:
        # Of each kind alone: what goes along is looked up by the kind of the first.
        going = Counter[str]()
        for _, rows in marked:
            going.update(self.get_deleted_objects(rows, request)[1])
        parts = [_parts(inline, rows) for inline, rows in marked]
        fields = [
            (name, value) for name, values in request.POST.lists() for value in values if name != "csrfmiddlewaretoken"
        ]
        return {
            **self.admin_site.each_context(request),
            "title": f"Delete parts of {obj}",
            "opts": self.opts,
            "parts": parts,
            "counted": get_text_list([each.counted for each in parts], "and"),
            "model_count": going.items(),
            "answer": _ANSWER,
            "fields": fields,
            "fields_without_marks": [(name, value) for name, value in fields if not name.endswith(_MARK)],
        }


def _parts(inline: Any, rows: list[Any]) -> Parts:
    names = inline.opts.verbose_name if len(rows) == 1 else inline.opts.verbose_name_plural
    return Parts(
        counted=f"{len(rows)} {names}", names=[str(row) for row in rows], consequences=inline.deletion_consequences
    )
