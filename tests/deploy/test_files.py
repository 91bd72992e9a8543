"""What the shipped files promise: the image, the composition, the example of its settings."""

from __future__ import annotations

import os
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest
import yaml

from ecommerce.local.plan import ROOT
from ecommerce.profiles import Surface, get_profile, profile_names
from ecommerce.roles import STOP_SECONDS, Role, roles_of
from tests.deploy.compose import (
    DEPLOY,
    Unset,
    dockerfile_steps,
    final_stage,
    image_environment,
    read_compose,
    required_variables,
    shop_services,
)
from tests.deploy.filled import EXAMPLE, filled_in

COMPOSE = read_compose(filled_in())
SERVICES = COMPOSE["services"]
OURS = shop_services(filled_in())
# What the Compose specification knows, as far as this file may use it: a slip of the pen is a new word.
SERVICE_WORDS = {
    *("build", "cap_drop", "command", "depends_on", "deploy", "entrypoint", "env_file", "environment", "healthcheck"),
    *("image", "init", "logging", "networks", "ports", "profiles", "read_only", "restart", "security_opt", "shm_size"),
    *("stop_grace_period", "stop_signal", "tmpfs", "user", "volumes"),
}


def main_role(profile: str) -> Role:
    return roles_of(get_profile(profile))[0]


def test_hadolint_finds_nothing_in_the_dockerfile():
    hadolint = shutil.which("hadolint", path=str(Path(sys.executable).parent))

    found = subprocess.run([hadolint, str(ROOT / "Dockerfile")], capture_output=True, text=True, check=False)

    assert found.returncode == 0, found.stdout


def test_the_image_runs_as_nobody_special_without_tools_to_build_with():
    last = final_stage()

    assert ("USER", "10001:10001") in last
    assert all("apt-get" not in arguments for _, arguments in dockerfile_steps())
    assert any("pip uninstall --yes pip" in arguments for instruction, arguments in last if instruction == "RUN")
    assert any(
        "--require-hashes" in arguments and "--only-binary :all:" in arguments for _, arguments in dockerfile_steps()
    )
    assert [instruction for instruction, _ in last].index("USER") > [instruction for instruction, _ in last].index(
        "COPY"
    )
    assert any(instruction == "HEALTHCHECK" for instruction, _ in last)


def test_the_build_gets_what_the_image_copies_and_no_secret():
    lines = (ROOT / ".dockerignore").read_text().splitlines()
    allowed = {line.removeprefix("!") for line in lines if line.startswith("!")}
    copied = {
        arguments.split()[0] for word, arguments in dockerfile_steps() if word == "COPY" and "--from" not in arguments
    }

    assert lines[1] == "*"
    assert copied == allowed
    assert "**/.env" in lines
    assert "deploy/.env" in (ROOT / ".gitignore").read_text().splitlines()


def test_the_composition_uses_known_words_and_names_only_what_it_declares():
    assert set(COMPOSE) - {word for word in COMPOSE if word.startswith("x-")} == {
        "name",
        "services",
        "networks",
        "volumes",
    }
    for name, service in SERVICES.items():
        assert set(service) <= SERVICE_WORDS, name
        assert set(service.get("depends_on", {})) <= set(SERVICES), name
        assert set(service["networks"]) <= set(COMPOSE["networks"]), name
        for volume in service.get("volumes", []):
            source = volume.split(":")[0]
            assert source in COMPOSE["volumes"] or source.startswith("/") or (DEPLOY / source).exists(), (name, source)


def test_every_container_is_confined():
    for name, service in SERVICES.items():
        assert service["read_only"] is True, name
        assert service["cap_drop"] == ["ALL"], name
        assert service["security_opt"] == ["no-new-privileges:true"], name
        assert set(service["deploy"]["resources"]["limits"]) == {"cpus", "memory", "pids"}, name
        assert service["healthcheck"], name
        # The image has a user of its own, whom nobody replaces.
        assert ("user" in service) == (name not in OURS), name


def test_every_process_of_the_shop_shares_its_pictures():
    assert {tuple(SERVICES[name]["volumes"]) for name in OURS} == {(f"media:{image_environment()['MEDIA_ROOT']}",)}


