"""The engine in memory, the shared vectors, and threads."""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from pathlib import Path
from typing import Any

import pytest

import aicf

#: The vectors of the repository, where the tests run in one.
VECTORS = Path(__file__).resolve().parents[3] / "fixtures" / "vectors"


def entries() -> list[dict[str, Any]]:
    """The entries of every journal in the vectors, with the roots that were expected."""
    found: list[dict[str, Any]] = []
    for line in (VECTORS / "engine-examples.jsonl").read_text().splitlines():
        vector = json.loads(line)
        reply = vector["reply"]
        if "ok" not in reply:
            continue
        request = json.loads(vector["request"])
        if request["fn"] == "engine.replay":
            found.append({"entries": request["input"]["entries"], "outcomes": reply["ok"]["outcomes"]})
    return found


def test_an_entry_by_dict_or_by_line_comes_to_the_same_root() -> None:
    journals = entries()
    assert journals
    for journal in journals:
        by_dict, by_line, whole = aicf.Engine(), aicf.Engine(), aicf.Engine()
        for entry, outcome in zip(journal["entries"], journal["outcomes"], strict=True):
            got = by_dict.apply(entry)
            assert got == by_line.apply_json(json.dumps(entry))
            assert "0x" + got["state_root"].hex() == outcome["state_root"]
            assert got["status"] == outcome["status"]
            assert by_dict.state_root == by_line.state_root == got["state_root"]
        lines = [json.dumps(entry) for entry in journal["entries"]]
        assert whole.replay("\n".join(lines) + "\n") == len(lines) == whole.next_seq
        assert aicf.Engine().replay(iter(lines)) == len(lines)
        assert whole.state_root == by_dict.state_root
        assert whole.query("digest") == by_dict.query("digest")


def test_lines_that_do_not_follow_change_nothing_and_wrong_records_are_told() -> None:
    journal = max(entries(), key=lambda journal: len(journal["entries"]))["entries"]
    engine = aicf.Engine()
    engine.apply(journal[0])
    root = engine.state_root
    for wrong, code, field in (({"seq": 7}, "conflict", "seq"), ({"height": -1}, "out_of_range", "height")):
        with pytest.raises(aicf.AicfError) as caught:
            engine.replay("\n" + json.dumps({**journal[1], **wrong}))
        assert (caught.value.code, caught.value.path) == (code, f"lines[1].{field}")
        assert (engine.state_root, engine.next_seq) == (root, 1)
    with pytest.raises(aicf.errors.Conflict) as conflict:
        engine.apply({**journal[1], "state_root": bytes(32)})
    assert conflict.value.path == "input.state_root"
    assert engine.next_seq == 2, "it is the record that is wrong, not the entry"
    with pytest.raises(aicf.errors.UnknownFunction):
        engine.query("nothing")
    with pytest.raises(aicf.errors.MissingField):
        engine.query("provider.get", {"provider_id": "nobody"})


def test_every_vector_by_line_and_by_values() -> None:
    requests: list[bytes] = []
    expected: list[Any] = []
    for name in ("catalogue", "engine", "signature", "attestation", "hash"):
        for line in (VECTORS / f"{name}-examples.jsonl").read_bytes().splitlines():
            vector = json.loads(line)
            requests.append(vector["request"].encode())
            expected.append(vector["reply"])
    for options in ([], ["--typed"]):
        done = subprocess.run(
            [sys.executable, "-P", "-m", "aicf.testee", *options],
            input=b"\n".join(requests),
            capture_output=True,
            check=True,
        )
        replies = [json.loads(line) for line in done.stdout.splitlines()]
        assert len(replies) == len(expected) > 100
        for reply, wanted, request in zip(replies, expected, requests, strict=True):
            if "error" in reply:
                reply["error"].pop("message")
            wanted = dict(wanted)
            if "error" in wanted:
                wanted["error"] = {key: wanted["error"][key] for key in ("code", "path")}
            assert reply == wanted, request[:300]


def test_threads_share_an_engine_and_the_interpreter_goes_on_meanwhile() -> None:
    journal = max(entries(), key=lambda journal: len(journal["entries"]))["entries"]
    engine = aicf.Engine()
    engine.apply(journal[0])
    expected = engine.query("policy")
    failures: list[BaseException] = []

    def work() -> None:
        try:
            for _ in range(50):
                assert engine.query("policy") == expected
                assert aicf.split_apply(kind="ai", total=2**64)["provider"] > 0
        except BaseException as error:
            failures.append(error)

    threads = [threading.Thread(target=work) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert failures == []


def test_a_long_call_lets_other_threads_run() -> None:
    leaves = [bytes(32)] * 200_000
    done = threading.Event()
    turns = 0

    def call() -> None:
        aicf.merkle_root(leaves=leaves)
        done.set()

    # Every turn of this thread needs the interpreter: with it held, none would be had in the call.
    before = sys.getswitchinterval()
    sys.setswitchinterval(1e-5)
    try:
        thread = threading.Thread(target=call)
        thread.start()
        while not done.is_set():
            turns += 1
        thread.join()
    finally:
        sys.setswitchinterval(before)
    assert turns > 1_000


def test_the_example_runs() -> None:
    example = Path(__file__).resolve().parents[2] / "examples" / "quickstart.py"
    done = subprocess.run([sys.executable, str(example)], capture_output=True, text=True, check=True)
    assert "paid: 25000 of it to the provider: 20000" in done.stdout
