"""A node's reads and events inside a FastAPI app, with the node's own answers: nothing is computed here."""

from __future__ import annotations

import json
from collections.abc import AsyncGenerator, Sequence
from contextlib import asynccontextmanager
from typing import TYPE_CHECKING, Any, cast

from ._errors import as_object
from ._generated import READS

if TYPE_CHECKING:
    from fastapi import FastAPI

_BODY_BYTES_MAX = 1 << 20
_BATCH_MAX = 100
_NOT_FOUND = -32601
_UNREACHABLE = 502


def _refused(request: Any, number: int, message: str) -> dict[str, Any]:
    return {"jsonrpc": "2.0", "id": as_object(request).get("id"), "error": {"code": number, "message": message}}


def _why_not(request: Any) -> str | None:
    """Why a request does not go through; None where it does."""
    if not isinstance(request, dict):
        return "a request is an object"
    method: Any = as_object(request).get("method")
    name = method.replace("_", ".", 1) if isinstance(method, str) and "." not in method else method
    return None if name in READS else f"only reads are served here, and `{method}` is none"


def mount(app: FastAPI, url: str, *, prefix: str = "/aicf", timeout: float = 15.0) -> None:
    """Serves the node at `url` below `prefix`: `POST {prefix}/rpc` for its reads, `{prefix}/ws` for its events.

    Writes do not go through, nor does the caller's `Authorization`: who writes speaks to the node.
    """
    import httpx
    from starlette.requests import Request
    from starlette.responses import Response
    from starlette.routing import Route, WebSocketRoute
    from starlette.websockets import WebSocket, WebSocketDisconnect
    from websockets.asyncio.client import connect
    from websockets.exceptions import WebSocketException

    http = httpx.AsyncClient(timeout=timeout)
    as_json = "application/json"

    async def rpc(request: Request) -> Response:
        body = await request.body()
        if len(body) > _BODY_BYTES_MAX:
            return Response("the request is too large", status_code=413)
        try:
            asked: Any = json.loads(body)
        except ValueError:
            return Response(json.dumps(_refused(None, -32700, "no JSON")), media_type=as_json)
        several = cast("Sequence[Any]", asked) if isinstance(asked, list) else [asked]
        if not several or len(several) > _BATCH_MAX:
            return Response(json.dumps(_refused(None, -32600, f"a batch has 1 to {_BATCH_MAX} calls")), media_type=as_json)
        for one in several:
            why = _why_not(one)
            if why is not None:
                return Response(json.dumps(_refused(one, _NOT_FOUND, why)), media_type=as_json)
        try:
            answer = await http.post(url, content=body, headers={"content-type": as_json})
        except httpx.TransportError:
            return Response("the node does not answer", status_code=_UNREACHABLE)
        return Response(answer.content, status_code=answer.status_code, media_type=as_json)

    async def events(socket: WebSocket) -> None:
        await socket.accept()
        target = url.rstrip("/").replace("http", "ws", 1) + "/ws"
        query = socket.url.query
        try:
            async with connect(f"{target}?{query}" if query else target, max_size=None) as node:
                async for message in node:
                    await socket.send_text(message if isinstance(message, str) else message.decode())
        except WebSocketDisconnect:
            return
        except (WebSocketException, OSError) as error:
            await socket.close(code=1011, reason=type(error).__name__)
            return
        await socket.close()

    app.router.routes.append(Route(f"{prefix}/rpc", rpc, methods=["POST"]))
    app.router.routes.append(WebSocketRoute(f"{prefix}/ws", events))

    before = app.router.lifespan_context

    @asynccontextmanager
    async def lifespan(running: Any) -> AsyncGenerator[Any, None]:
        async with http, before(running) as state:
            yield state

    app.router.lifespan_context = lifespan
