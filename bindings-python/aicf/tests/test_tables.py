"""Claims from tables: the same settlement as from a list of dicts, whatever library the table is of."""

from __future__ import annotations

import decimal
import random
from importlib import import_module
from typing import Any

import pytest

import aicf

# Not all of these have types, and none of them need any here.
duckdb: Any = import_module("duckdb")
pandas: Any = import_module("pandas")
polars: Any = import_module("polars")
pa: Any = import_module("pyarrow")

EPOCH: dict[str, Any] = {
    "chain_id": 1337,
    "epoch": 3,
    "height_start": 300,
    "height_end": 399,
    "carry": 5,
    "stakes": {"p1": 1_000},
    "slashes": [{"provider_id": "p1", "amount": 100_000, "reason": "qos"}],
}
POLICY: aicf.PartialPolicy = {"fund": {"budget_per_epoch": 2_000_000, "cap_policy": "defer"}}


def claims(count: int) -> list[dict[str, Any]]:
    draw = random.Random(7)
    return [
        {
            "task_id": number.to_bytes(32, "big"),
            "block_height": 300 + draw.randrange(100),
            "nullifier": (10**9 + number).to_bytes(32, "big"),
            "provider_id": f"p{draw.randrange(5)}",
            "miner": f"miner{draw.randrange(3)}",
            "requester": f"é{draw.randrange(4)}",
            "kind": draw.choice(["ai", "quantum"]),
            "units": draw.randrange(5_000),
            "quality_ppm": draw.choice([None, 900_000, 1_100_000]),
            "proof_ref": (2 * 10**9 + number).to_bytes(32, "big"),
        }
        for number in range(count)
    ]


SCHEMA = pa.schema(
    [
        ("task_id", pa.binary(32)),
        ("block_height", pa.uint32()),
        ("nullifier", pa.binary(32)),
        ("provider_id", pa.dictionary(pa.int32(), pa.string())),
        ("miner", pa.large_string()),
        ("requester", pa.string_view()),
        ("kind", pa.dictionary(pa.int8(), pa.string())),
        ("units", pa.decimal128(38, 0)),
        ("quality_ppm", pa.int64()),
        ("proof_ref", pa.large_binary()),
    ]
)


def expected(rows: list[dict[str, Any]]) -> Any:
    """The settlement by way of dicts, as a pair of summary and lines."""
    listed = [{key: value for key, value in row.items() if value is not None} for row in rows]
    out: Any = aicf.call("settlement.settle", {**EPOCH, "claims": listed}, None, POLICY)
    return out, out.pop("lines")


def shown(done: aicf.Settlement) -> Any:
    lines: list[dict[str, Any]] = pa.table(done.lines).to_pylist()
    return done.summary, [
        {key: int(value) if isinstance(value, decimal.Decimal) else value for key, value in line.items()}
        for line in lines
    ]


