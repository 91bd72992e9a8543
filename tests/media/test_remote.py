"""Fetching from strangers: where it goes, how long it takes, how much it takes in."""

import socket
import ssl
import time
from ipaddress import ip_network

import pytest

from apps.media.errors import AddressRefused, SourceUnavailable
from apps.media.gateways import addresses, remote
from tests.media.server import drip, redirect, reply, serving, silence


@pytest.fixture
def hurried(monkeypatch):
    monkeypatch.setattr(remote, "SECONDS", 0.6)


@pytest.mark.parametrize(
    "address",
    [
        "127.0.0.1", "10.0.0.1", "172.16.5.5", "192.168.1.1", "169.254.169.254", "100.64.0.1", "0.0.0.0", "224.0.0.1", "255.255.255.255",  # noqa: S104 - nothing listens there
        "198.18.0.1", "192.0.2.1", "240.0.0.1",
        "::1", "::", "fe80::1", "fc00::1", "fec0::1", "ff02::1", "2001:db8::1", "::7f00:1",
        "::ffff:127.0.0.1", "::ffff:169.254.169.254", "64:ff9b::10.0.0.1", "64:ff9b:1::1", "2002:7f00:1::", "2001:0:7f00:1::",
    ],
)  # fmt: skip
def test_address_that_is_not_public_is_not_connected_to(address):
    assert not addresses.is_allowed(addresses.ip_address(address))


@pytest.mark.parametrize(
    "address", ["93.184.216.34", "2606:2800:220:1::1", "64:ff9b::93.184.216.34", "::ffff:93.184.216.34"]
)
def test_public_address_is_connected_to(address):
    assert addresses.is_allowed(addresses.ip_address(address))


def test_network_that_the_operator_names_is_connected_to(settings):
    settings.IMAGE_FETCH_NETWORKS = [ip_network("10.20.0.0/16")]

    assert addresses.is_allowed(addresses.ip_address("10.20.3.4"))
    assert not addresses.is_allowed(addresses.ip_address("10.21.3.4"))


@pytest.mark.parametrize(
    "host", ["127.0.0.1", "[::1]", "[::ffff:127.0.0.1]", "localhost", "2130706433", "0x7f.1", "127.1", "0"]
)
def test_nothing_inside_is_asked(host):
    with serving({"/a": reply(b"secret")}) as server:
        with pytest.raises(AddressRefused) as refused:
            remote.fetch(server.url("/a", host=host))

        assert "no public address" in refused.value.detail
        assert server.asked == []


def test_redirect_is_not_followed_inside(settings, monkeypatch):
    """The first hop is allowed, the one it leads to is not."""
    settings.IMAGE_FETCH_NETWORKS = [ip_network("127.0.0.1/32")]
    with serving({}) as server:
        server.answers = {"/a": redirect(server.url("/b", host="127.0.0.2")), "/b": reply(b"secret")}
        with pytest.raises(AddressRefused):
            remote.fetch(server.url("/a"))

        assert server.asked == ["/a"]


def test_name_with_one_address_inside_is_refused_whole(monkeypatch):
    answer = [(2, 1, 6, "", ("93.184.216.34", 80)), (2, 1, 6, "", ("10.0.0.1", 80))]
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: answer)

    with pytest.raises(AddressRefused) as refused:
        remote.fetch("http://two-faced.example/a.jpg")

    assert "10.0.0.1" in refused.value.detail


def test_name_that_changes_its_mind_after_the_check_changes_nothing(monkeypatch):
    """Rebinding: the name answers with a public address once and with loopback ever after."""
    answers = iter(["93.184.216.34"])
    connected = []

    def look_up(host, port, **kwargs):
        return [(2, 1, 6, "", (next(answers, "127.0.0.1"), port))]

    def connect(address, timeout):
        connected.append(address)
        raise ConnectionRefusedError

    monkeypatch.setattr(socket, "getaddrinfo", look_up)
    monkeypatch.setattr(socket, "create_connection", connect)

    with pytest.raises(SourceUnavailable):
        remote.fetch("http://rebinding.example:8080/a.jpg")

    assert connected == [("93.184.216.34", 8080)]


def test_server_is_asked_by_its_name_at_the_checked_address(monkeypatch, fetching_on):
    monkeypatch.setattr(addresses, "_look_up", lambda *_, **__: [addresses.ip_address("127.0.0.1")])
    with serving({"/p%C3%A4/a%20b.jpg?v=1": reply(b"picture")}) as server:
        assert remote.fetch(server.url("/pä/a b.jpg?v=1#top", host="cdn.exämple")) == b"picture"

        assert f"Host: cdn.xn--exmple-cua:{server.port}\r\n" in server.requests[0]


@pytest.mark.usefixtures("fetching_on")
def test_five_redirects_are_followed_and_not_six():
    with serving({f"/{n}": redirect(f"{n + 1}") for n in range(6)}) as server:
        server.answers["/6"] = reply(b"picture")

        assert remote.fetch(server.url("/1")) == b"picture"
        with pytest.raises(AddressRefused):
            remote.fetch(server.url("/0"))


