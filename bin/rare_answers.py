"""Pages that nobody reaches by going about a shop that is well: broken, asked too often, sold elsewhere, half way through an import.

The code of a running shop writes them on its own database, in a process of its own (`manage.py shell`); what it takes for that is rolled
back. A browser is then shown the answer as the shop would have sent it.
"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from types import ModuleType
from typing import Any, Final
from urllib.parse import urlsplit

ROOT: Final = Path(__file__).resolve().parents[1]
_SECONDS: Final = 120
# A documentation address (RFC 5737), so that nobody else finds their bucket empty.
_SOMEBODY: Final = "192.0.2.1"
_MOST_TRIES: Final = 100
_NOT_TOLD: Final = {"content-length", "set-cookie"}


@dataclass(frozen=True, slots=True, kw_only=True)
class Answer:
    """What the shop answers at a path."""

    path: str
    status: int
    headers: Mapping[str, str]
    body: str


def ask_for_answers(state: Path) -> dict[str, Answer]:
    """Return the answers by the name of their page, written by the shop that runs on a state folder."""
    with TemporaryDirectory(prefix="answers-") as folder:
        file = Path(folder) / "answers.json"
        plain = {name: os.environ[name] for name in ("PATH", "HOME") if name in os.environ}
        done = subprocess.run(
            [sys.executable, "manage.py", "shell", "-c", f"from bin import rare_answers; rare_answers.write({str(file)!r})"],
            cwd=ROOT, env=plain | {"STATE_DIR": str(state.resolve())}, capture_output=True, text=True, timeout=_SECONDS, check=False,
        )  # fmt: skip
        if done.returncode:
            raise RuntimeError(f"the shop on {state} did not write its rare answers: {done.stderr[-2000:]}")
        return {name: Answer(**answer) for name, answer in json.loads(file.read_text()).items()}


def show(page: Any, base: str, answer: Answer) -> None:
    """Open an answer at its address; the page must be of a context without service workers."""
    page.route(
        base + answer.path,
        lambda route: route.fulfill(status=answer.status, headers=dict(answer.headers), body=answer.body),
    )
    page.goto(base + answer.path, wait_until="domcontentloaded")


def write(file: str) -> None:
    """Write all answers to a file; runs inside the shop's own settings."""
    written = {
        "broken": _break(),
        "too-many": _ask_too_often(),
        "elsewhere": _ask_in_another_currency(),
        "staff-import-progress": _look_at_an_import(),
    }
    Path(file).write_text(json.dumps({name: asdict(answer) for name, answer in written.items()}))


def _client() -> Any:
    from django.conf import settings
    from django.test import Client

    return Client(raise_request_exception=False, headers={"host": urlsplit(settings.STOREFRONT_URL).netloc})


def _answer(path: str, response: Any) -> Answer:
    headers = {name: value for name, value in response.items() if name.lower() not in _NOT_TOLD}
    return Answer(path=path, status=response.status_code, headers=headers, body=response.content.decode())


def _break() -> Answer:
    from importlib import import_module

    from django.conf import settings
    from django.test import override_settings
    from django.urls import path

    def broken(request: Any) -> Any:
        raise RuntimeError("on purpose")

    whole, with_fault = import_module(settings.ROOT_URLCONF), ModuleType("with_fault")
    vars(with_fault).update(vars(whole), urlpatterns=[path("broken/", broken), *whole.urlpatterns])
    with override_settings(ROOT_URLCONF=with_fault):
        return _answer("/broken/", _client().get("/broken/"))


def _ask_too_often() -> Answer:
    path, client = "/products/too-many/", _client()
    for _ in range(_MOST_TRIES):
        answer = _answer(path, client.post(path, REMOTE_ADDR=_SOMEBODY))
        if answer.status == 429:
            return answer
    raise RuntimeError(f"{_MOST_TRIES} tries at once are not too many; see LIMIT_NOTICES")


def _ask_in_another_currency() -> Answer:
    from django.conf import settings
    from django.db import transaction

    from apps.search.models import ProductDocument

    currency, client = settings.CURRENCIES[-1], _client()
    client.cookies["currency"] = currency
    with transaction.atomic(using=ProductDocument.objects.db):
        document = ProductDocument.objects.filter(currency=currency).earliest("slug")
        ProductDocument.objects.filter(currency=currency, product_id=document.product_id).delete()
        path = f"/products/{document.slug}/"
        answer = _answer(path, client.get(path))
        transaction.set_rollback(True, using=ProductDocument.objects.db)
    return answer


def _look_at_an_import() -> Answer:
    from django.contrib.auth import get_user_model
    from django.db import transaction

    from apps.backoffice.models import Phase, ProductFile

    client = _client()
    with transaction.atomic():
        row = ProductFile.objects.create(
            name="spring.csv", currency="EUR", phase=Phase.CHECKING, done=75, total=200, next_run_at=None
        )
        client.force_login(get_user_model().objects.filter(is_superuser=True, is_active=True).earliest("date_joined"))
        path = f"/admin/work/import/{row.id}/"
        answer = _answer(path, client.get(path))
        client.logout()
        transaction.set_rollback(True)
    return answer
