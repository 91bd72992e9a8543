"""A real nginx with the shipped configuration, and a client that trusts its certificate."""

from __future__ import annotations

import http.client
import json
import os
import shutil
import signal
import ssl
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from ecommerce.local.processes import die_with_parent, wait_until
from tests.deploy.compose import DEPLOY

UPSTREAMS = ("storefront", "api", "catalogue", "webhooks", "backoffice", "sockets")


@dataclass(frozen=True)
class Answer:
    status: int
    headers: http.client.HTTPMessage
    raw: bytes

    @property
    def body(self) -> Any:
        return json.loads(self.raw)


@dataclass(frozen=True)
class Nginx:
    """Where it listens and what it writes."""

    plain: int
    tls: int
    certificate: Path
    log: Path

    @property
    def context(self) -> ssl.SSLContext:
        return ssl.create_default_context(cafile=str(self.certificate))

    def ask(self, path: str, *, method: str = "GET", body: bytes | None = None, **headers: str) -> Answer:
        """Send one request over TLS; underscores in header names stand for dashes."""
        connection = http.client.HTTPSConnection("localhost", self.tls, timeout=40, context=self.context)
        try:
            sent = {name.replace("_", "-"): value for name, value in headers.items()}
            connection.request(method, path, body, sent)
            response = connection.getresponse()
            return Answer(response.status, response.headers, response.read())
        finally:
            connection.close()

    def call(self, method: str, path: str, content: Any = None, **headers: str) -> Answer:
        """Send JSON."""
        body = json.dumps(content).encode() if content is not None else None
        return self.ask(path, method=method, body=body, Content_Type="application/json", **headers)


def find_nginx() -> str:
    """Return the path of nginx; skip the test without one. Continuous integration allows no such skip."""
    found = shutil.which("nginx", path=os.defpath + ":/usr/sbin:/usr/local/sbin")
    if found is None:
        pytest.skip("no nginx found: apt install nginx-light")
    return found


@contextmanager
def nginx(folder: Path, *, plain: int, tls: int, upstreams: Mapping[str, int]) -> Iterator[Nginx]:
    """Run nginx with what deploy/nginx holds. Replaced: its two ports, its two folders, and who answers what."""
    program, home = find_nginx(), folder / "nginx"
    shutil.copytree(DEPLOY / "nginx", home)
    certificate = _make_certificate(home)
    _put_places(home / "nginx.conf", home=home, plain=plain, tls=tls)
    lines = [f'map "" ${name} {{ default 127.0.0.1:{upstreams[name]}; }}\n' for name in UPSTREAMS]
    (home / "upstreams.conf").write_text("".join(lines))
    log = home / "nginx.log"
    # Its workers would else be another user, who may not enter this folder.
    directives = "daemon off;" + (" user root;" if os.geteuid() == 0 else "")
    with log.open("wb") as output:
        process = subprocess.Popen(
            [program, "-p", str(home), "-c", str(home / "nginx.conf"), "-g", directives],
            stdout=output,
            stderr=subprocess.STDOUT,
            preexec_fn=die_with_parent(signal.SIGTERM),
        )
    try:
        running = Nginx(plain=plain, tls=tls, certificate=certificate, log=log)
        assert wait_until(lambda: _answers(running), seconds=10), log.read_text()
        yield running
    finally:
        process.send_signal(signal.SIGQUIT)
        try:
            process.wait(timeout=10)
        except subprocess.TimeoutExpired:
            process.kill()
            process.wait()


def _put_places(path: Path, *, home: Path, plain: int, tls: int) -> None:
    text = path.read_text()
    for shipped, here in (
        ("listen 8080 ", f"listen 127.0.0.1:{plain} "),
        ("listen 8443 ", f"listen 127.0.0.1:{tls} "),
        (" /tmp/", f" {home}/"),
        (" /certificates/", f" {home}/"),
    ):
        assert shipped in text
        text = text.replace(shipped, here)
    path.write_text(text)


def _make_certificate(home: Path) -> Path:
    subprocess.run(
        ["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
         "-addext", "subjectAltName=DNS:localhost", "-keyout", home / "privkey.pem", "-out", home / "fullchain.pem"],
        check=True, capture_output=True,
    )  # fmt: skip
    return home / "fullchain.pem"


def _answers(running: Nginx) -> bool:
    connection = http.client.HTTPConnection("127.0.0.1", running.plain, timeout=2)
    try:
        connection.request("GET", "/nginx-health")
        return connection.getresponse().status == http.HTTPStatus.OK
    except OSError:
        return False
    finally:
        connection.close()
