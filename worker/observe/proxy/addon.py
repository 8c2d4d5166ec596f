"""Tells on standard output, one JSON object a line, what passes this mitmdump. Judges nothing. The worker writes this
file beside the proxy's certificates and starts `mitmdump -s` with it; common/traffic/flow_lines.h reads the lines.

Times are milliseconds of the host's monotonic clock, which the worker's own is. Every line is bounded; bodies are kept
up to a bound, with their true length and sha256.
"""
import asyncio
import base64
import hashlib
import json
import os
import sys
import time

from mitmproxy import ctx, http

BODY = 256 << 10     # bytes of a body that are kept
WHOLE = 4 << 20      # a body that says it is no longer than this is held back until it is there
URL = 16 << 10
HEADERS, HEADER = 100, 8 << 10
SHORT = 200

# Whatever else is printed by this process is no line of ours.
lines = os.fdopen(os.dup(1), "w", encoding="utf-8", newline="\n")
os.dup2(2, 1)


def now_ms():
    return time.monotonic_ns() // 1_000_000


def tell(kind, **fields):
    lines.write(json.dumps({"kind": kind, "ms": now_ms(), **fields}, ensure_ascii=True) + "\n")
    lines.flush()


def text(value, limit=SHORT):
    if isinstance(value, bytes):
        value = value.decode("utf-8", "backslashreplace")
    return "" if value is None else str(value).encode("utf-8", "backslashreplace").decode()[:limit]


class Body:
    """Bytes that pass: the first of them, how many there were, their digest."""

    def __init__(self):
        self.kept, self.bytes, self.sha256 = bytearray(), 0, hashlib.sha256()

    def __call__(self, piece):
        if len(self.kept) < BODY:
            self.kept += piece[:BODY - len(self.kept)]
        self.bytes += len(piece)
        self.sha256.update(piece)
        return piece

    def fields(self):
        return {"body": base64.b64encode(bytes(self.kept)).decode(), "body_bytes": self.bytes,
                "body_sha256": self.sha256.hexdigest()}


def body_of(content):
    body = Body()
    body(content or b"")
    return body


def declared_bytes(request):
    length = request.headers.get("content-length", "")
    return int(length) if length.isascii() and length.isdigit() and len(length) < 19 else None


def has_body(request):
    return "transfer-encoding" in request.headers or "content-length" in request.headers


class Storesweep:
    def load(self, loader):
        loader.add_option("storesweep_answer", bool, False,
                          "Answer every request with 204: nothing goes on to a server.")
        loader.add_option("storesweep_hold_ms", int, 0,
                          "Hold each new connection until its id comes on standard input, or for so long.")
        self.held = {}

    def running(self):
        if ctx.options.storesweep_hold_ms:
            asyncio.get_running_loop().add_reader(sys.stdin.fileno(), self._released)
        server = ctx.master.addons.get("proxyserver").tcp_server
        tell("ready", port=server.sockets[0].getsockname()[1], answers=bool(ctx.options.storesweep_answer))

    # ---- connections
    async def client_connected(self, client):
        tell("open", connection=client.id)
        if not ctx.options.storesweep_hold_ms:
            return
        # Meanwhile the worker looks whose socket it is.
        self.held[client.id] = asyncio.Event()
        try:
            await asyncio.wait_for(self.held[client.id].wait(), ctx.options.storesweep_hold_ms / 1000)
        except asyncio.TimeoutError:
            pass
        del self.held[client.id]

    def _released(self):
        words = os.read(sys.stdin.fileno(), 64 << 10).decode("ascii", "replace").split()
        if not words:  # the worker is gone
            asyncio.get_running_loop().remove_reader(sys.stdin.fileno())
        for word in words:
            if word in self.held:
                self.held[word].set()

    def client_disconnected(self, client):
        tell("close", connection=client.id)

    def http_connect(self, flow):
        tell("tunnel", connection=flow.client_conn.id, host=text(flow.request.pretty_host, 255), port=flow.request.port)

    def _tls(self, data, **fields):
        client, address = data.conn, data.context.server.address or ("", 0)
        tell("tls", connection=client.id, host=text(client.sni or address[0], 255), port=address[1],
             version=text(client.tls_version), **fields)

    def tls_established_client(self, data):
        self._tls(data, trusted=True)

    def tls_failed_client(self, data):
        self._tls(data, trusted=False, error=text(data.conn.error))

    def tls_failed_server(self, data):
        client, server = data.context.client, data.conn
        tell("unreachable", connection=client.id, host=text(server.sni or (server.address or ("",))[0], 255),
             error=text(server.error))

    # ---- requests
    def requestheaders(self, flow):
        flow.metadata["storesweep_from"] = now_ms()
        length = declared_bytes(flow.request)
        if ctx.options.storesweep_answer or not has_body(flow.request) or (length is not None and length <= WHOLE):
            return
        flow.request.stream = flow.metadata["storesweep_body"] = Body()

    def request(self, flow):
        request = flow.request
        body = flow.metadata.get("storesweep_body") or body_of(request.raw_content)
        fields = list(request.headers.fields)
        tell("request", connection=flow.client_conn.id, flow=flow.id,
             from_ms=flow.metadata.get("storesweep_from", now_ms()), method=text(request.method, 40),
             scheme=text(request.scheme, 10), host=text(request.pretty_host, 255), port=request.port,
             path=text(request.path, URL), path_bytes=len(request.path), version=text(request.http_version, 20),
             headers=[[text(name, HEADER), text(value, HEADER)] for name, value in fields[:HEADERS]],
             headers_cut=len(fields) > HEADERS or any(len(n) > HEADER or len(v) > HEADER for n, v in fields),
             **body.fields())
        if ctx.options.storesweep_answer:
            flow.response = http.Response.make(204)

    def responseheaders(self, flow):
        flow.response.stream = flow.metadata["storesweep_answer"] = Body()

    def response(self, flow):
        body = flow.metadata.get("storesweep_answer") or body_of(flow.response.raw_content)
        tell("response", flow=flow.id, status=flow.response.status_code,
             type=text(flow.response.headers.get("content-type")), body_bytes=body.bytes,
             body_sha256=body.sha256.hexdigest(), head=base64.b64encode(bytes(body.kept[:16])).decode())

    def error(self, flow):
        tell("error", flow=flow.id, error=text(flow.error.msg if flow.error else ""))

    # ---- what is no exchange of one request for one answer
    def websocket_message(self, flow):
        self._message(flow, flow.websocket.messages[-1])

    def tcp_message(self, flow):
        self._message(flow, flow.messages[-1])

    def _message(self, flow, message):
        if not message.from_client:
            return
        address = flow.server_conn.address or ("", 0)
        tell("message", connection=flow.client_conn.id, flow=flow.id, host=text(address[0], 255), port=address[1],
             **body_of(message.content).fields())


addons = [Storesweep()]
