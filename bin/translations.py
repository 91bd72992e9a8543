"""Bring every app's translations (apps/*/locale) up to date with its words: see docs/translating.md."""

from __future__ import annotations

import io
import os
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path
from typing import Any, Final

import django
from babel.messages.catalog import Catalog, Message
from babel.messages.extract import extract
from babel.messages.mofile import read_mo, write_mo
from babel.messages.pofile import read_po, write_po
from django.conf import settings
from django.utils.translation.template import templatize

ROOT: Final = Path(__file__).resolve().parents[1]
_KEYWORDS: Final[dict[str, Any]] = {
    "_": None,
    "gettext": None,
    "gettext_lazy": None,
    "_lazy": None,
    "ngettext": (1, 2),
    "ngettext_lazy": (1, 2),
    "pgettext": ((1, "c"), 2),
    "pgettext_lazy": ((1, "c"), 2),
    "npgettext": ((1, "c"), 2, 3),
}
_NO_TIME: Final = datetime(2000, 1, 1, tzinfo=UTC)
# Pages of staff are in English.
_STAFF: Final = frozenset({"admin", "backoffice"})


class Translation:
    """The words of one app in one language: what is kept beside what the code asks for."""

    def __init__(self, *, app: Path, language: str, wanted: Catalog) -> None:
        self.file = app / "locale" / language / "LC_MESSAGES" / "django.po"
        self._kept = read_po(self.file.open("rb"), locale=language) if self.file.exists() else None
        self._catalog = Catalog(locale=language, fuzzy=False, header_comment=f"# {app.name} in {language}.")
        # babel would note the time of each run.
        self._catalog.creation_date = self._catalog.revision_date = _NO_TIME
        for message in wanted:
            if message.id:
                kept = self._kept.get(message.id, message.context) if self._kept else None
                self._catalog.add(
                    message.id, string=kept.string if kept else "", flags=message.flags, context=message.context
                )

    def write(self) -> None:
        """Keep the translations of words that are still asked for, with room for the others."""
        self.file.parent.mkdir(parents=True, exist_ok=True)
        self.file.write_bytes(self._as_po())
        with self.file.with_suffix(".mo").open("wb") as out:
            write_mo(out, self._catalog)

    def faults(self) -> Iterator[str]:
        """Say what is missing, wrong or not brought up to date."""
        where = self.file.relative_to(ROOT)
        for message in self._catalog:
            if message.id and not _is_whole(message, plurals=self._catalog.num_plurals):
                yield f"{where}: {message.id!r} is not translated"
            for error in message.check(self._catalog):
                yield f"{where}: {message.id!r}: {error}"
        if (
            not self.file.exists()
            or self.file.read_bytes() != self._as_po()
            or self._compiled() != _strings(self._catalog)
        ):
            yield f"{where} is not up to date: run bin/translations"

    def _as_po(self) -> bytes:
        out = io.BytesIO()
        write_po(out, self._catalog, width=120, no_location=True, omit_header=True, sort_output=True)
        plurals = f'"Plural-Forms: {self._catalog.plural_forms}\\n"'
        head = f'{self._catalog.header_comment}\nmsgid ""\nmsgstr ""\n"Content-Type: text/plain; charset=utf-8\\n"\n{plurals}\n\n'
        return head.encode() + out.getvalue()

    def _compiled(self) -> dict[Any, Any]:
        with self.file.with_suffix(".mo").open("rb") as file:
            return _strings(read_mo(file))


def _strings(catalog: Catalog) -> dict[Any, Any]:
    return {
        (_as_tuple(message.id), _as_text(message.context)): _as_tuple(message.string)
        for message in catalog
        if message.id and any(_as_tuple(message.string))
    }


def _as_text(context: Any) -> str:
    """Return a message's context; babel reads those of a compiled file as bytes."""
    return context.decode() if isinstance(context, bytes) else context or ""


def _as_tuple(words: Any) -> tuple[str, ...]:
    return tuple(words) if isinstance(words, tuple | list) else (words,)


def _is_whole(message: Message, *, plurals: int) -> bool:
    strings = _as_tuple(message.string)
    return all(strings) and len(strings) == (plurals if message.pluralizable else 1)


def translations() -> list[Translation]:
    """Return every app's words in every language but the one they are written in."""
    languages = [code for code, _ in settings.LANGUAGES if code != settings.LANGUAGE_CODE]
    found = []
    for app in sorted(path.parent for path in ROOT.glob("apps/*/__init__.py")):
        wanted = Catalog()
        for words, context in _words_of(app):
            wanted.add(words, context=context)
        if len(wanted):
            found += [Translation(app=app, language=language, wanted=wanted) for language in languages]
    return found


def _words_of(app: Path) -> Iterator[tuple[Any, str | None]]:
    for path in sorted(path for path in app.rglob("*.*") if _STAFF.isdisjoint(path.relative_to(ROOT).parts)):
        if path.suffix == ".py":
            yield from _extract(path.read_bytes())
        elif "templates" in path.parts and path.suffix in (".html", ".txt"):
            yield from _extract(templatize(path.read_text(), origin=str(path)).encode())


def _extract(python: bytes) -> Iterator[tuple[Any, str | None]]:
    for _, words, _, context in extract("python", io.BytesIO(python), keywords=_KEYWORDS):
        yield words, context


def main() -> int:
    """Write all files, then say what is missing; 1 where something is."""
    for translation in translations():
        translation.write()
    faults = [fault for translation in translations() for fault in translation.faults()]
    print("\n".join(faults) or "Everything is translated.")
    return 1 if faults else 0


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    os.environ.setdefault("SHOP_ENVIRONMENT", "test")
    django.setup()
    sys.exit(main())
