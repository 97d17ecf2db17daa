"""The vectors of the domain tags: made by a program without the core, and answered by the core."""

from __future__ import annotations

import hashlib
import json
import subprocess
import sys
from pathlib import Path

import aicf

#: The vectors of the repository, where the tests run in one.
VECTORS = Path(__file__).resolve().parents[3] / "fixtures" / "vectors"


def test_the_files_are_what_the_program_makes() -> None:
    done = subprocess.run([sys.executable, str(VECTORS / "hash_tags.py"), "--check"], capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_every_list_is_hashed_as_the_program_says() -> None:
    vectors = json.loads((VECTORS / "hash-tags.json").read_text())
    assert len(vectors) > 20
    for vector in vectors:
        preimage = bytes.fromhex(vector["preimage"][2:])
        assert "0x" + hashlib.sha3_256(preimage).hexdigest() == vector["hash"]
        assert preimage.startswith(vector["tag"].encode() + b"\0")
        if "key" in vector:
            got = json.loads(aicf.call_json("hash.tagged", json.dumps({"items": {vector["key"]: vector["input"]}})))
            assert got == {name: vector[name] for name in ("tag", "preimage", "hash")}
