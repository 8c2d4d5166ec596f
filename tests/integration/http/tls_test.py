#!/usr/bin/env python3
"""TLS of a real coordinator: the command line, a worker's evidence and its enrolment through it; what is older than 1.2, a
foreign authority, plain HTTP and clients that never end their handshake are turned away; the certificate changes while it
runs, and a bad one changes nothing.

usage: tls_test.py PROGRAMS SOURCE
"""
import http.client
import json
import pathlib
import signal
import socket
import ssl
import subprocess
import sys
import tempfile
import time
import warnings

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cluster"))
from cluster import Cluster, logged, wait_for  # noqa: E402

warnings.filterwarnings("ignore", category=DeprecationWarning)  # of asking for old versions of TLS
programs, source = sys.argv[1], pathlib.Path(sys.argv[2])
HEADER_MS = 1500


def openssl(*words):
    subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


def authority(folder, name):
    openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:prime256v1", "-nodes", "-days", 2, "-subj", f"/CN={name}",
            "-keyout", folder / f"{name}.key", "-out", folder / f"{name}.pem")
    return folder / f"{name}.pem"


def certificate(folder, ca, serial):
    """server.pem and server.key, signed by that authority; each file is there as a whole at any moment."""
    (folder / "san").write_text("subjectAltName=IP:127.0.0.1,DNS:localhost")
    openssl("req", "-new", "-newkey", "rsa:2048", "-nodes", "-subj", "/CN=coordinator", "-keyout", folder / "new.key", "-out", folder / "csr")
    openssl("x509", "-req", "-in", folder / "csr", "-CA", ca, "-CAkey", ca.with_suffix(".key"), "-set_serial", serial, "-days", 2,
            "-extfile", folder / "san", "-out", folder / "new.pem")
    (folder / "new.key").rename(folder / "server.key")
    (folder / "new.pem").rename(folder / "server.pem")


class Test:
    def __init__(self, folder):
        self.cluster = Cluster(programs, source, folder, workers=1, devices=2)
        self.folder = self.cluster.folder
        self.ca, self.foreign = authority(self.folder, "ours"), authority(self.folder, "foreign")
        certificate(self.folder, self.ca, 11)
        config = self.folder / "coordinator.yaml"
        config.write_text(config.read_text().replace("http: {", f"http: {{tls: {{certificate: server.pem, key: server.key}}, header_ms: {HEADER_MS} ms, "))
        worker = self.folder / "w.yaml"
        worker.write_text(worker.read_text().replace("coordinator: {", f"coordinator: {{evidence_ca: {self.ca}, "))
        self.url = f"https://127.0.0.1:{self.cluster.http}"

    def cli(self, *words, ca=None, code=0, url=None):
        done = subprocess.run([self.cluster.programs["storesweep"], "--server", url or self.url, *(["--ca-file", ca] if ca else []),
                               *map(str, words)], capture_output=True, text=True)
        assert done.returncode == code, (words, done.returncode, done.stdout + done.stderr)
        return done.stdout + done.stderr

    def answers(self, ca):
        try:
            self.cli("status", ca=ca)
        except AssertionError:
            return False
        return True

    def context(self, ca=None):
        return ssl.create_default_context(cafile=str(ca or self.ca))

    def connect(self, context):
        return context.wrap_socket(socket.create_connection(("127.0.0.1", self.cluster.http), timeout=20), server_hostname="127.0.0.1")

    def serial(self):
        with self.connect(self.context()) as s:
            return int(s.getpeercert()["serialNumber"], 16)

    def log(self):
        return (self.folder / "coordinator.log").read_text()


def ready(t):
    wait_for("it answers by TLS", lambda: t.answers(t.ca))


