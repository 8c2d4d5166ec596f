"""Hostile clients: malformed, endless, slow; each is answered or cut off, and costs the coordinator nothing lasting."""
import os
import socket
import time

from held import check


def resident_mib(pid):
    for line in open(f"/proc/{pid}/status"):
        if line.startswith("VmRSS"):
            return int(line.split()[1]) / 1024


def open_files(pid):
    return len(os.listdir(f"/proc/{pid}/fd"))


def raw(port, data, half_close=False):
    """What comes back until the other side closes; None when it neither answers nor closes."""
    out = b""
    with socket.create_connection(("127.0.0.1", port), timeout=20) as s:
        try:
            s.sendall(data)
            if half_close:
                s.shutdown(socket.SHUT_WR)
            while piece := s.recv(65536):
                out += piece
        except socket.timeout:
            return None
        except OSError:  # it has closed while we were sending
            pass
    return out


def check_hostile(port, pid):
    head = b"Host: x\r\nContent-Type: application/json\r\n"
    post = b"POST /api/v1/sweeps HTTP/1.1\r\n" + head
    close = b"Connection: close\r\n\r\n"
    for what, data, wanted in (
            ("100,000 headers", b"GET /healthz HTTP/1.1\r\n" + b"".join(b"a%d: b\r\n" % i for i in range(100_000)), b" 431 "),
            ("a long header", b"GET /healthz HTTP/1.1\r\nA: " + b"x" * 1_000_000, b" 431 "),
            ("a long address", b"GET /" + b"a" * 9_000 + b" HTTP/1.1\r\n" + head + close, b" 400 "),
            ("a body of 1 GB, announced", post + b"Content-Length: 1073741824\r\n\r\n" + b"x" * 1_000_000, b" 413 "),
            ("too large a body, in chunks", post + b"Transfer-Encoding: chunked\r\n\r\n" +
             (b"100000\r\n" + b"x" * 0x100000 + b"\r\n") * 5, b" 413 "),
            ("a body without end, in chunks", post + b"Transfer-Encoding: chunked\r\n\r\n" +
             (b"100000\r\n" + b"x" * 0x100000 + b"\r\n") * 64, b""),  # cut off: the answer may be lost
            ("two lengths", post + b"Content-Length: 2\r\nContent-Length: 3\r\n\r\n{}", b" 400 "),
            ("a length and chunks", post + b"Content-Length: 2\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n", b" 400 "),
            ("a chunk without measure", post + b"Transfer-Encoding: chunked\r\n\r\nfffffffffffffffffff\r\n", b""),
            ("deep JSON", post + b"Content-Length: 400000\r\n" + close + b"[" * 400_000, b" 400 "),
            ("a path that is no text", b"GET /\xff\xfe HTTP/1.1\r\n" + head + close, b" 404 "),
            ("TLS", bytes.fromhex("16030100a5010000a10303") + b"x" * 160, b" 400 "),
            ("HTTP/2", b"PRI * HTTP/2.0\r\n\r\nSM\r\n\r\n", b" 400 "),
            ("noise", bytes(range(256)) * 40, b" 400 ")):
        answer = raw(port, data)
        check(answer is not None, f"{what}: neither answered nor closed")
        check(wanted in answer[:40], f"{what}: {answer[:80]}")
    ask = b"GET /healthz HTTP/1.1\r\nHost: x\r\n\r\n"
    check(b" 200 " in (raw(port, ask, half_close=True) or b""), "a client that closes its half gets its answer")
    many = raw(port, ask * 300 + b"GET /healthz HTTP/1.1\r\n" + head + close)
    check(many is not None and many.count(b"HTTP/1.1 200 OK") == 301, "pipelined requests are answered one by one")


def check_slow(port, pid, connections):
    """More slow clients than may connect: others get their answer, or are told to come again; then all are gone."""
    slow, refused = [], 0
    for _ in range(connections + 100):
        try:
            s = socket.create_connection(("127.0.0.1", port), timeout=5)
            s.send(b"GET /healthz HTTP/1.1\r\nA: ")
            slow.append(s)
        except OSError:
            refused += 1
    check(open_files(pid) < connections + 600, f"{open_files(pid)} open files")
    answer = raw(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    check(answer is not None, "nobody answers while slow clients hold their connections")
    end = time.time() + 8
    while time.time() < end:
        for s in slow:
            try:
                s.send(b"x")
            except OSError:
                pass
        time.sleep(0.2)
    check(open_files(pid) < 100, f"slow clients are cut off: {open_files(pid)} open files")
    answer = raw(port, b"GET /healthz HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n")
    check(answer is not None and b" 200 " in answer[:20], "it answers again")
    for s in slow:
        s.close()


# ---- the whole
