#!/usr/bin/env python3
"""The addon in the real mitmdump, between clients and servers that know nothing of it: a client that trusts its CA, one
that refuses it, one that pins after the handshake, and what merely fails, over TLS 1.2 and 1.3.
"""
import base64
import hashlib
import http.client
import http.server
import os
import pathlib
import socket
import ssl
import subprocess
import tempfile
import threading

from proxy import Proxy

VERSIONS = {"TLSv1.2": ssl.TLSVersion.TLSv1_2, "TLSv1.3": ssl.TLSVersion.TLSv1_3}
got = {}  # what the server was sent, by path


class Handler(http.server.BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"

    def do_POST(self):
        if self.headers.get("Transfer-Encoding") == "chunked":
            body = b""
            while size := int(self.rfile.readline(), 16):
                body += self.rfile.read(size)
                self.rfile.readline()
            self.rfile.readline()
        else:
            body = self.rfile.read(int(self.headers["Content-Length"]))
        got[self.path] = body
        self.send_response(200)
        self.send_header("Content-Type", "application/vnd.android.package-archive")
        self.send_header("Content-Length", "4")
        self.end_headers()
        self.wfile.write(b"PK\x03\x04")

    def log_message(self, *_):
        pass


def serve(folder):
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=localhost",
                    "-addext", "subjectAltName=DNS:localhost", "-keyout", folder / "key.pem", "-out", folder / "server.pem"],
                   check=True, capture_output=True)
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(folder / "server.pem", folder / "key.pem")
    server.socket = context.wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    return server


def tunnel(proxy, host, port):
    s = socket.create_connection(("127.0.0.1", proxy.port), timeout=20)
    s.sendall(f"CONNECT {host}:{port} HTTP/1.1\r\nHost: {host}:{port}\r\n\r\n".encode())
    answer = s.recv(4096)
    assert answer.startswith(b"HTTP/1.1 200"), answer
    return s


def context_of(version, ca=None):
    context = ssl.create_default_context(cafile=ca)
    context.minimum_version = context.maximum_version = VERSIONS[version]
    return context


def post(sock, host, path, body, chunked=False):
    head = "Transfer-Encoding: chunked" if chunked else f"Content-Length: {len(body)}"
    sock.sendall(f"POST {path} HTTP/1.1\r\nHost: {host}\r\nX-Id: a b\r\n{head}\r\n\r\n".encode())
    if chunked:
        for at in range(0, len(body), 1 << 16):
            piece = body[at:at + (1 << 16)]
            sock.sendall(f"{len(piece):x}\r\n".encode() + piece + b"\r\n")
        sock.sendall(b"0\r\n\r\n")
    else:
        sock.sendall(body)
    answer = http.client.HTTPResponse(sock, method="POST")
    answer.begin()
    answer.read()
    return answer.status


def held(proxy, connection):
    """What its connection came to; of the server behind it nothing."""
    return [line["kind"] for line in proxy.lines if line.get("connection") == connection and line["kind"] != "unreachable"]


def trusting(proxy, port, version):
    """A request and its answer, as they were; the server is reached."""
    path = f"/trusting/{version}?q=1"
    with context_of(version, proxy.ca).wrap_socket(tunnel(proxy, "localhost", port), server_hostname="localhost") as s:
        assert post(s, "localhost", path, b"\x00\xffbody") == 200
    line = proxy.wait("request", path=path)
    assert base64.b64decode(line["body"]) == b"\x00\xffbody" == got[path], line
    assert line["body_bytes"] == 6 and line["body_sha256"] == hashlib.sha256(b"\x00\xffbody").hexdigest(), line
    assert (line["method"], line["scheme"], line["host"], line["port"]) == ("POST", "https", "localhost", port), line
    assert ["X-Id", "a b"] in line["headers"] and not line["headers_cut"], line
    assert line["from_ms"] <= line["ms"], line
    answer = proxy.wait("response", flow=line["flow"])
    assert answer["status"] == 200 and answer["type"] == "application/vnd.android.package-archive", answer
    assert base64.b64decode(answer["head"]) == b"PK\x03\x04" and answer["body_bytes"] == 4, answer
    proxy.wait("close", connection=line["connection"])
    assert held(proxy, line["connection"]) == ["open", "tunnel", "tls", "request", "close"], proxy.lines
    assert proxy.wait("tls", connection=line["connection"])["version"] == version


def refusing(proxy, port, version):
    """Who does not know the CA says so within the handshake."""
    s = tunnel(proxy, "localhost", port)
    try:
        context_of(version).wrap_socket(s, server_hostname=f"refused-{version}.example.invalid".lower())
        raise AssertionError("the client trusted a CA that it does not know")
    except ssl.SSLCertVerificationError:
        s.close()
    line = proxy.wait("tls", host=f"refused-{version}.example.invalid".lower())
    assert line["trusted"] is False and "does not trust" in line["error"], line
    assert "request" not in held(proxy, line["connection"])


def pinning(proxy, port, version):
    """Who pins after the handshake, as OkHttp does, closes without a request."""
    host = f"pinned-{version}.example.invalid".lower()
    s = context_of(version, proxy.ca).wrap_socket(tunnel(proxy, "localhost", port), server_hostname=host)
    assert b"mitmproxy" in s.getpeercert(binary_form=True)  # not the issuer that is pinned
    s.close()
    line = proxy.wait("tls", host=host)
    assert line["trusted"] is True, line
    proxy.wait("close", connection=line["connection"])
    assert held(proxy, line["connection"]) == ["open", "tunnel", "tls", "close"]