def hexed(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    return [{key: "0x" + value.hex() if isinstance(value, bytes) else value for key, value in row.items()} for row in rows]


def frames(rows: list[dict[str, Any]]) -> dict[str, Any]:
    table = pa.Table.from_pylist([{**row, "units": decimal.Decimal(row["units"])} for row in rows], schema=SCHEMA)
    plain = pa.Table.from_pylist(rows)
    pieces = pa.concat_tables([table.slice(0, 1), table.slice(1, 0), table.slice(1, 250), table.slice(251)])
    frame = pandas.DataFrame(hexed(rows))
    frame["quality_ppm"] = frame["quality_ppm"].astype("Int64")
    return {
        "pyarrow": plain,
        "pyarrow, other types": table,
        "pyarrow, in pieces": pieces,
        "pyarrow, a reader": pieces.to_reader(),
        "polars": polars.DataFrame(rows),
        "polars, from other types": polars.from_arrow(table),
        "pandas": frame,
        "duckdb": duckdb.sql("select * from plain"),
    }


@pytest.mark.parametrize("name", list(frames(claims(3))))
def test_every_library_gives_the_settlement_of_the_list(name: str) -> None:
    rows = claims(1_000)
    done = aicf.settle(aicf.Policy(POLICY), EPOCH, claims=frames(rows)[name])
    assert len(done.lines) == 1_000
    summary, lines = shown(done)
    wanted, wanted_lines = expected(rows)
    assert summary == wanted
    assert lines == wanted_lines


def test_lines_are_a_table_for_every_library() -> None:
    done = aicf.settle(POLICY, EPOCH, claims=pa.Table.from_pylist(claims(70_000)))
    total = done.summary["batch"]["totals"]["payable"]
    table = paid = pa.table(done.lines)
    assert paid.num_rows == 70_000 and table.schema.field("gross").type == pa.decimal128(38, 0)
    assert int(polars.DataFrame(done.lines)["payable"].sum()) == total
    frame = pa.table(done.lines).to_pandas()
    assert int(frame["payable"].sum()) == total
    assert int(duckdb.sql("select sum(payable) from paid").fetchall()[0][0]) == total


def test_no_claims_at_all() -> None:
    done = aicf.settle(None, EPOCH, claims=SCHEMA.empty_table())
    assert len(done.lines) == 0 and done.summary["batch"]["claims_count"] == 0
    assert pa.table(done.lines).num_rows == 0


@pytest.mark.parametrize(
    ("change", "code", "path"),
    [
        ({"units": -1}, "out_of_range", "units"),
        ({"units": 2**64}, "out_of_range", "units"),
        ({"units": 1.5}, "wrong_type", "units"),
        ({"units": "7x"}, "bad_encoding", "units"),
        ({"units": None}, "missing_field", "units"),
        ({"units": True}, "wrong_type", "units"),
        ({"block_height": 2**53}, "out_of_range", "block_height"),
        ({"task_id": b"short"}, "bad_length", "task_id"),
        ({"task_id": "0x" + "0" * 63}, "bad_encoding", "task_id"),
        ({"kind": "gpu"}, "out_of_range", "kind"),
        ({"miner": ""}, "bad_length", "miner"),
        ({"miner": "a\nb"}, "bad_encoding", "miner"),
        ({"more": 1}, "unknown_field", "more"),
        ({"quality_ppm": 10_000_001}, "out_of_range", "quality_ppm"),
    ],
)
def test_a_bad_cell_is_told_by_its_claim_and_field(change: dict[str, Any], code: str, path: str) -> None:
    rows = claims(2)
    changed = {**rows[0], **change}
    columns: dict[str, Any] = {}
    for name, value in changed.items():
        good = rows[1].get(name)
        if isinstance(value, int) and value >= 2**63:
            columns[name] = pa.array([decimal.Decimal(value), None], pa.decimal128(38, 0))
        elif value is None or type(value) is type(good):
            columns[name] = pa.array([value, good])
        else:
            columns[name] = pa.array([value, value])
    with pytest.raises(aicf.AicfError) as caught:
        aicf.settle(None, EPOCH, claims=pa.table(columns))
    assert (caught.value.code, caught.value.path) == (code, f"input.claims[0].{path}")


def test_what_is_no_table_or_comes_twice() -> None:
    rows = claims(2)
    table: Any = pa.Table.from_pylist(rows)
    for nothing in (rows, None, 5, "claims"):
        with pytest.raises((TypeError, ValueError)):
            aicf.settle(None, EPOCH, claims=nothing)  # type: ignore[arg-type]
    with pytest.raises(aicf.errors.Conflict) as caught:
        aicf.settle(None, {**EPOCH, "claims": []}, claims=table)
    assert caught.value.path == "input.claims"
    with pytest.raises(aicf.errors.MissingField) as missing:
        aicf.settle(None, {"chain_id": 1}, claims=table)
    assert missing.value.path == "input.epoch"
    twice = pa.table([table["miner"], *table.columns], names=["miner", *table.column_names])
    with pytest.raises(aicf.errors.DuplicateField):
        aicf.settle(None, EPOCH, claims=twice)
    shuffled = table.select(sorted(table.column_names, reverse=True))
    assert shown(aicf.settle(POLICY, EPOCH, claims=shuffled)) == expected(rows)
