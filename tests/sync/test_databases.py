"""What both databases promise: values come back as they went in, a call is one transaction, errors have two kinds."""

import asyncio
from collections.abc import Coroutine, Iterator, Sequence
from itertools import count
from pathlib import Path
from typing import Any, TypeVar

import pytest
from hypothesis import given
from hypothesis import strategies as st

from sync.database import Database, DatabaseFault, Rows, Step, Value, steps
from sync.database.sqlite import SqliteDatabase
from tests.fakes.exchange import Service

_T = TypeVar("_T")
_tables = count()


class Store:
    """A database, called from tests that are not asynchronous, with a table of the test's own: `id`, `value`."""

    def __init__(self, runner: asyncio.Runner, database: Database) -> None:
        self.database = database
        self.table = f"t{next(_tables)}"
        self._runner = runner
        self.write(f"CREATE TABLE {self.table}(id INTEGER PRIMARY KEY, value ANY UNIQUE) STRICT")

    def run(self, work: Coroutine[Any, Any, _T]) -> _T:
        return self._runner.run(work)

    def write(self, *sql: str, **args: Value) -> list[Rows]:
        return self.run(self.database.write(steps(sql, args)))

    def read(self, *sql: str, **args: Value) -> list[Rows]:
        return self.run(self.database.read(steps(sql, args)))

    def insert(self, value: Value, id: int | None = None) -> Step:
        return Step(f"INSERT INTO {self.table}(id, value) VALUES (:id, :value)", {"id": id, "value": value})

    def values(self) -> list[Value]:
        return [value for (value,) in self.read(f"SELECT value FROM {self.table} ORDER BY id")[0]]


