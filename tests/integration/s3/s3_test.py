#!/usr/bin/env python3
"""Evidence in a bucket of a real S3 server (Ceph's radosgw), which is made to fail in each way that operators know:

 - `doctor` on set-ups that are whole, and on each that is wrong in one thing (key, secret, bucket, clock, authority)
 - a sweep whose uploads are cut off now and then, while the server is down for a minute, and while the bucket is full:
   nothing is lost, what is wrong is said, and it goes on by itself
 - workers bring evidence to the bucket by addresses that are good for one blob, and it does not pass the coordinator
 - the same with two coordinators on PostgreSQL that share nothing but the bucket, one of them killed
 - backup and restore from one place of the bucket to another

usage: s3_test.py PROGRAMS SOURCE [DOWN_SECONDS]
"""
import hashlib
import json
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cluster"))
from cluster import Cluster, wait_for  # noqa: E402
from postgres import Postgres  # noqa: E402
from radosgw import Radosgw  # noqa: E402



class Relay:
    """Passes connections on to the server, and cuts every `every`th one off in the middle of what the client sends."""

    def __init__(self, port, every):
        self.to, self.every, self.connections, self.cuts = port, every, 0, 0
        self.listening = socket.create_server(("127.0.0.1", 0), backlog=64)
        self.port = self.listening.getsockname()[1]
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            client, _ = self.listening.accept()
            self.connections += 1
            cut = self.every and self.connections % self.every == 0
            threading.Thread(target=self.carry, args=(client, cut), daemon=True).start()

    def carry(self, client, cut):
        try:
            server = socket.create_connection(("127.0.0.1", self.to))
        except OSError:
            return client.close()
        back = threading.Thread(target=self.pump, args=(server, client), daemon=True)
        back.start()
        self.pump(client, server, cut)

    def pump(self, source, sink, cut=False):
        """What is cut is cut in the middle of the first body that has one."""
        seen, passed, end = b"", 0, None
        try:
            while end is None or passed < end:
                data = source.recv(65536)
                if not data:
                    break
                seen += data
                found = re.search(rb"PUT [^\r]*\r\n(?:[^\r]+\r\n)*?Content-Length: (\d+)\r\n.*?\r\n\r\n", seen, re.DOTALL) if cut else None
                if found and int(found[1]) > 100:
                    end = found.end() + int(found[1]) // 2
                sink.sendall(seen[passed:end])
                passed = len(seen[:end])
            self.cuts += end is not None and passed >= end
        except OSError:
            pass
        for s in (source, sink):
            try:
                s.shutdown(socket.SHUT_RDWR)
            except OSError:
                pass


class Watch:
    """What was ever seen in a spool: a blob that passes it stays there for longer than a look around."""

    def __init__(self, folder):
        self.folder, self.seen = folder, set()
        threading.Thread(target=self.run, daemon=True).start()

    def run(self):
        while True:
            try:
                self.seen |= {name for name in os.listdir(self.folder) if len(name) == 64}
            except OSError:  # not made yet, or gone with the test
                pass
            time.sleep(0.003)


def certificate(folder):
    """A key with its certificate, signed by itself, in one file; and the certificate alone."""
    subprocess.run(["openssl", "req", "-x509", "-newkey", "rsa:2048", "-nodes", "-days", "2", "-subj", "/CN=127.0.0.1", "-addext",
                    "subjectAltName=IP:127.0.0.1", "-keyout", folder / "tls.key", "-out", folder / "tls.crt"], check=True,
                   capture_output=True)
    (folder / "tls.pem").write_text((folder / "tls.key").read_text() + (folder / "tls.crt").read_text())
    return folder / "tls.pem", folder / "tls.crt"


def write_catalogue(path, apps):
    with open(path, "w") as out:
        for i in range(apps):
            what = ";violation=both" if i % 10 == 4 else ""
            out.write(json.dumps({"store": "测试商店", "package": f"com.example.a{i}", "label": f"应用{i}", "version_name": "1.0",
                                  "developer": "开发者", "apk_url": f"script:app=a{i};ms=300{what}"}, ensure_ascii=False) + "\n")


