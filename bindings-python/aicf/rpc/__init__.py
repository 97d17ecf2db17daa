"""Clients of a node: `Client` waits, `AsyncClient` is awaited; `mount` puts a node's reads into a FastAPI app.

    from aicf.rpc import Client

    with Client("http://127.0.0.1:8645") as node:
        for job in node.pages(node.list_jobs, status="queued"):
            print(job["task_id"])
        for event in node.events(topics=["jobAssigned"]):
            print(event["data"])

Needs the extra `rpc` (`pip install 'aicf[rpc]'`), and `mount` the extra `fastapi`.
"""

from ._errors import NodeUnreachable, RpcError
from ._events import Event
from ._client import AsyncClient, Client
from ._mount import mount

__all__ = ["AsyncClient", "Client", "Event", "NodeUnreachable", "RpcError", "mount"]