def test_only_nginx_has_a_way_in_and_data_is_apart():
    assert [name for name, service in SERVICES.items() if "ports" in service] == ["nginx"]
    assert COMPOSE["networks"]["data"] == {"internal": True}
    for name in ("postgres", "valkey-cache", "valkey-state"):
        assert SERVICES[name]["networks"] == ["data"]
    assert "data" not in SERVICES["nginx"]["networks"]


def test_each_profile_has_a_service_of_its_name_in_its_role():
    assert {service.profile for service in OURS.values() if service.name == service.profile} == set(profile_names())
    for name in profile_names():
        assert OURS[name].role == main_role(name), name


@pytest.mark.parametrize("name", [name for name in OURS if name != "migrate"])
def test_a_service_runs_a_role_of_its_profile_and_is_asked_for_that_role(name):
    service = OURS[name]

    assert Role(service.role) in roles_of(get_profile(service.profile))
    assert service.health == ["python", "-m", "ecommerce.serve", "health", service.role]
    assert service.stop_seconds > STOP_SECONDS[Role(service.role)]


@pytest.mark.parametrize("choice", ["whole", "split"])
def test_either_choice_serves_every_surface_and_drains_every_queue(choice):
    running = [
        get_profile(service.profile)
        for name, service in OURS.items()
        if SERVICES[name].get("profiles", [choice]) == [choice] and service.role in ("web", "sockets", "worker")
    ]
    roles = {service.role for name, service in OURS.items() if SERVICES[name].get("profiles", [choice]) == [choice]}
    queues = {queue for profile in running for queue in profile.queues}

    assert {surface for profile in running for surface in profile.surfaces} == set(Surface)
    assert {"orders", "payments", "notifications", "search", "messaging", "checkout", "inventory"} <= queues
    assert roles == {*Role, "migrate"}


def test_the_one_web_process_answers_to_every_name_that_nginx_asks_for():
    upstreams = (DEPLOY / "nginx" / "upstreams.conf").read_text()
    aliases = SERVICES["all"]["networks"]["front"]["aliases"]

    for name in (*aliases, "sockets"):
        assert f"default {name}:8000;" in upstreams
    assert set(aliases) == {name for name, service in OURS.items() if service.role == "web"} - {"all"}


def test_the_cache_forgets_and_the_state_does_not():
    cache, state = SERVICES["valkey-cache"]["command"], SERVICES["valkey-state"]["command"]

    assert cache[cache.index("--maxmemory-policy") + 1] == "allkeys-lfu"
    assert cache[cache.index("--appendonly") + 1] == "no"
    assert state[state.index("--maxmemory-policy") + 1] == "noeviction"
    assert state[state.index("--appendonly") + 1] == "yes"


@pytest.mark.parametrize("name", sorted(required_variables()))
def test_the_composition_is_refused_while_a_required_value_is_blank(name):
    assert EXAMPLE[name] == ""

    with pytest.raises(Unset, match=name):
        read_compose(filled_in(**{name: ""}))


def test_the_shop_refuses_the_example_as_it_is():
    environment = {**EXAMPLE, "SHOP_ENVIRONMENT": "prod", "PATH": os.defpath}

    ended = subprocess.run(
        [sys.executable, "-m", "ecommerce.serve", "web"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert ended.returncode == 2
    assert "SECRET_KEY is not set" in ended.stderr
    for line in ended.stderr.splitlines():
        assert re.match(r"[A-Z_]+ is not set \(environment prod\)\. Example: ", line)


def test_a_role_that_the_profile_does_not_have_is_refused():
    environment = {"SHOP_PROFILE": "api", "SHOP_ENVIRONMENT": "prod", "PATH": os.defpath}

    ended = subprocess.run(
        [sys.executable, "-m", "ecommerce.serve", "worker"],
        cwd=ROOT, env=environment, capture_output=True, text=True, check=False, timeout=60,
    )  # fmt: skip

    assert ended.returncode == 2
    assert ended.stderr == "SHOP_PROFILE=api has no worker process, only: web\n"


def test_alerts_watch_metrics_that_the_shop_has():
    rules = yaml.safe_load((DEPLOY / "prometheus" / "alerts.yaml").read_text())["groups"][0]["rules"]
    metrics = "".join(path.read_text() for path in ROOT.glob("apps/*/metrics.py"))

    for rule in rules:
        assert {"alert", "expr", "labels", "annotations"} <= rule.keys()
        (watched,) = re.findall(r"shop_\w+", rule["expr"])
        assert f'"{watched}"' in metrics
