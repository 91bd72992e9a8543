"""The whole shop from an empty folder to ready, and down again."""

from __future__ import annotations

import shlex
import shutil
from collections.abc import Mapping
from typing import Any
from urllib.parse import unquote, urlsplit

from ecommerce.local.console import Console
from ecommerce.local.errors import StartError, StopRequested
from ecommerce.local.fingerprint import fingerprint_database, fingerprint_static
from ecommerce.local.plan import (
    ROOT,
    STAFF_EMAIL,
    Options,
    Ports,
    base_environment,
    django_services,
    prepare_command,
    sample_orders_service,
    sandbox_environment,
    sandbox_service,
    service_names,
    stop_order,
)
from ecommerce.local.ports import require_free
from ecommerce.local.servers import Servers
from ecommerce.local.service import Service
from ecommerce.local.state import StateFolder
from ecommerce.local.supervisor import Supervisor
from ecommerce.profiles import WrongProfile, get_profile

_PATIENCE_SECONDS = 300


class Shop:
    """One shop on one state folder. `given` is the caller's environment, which wins over what is embedded."""

    def __init__(self, *, options: Options, given: Mapping[str, str], console: Console) -> None:
        self._options = options
        self._given = given
        self._console = console
        self._ports = Ports(first=options.port)
        self._state = StateFolder(options.state)
        try:
            self._profile = get_profile(given.get("SHOP_PROFILE") or "all")
        except WrongProfile as error:
            raise StartError(str(error)) from error

    def up(self) -> None:
        """Start everything, keep it running until a signal, stop it in order."""
        self._state.open()
        try:
            self._state.stop_orphans(console=self._console)
            require_free(self._taken_ports())
            supervisor = Supervisor(state=self._state, console=self._console)
            supervisor.handle_signals()
            try:
                self._start(supervisor)
                supervisor.watch()
            except StopRequested:
                pass
            finally:
                self._state.run_file.unlink(missing_ok=True)
                self._state.environment_file.unlink(missing_ok=True)
                self._console.step("stopping (Ctrl-C again to hurry)")
                supervisor.stop(stop_order(copies=self._options.copies))
                self._console.step("stopped")
        finally:
            self._state.close()

    def _taken_ports(self) -> dict[str, int]:
        ports = {"shop": self._ports.web, "WebSockets": self._ports.sockets}
        return ports | ({"payment sandbox": self._ports.sandbox} if self._has_sandbox else {})

    @property
    def _has_sandbox(self) -> bool:
        return not self._given.get("STRIPE_API_KEY")

    def _start(self, supervisor: Supervisor) -> None:
        _empty(self._state)
        servers = Servers(given=self._given, state=self._state)
        environment = self._environment(servers)
        self._start_servers(supervisor, servers, environment)
        self._prepare(supervisor, servers, environment)
        self._console.step("starting the shop")
        services = django_services(
            environment=environment,
            profile=self._profile,
            state=self._state,
            ports=self._ports,
            copies=self._options.copies,
        )
        for service in services:
            supervisor.start(service)
        waiting = [service.name for service in services] + (["sandbox"] if self._has_sandbox else [])
        supervisor.wait_until_ready(waiting, patience=_PATIENCE_SECONDS)
        self._announce(supervisor)
        if self._options.sample_orders:
            self._console.step("making sample orders beside it, oldest first; the admin's opening page fills")
            supervisor.start(sample_orders_service(environment=environment))

    def _environment(self, servers: Servers) -> dict[str, str]:
        environment = base_environment(given=self._given, state=self._state, ports=self._ports) | servers.urls()
        if self._has_sandbox:
            # What stands between the shop and its sandbox, such as a proxy, is the caller's to name.
            between = {name: value for name, value in self._given.items() if name == "STRIPE_API_BASE" and value}
            environment |= sandbox_environment(state=self._state, ports=self._ports) | between
        return environment

    def _start_servers(self, supervisor: Supervisor, servers: Servers, environment: dict[str, str]) -> None:
        if self._has_sandbox:
            supervisor.start(sandbox_service(environment=environment, state=self._state, ports=self._ports))
        check = prepare_command("settings", environment=environment)
        servers.start(supervisor, console=self._console, meanwhile=(check,))

    def _prepare(self, supervisor: Supervisor, servers: Servers, environment: dict[str, str]) -> None:
        steps: list[Service] = []
        stamp = fingerprint_database(ROOT, demo=self._options.demo)
        if servers.read_stamp() != stamp:
            steps.append(self._database_step(environment))
        static, static_stamp = self._state.path / "static.stamp", fingerprint_static(ROOT)
        if not static.exists() or static.read_text() != static_stamp:
            steps.append(prepare_command("static", environment=environment))
        if steps:
            self._console.step("preparing the database and the static files" + self._with_demo())
            supervisor.run_all(steps)
            servers.write_stamp(stamp)
            static.write_text(static_stamp)

    def _with_demo(self) -> str:
        return ", loading the demo catalogue" if self._options.demo else ""

    def _database_step(self, environment: dict[str, str]) -> Service:
        arguments = ["--staff-email", STAFF_EMAIL, *(["--demo"] if self._options.demo else [])]
        secret = {"STAFF_PASSWORD": self._state.secrets().staff_password}
        return prepare_command("database", *arguments, environment=environment | secret)

    def _announce(self, supervisor: Supervisor) -> None:
        supervisor.listen(lambda pids: self._state.write_run(self._describe(pids)))
        urls, staff = self._urls(), self._staff()
        self._console.step("ready")
        for line in (
            "",
            f"  Storefront   {urls['storefront']}/",
            f"  Admin        {urls['admin']}   {staff['email']}  {staff['password']}",
            f"  API docs     {urls['storefront']}/api/docs/",
            *([f"  Sandbox      {urls['sandbox']}/   (stands in for the payment provider)"] if urls["sandbox"] else []),
            f"  Mails        {self._mail_folder() or 'by the server in EMAIL_URL'}",
            f"  Logs         {self._state.logs}",
            *self._offer_orders(),
            "",
            "  Ctrl-C stops everything; the data stays.",
        ):
            self._console.say(line)

    def _offer_orders(self) -> list[str]:
        """Return how to fill an empty back office, where that is not under way."""
        if self._options.sample_orders or not self._options.demo:
            return []
        is_usual = self._state.path == ROOT / "var"
        place = "" if is_usual else f"STATE_DIR={shlex.quote(str(self._state.path))} "
        command = f"{place}.venv/bin/python manage.py load_sample_orders"
        return [
            "",
            "  No orders yet? Another terminal makes those of the last months, in a few minutes:",
            f"  {command}",
        ]

    def _describe(self, pids: dict[str, list[int]]) -> dict[str, Any]:
        roles = ("web", "sockets", "worker", "relay", "beat", "postgres", "sandbox")
        valkeys = pids.get("valkey-cache", []) + pids.get("valkey-state", [])
        of_roles = {
            role: [pid for name in service_names(role, copies=self._options.copies) for pid in pids.get(name, [])]
            for role in roles
        }
        return {
            "urls": self._urls(),
            "pids": of_roles | {"valkey": valkeys},
            "staff": self._staff(),
            "mail": self._mail_folder(),
        }

    def _urls(self) -> dict[str, str | None]:
        environment = base_environment(given=self._given, state=self._state, ports=self._ports)
        storefront = environment["STOREFRONT_URL"].rstrip("/")
        return {
            "storefront": storefront,
            "api": f"{storefront}/api/v1",
            "admin": f"{storefront}/admin/",
            "sandbox": sandbox_environment(state=self._state, ports=self._ports)["STRIPE_API_BASE"]
            if self._has_sandbox
            else None,
            "sockets": environment["SOCKETS_URL"].rstrip("/"),
        }

    def _mail_folder(self) -> str | None:
        """Return where mails are kept as files; none where a mail server takes them."""
        given = urlsplit(self._given.get("EMAIL_URL") or self._state.mail.as_uri())
        return unquote(given.path) if given.scheme == "file" else None

    def _staff(self) -> dict[str, str]:
        return {"email": STAFF_EMAIL, "password": self._state.secrets().staff_password}


def _empty(state: StateFolder) -> None:
    # Metric files are per process; those of the last run would be summed up again.
    metrics = state.path / "metrics"
    shutil.rmtree(metrics, ignore_errors=True)
    metrics.mkdir(mode=0o700)
