"""A node's reads and events inside a FastAPI app: the node's own answers, and no writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from typing import Any, cast

import pytest
from fastapi import FastAPI
from fastapi.testclient import TestClient

from aicf.rpc import Client, mount
from aicf.tests.running import Running


@pytest.fixture(scope="module")
def node(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Running]:
    with Running(tmp_path_factory.mktemp("node"), "--chain-source", "none") as running:
        yield running


@pytest.fixture
def app(node: Running) -> Iterator[Any]:
    application = FastAPI()
    mount(application, node.url)
    with TestClient(application) as client:
        yield client


def ask(method: str, params: Any) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": 1, "method": method, "params": params}


def named(params: Any) -> dict[str, Any]:
    return {"task_id": params[0]} if isinstance(params, list) else cast("dict[str, Any]", params)


def test_reads_are_the_nodes_own_answers(app: Any, node: Running) -> None:
    with Client(node.url) as client:
        task_id = client.submit_job("ai", "1", payload_json="x")["task_id"]  # type: ignore[typeddict-item]
        calls: list[tuple[str, Any]] = [
            ("aicf.getJob", {"task_id": task_id}),
            ("aicf_getJob", [task_id]),
            ("aicf.listJobs", {"limit": 5}),
            ("aicf.listProviders", {}),
            ("aicf.getPolicy", {}),
        ]
        for method, params in calls:
            answer = app.post("/aicf/rpc", json=ask(method, params)).json()
            assert answer["result"] == client.call(method.replace("_", ".", 1), named(params))
    batch = app.post("/aicf/rpc", json=[ask("rpc.ping", []), ask("rpc.ping", [])]).json()
    assert [one["result"] for one in batch] == ["pong", "pong"]


@pytest.mark.parametrize("method", ["aicf.submitJob", "aicf_submitJob", "aicf.setReadOnly", "aicf.apply", "nothing", 7])
def test_writes_do_not_go_through(app: Any, method: Any) -> None:
    for body in (ask(method, {}), [ask("rpc.ping", []), ask(method, {})]):
        answer = app.post("/aicf/rpc", json=body).json()
        assert answer["error"]["code"] == -32601


def test_what_is_no_request_is_refused(app: Any) -> None:
    assert app.post("/aicf/rpc", content="{").json()["error"]["code"] == -32700
    assert app.post("/aicf/rpc", json=[]).json()["error"]["code"] == -32600
    assert app.post("/aicf/rpc", content="x" * (2 << 20)).status_code == 413


def test_events_come_through(app: Any, node: Running) -> None:
    with Client(node.url) as client:
        client.submit_job("ai", "1", payload_json="y")
        with app.websocket_connect("/aicf/ws?topics=jobEnqueued&from_seq=0") as socket:
            first = socket.receive_json()
            assert first["event"] == "jobEnqueued"
            assert first == next(iter(client.events(topics=["jobEnqueued"], from_seq=0)))


def test_a_node_that_is_away_is_told(tmp_path: Path) -> None:
    application = FastAPI()
    mount(application, "http://127.0.0.1:1", prefix="/fund")
    client: Any
    with TestClient(application) as client:
        assert client.post("/fund/rpc", json=ask("rpc.ping", [])).status_code == 502
