"""Starts services, keeps them running, stops them in order. One thread, no global state, knows nothing of the shop."""

from __future__ import annotations

import logging
import logging.handlers
import shutil
import signal
import time
from collections.abc import Callable, Iterable, Sequence
from types import FrameType
from typing import Final

from ecommerce.local.console import Console
from ecommerce.local.errors import StartError, StopRequested
from ecommerce.local.files import last_lines
from ecommerce.local.processes import has_exited, kill_group, send_signal
from ecommerce.local.service import Child, Service, describe_exit, spawn
from ecommerce.local.state import STATE_VARIABLE, ChildRecord, StateFolder

_TICK: Final = 0.05
_WORKERS_EVERY: Final = 0.5
_LOGS_EVERY: Final = 30.0
_LOG_LIMIT: Final = 10 * 1024**2
_REPORT_EVERY: Final = 5.0
_DEATHS_BEFORE_GIVING_UP: Final = 3


class Supervisor:
    """Keeps a set of services alive on one state folder."""

    def __init__(self, *, state: StateFolder, console: Console) -> None:
        self._state = state
        self._console = console
        self._children: dict[str, Child] = {}
        self._marks = {STATE_VARIABLE: str(state.path)}
        self._stop_requests = 0
        self._pids: dict[str, list[int]] = {}
        self._next_workers = 0.0
        self._next_logs = 0.0
        self._listener: Callable[[dict[str, list[int]]], None] = _ignore
        self.log = _open_log(state)

    def handle_signals(self) -> None:
        """Take Ctrl-C, SIGTERM and SIGHUP as the wish to stop; a second one hurries."""
        for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP):
            signal.signal(number, self._request_stop)

    def start(self, service: Service) -> None:
        """Start one service; its readiness is awaited with `wait_until_ready`."""
        child = Child(service=service, log=self._state.logs / f"{service.name}.log")
        self._children[service.name] = child
        self._launch(child)

    def wait_until_ready(self, names: Sequence[str], *, patience: float | None = None) -> None:
        """Wait until the named services are ready, saying what is awaited.

        Raises StartError when one dies three times before it is ready, or after `patience` seconds (None: no end,
        for a recovery that takes as long as it takes), StopRequested on a signal.
        """
        started = report_at = time.monotonic()
        while waiting := [name for name in names if not self._is_ready(self._children[name])]:
            now = time.monotonic()
            if patience is not None and now - started > patience:
                raise StartError(self._explain(waiting[0], f"was not ready after {patience:.0f} s"))
            if now - report_at >= _REPORT_EVERY:
                report_at = now
                self._console.step(self._explain(waiting[0], "is not ready yet"))
            self._pause()
            self._give_up_on_failing(waiting)

    def run(self, service: Service) -> None:
        """Run a command to its end, saying what it does meanwhile; StartError where it fails."""
        self.run_all([service])

    def run_all(self, services: Sequence[Service]) -> None:
        """Run commands side by side to their ends; StartError with the last output of the first that fails."""
        running = {
            service.name: (spawn(service, log=self._state.logs / f"{service.name}.log", marks=self._marks), service)
            for service in services
        }
        report_at = time.monotonic()
        try:
            while running:
                for name, ((process, offset), _service) in list(running.items()):
                    if has_exited(process):
                        del running[name]
                        self._require_success(name, process.wait(), offset)
                    elif time.monotonic() - report_at >= _REPORT_EVERY:
                        report_at = time.monotonic()
                        self._console.step(f"{name}: {_last(self._log_tail(name, offset)) or 'still running'}")
                self._pause()
        finally:
            for (process, _offset), _service in running.values():
                kill_group(process.pid)
                process.wait()

    def watch(self) -> None:
        """Restart what dies until a stop is requested."""
        while not self._stop_requests:
            self.tick()
            time.sleep(_TICK)

    def tick(self) -> None:
        """Look after every child once."""
        now = time.monotonic()
        for child in self._children.values():
            self._look_after(child, now)
        if now >= self._next_workers:
            self._next_workers = now + _WORKERS_EVERY
            self._refresh_workers()
        if now >= self._next_logs:
            self._next_logs = now + _LOGS_EVERY
            self._rotate_logs()
        self._publish()

    def stop(self, order: Iterable[Sequence[str]]) -> None:
        """Stop group after group, each with its own signal; what does not end in time is killed.

        Services not named are stopped last, as one group.
        """
        groups = [list(group) for group in order]
        named = {name for group in groups for name in group}
        groups.append([name for name in self._children if name not in named])
        asked = self._stop_requests
        for group in groups:
            self._stop_group([self._children[name] for name in group if name in self._children], asked=asked)
        self._children.clear()
        self._state.record_children([])

    def list_pids(self) -> dict[str, list[int]]:
        """Return the living pids of every service, the service's own process first."""
        return {name: child.list_pids() for name, child in self._children.items()}

    def count_restarts(self) -> dict[str, int]:
        """Return how often each service was started again."""
        return {name: child.restarts for name, child in self._children.items()}

    def read_log(self, name: str) -> list[str]:
        """Return the last lines that a service wrote since it was last started."""
        child = self._children[name]
        return self._log_tail(name, child.log_offset)

    def check_stop(self) -> None:
        """Raise StopRequested once a signal asked for it."""
        if self._stop_requests:
            raise StopRequested

    def _launch(self, child: Child) -> None:
        try:
            child.start(marks=self._marks)
        except OSError as error:
            raise StartError(f"{child.service.name} cannot be started: {error}.") from error
        self.log.info("%s started, pid %s", child.service.name, child.process.pid if child.process else "-")
        self._record()

    def _look_after(self, child: Child, now: float) -> None:
        if child.has_died():
            lived = now - child.started_at
            status = child.bury()
            how = describe_exit(status)
            if child.service.ends_by_itself:
                self._tell_end(child, how)
                return
            wait = child.backoff()
            self.log.warning("%s ended after %.1f s: %s; next start in %.1f s", child.service.name, lived, how, wait)
            self._console.step(f"{child.service.name} ended ({how}); starting it again in {wait:.1f} s")
            self._record()
            if not child.was_ready:
                child.service.after_failed_start(self.read_log(child.service.name))
        elif child.process is None and now >= child.restart_at:
            child.restarts += 1
            self._relaunch(child)

    def _tell_end(self, child: Child, how: str) -> None:
        """Leave a child that has done its work, or failed to, and say what it said last."""
        child.restart_at = float("inf")
        self._record()
        self.log.info("%s ended: %s", child.service.name, how)
        self._console.step(f"{child.service.name}: {_last(self.read_log(child.service.name)) or how}")

    def _relaunch(self, child: Child) -> None:
        try:
            self._launch(child)
        except StartError as error:
            child.quick_deaths += 1
            child.restart_at = time.monotonic() + child.backoff()
            self.log.error("%s", error)
        else:
            self.log.info("%s restarted (%d so far)", child.service.name, child.restarts)

    def _is_ready(self, child: Child) -> bool:
        if not child.was_ready:
            child.was_ready = child.process is not None and not child.has_died() and child.service.is_ready()
        return child.was_ready

    def _give_up_on_failing(self, names: Iterable[str]) -> None:
        for name in names:
            if self._children[name].quick_deaths >= _DEATHS_BEFORE_GIVING_UP:
                raise StartError(self._explain(name, "does not start"))

    def _explain(self, name: str, what: str) -> str:
        child = self._children[name]
        tail = _last(self._log_tail(name, child.log_offset))
        return f"{name} {what}{': ' + tail if tail else ''} (log: {child.log})"

    def _require_success(self, name: str, status: int, offset: int) -> None:
        if status:
            lines = "\n  ".join(self._log_tail(name, offset))
            log = self._state.logs / f"{name}.log"
            raise StartError(f"{name} failed ({describe_exit(status)}), log: {log}\n  {lines}")

    def _log_tail(self, name: str, offset: int) -> list[str]:
        return last_lines(self._state.logs / f"{name}.log", since=offset)

    def _pause(self) -> None:
        self.check_stop()
        self.tick()
        time.sleep(_TICK)

    def _stop_group(self, children: list[Child], *, asked: int) -> None:
        for child in children:
            if child.process is not None:
                send_signal(child.process.pid, child.service.stop_signal)
                send_signal(child.process.pid, signal.SIGCONT)
        for child in children:
            self._await_end(child, asked=asked)

    def _await_end(self, child: Child, *, asked: int) -> None:
        deadline = time.monotonic() + child.service.stop_seconds
        while child.process is not None and not child.has_died():
            if time.monotonic() > deadline or self._stop_requests > max(asked, 1):
                self.log.warning("%s does not stop, killing it", child.service.name)
                kill_group(child.process.pid)
                child.process.wait()
            time.sleep(_TICK)
        self.log.info("%s stopped", child.service.name)
        child.bury()
        child.restart_at = float("inf")
        self._record()

    def _record(self) -> None:
        self._state.record_children(
            ChildRecord(
                name=child.service.name,
                pid=child.identity.pid,
                started=child.identity.started,
                stop_signal=int(child.service.stop_signal),
                stop_seconds=child.service.stop_seconds,
            )
            for child in self._children.values()
            if child.identity is not None
        )

    def listen(self, listener: Callable[[dict[str, list[int]]], None]) -> None:
        """Tell `listener` the pids of every service now and whenever one appears or goes."""
        self._listener, self._pids = listener, {}
        self._refresh_workers()
        self._publish()

    def _publish(self) -> None:
        pids = self.list_pids()
        if pids != self._pids:
            self._pids = pids
            self._listener(pids)

    def _refresh_workers(self) -> None:
        for child in self._children.values():
            child.refresh_workers()

    def _rotate_logs(self) -> None:
        for child in self._children.values():
            if child.log.exists() and child.log.stat().st_size > _LOG_LIMIT:
                # Children append to an open file: it is emptied in place, not renamed under them.
                shutil.copyfile(child.log, child.log.with_suffix(".log.1"))
                with child.log.open("r+b") as stream:
                    stream.truncate(0)
                child.log_offset = 0

    def _request_stop(self, number: int, _frame: FrameType | None) -> None:
        self._stop_requests += 1
        self.log.info("%s received", signal.Signals(number).name)


def _ignore(_pids: dict[str, list[int]]) -> None:
    return None


def _last(lines: list[str]) -> str:
    telling = [line for line in lines if not line.startswith("[INFO]")] or lines
    return telling[-1][:300] if telling else ""


def _open_log(state: StateFolder) -> logging.Logger:
    log = logging.Logger(f"supervisor {state.path}")  # noqa: LOG001 - not part of the process-wide tree: one per folder
    handler = logging.handlers.RotatingFileHandler(
        state.logs / "supervisor.log", maxBytes=_LOG_LIMIT, backupCount=1, encoding="utf-8"
    )
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s"))
    log.addHandler(handler)
    return log