@pytest.mark.parametrize(
    "url",
    [
        "ftp://cdn.example.com/a.jpg", "file:///etc/passwd", "gopher://x/", "http://", "http://[::1", "http://user:word@cdn.example.com/",
        "http://cdn.example.com:99999/", "http://a..b/", "http://" + "x" * 64 + ".com/", "javascript:alert(1)", "",
    ],
)  # fmt: skip
def test_address_that_is_none_is_refused(url):
    with pytest.raises(AddressRefused):
        remote.fetch(url)


@pytest.mark.usefixtures("fetching_on")
def test_redirect_to_another_scheme_is_refused():
    with serving({"/a": redirect("file:///etc/passwd")}) as server, pytest.raises(AddressRefused):
        remote.fetch(server.url("/a"))


@pytest.mark.usefixtures("fetching_on")
@pytest.mark.parametrize(
    ("status", "error"),
    [
        ("404 Not Found", AddressRefused), ("410 Gone", AddressRefused), ("403 Forbidden", AddressRefused), ("302 Found", AddressRefused),
        ("204 No Content", AddressRefused), ("500 Broken", SourceUnavailable), ("503 Busy", SourceUnavailable),
        ("429 Too Many Requests", SourceUnavailable), ("nonsense", SourceUnavailable),
    ],
)  # fmt: skip
def test_answer_decides_whether_it_is_worth_another_try(status, error):
    with serving({"/a": reply(status=status)}) as server, pytest.raises(error) as raised:
        remote.fetch(server.url("/a"))

    assert not getattr(raised.value, "whole_host", False)


@pytest.mark.usefixtures("fetching_on")
@pytest.mark.parametrize("announced", ["10000001", ""])
def test_more_than_ten_megabytes_are_not_taken_in(announced):
    with (
        serving({"/a": reply(bytes(10_000_001), Content_Length=announced)}) as server,
        pytest.raises(AddressRefused) as refused,
    ):
        remote.fetch(server.url("/a"))

    assert "10,000,000 bytes" in refused.value.detail


@pytest.mark.usefixtures("fetching_on")
def test_answer_that_breaks_off_is_no_answer():
    with serving({"/a": reply(b"half", Content_Length="8")}) as server, pytest.raises(SourceUnavailable):
        remote.fetch(server.url("/a"))


@pytest.mark.usefixtures("fetching_on", "hurried")
@pytest.mark.parametrize(
    "answer",
    [
        silence,
        drip(b"HTTP/1.1 200 OK\r\nX-Slow: "),
        drip(b"HTTP/1.1 200 OK\r\nContent-Length: 1000\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\n\r\n"),
        drip(b"HTTP/1.1 200 OK\r\nTransfer-Encoding: chunked\r\n\r\n", b"1\r\nx\r\n"),
    ],
    ids=["silent", "headers", "body", "body without length", "chunks"],
)
def test_slow_server_is_left_when_time_is_up(answer):
    began = time.monotonic()
    with serving({"/a": answer}) as server, pytest.raises(SourceUnavailable) as raised:
        remote.fetch(server.url("/a"))

    assert time.monotonic() - began < 2
    assert "took longer than" in raised.value.detail


@pytest.mark.usefixtures("fetching_on", "hurried")
def test_time_is_counted_over_all_redirects():
    def slowly(to):
        def answer(client):
            time.sleep(0.25)
            redirect(to)(client)

        return answer

    began = time.monotonic()
    with serving({f"/{n}": slowly(f"{n + 1}") for n in range(5)}) as server, pytest.raises(SourceUnavailable):
        remote.fetch(server.url("/0"))

    assert time.monotonic() - began < 2


@pytest.mark.usefixtures("fetching_on", "hurried")
def test_handshake_that_never_ends_is_left():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        began = time.monotonic()
        with pytest.raises(SourceUnavailable):
            remote.fetch(f"https://127.0.0.1:{listener.getsockname()[1]}/a")

    assert time.monotonic() - began < 2


@pytest.mark.usefixtures("hurried")
def test_name_that_is_not_resolved_in_time_is_left(monkeypatch):
    monkeypatch.setattr(socket, "getaddrinfo", lambda *_, **__: time.sleep(1) or [])

    began = time.monotonic()
    with pytest.raises(SourceUnavailable) as raised:
        remote.fetch("http://slow.example/a")

    assert time.monotonic() - began < 2
    assert raised.value.whole_host


@pytest.mark.usefixtures("fetching_on")
def test_nobody_listening_is_said_of_the_whole_host():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        port = listener.getsockname()[1]

    with pytest.raises(SourceUnavailable) as raised:
        remote.fetch(f"http://127.0.0.1:{port}/a")

    assert raised.value.whole_host


@pytest.mark.usefixtures("fetching_on")
def test_host_is_not_blamed_for_where_it_redirects_to():
    with socket.create_server(("127.0.0.1", 0)) as listener:
        gone = f"http://127.0.0.1:{listener.getsockname()[1]}/"

    with serving({"/a": redirect(gone)}) as server, pytest.raises(SourceUnavailable) as raised:
        remote.fetch(server.url("/a"))

    assert not raised.value.whole_host


def test_certificates_are_checked_against_the_name():
    context = remote._tls()

    assert context.check_hostname
    assert context.verify_mode is ssl.CERT_REQUIRED
    assert len(context.get_ca_certs()) > 50
