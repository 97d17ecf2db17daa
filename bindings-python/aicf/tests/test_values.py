"""Values at the border: the same code and path as in JSON, and never a wrap, a truncation or a crash."""

from __future__ import annotations

import copy
import json
import math
import pickle
from typing import Any, cast

import pytest

import aicf
from aicf import errors
from aicf._aicf import bare_panic

TASK = bytes([7]) * 32


def refusal(function: str, given: dict[str, Any], policy: Any = None) -> tuple[str, str]:
    with pytest.raises(aicf.AicfError) as caught:
        aicf.call(function, given, None, policy)
    assert str(caught.value).startswith(caught.value.code)
    return caught.value.code, caught.value.path


class Text(str):
    """A kind of str."""


class Number(int):
    """A kind of int."""


class Index:
    """What says that it is an integer, as numpy's are."""

    def __init__(self, value: Any) -> None:
        self.value = value

    def __index__(self) -> Any:
        if isinstance(self.value, Exception):
            raise self.value
        return self.value


@pytest.mark.parametrize(
    "total",
    [0, 1, 2**53 - 1, 2**53, 2**64, "18446744073709551616", Number(9), Index(9), 2**100],
)
def test_amounts_of_any_size(total: Any) -> None:
    shares = aicf.split_apply(kind="ai", total=total)
    expected = total.value if isinstance(total, Index) else int(total)
    assert sum([shares["provider"], shares["miner"], shares["treasury"]]) == expected
    text = json.loads(aicf.call_json("split.apply", json.dumps({"kind": "ai", "total": str(expected)})))
    assert {key: int(value) for key, value in text.items()} == shares


@pytest.mark.parametrize(
    ("total", "code"),
    [
        (2**128, "out_of_range"),
        (10**5000, "out_of_range"),
        (-(10**5000), "out_of_range"),
        (-1, "out_of_range"),
        (math.nan, "wrong_type"),
        (math.inf, "wrong_type"),
        (-0.0, "wrong_type"),
        (1.5, "wrong_type"),
        (1e300, "wrong_type"),
        (True, "wrong_type"),
        (None, "wrong_type"),
        ([], "wrong_type"),
        ({}, "wrong_type"),
        (object(), "wrong_type"),
        (b"1", "wrong_type"),
        (3 + 4j, "wrong_type"),
        (Index(ValueError("no")), "wrong_type"),
        (Index("no"), "wrong_type"),
        ("1.5", "bad_encoding"),
        ("٣", "bad_encoding"),
        ("9" * 10_000_000, "out_of_range"),
        ("\ud800", "bad_encoding"),
    ],
    ids=lambda value: repr(value)[:20] if not isinstance(value, int) else hex(value)[:20],
)
def test_amounts_that_are_none(total: Any, code: str) -> None:
    assert refusal("split.apply", {"kind": "ai", "total": total}) == (code, "input.total")


@pytest.mark.parametrize(
    ("height", "expected"),
    [
        (2**53 - 1, None),
        (2**53, "out_of_range"),
        (2**64, "out_of_range"),
        (2**128, "out_of_range"),
        (-1, "out_of_range"),
        (1.0, "wrong_type"),
        ("1", "wrong_type"),
    ],
    ids=str,
)
def test_counts_end_where_every_host_can_count(height: Any, expected: str | None) -> None:
    given: dict[str, Any] = {"chain_id": 1, "height": height, "tx_hash": TASK, "caller": b"c", "payload": b""}
    if expected is None:
        assert len(aicf.task_id_derive(**given)["task_id"]) == 32
    else:
        assert refusal("task_id.derive", given) == (expected, "input.height")


@pytest.mark.parametrize("caller", [b"abc", bytearray(b"abc"), memoryview(b"abc"), memoryview(b"aXbXcX")[::2], "0x616263"])
def test_bytes_of_every_kind(caller: Any) -> None:
    given: dict[str, Any] = {"chain_id": 1, "height": 1, "tx_hash": TASK, "payload": b""}
    assert aicf.task_id_derive(caller=caller, **given) == aicf.task_id_derive(caller=b"abc", **given)


def test_a_released_memoryview_and_one_of_other_numbers() -> None:
    released = memoryview(b"abc")
    released.release()
    wide = memoryview(b"abcdefgh").cast("Q")
    for caller in (released, wide):
        given = {"chain_id": 1, "height": 1, "tx_hash": TASK, "caller": caller, "payload": b""}
        assert refusal("task_id.derive", given) == ("bad_encoding", "input.caller")


def test_names() -> None:
    assert refusal("split.apply", {"kind": "\udfff", "total": 1}) == ("bad_encoding", "input.kind")
    assert refusal("split.apply", {"kind": "ai", "total": 1, "x": 1}) == ("unknown_field", "input.x")
    assert refusal("split.apply", cast(Any, {"kind": "ai", 1: 1})) == ("wrong_type", "input")
    assert refusal("split.apply", {"kind": "ai", "total": 1, "\ud800": 1})[0] == "bad_encoding"
    assert refusal("split.apply", {Text("kind"): "ai"}) == ("missing_field", "input.total")
    assert refusal("nothing", {}) == ("unknown_function", "fn")
    assert aicf.split_apply(kind=cast(Any, Text("ai")), total=100)["provider"] == 80


