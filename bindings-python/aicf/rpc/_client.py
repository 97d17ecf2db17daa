"""The two clients. Both send what `_generated` names; what differs is who waits.

A read that got no answer is asked again after a pause that doubles; a write never is, because it may have happened.
Events go on where they stopped when a connection ends.
"""

from __future__ import annotations

import asyncio
import itertools
import json
import time
from collections.abc import AsyncIterator, Awaitable, Callable, Iterator, Mapping, Sequence
from types import TracebackType
from typing import Any, ParamSpec, Self

from ._errors import NodeUnreachable, RpcError, as_object
from ._events import Event, stream_url
from ._generated import READS, AsyncMethods, Methods

P = ParamSpec("P")

_PAUSE_S = 0.1
_PAUSE_MAX_S = 5.0


def _request(number: int, method: str, params: Mapping[str, Any]) -> dict[str, Any]:
    given = {name: value for name, value in params.items() if value is not None}
    return {"jsonrpc": "2.0", "id": number, "method": method, "params": given}


def _result(given: Any, number: int) -> Any:
    answer = as_object(given)
    if answer.get("error") is not None:
        raise RpcError(as_object(answer["error"]))
    if answer.get("id") != number:
        raise NodeUnreachable("the answer is of another question")
    return answer.get("result")


def _headers(token: str | None) -> dict[str, str]:
    return {"authorization": f"Bearer {token}"} if token else {}


def _wanted(
    topics: Sequence[str], task_id: str | None, provider_id: str | None, requester: str | None, kind: str | None
) -> dict[str, str | None]:
    return {
        "topics": ",".join(topics),
        "task_id": task_id,
        "provider_id": provider_id,
        "requester": requester,
        "kind": kind,
    }


