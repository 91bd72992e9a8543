"""The rules that imports alone cannot hold, as functions over a source tree or the model registry.

Each returns sentences about what breaks it, so that a planted violation can be seen caught.
"""

from __future__ import annotations

import ast
import re
import sys
import tomllib
from collections.abc import Iterator, Mapping
from pathlib import Path

from django.db import models

DJANGO_OWN = {"auth", "contenttypes", "sessions", "admin"}
FILE_LIMIT = 500


def app_files(root: Path) -> Iterator[tuple[str, Path]]:
    """Yield (app, file) for every Python file of every app."""
    for path in sorted((root / "apps").rglob("*.py")):
        parts = path.relative_to(root / "apps").parts
        if len(parts) > 1:
            yield parts[0], path


def parse(path: Path) -> ast.Module:
    return ast.parse(path.read_text(encoding="utf-8"), filename=str(path))


def relations_across_apps(registry: list[type[models.Model]]) -> list[str]:
    found = []
    for model in registry:
        for field in model._meta.get_fields():
            related = getattr(field, "related_model", None)
            if field.auto_created or related is None or isinstance(related, str):
                continue
            other = related._meta.app_label
            if other != model._meta.app_label and other not in DJANGO_OWN:
                found.append(f"{model._meta.label}.{field.name} relates to {related._meta.label}")
    return found


def models_fetched_across_apps(root: Path) -> list[str]:
    found = []
    for app, path in app_files(root):
        for node in ast.walk(parse(path)):
            if not (isinstance(node, ast.Call) and getattr(node.func, "attr", "") == "get_model" and node.args):
                continue
            first = node.args[0]
            label = str(first.value).partition(".")[0] if isinstance(first, ast.Constant) else "?"
            if label != app:
                found.append(f"{path.relative_to(root)}:{node.lineno} get_model({label!r})")
    return found


def migrations_across_apps(root: Path) -> list[str]:
    found = []
    for app, path in app_files(root):
        if "migrations" not in path.parts:
            continue
        for node in ast.walk(parse(path)):
            if (
                isinstance(node, ast.Call)
                and getattr(node.func, "attr", "") == "swappable_dependency"
                and app != "accounts"
            ):
                found.append(f"{path.relative_to(root)} depends on the user model")
            if isinstance(node, ast.Assign) and getattr(node.targets[0], "id", "") == "dependencies":
                found += [
                    f"{path.relative_to(root)} depends on {label}"
                    for label in _labels(node)
                    if label not in DJANGO_OWN | {app}
                ]
    return found


def _labels(node: ast.Assign) -> list[str]:
    pairs = [element for element in ast.walk(node.value) if isinstance(element, ast.Tuple) and len(element.elts) == 2]
    return [str(pair.elts[0].value) for pair in pairs if isinstance(pair.elts[0], ast.Constant)]


def long_files(root: Path) -> list[str]:
    places = [*(root / "apps").rglob("*.py"), *(root / "ecommerce").rglob("*.py"), *(root / "tests").rglob("*.py")]
    sizes = {path: len(path.read_text(encoding="utf-8").splitlines()) for path in places}
    return [f"{path.relative_to(root)} has {lines} lines" for path, lines in sizes.items() if lines > FILE_LIMIT]


def task_imports(root: Path) -> list[str]:
    """Nothing imports tasks: work is woken by name."""
    found = []
    for _, path in app_files(root):
        for node in ast.walk(parse(path)):
            names = [node.module or ""] if isinstance(node, ast.ImportFrom) else []
            if isinstance(node, ast.ImportFrom):
                names += [f"{node.module}.{alias.name}" for alias in node.names]
            if isinstance(node, ast.Import):
                names += [alias.name for alias in node.names]
            if any(re.fullmatch(r"apps\.\w+\.tasks(\..+)?", name) for name in names):
                found.append(f"{path.relative_to(root)}:{node.lineno} imports tasks")
    return found


def banned_words(root: Path) -> list[str]:
    """Mechanisms this project does without, by name."""
    banned = {
        r"\blist_editable\b": "list_editable saves outside the app's services",
        r"\bATOMIC_REQUESTS\b": "a request is not a transaction",
        r"\b(post_save|pre_save|post_delete|m2m_changed)\b": "model signals hide who does what",
    }
    found = []
    for _, path in app_files(root):
        text = path.read_text(encoding="utf-8")
        found += [f"{path.relative_to(root)}: {why}" for pattern, why in banned.items() if re.search(pattern, text)]
    return found


def held_clocks(root: Path) -> list[str]:
    """Only sample data says when it is: everywhere else what is recorded has the time at which it happens."""
    allowed = root / "apps/backoffice/demo"
    found = []
    for _, path in app_files(root):
        if path.is_relative_to(allowed):
            continue
        for node in ast.walk(parse(path)):
            called = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if called == "frozen":
                found.append(f"{path.relative_to(root)}:{node.lineno} holds the clock")
    return found


def home_made_folders(root: Path) -> list[str]:
    names = {"common", "utils", "helpers", "misc", "shared"}
    paths = [path for path in (root / "apps").rglob("*") if path.stem in names and path.suffix in ("", ".py")]
    return [f"{path.relative_to(root)} says nothing about what it holds" for path in paths]


