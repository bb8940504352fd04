"""Payloads pass through the server as they are, whatever JSON text they hold; what is no JSON text is refused."""

import json as standard_json
from pathlib import Path
from random import Random

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.wire import MAX_EVENTS, MAX_PAYLOAD_BYTES
from tests.fakes.exchange import Device, Service, numbers

VERBATIM = [
    "{}", "[]", "null", "true", "0", "-0", '""', ' {"a" : 1 } ', '\t\n\r{"a":\n1}\n',
    r'"\u0000"', r'{"\u0000":"\u0000"}', r'"\ud800"', r'"\udc00\ud800"', r'"\ud834\udd1e"', r'"\uD834\uDD1E"', r'"\/"',
    "123456789012345678901234567890", "-9223372036854775809", "18446744073709551616", "1" + "0" * 400, "1" * 5000,
    "1e999", "-1E+999", "1e-999", "0.1000000000000000055511151231257827", "1.0", "1e0", "0e99999999999999999999",
    '{"a":1,"a":2}', '{"b":1,"a":2}', '"\x7f\x80\x9f"', '"é"', '"e\u0301"', '"\u2028\u2029"', '"\ufeff\uffff"',
    '"𝄞"', '"\U0010ffff"', '"</script>"', r'"\\u0000"', '"' + "\\\\" * 1000 + '"', '"\u202eabc\u202c"',
    "[" * 200 + "]" * 200, '{"a":' * 100 + "1" + "}" * 100, '"' + "x" * (MAX_PAYLOAD_BYTES - 2) + '"',
    r'["\ud800", ' + "1" * 5000 + "]", '":user"', '"?1 @x $y"', "\"'; DROP TABLE events; --\"",
]  # fmt: skip

NO_JSON = [
    "", " ", "{", "}", "{}{}", "{} x", "nul", "True", "undefined", "NaN", "Infinity", "-Infinity", "-", "+1", "01",
    "-01", "1.", ".1", "1e", "1e+", "0x10", "1_000", "١", "'a'", '"', '"\\"', r'"\x"', r'"\u12"', r'"\u12g4"', "[1,]",
    "[,1]", '{"a":1,}', '{"a"}', '{"a":}', '{a:1}', "{1:1}", '"\x00"', "\x00", "{}\x00", "\x00{}", '"\x01"', '"\n"',
    '"\t"', '"\x1f"', "\ufeff{}", "\u00a0{}", "{}\u2028", "/**/{}", "{}//", "\x0b{}", "[" * 8000 + "]" * 8000,
    "[" * 8000,
]  # fmt: skip


def test_json_text_comes_to_the_other_device_as_it_was_sent(
    service: Service, laptop: Device, second_laptop: Device
) -> None:
    answer = laptop.exchange([laptop.event(payload) for payload in VERBATIM])
    assert [VERBATIM[index] for index in answer.bad] == []
    assert [event.payload for event in second_laptop.follow()] == VERBATIM
    stored = service.rows("SELECT payload FROM events WHERE user = :user ORDER BY seq", user=laptop.account.user)
    assert [payload for (payload,) in stored] == VERBATIM


def test_json_text_that_is_sent_again_is_the_same(laptop: Device) -> None:
    sent = [laptop.event(payload) for payload in VERBATIM]
    laptop.exchange(sent)
    assert laptop.exchange(sent).bad == {}


def test_text_that_is_no_json_is_refused(laptop: Device) -> None:
    answer = laptop.exchange([laptop.event(payload) for payload in NO_JSON])
    assert [NO_JSON[index] for index in numbers(answer)] == []
    assert set(answer.bad.values()) == {"bad_payload"}


def test_nesting_without_end_is_refused_and_the_next_request_is_served(laptop: Device) -> None:
    deep = ["[" * 8192, "[" * 8191 + "]" * 8191, '{"a":' * 2700, '"' + "\\ud800" * 2000 + '"' + "[" * 4000]
    answer = laptop.exchange([laptop.event(payload) for payload in deep])
    assert set(answer.bad.values()) == {"bad_payload"}
    assert numbers(laptop.exchange(laptop.events(1))) == {0: 1}


def test_485_naughty_strings_pass_through(
    fixtures_folder: Path, service: Service, laptop: Device, second_laptop: Device
) -> None:
    source = fixtures_folder / "hostile" / "blns.json"
    if not source.is_file():
        pytest.skip(f"{source} is not there")
    naughty = standard_json.loads(source.read_text("utf-8"))
    assert len(naughty) >= 485
    payloads = [standard_json.dumps({text: text}, ensure_ascii=ascii) for ascii in (True, False) for text in naughty]
    for start in range(0, len(payloads), 500):
        assert laptop.exchange([laptop.event(payload) for payload in payloads[start : start + 500]]).bad == {}
    assert [event.payload for event in second_laptop.follow()] == payloads

    bare = laptop.exchange([laptop.event(text) for text in naughty])
    taken = [text for text in naughty if is_json(text)]
    assert [naughty[index] for index in numbers(bare)] == taken
    assert [event.payload for event in second_laptop.follow()[len(payloads) :]] == taken


def test_what_passes_for_json_is_what_a_strict_parser_takes(laptop: Device) -> None:
    """Thousands of small damages to good texts, each judged by the standard library beside."""
    random = Random(8259)
    damaged = [damage(random, random.choice(VERBATIM[:-6])) for _ in range(MAX_EVENTS)]
    answer = laptop.exchange([laptop.event(text) for text in damaged])
    taken = set(numbers(answer))
    assert [text for index, text in enumerate(damaged) if is_json(text) != (index in taken)] == []
    assert 0.1 < len(taken) / len(damaged) < 0.9
    assert set(answer.bad.values()) == {"bad_payload"}


JSON = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False, allow_infinity=False) | st.text(max_size=10),
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(st.text(max_size=5), inner, max_size=4),
    max_leaves=10,
)


@given(values=st.lists(JSON, min_size=1, max_size=20), is_ascii=st.booleans())
def test_any_json_passes_through(service_on_sqld: Service, values: list[object], is_ascii: bool) -> None:
    laptop = service_on_sqld.device()
    payloads = [standard_json.dumps(value, ensure_ascii=is_ascii) for value in values]
    payloads = [payload for payload in payloads if payload.isascii() or _is_utf8(payload)]
    laptop.exchange([laptop.event(payload) for payload in payloads])
    assert [event.payload for event in Device(laptop.account, service_on_sqld.send).follow()] == payloads


def is_json(text: str) -> bool:
    """By RFC 8259, from which the standard library strays with its constants."""
    try:
        standard_json.loads(text, parse_int=str, parse_float=str, parse_constant=_refuse)
    except (ValueError, RecursionError):
        return False
    return True


def damage(random: Random, text: str) -> str:
    """Put in, take out or replace a character or two."""
    for _ in range(random.choice((1, 1, 2))):
        at = random.randrange(len(text) + 1)
        piece = random.choice(
            ['"', "\\", "{", "}", "[", "]", ",", ":", "0", "1", "-", "e", ".", " ", "\n", "u", "\x00", "é"]
        )
        text = text[:at] + random.choice([piece, ""]) + text[at + random.choice([0, 1]) :]
    return text


def _refuse(constant: str) -> None:
    raise ValueError(constant)


def _is_utf8(text: str) -> bool:
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
