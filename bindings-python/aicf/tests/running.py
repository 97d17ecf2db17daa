"""A node as a process of its own, for the tests of the clients."""

from __future__ import annotations

import json
import os
import signal
import subprocess
import threading
from pathlib import Path
from types import TracebackType
from typing import Self

# From where the tests are run: the package that is tested may be installed elsewhere.
ROOT = next(folder for folder in (Path.cwd(), *Path.cwd().parents) if (folder / "host-runner").is_dir())


def binary() -> str:
    """The program: as `AICF_BINARY` says, or the newest that is built."""
    if named := os.environ.get("AICF_BINARY"):
        return named
    built = [path for profile in ("release", "debug") if (path := ROOT / "target" / profile / "aicf").exists()]
    assert built, "no `aicf` is built: run `cargo build --release --bin aicf`"
    return str(max(built, key=lambda path: path.stat().st_mtime))


class Running:
    """A devnet with fast blocks in a folder; the port stays the same when it is started again."""

    def __init__(self, folder: Path, *settings: str) -> None:
        self.folder = folder
        self.settings = settings
        self.port = 0
        self.start()

    def start(self) -> None:
        environment = {name: value for name, value in os.environ.items() if not name.startswith("AICF_")}
        command = [binary(), "node", "--json", "--engine", "native", "--rpc-listen", f"127.0.0.1:{self.port}"]
        command += ["--chain-block-time-ms", "20", "--rates-per-address-s", "0", "--rates-per-key-s", "0"]
        # A busy machine is no reason to get a ticket: what is written is looked at at once.
        command += ["--rpc-patience-ms", "15000", *self.settings]
        self.process = subprocess.Popen(
            command, cwd=self.folder, env=environment, stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True
        )
        assert self.process.stdout is not None
        told = ""
        for line in self.process.stdout:
            told += line
            try:
                self.port = int(json.loads(told)["listening"].rsplit(":", 1)[1])
            except ValueError:
                continue
            break
        assert self.port, told
        # A pipe that nobody reads stops who writes to it.
        threading.Thread(target=self.process.stdout.read, daemon=True).start()

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self.port}"

    def end(self, how: signal.Signals = signal.SIGTERM) -> int:
        self.process.send_signal(how)
        return self.process.wait(60)

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None) -> None:
        self.process.kill()
        self.process.wait(60)