def unpublished_shape(root: Path) -> list[str]:
    """Every api.py has `__all__`; its functions are documented, typed and keyword-only."""
    found = []
    for path in sorted((root / "apps").glob("*/api.py")):
        tree = parse(path)
        where = path.relative_to(root)
        if not any(isinstance(n, ast.Assign) and getattr(n.targets[0], "id", "") == "__all__" for n in tree.body):
            found.append(f"{where} has no __all__")
        for node in tree.body:
            if isinstance(node, ast.FunctionDef) and not node.name.startswith("_"):
                found += [f"{where}:{node.lineno} {node.name} {fault}" for fault in _function_faults(node)]
    return found


def _function_faults(node: ast.FunctionDef) -> list[str]:
    arguments = [*node.args.args, *node.args.kwonlyargs]
    faults = []
    if not ast.get_docstring(node):
        faults.append("has no docstring")
    if node.returns is None or any(argument.annotation is None for argument in arguments):
        faults.append("is not fully typed")
    if len(node.args.args) > 1:
        faults.append("takes more than one positional argument")
    return faults


def type_ignores(root: Path) -> list[str]:
    pattern = re.compile(r"#\s*type:\s*ignore")
    files = [path for _, path in app_files(root)] + sorted((root / "ecommerce").rglob("*.py"))
    return [str(path.relative_to(root)) for path in files for _ in pattern.findall(path.read_text(encoding="utf-8"))]


def woken_names(root: Path) -> set[str]:
    """Return every literal name given to `wake(...)`."""
    names = set()
    for _, path in app_files(root):
        for node in ast.walk(parse(path)):
            called = getattr(node.func, "attr", getattr(node.func, "id", "")) if isinstance(node, ast.Call) else ""
            if called == "wake" and isinstance(node, ast.Call) and node.args and isinstance(node.args[0], ast.Constant):
                names.add(str(node.args[0].value))
    return names


_STORED = re.compile(r"create\s+(?:or\s+replace\s+)?(?:function|procedure)\s+\"?([a-z_0-9]+)", re.IGNORECASE)


def stored_functions(root: Path) -> list[str]:
    """PL/pgSQL functions carry their app's prefix."""
    found = []
    for app, path, _, text in _texts(root):
        found += [
            f"{path.relative_to(root)}: {name}" for name in _STORED.findall(text) if not name.startswith(f"{app}_")
        ]
    return found


def foreign_tables(root: Path, tables: Mapping[str, str]) -> list[str]:
    """No text of an app names a table or a stored function of another: neither its SQL, nor a function's body in a migration.

    `tables` gives the app of each table. Whole words of any text are looked at, so that lists (`FROM a, b`), dynamic SQL inside a
    function and names given to a helper are seen as well.
    """
    stored = {name: app for app, _, _, text in _texts(root) for name in _STORED.findall(text)}
    owners = {**stored, **tables}
    found = []
    for app, path, line, text in _texts(root):
        named = set(re.findall(r"[a-z][a-z0-9_]+", text.lower())) & owners.keys()
        found += [
            f"{path.relative_to(root)}:{line} names {name} of {owners[name]}"
            for name in sorted(named)
            if owners[name] != app
        ]
    return found


def _texts(root: Path) -> Iterator[tuple[str, Path, int, str]]:
    """Yield (app, file, line, text) for every string constant of every app, and for each of its SQL files."""
    for app, path in app_files(root):
        for node in ast.walk(parse(path)):
            if isinstance(node, ast.Constant) and isinstance(node.value, str):
                yield app, path, node.lineno, node.value
    for path in sorted((root / "apps").rglob("*.sql")):
        yield path.relative_to(root / "apps").parts[0], path, 1, path.read_text(encoding="utf-8")


_OPEN_MODULES = {
    "api",
    "contracts",
    "events",
    "errors",
    "apps",
    "urls",
    "routing",
    "management",
    "migrations",
    "templatetags",
}
_ALL_OPEN = {"kernel", "persistence", "web", "storefront", "backoffice"}
# What messaging gives to every app beside its api.
_OPEN_IN_MESSAGING = {"audits", "admin", "work", "testing"}


def private_modules(root: Path) -> list[str]:
    """Every module of an app is published or stands in the app's contract: one that is forgotten there has no wall."""
    contracts = tomllib.loads((root / "pyproject.toml").read_text())["tool"]["importlinter"]["contracts"]
    walled = {module for contract in contracts for module in contract.get("protected_modules", ())}
    found = []
    for app in sorted({path.parent for path in (root / "apps").glob("*/*.py")}):
        if app.name in _ALL_OPEN:
            continue
        open_here = _OPEN_MODULES | (_OPEN_IN_MESSAGING if app.name == "messaging" else set())
        modules = {path.stem for path in app.glob("[a-z]*.py")} | {
            path.parent.name for path in app.glob("*/__init__.py")
        }
        found += [
            f"apps.{app.name}.{name}" for name in sorted(modules - open_here) if f"apps.{app.name}.{name}" not in walled
        ]
    return [f"{module}: neither published nor in the contract private-{module.split('.')[1]}" for module in found]


def dependent_checker(root: Path) -> list[str]:
    """The laboratory's checker is a witness: it uses Python's own library and itself."""
    found = []
    for path in sorted((root / "bin" / "laboratory" / "checker").rglob("*.py")):
        for node in ast.walk(parse(path)):
            names = [alias.name for alias in node.names] if isinstance(node, ast.Import) else []
            names += [node.module or "."] if isinstance(node, ast.ImportFrom) else []
            found += [
                f"{path.relative_to(root)}:{getattr(node, 'lineno', 0)} imports {name}"
                for name in names
                if name.partition(".")[0] not in sys.stdlib_module_names
                and not f"{name}.".startswith("laboratory.checker.")
            ]
    return found
