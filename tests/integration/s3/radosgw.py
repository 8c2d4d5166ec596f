"""A real S3 server in a folder of its own: Ceph's radosgw over one monitor and one OSD that keeps its objects in memory.
Everything listens on loopback, on ports that were free a moment ago; up in some ten seconds.

    server = Radosgw(folder)      # .endpoint, .access_key, .secret_key
    server.make_bucket("evidence")
    server.end() / server.start() # the gateway alone: what was stored stays
    server.stop()                 # all of it

Beside the bucket's own address (path style) it answers to BUCKET.localhost (host style)."""
import datetime
import hashlib
import hmac
import json
import os
import pathlib
import shutil
import signal
import subprocess
import sys
import time
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cluster"))
from cluster import free_port, wait_for, wait_ports  # noqa: E402

PROGRAMS = ("radosgw", "radosgw-admin", "ceph-mon", "ceph-osd", "ceph", "ceph-authtool", "monmaptool")


def missing():
    return [p for p in PROGRAMS if shutil.which(p) is None]


class Radosgw:
    access_key, secret_key = "ACCESSKEYOFTHETEST00", "secretKeyOfTheTest/with+signs0000000000000"

    def __init__(self, folder, ssl=None):
        if missing():
            raise RuntimeError(f"missing: {missing()}; ./dev setup installs radosgw, ceph-mon, ceph-osd, ceph-common")
        self.folder = pathlib.Path(folder)
        self.folder.mkdir()
        self.port, self.tls_port = free_port(), free_port()
        self.mon = free_port()
        self.processes = {}
        self.log = open(self.folder / "servers.log", "a")
        self.write_conf(ssl)
        self.make_monitor()
        self.start_process("mon", "ceph-mon", "-f", "-i", "a")
        self.make_pools()
        self.start_gateway()
        self.admin("user", "create", "--uid=test", "--display-name=test", f"--access-key={self.access_key}",
                   f"--secret-key={self.secret_key}")

    @property
    def endpoint(self):
        return f"http://127.0.0.1:{self.port}"

    def write_conf(self, ssl):
        tls = f" ssl_endpoint=127.0.0.1:{self.tls_port} ssl_certificate={ssl}" if ssl else ""
        (self.folder / "ceph.conf").write_text(f"""
[global]
fsid = 11111111-2222-3333-4444-555555555555
mon host = v1:127.0.0.1:{self.mon}
public addr = 127.0.0.1
auth cluster required = none
auth service required = none
auth client required = none
keyring = {self.folder}/keyring
osd pool default size = 1
osd pool default min size = 1
osd pool default pg num = 4
osd pool default pg autoscale mode = off
mon allow pool size one = true
mon max pg per osd = 1000
mon data = {self.folder}/mon
mon warn on pool no redundancy = false
ms bind msgr2 = false
osd data = {self.folder}/osd
osd objectstore = memstore
memstore device bytes = 2147483648
osd class load list = *
osd class default list = *
osd memory target = 939524096
run dir = {self.folder}
admin socket = {self.folder}/$name.asok
log file = {self.folder}/$name.log
debug ms = 0
[client.rgw]
rgw frontends = beast endpoint=127.0.0.1:{self.port}{tls}
rgw dns name = localhost
rgw thread pool size = 64
rgw enable usage log = false
""")

    def command(self, *words):
        return [words[0], "-c", str(self.folder / "ceph.conf"), *map(str, words[1:])]

    def run(self, *words):
        done = subprocess.run(self.command(*words), capture_output=True, text=True, timeout=120)
        if done.returncode != 0:
            raise RuntimeError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def admin(self, *words):
        return self.run("radosgw-admin", *words)

    def start_process(self, name, *words):
        self.processes[name] = subprocess.Popen(["setpriv", "--pdeathsig=KILL", *self.command(*words)], stdout=self.log, stderr=subprocess.STDOUT)

    def make_monitor(self):
        plain = lambda *words: subprocess.run(list(map(str, words)), check=True, capture_output=True)  # noqa: E731
        plain("ceph-authtool", "--create-keyring", self.folder / "keyring", "--gen-key", "-n", "mon.", "--cap", "mon", "allow *")
        plain("ceph-authtool", self.folder / "keyring", "--gen-key", "-n", "client.admin", "--cap", "mon", "allow *", "--cap",
              "osd", "allow *", "--cap", "mgr", "allow *")
        plain("ceph-authtool", self.folder / "keyring", "--gen-key", "-n", "client.rgw", "--cap", "mon", "allow *", "--cap",
              "osd", "allow *")
        plain("monmaptool", "--create", "--fsid", "11111111-2222-3333-4444-555555555555", "--addv", "a",
              f"[v1:127.0.0.1:{self.mon}]", self.folder / "monmap")
        (self.folder / "mon").mkdir()
        self.run("ceph-mon", "--mkfs", "-i", "a", "--monmap", self.folder / "monmap", "--keyring", self.folder / "keyring")

    def make_pools(self):
        wait_ports([self.mon])
        self.run("ceph", "osd", "new", "aaaaaaaa-2222-3333-4444-555555555555", "0")
        (self.folder / "osd").mkdir()
        self.run("ceph-osd", "-i", "0", "--mkfs", "--osd-uuid", "aaaaaaaa-2222-3333-4444-555555555555")
        self.start_process("osd", "ceph-osd", "-f", "-i", "0")
        try:
            wait_for("the OSD is up", self.osd_is_up, 120)
        except AssertionError as error:
            raise RuntimeError((self.folder / "servers.log").read_text(errors="replace")[-3000:]) from error

    def osd_is_up(self):
        if self.processes["osd"].poll() is not None:  # it gives up where it does not reach the monitor in its time
            self.start_process("osd", "ceph-osd", "-f", "-i", "0")
        try:
            return "1 up" in self.run("ceph", "osd", "stat")
        except RuntimeError:  # a monitor that has just begun refuses a command now and then
            return False

    def start_gateway(self):
        self.start_process("rgw", "radosgw", "-f", "-n", "client.rgw")
        wait_ports([self.port], 120)

    def end_gateway(self, number=signal.SIGKILL):
        process = self.processes.pop("rgw")
        process.send_signal(number)
        process.wait(timeout=60)

    def stop(self):
        for name in ("rgw", "osd", "mon"):
            if name in self.processes:
                self.processes[name].kill()
                self.processes[name].wait()
        self.log.close()

    def quota(self, **limits):
        """max_objects=N or max_size=BYTES of each bucket; nothing: none any more. A gateway that runs believes for a while
        what it knew: call this while it is down."""
        self.admin("quota", "set", "--quota-scope=bucket", "--uid=test",
                   *(f"--{k.replace('_', '-')}={v}" for k, v in (limits or {"max_objects": -1, "max_size": -1}).items()))
        self.admin("quota", "enable" if limits else "disable", "--quota-scope=bucket", "--uid=test")

    # ---- requests of the test's own, signed by it
    def ask(self, method, path, body=b"", query="", headers=None):
        now = datetime.datetime.now(datetime.timezone.utc).strftime("%Y%m%dT%H%M%SZ")
        digest = hashlib.sha256(body).hexdigest()
        head = {"host": f"127.0.0.1:{self.port}", "x-amz-content-sha256": digest, "x-amz-date": now}
        names = ";".join(sorted(head))
        canonical = "\n".join([method, path, query, *(f"{k}:{head[k]}" for k in sorted(head)), "", names, digest])
        scope = f"{now[:8]}/us-east-1/s3/aws4_request"
        text = "\n".join(["AWS4-HMAC-SHA256", now, scope, hashlib.sha256(canonical.encode()).hexdigest()])
        key = ("AWS4" + self.secret_key).encode()
        for word in scope.split("/"):
            key = hmac.new(key, word.encode(), hashlib.sha256).digest()
        signature = hmac.new(key, text.encode(), hashlib.sha256).hexdigest()
        request = urllib.request.Request(self.endpoint + path + ("?" + query if query else ""), data=body or None, method=method)
        for name, value in {**head, **(headers or {})}.items():
            request.add_header(name, value)
        request.add_header("Authorization", f"AWS4-HMAC-SHA256 Credential={self.access_key}/{scope}, SignedHeaders={names}, "
                                            f"Signature={signature}")
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read()
        except urllib.error.HTTPError as error:
            return error.code, error.read()

    def make_bucket(self, name):
        status, text = self.ask("PUT", f"/{name}")
        assert status == 200, (status, text)

    def objects(self, bucket):
        """Name -> bytes of every object, by the server's own word."""
        rows = json.loads(self.admin("bucket", "list", f"--bucket={bucket}", "--max-entries=1000000"))
        return {row["name"]: row["meta"]["size"] for row in rows}
