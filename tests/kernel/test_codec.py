"""The codec: what is encoded comes back equal, across versions of a shape."""

from dataclasses import dataclass, field
from datetime import UTC, date, datetime
from decimal import Decimal
from enum import Enum
from uuid import UUID

import pytest
from hypothesis import given
from hypothesis import strategies as st

from apps.kernel import codec
from apps.kernel.events import Event, decode_event, encode_event, event_class
from apps.kernel.money import Money


class Colour(Enum):
    RED = "red"
    BLUE = "blue"


@dataclass(frozen=True, slots=True, kw_only=True)
class Part:
    name: str
    price: Money | None = None


@dataclass(frozen=True, slots=True, kw_only=True)
class CodecTried(Event):
    event_type = "tests.codec_tried.v1"
    key_field = "thing_id"

    thing_id: UUID
    count: int
    share: Decimal
    ready: bool
    at: datetime
    day: date
    colour: Colour
    parts: tuple[Part, ...]
    stock: dict[str, int]
    note: str = ""
    extra: dict[str, str] = field(default_factory=dict)


money = st.builds(
    Money,
    st.decimals(min_value=-(10**9), max_value=10**9, places=4, allow_nan=False),
    st.sampled_from(["EUR", "JPY", "KWD"]),
)
text = st.text(max_size=30)
events = st.builds(
    CodecTried,
    thing_id=st.uuids(),
    count=st.integers(),
    share=st.decimals(allow_nan=False, allow_infinity=False),
    ready=st.booleans(),
    at=st.datetimes(timezones=st.just(UTC)),
    day=st.dates(),
    colour=st.sampled_from(Colour),
    parts=st.lists(st.builds(Part, name=text, price=st.none() | money), max_size=4).map(tuple),
    stock=st.dictionaries(text, st.integers(), max_size=4),
    note=text,
    extra=st.dictionaries(text, text, max_size=3),
)


@given(events)
def test_event_comes_back_equal(event):
    assert decode_event(event.event_type, encode_event(event)) == event


@given(events)
def test_old_reader_ignores_new_members_and_new_reader_fills_absent_ones(event):
    payload = encode_event(event)
    del payload["note"]

    decoded = decode_event(event.event_type, {**payload, "added_later": [1]})

    assert decoded == CodecTried(**{**{name: getattr(event, name) for name in payload}, "note": ""})


def test_wire_forms_are_the_ones_the_api_promises():
    at = datetime(2026, 11, 21, 4, 5, 6, tzinfo=UTC)

    assert codec.encode(at) == "2026-11-21T04:05:06Z"
    assert codec.encode(Money(Decimal("12.9"), "EUR")) == {"amount": "12.90", "currency": "EUR"}
    assert codec.encode({Colour.RED: (1, None)}) == {"red": [1, None]}


@pytest.mark.parametrize(
    ("member", "value"),
    [
        ("count", "1"),
        ("count", True),
        ("thing_id", "x"),
        ("at", "2026-11-21T04:05:06"),
        ("colour", "green"),
        ("parts", [{}]),
    ],
)
def test_what_does_not_fit_is_refused_with_its_path(member, value):
    good = encode_event(
        CodecTried(
            thing_id=UUID(int=1), count=1, share=Decimal(1), ready=True, at=datetime.now(UTC), day=date(2026, 1, 1),
            colour=Colour.RED, parts=(), stock={},
        )
    )  # fmt: skip

    with pytest.raises(codec.CodecError, match=rf"CodecTried\.{member}"):
        decode_event("tests.codec_tried.v1", {**good, member: value})


def test_absent_member_without_default_is_refused():
    with pytest.raises(codec.CodecError, match="thing_id is missing"):
        decode_event("tests.codec_tried.v1", {})


def test_naive_time_is_refused():
    with pytest.raises(codec.CodecError, match="naive"):
        codec.encode(datetime(2026, 1, 1))  # noqa: DTZ001


def test_two_classes_cannot_share_an_event_type():
    with pytest.raises(TypeError, match="already"):

        class Other(Event):
            event_type = "tests.codec_tried.v1"
            key_field = "thing_id"

    assert event_class("tests.codec_tried.v1") is CodecTried


def test_event_without_type_or_key_is_refused():
    with pytest.raises(TypeError, match="event_type"):

        class Nameless(Event):
            event_type = "Nameless"
            key_field = "id"
