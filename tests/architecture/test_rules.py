"""The walls of this tree."""

import json
import tomllib
from importlib import import_module
from pathlib import Path

import pytest
from celery import current_app
from django.apps import apps
from django.urls import URLPattern, URLResolver, get_resolver

from apps.kernel.events import decode_event, encode_event, event_classes
from apps.messaging import work
from apps.messaging.subscriptions import subscriptions
from tests import sentinel
from tests.architecture import rules

ROOT = Path(__file__).resolve().parents[2]
GOLDEN = ROOT / "tests" / "events" / "golden"
STATIC_RULES = [
    rules.private_modules,
    rules.models_fetched_across_apps,
    rules.migrations_across_apps,
    rules.long_files,
    rules.task_imports,
    rules.banned_words,
    rules.held_clocks,
    rules.home_made_folders,
    rules.unpublished_shape,
    rules.stored_functions,
    rules.dependent_checker,
]
for _path in (ROOT / "apps").glob("*/events.py"):
    import_module(f"apps.{_path.parent.name}.events")
OWN_EVENTS = sorted(name for name, kind in event_classes().items() if kind.__module__.startswith("apps."))


@pytest.mark.parametrize("rule", STATIC_RULES, ids=lambda rule: rule.__name__)
def test_tree_keeps(rule):
    assert rule(ROOT) == []


def test_no_text_names_a_table_or_stored_function_of_another_app():
    assert rules.foreign_tables(ROOT, sentinel.all_owners()) == []


def test_no_model_relates_to_another_apps_model():
    own = [model for model in apps.get_models() if model.__module__.startswith("apps.")]

    assert rules.relations_across_apps(own) == []


def test_type_ignores_are_counted_and_none_is_published():
    ignored = rules.type_ignores(ROOT)

    assert not [path for path in ignored if path.endswith(("api.py", "contracts.py"))]
    assert len(ignored) == 2, ignored


def test_the_one_import_exception_stays_the_only_one():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]

    exceptions = [line for contract in config["contracts"] for line in contract.get("ignore_imports", [])]

    assert exceptions == ["apps.*.handlers -> apps.*.events"]


def test_every_app_has_its_private_wall_and_its_readme():
    config = tomllib.loads((ROOT / "pyproject.toml").read_text())["tool"]["importlinter"]
    walled = {contract["id"].removeprefix("private-") for contract in config["contracts"]}
    own = {config.label: Path(config.path) for config in apps.get_app_configs() if config.name.startswith("apps.")}
    own |= {"kernel": ROOT / "apps" / "kernel"}

    with_models = {label for label, path in own.items() if (path / "models.py").exists()} - {"messaging", "persistence"}

    assert with_models <= walled
    assert [label for label, path in own.items() if not (path / "README.md").exists()] == []


@pytest.mark.parametrize("event_type", OWN_EVENTS)
def test_event_reads_its_golden_example(event_type):
    payload = json.loads((GOLDEN / f"{event_type}.json").read_text())

    event = decode_event(event_type, payload)

    assert encode_event(event) == payload
    assert decode_event(event_type, {**payload, "member_of_a_later_version": 1}) == event


def test_every_golden_example_has_its_event():
    assert sorted(path.stem for path in GOLDEN.glob("*.json")) == OWN_EVENTS


def test_every_wake_name_has_a_driver():
    assert rules.woken_names(ROOT) <= {driver.name for driver in work.drivers()}


def test_every_queue_has_an_app_and_a_profile_that_serves_it():
    labels = {config.label for config in apps.get_app_configs()}
    queues = {s.queue for s in subscriptions()} | {d.queue for d in work.drivers()}
    profiles = tomllib.loads((ROOT / "config" / "profiles.toml").read_text())

    assert queues <= labels
    assert queues - {"probe"} <= {queue for profile in _tables(profiles) for queue in profile.get("queues", [])}


def _tables(value):
    if isinstance(value, dict):
        yield value
        for item in value.values():
            yield from _tables(item)


def test_every_task_is_named_after_its_app_and_nobody_waits_for_its_acknowledgement():
    current_app.loader.import_default_modules()
    # The project itself has the canary of its workers.
    labels = {config.label for config in apps.get_app_configs()} | {"ecommerce"}

    own = [task for name, task in current_app.tasks.items() if not name.startswith("celery.")]

    assert own
    assert [task.name for task in own if task.name.partition(".")[0] not in labels] == []
    assert current_app.amqp.queues["messaging"].no_ack
    assert current_app.amqp.queues["created when first named"].no_ack


def test_every_route_belongs_to_one_app():
    owners: dict[str, set[str]] = {}
    for route, view in _routes(get_resolver()):
        if route.startswith("api/v1/"):
            module = getattr(getattr(view, "cls", None) or getattr(view, "view_class", None) or view, "__module__", "")
            owners.setdefault(route, set()).add(module.split(".")[1] if module.startswith("apps.") else module)

    assert owners
    assert {route: sorted(found) for route, found in owners.items() if len(found) != 1} == {}


def _routes(resolver, prefix=""):
    for pattern in resolver.url_patterns:
        route = prefix + str(pattern.pattern)
        if isinstance(pattern, URLResolver):
            yield from _routes(pattern, route)
        elif isinstance(pattern, URLPattern):
            yield route, pattern.callback