def nested(depth: int) -> Any:
    value: Any = 1
    for _ in range(depth):
        value = [value]
    return value


def test_depth_ends_at_the_same_level_as_in_json() -> None:
    base = {"chain_id": 1, "height": 1, "tx_hash": "0x" + TASK.hex(), "caller": "0x61"}
    seen: set[bool] = set()
    for depth in (1, 60, 61, 62, 63, 64, 65, 66, 67, 5_000):
        given = {**base, "payload_json": nested(depth)}
        text = json.dumps({**base, "payload_json": 0})
        text = text.replace(' 0}', " " + "[" * depth + "1" + "]" * depth + "}")
        try:
            expected: Any = json.loads(aicf.call_json("task_id.derive", text))["task_id"]
        except aicf.AicfError as error:
            code, path = refusal("task_id.derive", given)
            assert code == "out_of_range" and path.startswith("input.payload_json[0][0]")
            # Text that nests over 66 is no JSON to the core; values have no text, so the field says it.
            assert (error.code, error.path) == ((code, path) if depth <= 65 else ("bad_encoding", "input"))
            seen.add(False)
        else:
            assert "0x" + aicf.call("task_id.derive", given)["task_id"].hex() == expected
            seen.add(True)
    assert seen == {True, False}


def test_circles_and_what_grows_like_one() -> None:
    circle: list[Any] = []
    circle.append(circle)
    ring: dict[str, Any] = {}
    ring["ring"] = [ring]
    broad: Any = [1] * 10
    for _ in range(20):
        broad = [broad] * 10
    for value in (circle, ring, broad):
        given = {"chain_id": 1, "height": 1, "tx_hash": TASK, "caller": b"c", "payload_json": value}
        code, path = refusal("task_id.derive", given)
        assert code in ("out_of_range", "bad_length")
        assert path.startswith("input")
    shared = [1, 2]
    given = {"chain_id": 1, "height": 1, "tx_hash": TASK, "caller": b"c", "payload_json": [shared, shared]}
    apart = {**given, "payload_json": [[1, 2], [1, 2]]}
    assert aicf.call("task_id.derive", given) == aicf.call("task_id.derive", apart), "no circle: the same list twice"


def test_none_is_a_payload_and_elsewhere_an_argument_left_out() -> None:
    base: dict[str, Any] = {"chain_id": 1, "height": 1, "tx_hash": TASK, "caller": b"c"}
    nothing = aicf.task_id_derive(**base, payload_json=None)
    assert nothing == aicf.task_id_derive(**base, payload=b"\xf6")
    assert nothing["payload"] == b"\xf6", "a payload in JSON is encoded as CBOR"
    assert aicf.task_id_derive(**base, payload=b"\xf6", payload_json=aicf.ABSENT) == nothing
    with pytest.raises(errors.MissingField):
        aicf.task_id_derive(**base)
    with pytest.raises(errors.Conflict):
        aicf.task_id_derive(**base, payload=b"", payload_json=None)
    assert pickle.loads(pickle.dumps(aicf.ABSENT)) is aicf.ABSENT


def test_policies() -> None:
    default = aicf.Policy()
    changed = aicf.Policy({"fund": {"budget_per_epoch": 5}})
    assert default != changed and default == aicf.Policy({}) and hash(default) == hash(aicf.Policy())
    assert changed == aicf.Policy.from_yaml("fund:\n  budget_per_epoch: 5\n")
    assert changed.hash == aicf.policy_check(policy={"fund": {"budget_per_epoch": 5}})["policy_hash"]
    assert aicf.Policy(changed.to_dict()) == changed == pickle.loads(pickle.dumps(changed)) == copy.deepcopy(changed)
    assert repr(changed) == f"<Policy 0x{changed.hash[:4].hex()}…>"
    split: aicf.PartialPolicy = {"split": {"ai": {"provider": 9_000, "miner": 1_000, "treasury": 0}}}
    by_handle = aicf.split_apply(kind="ai", total=100, policy=aicf.Policy(split))
    assert by_handle == aicf.split_apply(kind="ai", total=100, policy=split) == {"provider": 90, "miner": 10, "treasury": 0}
    with pytest.raises(errors.UnknownField) as caught:
        aicf.Policy(cast(Any, {"fun": {}}))
    assert caught.value.path == "input.policy.fun"
    with pytest.raises(errors.BadPolicy):
        aicf.Policy({"split": {"ai": {"provider": 1, "miner": 1, "treasury": 1}}})


def test_a_panic_is_an_exception_and_the_interpreter_goes_on() -> None:
    with pytest.raises(errors.Invariant) as caught:
        bare_panic()
    assert caught.value.code == "invariant"
    assert aicf.split_apply(kind="ai", total=100)["provider"] == 80


def test_every_code_has_a_class_of_its_own() -> None:
    made = [errors.make(code, "input.x", "because") for code in aicf.CODES]
    classes = [type(error) for error in made]
    assert len(set(classes)) == len(aicf.CODES) and aicf.AicfError not in classes
    for error, code in zip(made, aicf.CODES, strict=True):
        assert (error.code, error.path, error.message) == (code, "input.x", "because")
        again = pickle.loads(pickle.dumps(error))
        assert (type(again), again.args) == (type(error), error.args)
    assert issubclass(errors.WrongType, TypeError) and issubclass(errors.OutOfRange, ValueError)