class S3Test:
    def __init__(self, programs, source, folder, down_seconds):
        self.programs, self.source, self.folder, self.down = programs, source, pathlib.Path(folder), down_seconds
        pem, self.ca = certificate(self.folder)
        self.server = Radosgw(self.folder / "ceph", ssl=pem)
        self.server.make_bucket("evidence")
        self.secret = self.folder / "secret"
        self.secret.write_text(self.server.secret_key + "\n")
        os.environ["STORESWEEP_TEST_ACCESS_KEY"] = self.server.access_key
        self.cluster = None

    def blobs(self, endpoint=None, prefix="sweeps", more=""):
        return (f's3: {{endpoint: "{endpoint or self.server.endpoint}", bucket: evidence, prefix: {prefix}, '
                f'access_key: "${{STORESWEEP_TEST_ACCESS_KEY}}", secret_key: {{file: {self.secret}}}, spool: NAME-spool{more}}}')

    def new_cluster(self, name, apps=50, **more):
        self.apps = apps
        self.cluster = Cluster(self.programs, self.source, self.folder / name, workers=2, devices=4, **more)
        write_catalogue(self.cluster.folder / "catalogue.jsonl", apps)
        return self.cluster

    def coordinator(self, *words, config="coordinator.yaml", before=(), environment=()):
        done = subprocess.run([*before, self.cluster.programs["storesweep-coordinator"], "--config", self.cluster.folder / config,
                               *map(str, words)], capture_output=True, text=True, timeout=120,
                              env={**os.environ, **dict(environment)})
        return done.returncode, done.stdout + done.stderr

    def changed(self, old, new):
        text = (self.cluster.folder / "coordinator.yaml").read_text()
        assert old in text, (old, text)
        (self.cluster.folder / "changed.yaml").write_text(text.replace(old, new))
        return "changed.yaml"

    # ---- doctor
    def doctor(self):
        self.new_cluster("doctor", blobs=self.blobs())
        good = lambda config: self.told(config, 0)  # noqa: E731
        text = good("coordinator.yaml")
        assert "bucket: " in text and "bucket, listing" in text and "addresses" not in text, text
        assert "evidence.localhost" in good(self.host_style())
        tls = self.changed(self.server.endpoint, f"https://127.0.0.1:{self.server.tls_port}")
        assert "certificate" in self.told(tls, 1)
        good(self.changed(f'"{self.server.endpoint}"', f'"https://127.0.0.1:{self.server.tls_port}", ca_file: {self.ca}'))
        assert "InvalidAccessKeyId" in self.told("coordinator.yaml", 1, environment={"STORESWEEP_TEST_ACCESS_KEY": "NOBODY"})
        self.secret.write_text("wrong\n")
        text = self.told("coordinator.yaml", 1)
        assert "SignatureDoesNotMatch" in text and "blobs.s3.secret_key" in text, text
        self.secret.write_text(self.server.secret_key + "\n")
        text = self.told(self.changed("bucket: evidence", "bucket: nowhere"), 1)
        assert "NoSuchBucket" in text and "blobs.s3.bucket" in text, text
        text = self.told("coordinator.yaml", 1, before=["faketime", "-f", "+20m"], environment={"FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        assert "RequestTimeTooSkewed" in text and "NTP" in text and re.search(r"(19 min 5\d|20 min 0) ?s? .*behind", text), text
        text = self.told("coordinator.yaml", 0, before=["faketime", "-f", "+5m"], environment={"FAKETIME_DONT_FAKE_MONOTONIC": "1"})
        assert "bucket, clock" in text, text
        text = self.told(self.changed(self.server.endpoint, "http://127.0.0.1:9"), 1)
        assert "127.0.0.1:9" in text and "onnect" in text, text
        assert not [n for n in self.server.objects("evidence") if "check" in n], "doctor has left something"
        print("doctor: sound, and ten ways to be wrong", flush=True)

    def host_style(self):
        port = self.server.port
        text = (self.cluster.folder / "coordinator.yaml").read_text()
        (self.cluster.folder / "host.yaml").write_text(
            text.replace(f"http://127.0.0.1:{port}", f"http://localhost:{port}").replace("prefix:", "style: host, prefix:"))
        return "host.yaml"

    def told(self, config, code, **more):
        got, text = self.coordinator("doctor", config=config, **more)
        assert got == code, (config, got, text)
        return text

    # ---- a sweep
    def begin(self):
        c = self.cluster
        c.api("POST", "/api/v1/catalogues", {"source": str(c.folder / "catalogue.jsonl"), "store": "测试商店"})
        self.sweep = c.api("POST", "/api/v1/sweeps", {"name": "in a bucket"})["id"]

    def status(self):
        return self.cluster.api("GET", f"/api/v1/sweeps/{self.sweep}")

    def stopped_why(self):
        return self.status().get("stopped_why", "")

    def log(self, name="coordinator"):
        return (self.cluster.folder / f"{name}.log").read_text(errors="replace")

    def finish(self, prefix, seconds=180):
        def done():
            try:
                s = self.status()
            except Exception:  # another takes the lead
                return False
            return s["state"] == "done" and s["confirmations_open"] == 0
        wait_for("the sweep is done", done, seconds)
        self.evidence_is_whole(prefix)
        wait_for("the workers' spools are empty", lambda: not any(self.cluster.folder.glob("spool/*/entries/*")))

    def evidence_is_whole(self, prefix):
        """Every blob that a result names is an object of the bucket by its content, in its size, and is handed out."""
        c, named = self.cluster, {}
        rows = c.api("GET", f"/api/v1/sweeps/{self.sweep}/results?rows=500")["rows"]
        assert len({r["package"] for r in rows}) == len(rows) == self.apps and {r["end"] for r in rows} == {"verdict"}, len(rows)
        for row in rows:
            for run in c.api("GET", f"/api/v1/results/{row['job']}")["evidence"]:
                named.update({b["sha256"]: b["bytes"] for b in run["blobs"]})
        objects = self.server.objects("evidence")
        for sha256, size in named.items():
            assert objects.get(f"{prefix}/{sha256[:2]}/{sha256}") == size, (sha256, size)
            got = urllib.request.urlopen(f"http://127.0.0.1:{c.http}/api/v1/blobs/{sha256}").read()
            assert hashlib.sha256(got).hexdigest() == sha256 and len(got) == size
        assert len(named) >= self.apps, len(named)
        tally = {(r.get("rule"), r["level"]): r["count"] for r in c.api("GET", f"/api/v1/sweeps/{self.sweep}/summary?by=rule")["rows"]}
        assert tally.get(("R1.7", "violation"), 0) == self.apps // 10, tally
        return named

    def puts(self):
        """Status -> how many requests of workers for a place of their evidence were answered by it."""
        page = self.cluster.api("GET", "/metrics")
        found = re.findall(r'storesweep_http_requests_total\{[^}]*route="PUT /blobs[^"]*"[^}]*status="(\d+)"[^}]*\} (\d+)', page)
        assert found, [line for line in page.splitlines() if "/blobs" in line]
        return {int(status): int(count) for status, count in found}

    def through_trouble(self):
        relay = Relay(self.server.port, every=3)
        c = self.new_cluster("trouble", apps=200, blobs=self.blobs(f"http://127.0.0.1:{relay.port}", more=", spool_bytes: 128 MiB"))
        c.start_all()
        watch = Watch(c.folder / "coordinator-spool")
        self.begin()
        wait_for("some have ended", lambda: self.status()["ended_total"] >= 5)
        self.server_down()
        large = self.put_without_asking()
        self.bucket_full()
        self.finish("sweeps")
        # No report names these: they went up since the spool was more than half full, as far as it made room.
        up = {name: size for name, size in self.server.objects("evidence").items() if size > 16 << 20}
        assert up and set(up.values()) == {17 << 20} and {name[10:] for name in up} <= set(large), up
        for sha256 in large:
            got = urllib.request.urlopen(f"http://127.0.0.1:{c.http}/api/v1/blobs/{sha256}").read()
            assert hashlib.sha256(got).hexdigest() == sha256
        assert relay.cuts > 0, f"no upload was cut, of {relay.connections} connections"
        puts = self.puts()
        assert puts.get(307, 0) >= self.apps, puts
        assert watch.seen <= set(large), f"evidence has passed the coordinator: {len(watch.seen - set(large))} blobs"
        left = {name for name in os.listdir(c.folder / "coordinator-spool") if len(name) == 64}
        assert left == set(large) - {name[10:] for name in up}, left
        print(f"a sweep in spite of {relay.cuts} cut uploads, {self.down} s without a server and a full bucket: {puts}", flush=True)

    def server_down(self):
        self.server.end_gateway()
        wait_for("it is said that no evidence can be kept", lambda: "no evidence can be kept" in self.stopped_why(), 60)
        before = self.status()["ended_total"]
        time.sleep(self.down)
        assert self.status()["ended_total"] <= before + 8 < self.apps, "what has no evidence cannot have ended"
        assert "no evidence can be kept" in self.log()

    def put_without_asking(self):
        """As a worker of a release back does, while there is no server: it waits in the spool, and goes up in parts."""
        entry = next(p.read_bytes() for p in self.cluster.folder.glob("spool/*/entries/*/.entry"))
        address = re.search(rb"http://127\.0\.0\.1:\d+/blobs/[0-9a-f.]+", entry)[0].decode()
        large = {}
        for i in range(5):
            body = os.urandom(17 << 20)
            put = urllib.request.Request(f"{address}/screen{i}", data=body, method="PUT")
            with urllib.request.urlopen(put, timeout=60) as answer:
                assert answer.status == 204
            large[hashlib.sha256(body).hexdigest()] = len(body)
        assert len(list((self.cluster.folder / "coordinator-spool").glob("[0-9a-f]*"))) >= 5
        return large

    def bucket_full(self):
        """When it comes back it takes nothing more."""
        self.server.quota(max_objects=len(self.server.objects("evidence")))
        self.server.start_gateway()
        wait_for("it is said that the bucket is full", lambda: "QuotaExceeded" in self.stopped_why(), 90)
        assert "raise its quota" in self.stopped_why(), self.stopped_why()
        ended = self.status()["ended_total"]
        assert ended < self.apps, ended
        self.server.end_gateway()
        self.server.quota()
        self.server.start_gateway()
        wait_for("leasing goes on by itself", lambda: self.stopped_why() == "", 90)

    # ---- several coordinators
    def two_coordinators(self):
        os.chmod(self.folder, 0o755)
        database = Postgres(self.folder / "postgres")
        try:
            c = self.new_cluster("two", blobs=self.blobs(prefix="two"), coordinators=2,
                                 store=f'postgres: {{connection: "{database.connection}"}}')
            c.start_all()
            self.begin()
            wait_for("some have ended", lambda: self.status()["ended_total"] >= 10)
            leader = next(n for n in c.coordinators if self.leads(n))
            c.kill(leader)
            c.http = c.http_ports[next(n for n in c.coordinators if n != leader)]
            c.coordinators.remove(leader)
            self.finish("two")
            c.stop()
        finally:
            database.end()
        print("two coordinators on PostgreSQL, the leader killed: nothing shared but the bucket", flush=True)

    def leads(self, name):
        try:
            return bool(self.cluster.api_of(name, "GET", "/leaderz"))
        except Exception:
            return False

    # ---- backup and restore
    def backup(self):
        """Into a folder, and from there to another place of the bucket."""
        c = self.new_cluster("first", blobs=self.blobs(prefix="first"))
        c.start_all()
        self.begin()
        self.finish("first")
        named = self.evidence_is_whole("first")
        code, text = self.coordinator("backup", "--to", self.folder / "backup")
        assert code == 0 and f"it names {len(named)} " in text, (len(named), text)
        for name in list(c.processes):
            c.kill(name)
        for name in ("store.db", "store.db-wal", "store.db-shm"):
            (c.folder / name).unlink(missing_ok=True)
        (c.folder / "coordinator.yaml").write_text((c.folder / "coordinator.yaml").read_text().replace("prefix: first", "prefix: other"))
        code, text = self.coordinator("restore", "--from", self.folder / "backup")
        assert code == 0 and f"{len(named)} blobs" in text, text
        c.start("coordinator")
        c.wait_ready()
        assert self.evidence_is_whole("other") == named
        code, text = self.coordinator("gc", "--older-than", "0")
        assert code == 1 and "another process" in text, text
        c.kill("coordinator")
        code, text = self.coordinator("gc", "--older-than", "0")
        assert code == 0 and text.startswith("0 blobs were removed"), "of the last hour all stays: " + text
        assert len([n for n in self.server.objects("evidence") if n.startswith("other/")]) == len(named)
        print(f"{len(named)} blobs backed up and brought back to another place", flush=True)

    def run(self):
        self.doctor()
        self.through_trouble()
        self.cluster.stop()
        self.backup()
        self.cluster.stop()
        self.two_coordinators()


def main():
    down = int(sys.argv[3]) if len(sys.argv) > 3 else 60
    with tempfile.TemporaryDirectory(prefix="storesweep_s3_") as folder:
        test = None
        try:
            test = S3Test(sys.argv[1], sys.argv[2], folder, down)
            test.run()
        except BaseException:
            if test and test.cluster:
                test.cluster.show_logs()
            raise
        finally:
            if test:
                if test.cluster:
                    test.cluster.stop()
                test.server.stop()
    print("1 passed, 0 failed")


main()