@pytest.fixture(params=["file", "sqld"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    if request.param == "sqld":
        shared: Service = request.getfixturevalue("service_on_sqld")
        yield Store(shared.runner, shared.here.database)
        return
    with asyncio.Runner() as runner:
        database = SqliteDatabase(tmp_path / "accounts.db")
        yield Store(runner, database)
        runner.run(database.close())


VALUES: Sequence[Value] = [
    0, 1, -1, 2**31, 2**53 + 1, -(2**53) - 1, 2**63 - 1, -(2**63), 0.1, -0.5, 1e300, 5e-324, None,
    b"", b"a", b"ab", b"abc", b"abcd", bytes(range(256)), b"\xfb\xff\xbf", "", "a", "ä", "\0", "a\0b", "\x01\x7f",
    "'", '"', "\\", "\n\r\t", "\u2028", "\ufeff", "\uffff", "𝄞", "\U0010ffff", ":value", "?1", "1", "1.0", "NULL",
    "x'00'", " ",
]  # fmt: skip


def test_every_value_comes_back_as_it_went_in(store: Store) -> None:
    for value in VALUES:
        if value is not None:
            assert store.read("SELECT :value", value=value) == [[(value,)]]
    store.run(store.database.write([store.insert(value) for value in VALUES]))
    assert store.values() == list(VALUES)
    assert [type(value) for value in store.values()] == [type(value) for value in VALUES]


@given(
    st.lists(
        st.integers(-(2**63), 2**63 - 1)
        | st.binary(max_size=40)
        | st.text(st.characters(exclude_categories=["Cs"]), max_size=40)
        | st.floats(allow_nan=False, allow_infinity=False)
        | st.none(),
        max_size=8,
    )
)
def test_any_row_comes_back_from_sqld_as_it_went_in(service_on_sqld: Service, row: list[Value]) -> None:
    names = [chr(ord("a") + i) for i in range(len(row))]
    sql = "SELECT 0" + "".join(f", :{name}" for name in names)
    args = dict(zip(names, row, strict=True))
    assert service_on_sqld.run(service_on_sqld.here.database.read([Step(sql, args)])) == [[(0, *row)]]


@pytest.mark.parametrize("place", range(4))
def test_a_step_that_fails_leaves_nothing_of_its_call(place: int, store: Store) -> None:
    store.run(store.database.write([store.insert("taken", 1)]))
    call = [store.insert("a", 10), store.insert("b", 11), store.insert("c", 12)]
    call.insert(place, store.insert("taken", 13))
    with pytest.raises(DatabaseFault, match="UNIQUE constraint failed"):
        store.run(store.database.write(call))
    assert store.values() == ["taken"]
    store.run(store.database.write([store.insert("next")]))
    assert store.values() == ["taken", "next"]


def test_each_step_sees_what_the_ones_before_did(store: Store) -> None:
    count_rows = f"SELECT count(*) FROM {store.table}"
    results = store.write(
        count_rows,
        f"INSERT INTO {store.table}(value) VALUES ('a') RETURNING value",
        count_rows,
        f"DELETE FROM {store.table}",
        count_rows,
    )
    assert results == [[(0,)], [("a",)], [(1,)], [], [(0,)]]


@pytest.mark.parametrize(
    "sql",
    ["SELEC 1", "SELECT * FROM nothing", "SELECT nothing", "SELECT json('{')", "SELECT 1; SELECT 2",
     "INSERT INTO nothing VALUES (1)", "SELECT zeroblob(-1), abs(-9223372036854775808)"],
)  # fmt: skip
def test_a_statement_that_does_not_fit_is_our_fault(sql: str, store: Store) -> None:
    for call in (store.read, store.write):
        with pytest.raises(DatabaseFault):
            call("SELECT 1", sql)
        assert call("SELECT 1") == [[(1,)]]


@pytest.mark.parametrize("args", [{}, {"id": 1}, {"id": 1, "value": 2**63}, {"id": 1, "value": "\ud800"}])
def test_arguments_that_do_not_fit_are_our_fault(args: dict[str, Value], store: Store) -> None:
    step = Step(f"INSERT INTO {store.table}(id, value) VALUES (:id, :value)", args)
    for call in (store.database.read, store.database.write):
        with pytest.raises(DatabaseFault):
            store.run(call([Step("SELECT 1"), step]))
    store.run(store.database.write([store.insert("next")]))
    assert store.values() == ["next"]


def test_steps_of_a_read_see_one_state_while_others_write(store: Store) -> None:
    total = f"SELECT count(*) FROM {store.table}"

    async def work() -> tuple[list[list[Rows]], list[list[Rows]]]:
        writes = [store.database.write([store.insert(2 * i), store.insert(2 * i + 1)]) for i in range(40)]
        reads = [store.database.read([Step(total)] * 8) for _ in range(20)]
        mixed = [work for pair in zip(writes[::2], writes[1::2], reads, strict=True) for work in pair]
        results = await asyncio.gather(*mixed)
        return results[::3], results[2::3]

    _, reads = store.run(work())
    for counts in reads:
        assert len({rows[0][0] for rows in counts}) == 1
        assert int(counts[0][0][0] or 0) % 2 == 0  # never half a call
    assert len(store.values()) == 80


def test_calls_at_the_same_time_take_turns(store: Store) -> None:
    store.run(store.database.write([store.insert(0, 1)]))
    value = f"SELECT value FROM {store.table} WHERE id = 1"
    add = steps([value, f"UPDATE {store.table} SET value = value + 1 WHERE id = 1", value], {})

    async def work() -> list[list[Rows]]:
        return await asyncio.gather(*(store.database.write(add) for _ in range(60)))

    results = store.run(work())
    assert sorted(int(after[0][0] or 0) for _, _, after in results) == list(range(1, 61))
    assert all(after[0][0] == int(before[0][0] or 0) + 1 for before, _, after in results)


def test_a_cancelled_call_does_no_harm_to_those_beside_it(store: Store) -> None:
    async def work() -> list[object]:
        tasks = [asyncio.ensure_future(store.database.write([store.insert(i)])) for i in range(30)]
        await asyncio.sleep(0)
        for task in tasks[::3]:
            task.cancel()
        return await asyncio.gather(*tasks, return_exceptions=True)

    results = store.run(work())
    done = [i for i, result in enumerate(results) if not isinstance(result, BaseException)]
    assert set(done) >= {i for i in range(30) if i % 3}
    assert set(done) <= set(store.values())


def test_statements_that_share_arguments_take_those_that_they_name() -> None:
    args: dict[str, Value] = {"a": 1, "b_c": 2, "other": 4}
    found = steps(["SELECT :a, :b_c, :a", "SELECT '12:30'", "SELECT 1"], args)
    assert [step.args for step in found] == [{"a": 1, "b_c": 2}, {}, {}]