def serves(t):
    """The command line, evidence of workers, several requests on one connection, a large body, and events."""
    assert "cannot reach" in t.cli("status", code=3), "the system does not know this authority"
    assert "cannot reach" in t.cli("status", ca=t.foreign, code=3)
    catalogue = t.folder / "c.jsonl"
    catalogue.write_text("".join(f'{{"package": "a.b{i}", "apk_url": "script:app=a{i};ms=20;violation=both"}}\n' for i in range(4)))
    t.cli("import", catalogue, "--store", "s", ca=t.ca)
    t.cli("sweep", "start", "--watch", ca=t.ca)
    blobs = json.loads(t.cli("--json", "evidence", "list", 1, ca=t.ca))["rows"]
    assert blobs, "evidence came by TLS"
    connection = http.client.HTTPSConnection("127.0.0.1", t.cluster.http, context=t.context(), timeout=30)
    for _ in range(3):
        connection.request("GET", "/api/v1/sweeps/1")
        assert json.loads(connection.getresponse().read())["id"] == 1
    packages = [f"p{i:06}.{'x' * 20}" for i in range(80_000)]
    connection.request("POST", "/api/v1/sweeps", json.dumps({"selection": {"kind": "list", "packages": packages}}),
                       {"Content-Type": "application/json"})
    answer = connection.getresponse()
    assert answer.status in (201, 400) and answer.read(), answer.status
    connection.request("GET", f"/api/v1/blobs/{blobs[0]['sha256']}", headers={"Connection": "close"})
    assert len(connection.getresponse().read()) == blobs[0]["bytes"], "ended by us, and whole"
    with t.connect(t.context()) as s:
        s.sendall(b"GET /api/v1/events HTTP/1.1\r\nHost: a\r\n\r\n")
        text = b""
        while b"data:" not in text:
            piece = s.recv(4096)
            assert piece, text
            text += piece


def turned_away(t):
    old = ssl.SSLContext(ssl.PROTOCOL_TLS_CLIENT)
    old.load_verify_locations(t.ca)
    old.set_ciphers("ALL:@SECLEVEL=0")
    old.minimum_version, old.maximum_version = ssl.TLSVersion.TLSv1, ssl.TLSVersion.TLSv1_1
    try:
        t.connect(old).close()
        raise AssertionError("TLS 1.1 was taken")
    except (ssl.SSLError, ConnectionError):
        pass
    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        new = t.context()
        new.minimum_version = new.maximum_version = version
        with t.connect(new) as s:
            assert s.version() == version.name.replace("_", "."), s.version()
    t.cli("status", code=3, url=t.url.replace("https", "http"))
    silent = [socket.create_connection(("127.0.0.1", t.cluster.http), timeout=20) for _ in range(50)]
    for s in silent[:25]:
        s.sendall(b"\x16\x03\x01")
    began = time.time()
    assert all(s.recv(100) == b"" for s in silent), "who does not end his handshake is cut off"
    assert time.time() - began < 15
    t.cli("status", ca=t.ca)


def changes(t):
    assert t.serial() == 11
    certificate(t.folder, t.ca, 12)
    wait_for("the new certificate", lambda: t.serial() == 12)
    (t.folder / "server.pem").write_text("no certificate")
    wait_for("that it was no certificate is told", lambda: "the certificate stays as it was" in t.log())
    assert t.serial() == 12
    certificate(t.folder, t.foreign, 13)
    wait_for("the other authority's", lambda: t.log().count("the certificate was read") >= 2)
    t.cli("status", ca=t.foreign)
    certificate(t.folder, t.ca, 14)
    t.cluster.processes["coordinator"].send_signal(signal.SIGHUP)
    wait_for("ours again", lambda: t.answers(t.ca))


def enrols(t):
    token = json.loads(t.cli("--json", "workers", "enrol", "--name", "w9", ca=t.ca))["token"]

    def enrol(ca):
        return subprocess.run([t.cluster.programs["storesweep-worker"], "enrol", "--coordinator", t.url, "--token", token, "--ca-file", ca,
                               "--folder", t.folder / "w9"], capture_output=True, text=True)
    assert enrol(t.foreign).returncode == 1, "no token is told to somebody else"
    done = enrol(t.ca)
    assert done.returncode == 0 and "name: 'w9'" in done.stdout, done.stderr


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep-tls-") as folder:
        t = Test(folder)
        with logged(t.cluster):
            t.cluster.start("coordinator")
            ready(t)
            t.cluster.start("w")
            serves(t)
            turned_away(t)
            changes(t)
            enrols(t)
            assert t.cluster.kill("coordinator", signal.SIGTERM) == 0
    print("1 passed, 0 failed")


main()