class Client(Methods):
    """A node, for programs that wait. Not to be shared between threads that call at the same time."""

    def __init__(self, url: str, *, token: str | None = None, timeout: float = 15.0, tries: int = 4) -> None:
        import httpx

        self._url = url
        self._token = token
        self._tries = max(tries, 1)
        self._numbers = itertools.count(1)
        self._http = httpx.Client(timeout=timeout, headers=_headers(token))
        self._failures = (httpx.TransportError,)

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Ends the connections."""
        self._http.close()

    def call(self, method: str, params: Mapping[str, Any]) -> Any:
        """Calls a method by its name; parameters that are None are left out."""
        tries = self._tries if method in READS else 1
        pause = _PAUSE_S
        for attempt in range(1, tries + 1):
            number = next(self._numbers)
            try:
                response = self._http.post(self._url, json=_request(number, method, params))
                return _result(response.json(), number)
            except (*self._failures, json.JSONDecodeError) as error:
                if attempt == tries:
                    raise NodeUnreachable(f"{self._url}: {error!r}") from error
            time.sleep(pause)
            pause = min(pause * 2, _PAUSE_MAX_S)
        raise NodeUnreachable(self._url)

    def pages(self, method: Callable[P, Any], *args: P.args, **named: P.kwargs) -> Iterator[Any]:
        """Every item of a list, page by page: `node.pages(node.list_jobs, status="queued")`."""
        cursor: str | None = None
        while True:
            page = method(*args, **{**named, "cursor": cursor})  # type: ignore[arg-type]
            yield from page["items"]
            cursor = page["nextCursor"]
            if cursor is None or page.get("more") is False:
                return

    def events(
        self,
        topics: Sequence[str] = (),
        *,
        task_id: str | None = None,
        provider_id: str | None = None,
        requester: str | None = None,
        kind: str | None = None,
        cursor: str | None = None,
        from_seq: int | None = None,
    ) -> Iterator[Event]:
        """Follows events; connects again where it stopped. Ends when the iterator is closed."""
        from websockets.exceptions import ConnectionClosed, InvalidStatus
        from websockets.sync.client import connect

        wanted = _wanted(topics, task_id, provider_id, requester, kind)
        pause = _PAUSE_S
        while True:
            try:
                url = stream_url(self._url, wanted, cursor, from_seq)
                with connect(url, additional_headers=_headers(self._token), max_size=None) as socket:
                    pause = _PAUSE_S
                    for message in socket:
                        event: Event = json.loads(message)
                        # A word about this stream, and no event of the journal.
                        if "cursor" not in event:
                            continue
                        cursor = event["cursor"]
                        yield event
            except InvalidStatus as error:
                if 400 <= error.response.status_code < 500:
                    raise RpcError({"code": -32602, "message": _body(error.response.body)}) from error
            except (ConnectionClosed, OSError, TimeoutError):
                pass
            time.sleep(pause)
            pause = min(pause * 2, _PAUSE_MAX_S)


def _body(body: bytes | bytearray | None) -> str:
    return bytes(body or b"").decode(errors="replace").strip()


class AsyncClient(AsyncMethods):
    """A node, for programs that await: calls can be cancelled and made at the same time."""

    def __init__(self, url: str, *, token: str | None = None, timeout: float = 15.0, tries: int = 4) -> None:
        import httpx

        self._url = url
        self._token = token
        self._tries = max(tries, 1)
        self._numbers = itertools.count(1)
        self._http = httpx.AsyncClient(timeout=timeout, headers=_headers(token))
        self._failures = (httpx.TransportError,)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        await self.close()

    async def close(self) -> None:
        """Ends the connections."""
        await self._http.aclose()

    def call(self, method: str, params: Mapping[str, Any]) -> Awaitable[Any]:
        """Calls a method by its name; parameters that are None are left out."""
        return self._call(method, params)

    async def _call(self, method: str, params: Mapping[str, Any]) -> Any:
        tries = self._tries if method in READS else 1
        pause = _PAUSE_S
        for attempt in range(1, tries + 1):
            number = next(self._numbers)
            try:
                response = await self._http.post(self._url, json=_request(number, method, params))
                return _result(response.json(), number)
            except (*self._failures, json.JSONDecodeError) as error:
                if attempt == tries:
                    raise NodeUnreachable(f"{self._url}: {error!r}") from error
            await asyncio.sleep(pause)
            pause = min(pause * 2, _PAUSE_MAX_S)
        raise NodeUnreachable(self._url)

    async def pages(self, method: Callable[P, Awaitable[Any]], *args: P.args, **named: P.kwargs) -> AsyncIterator[Any]:
        """Every item of a list, page by page: `async for job in node.pages(node.list_jobs)`."""
        cursor: str | None = None
        while True:
            page = await method(*args, **{**named, "cursor": cursor})  # type: ignore[arg-type]
            for item in page["items"]:
                yield item
            cursor = page["nextCursor"]
            if cursor is None or page.get("more") is False:
                return

    async def events(
        self,
        topics: Sequence[str] = (),
        *,
        task_id: str | None = None,
        provider_id: str | None = None,
        requester: str | None = None,
        kind: str | None = None,
        cursor: str | None = None,
        from_seq: int | None = None,
    ) -> AsyncIterator[Event]:
        """Follows events; connects again where it stopped. Ends when the iterator is closed or its task cancelled."""
        from websockets.asyncio.client import connect
        from websockets.exceptions import ConnectionClosed, InvalidStatus

        wanted = _wanted(topics, task_id, provider_id, requester, kind)
        pause = _PAUSE_S
        while True:
            try:
                url = stream_url(self._url, wanted, cursor, from_seq)
                async with connect(url, additional_headers=_headers(self._token), max_size=None) as socket:
                    pause = _PAUSE_S
                    async for message in socket:
                        event: Event = json.loads(message)
                        if "cursor" not in event:
                            continue
                        cursor = event["cursor"]
                        yield event
            except InvalidStatus as error:
                if 400 <= error.response.status_code < 500:
                    raise RpcError({"code": -32602, "message": _body(error.response.body)}) from error
            except (ConnectionClosed, OSError, TimeoutError):
                pass
            await asyncio.sleep(pause)
            pause = min(pause * 2, _PAUSE_MAX_S)