def failing(proxy, folder):
    """A tunnel that is closed before any handshake, words that are no TLS, and a server that is not there."""
    before = len([l for l in proxy.lines if l["kind"] == "close"])
    tunnel(proxy, "silent.example.invalid", 443).close()
    line = proxy.wait("tunnel", host="silent.example.invalid")
    proxy.wait("close", connection=line["connection"])
    assert held(proxy, line["connection"]) == ["open", "tunnel", "close"] and before >= 1
    with socket.create_server(("127.0.0.1", 0)) as closed:
        port = closed.getsockname()[1]
    with context_of("TLSv1.3", proxy.ca).wrap_socket(tunnel(proxy, "localhost", port), server_hostname="localhost") as s:
        assert post(s, "localhost", "/nobody", b"x") == 502
    line = proxy.wait("request", path="/nobody")  # it left the app, whether or not anybody took it
    assert proxy.wait("error", flow=line["flow"])["error"]
    # A stranger's client, by its own trust store.
    client = subprocess.run(["openssl", "s_client", "-proxy", f"127.0.0.1:{proxy.port}", "-connect", "localhost:9",
                             "-servername", "stranger.example.invalid", "-verify_return_error", "-CAfile", folder / "server.pem"],
                            input=b"", capture_output=True, timeout=30)
    assert client.returncode != 0
    assert proxy.wait("tls", host="stranger.example.invalid")["trusted"] is False


def bounded(proxy, port):
    """A long body is passed on whole, and told with its true length and digest and only its beginning."""
    body = os.urandom(6 << 20)
    for path, chunked in (("/long/chunked", True), ("/long/told", False)):
        with context_of("TLSv1.3", proxy.ca).wrap_socket(tunnel(proxy, "localhost", port), server_hostname="localhost") as s:
            assert post(s, "localhost", path, body, chunked) == 200
        line = proxy.wait("request", path=path)
        assert got[path] == body, path
        assert line["body_bytes"] == len(body) and line["body_sha256"] == hashlib.sha256(body).hexdigest(), path
        assert base64.b64decode(line["body"]) == body[:256 << 10], path
    with socket.create_connection(("127.0.0.1", proxy.port), timeout=20) as s:
        s.sendall(b"GET http://localhost:9/" + b"a" * 30_000 + b" HTTP/1.1\r\nHost: localhost\r\n"
                  + b"".join(b"X-%d: y\r\n" % n for n in range(150)) + b"\r\n")
        s.recv(100)
    line = proxy.wait("request", method="GET", port=9)
    assert len(line["path"]) == 16 << 10 and line["path_bytes"] == 30_001 and line["headers_cut"], line["path_bytes"]
    assert max(map(len, proxy.texts)) < 1 << 20


def answering(folder):
    """For simulated apps: answered at once, and nobody is asked."""
    proxy = Proxy(folder, "--set", "storesweep_answer=true", "--set", "upstream_cert=false")
    try:
        with context_of("TLSv1.3", proxy.ca).wrap_socket(tunnel(proxy, "nobody.example.invalid", 443),
                                                         server_hostname="nobody.example.invalid") as s:
            assert post(s, "nobody.example.invalid", "/x", b"y" * (5 << 20), chunked=True) == 204
        line = proxy.wait("request", host="nobody.example.invalid")
        assert line["body_bytes"] == 5 << 20, line["body_bytes"]
        assert proxy.lines[0]["answers"] is True
    finally:
        proxy.stop()


def holding(folder):
    """A new connection waits until it is let go, so that the worker can see whose it is; but not for ever."""
    proxy = Proxy(folder, "--set", "storesweep_answer=true", "--set", "storesweep_hold_ms=1500")
    try:
        first = socket.create_connection(("127.0.0.1", proxy.port), timeout=20)
        first.sendall(b"GET http://held.example.invalid/1 HTTP/1.1\r\nHost: held.example.invalid\r\n\r\n")
        line = proxy.wait("open")
        second = socket.create_connection(("127.0.0.1", proxy.port), timeout=20)
        second.sendall(b"GET http://held.example.invalid/2 HTTP/1.1\r\nHost: held.example.invalid\r\n\r\n")
        other = proxy.wait("open", 2)
        assert not any(l["kind"] == "request" for l in proxy.lines)
        proxy.release(other["connection"])
        assert second.recv(100).startswith(b"HTTP/1.1 204")
        assert proxy.wait("request")["path"] == "/2", "the one that was let go"
        assert first.recv(100).startswith(b"HTTP/1.1 204")  # by itself, after a while
        assert proxy.wait("request", path="/1")["ms"] - line["ms"] >= 1400
        first.close(), second.close()
    finally:
        proxy.stop()


def main():
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        server = serve(folder)
        port = server.server_address[1]
        proxy = Proxy(folder, "--set", f"ssl_verify_upstream_trusted_ca={folder / 'server.pem'}")
        try:
            assert proxy.lines[0]["answers"] is False
            for version in VERSIONS:
                trusting(proxy, port, version)
                refusing(proxy, port, version)
                pinning(proxy, port, version)
            failing(proxy, folder)
            bounded(proxy, port)
        finally:
            proxy.stop()
            server.shutdown()
        answering(folder)
        holding(folder)
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
