"""What ./dev bench runs: our coordinator as a real process, Redis and PostgreSQL, each in a folder of its own on the same
disk, on loopback ports that were free a moment ago; and the load programs, driven by lines."""
import glob
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import time
import urllib.request


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def wait_until(what, seconds=60, every=0.02):
    end = time.monotonic() + seconds
    while not what():
        if time.monotonic() > end:
            raise TimeoutError(what)
        time.sleep(every)


def answers(port):
    try:
        socket.create_connection(("127.0.0.1", port), 1).close()
        return True
    except OSError:
        return False


def proportional_mib(pids):
    """Memory of these processes, what they share counted once (Pss)."""
    total = 0
    for pid in pids:
        try:
            with open(f"/proc/{pid}/smaps_rollup") as f:
                total += next(int(line.split()[1]) for line in f if line.startswith("Pss:"))
        except (FileNotFoundError, ProcessLookupError):
            pass
    return total / 1024


def children(pid):
    out = subprocess.run(["pgrep", "-P", str(pid)], capture_output=True, text=True).stdout.split()
    return [int(p) for p in out]


class Load:
    """A load program: one line a command, one JSON line back."""

    def __init__(self, *command):
        self.process = subprocess.Popen([str(c) for c in command], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
        self.read()

    def read(self):
        line = self.process.stdout.readline()
        if not line:
            raise RuntimeError(f"{self.process.args[0]} ended with {self.process.wait()}")
        return json.loads(line)

    def tell(self, line):
        self.process.stdin.write(line + "\n")
        self.process.stdin.flush()

    def ask(self, line):
        self.tell(line)
        return self.read()

    def close(self):
        try:
            self.tell("quit")
            self.process.wait(timeout=20)
        except (BrokenPipeError, subprocess.TimeoutExpired):
            self.process.kill()
            self.process.wait()


class Server:
    process = None

    def kill(self):
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def stop(self):
        if self.process and self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(timeout=30)
            except subprocess.TimeoutExpired:
                self.kill()

    def pids(self):
        return [self.process.pid]


class Ours(Server):
    name = "storesweep"

    def __init__(self, programs, source, folder, workers, lease_s=60, store="sqlite: store.db"):
        self.lease_s = lease_s
        self.programs, self.folder = pathlib.Path(programs), pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.http, self.link = free_port(), free_port()
        self.key = self.run("storesweep-coordinator", "keygen", self.folder / "coordinator.key").strip()
        (self.folder / "workers.txt").write_text(
            self.run("storesweep-worker", "keygen", "w", "--folder", self.folder / "keys", "--count", workers))
        # One failure ends a job here, so that each of them is the durable end of one.
        (self.folder / "coordinator.yaml").write_text(f"""
log: {{level: warning}}
store: {{{store}}}
blobs: {{folder: blobs, low_water_bytes: 1 MiB, high_water_bytes: 2 MiB}}
link: {{listen: "tcp://127.0.0.1:{self.link}", key_file: coordinator.key, workers_file: workers.txt}}
leases: {{lease_ms: {lease_s * 1000}, drift_ms: 500, attempts: {{infrastructure: 1}}}}
judging: {{rules: {source}/rules, program: {self.programs}/storesweep-judge}}
catalogues: {{folders: ["{self.folder.resolve()}"], rejects: rejects}}
http: {{listen: "127.0.0.1:{self.http}"}}
""")
        self.sweeps = 0

    def run(self, program, *arguments):
        done = subprocess.run([self.programs / program, *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{program}: {done.stderr}")
        return done.stdout

    def start(self):
        self.log = open(self.folder / "coordinator.log", "a")
        self.started = time.monotonic()
        self.process = subprocess.Popen([self.programs / "storesweep-coordinator", "--config", self.folder / "coordinator.yaml"],
                                        stdout=self.log, stderr=self.log)

    def wait_ready(self):
        def ready():
            try:
                self.api("GET", "/readyz")
                return True
            except OSError:
                return False
        wait_until(ready)

    def api(self, method, path, body=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode(),
                                         headers={"Content-Type": "application/json"})
        with urllib.request.urlopen(request, timeout=300) as answer:
            text = answer.read().decode()
            return json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text

    def wait_released(self):
        """After each start retests, confirmations and what came back wait for a lease's time."""
        time.sleep(max(0, self.started + self.lease_s * 1.1 + 2 - time.monotonic()))

    def import_jobs(self, n):
        """A catalogue of n listings of about 400 bytes each."""
        path = self.folder / "catalogue.jsonl"
        with open(path, "w") as out:
            for i in range(n):
                out.write(json.dumps({"store": "bench", "package": f"com.example.bench.a{i}", "label": f"应用{i}",
                                      "version_name": "1.0.3", "version_code": 103, "developer": f"开发者{i % 997}有限公司",
                                      "credit_code": f"9144030{i:011d}", "region": "广东", "category": "实用工具",
                                      "downloads": i * 7, "release_date": "2024-05-06", "apk_bytes": 30_000_000 + i,
                                      "policy_url": f"https://www.example.com/privacy/a{i}.html",
                                      "apk_url": f"https://cdn.example.com/apk/{i:064x}.apk"}, ensure_ascii=False) + "\n")
        return self.api("POST", "/api/v1/catalogues", {"source": str(path.resolve()), "format": "jsonl"})

    def start_sweep(self):
        self.sweeps += 1
        return self.api("POST", "/api/v1/sweeps", {"name": f"bench {self.sweeps}", "selection": {"kind": "all"}, "shards": 16})

    def queued(self):
        return sum(s["total"] - s["ended_total"] for s in self.api("GET", "/api/v1/sweeps?rows=1000")["rows"] if s["state"] == "running")

    def ended(self):
        return sum(s["ended_total"] for s in self.api("GET", "/api/v1/sweeps?rows=1000")["rows"])

    def fill(self, n):
        while self.queued() < n:
            self.start_sweep()

    def load(self, first, workers, leases, *more):
        return Load(self.programs / "storesweep-bench-load", "--coordinator", f"tcp://127.0.0.1:{self.link}",
                    "--coordinator-key", self.key, "--keys", self.folder / "keys", "--prefix", "w",
                    "--first", first, "--workers", workers, "--leases", leases, *more)


class Redis(Server):
    name = "Redis Streams"

    def __init__(self, programs, folder):
        self.programs, self.folder = pathlib.Path(programs), pathlib.Path(folder)
        self.folder.mkdir(parents=True)
        self.port = free_port()
        self.fed = 0

    def start(self):
        self.process = subprocess.Popen(
            ["redis-server", "--port", str(self.port), "--bind", "127.0.0.1", "--dir", str(self.folder), "--appendonly", "yes",
             "--appendfsync", "always", "--save", "", "--maxclients", "10000", "--logfile", str(self.folder / "redis.log")],
            stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)

    def wait_ready(self):
        def ready():
            out = subprocess.run(["redis-cli", "-p", str(self.port), "ping"], capture_output=True, text=True).stdout
            return out.strip() == "PONG"
        wait_until(ready)

    def cli(self, *words):
        return subprocess.run(["redis-cli", "-p", str(self.port), *map(str, words)], capture_output=True, text=True).stdout.strip()

    def load(self, workers, leases):
        return Load(self.programs / "storesweep-bench-redis", self.port, workers, leases)


class Postgres(Server):
    name = "PostgreSQL SKIP LOCKED"

    def __init__(self, programs, folder):
        self.programs, self.folder = pathlib.Path(programs), pathlib.Path(folder)
        self.bin = pathlib.Path(sorted(glob.glob("/usr/lib/postgresql/*/bin"))[-1])
        self.port = free_port()
        self.folder.mkdir(parents=True)
        shutil.chown(self.folder, "postgres", "postgres")
        self.as_postgres(self.bin / "initdb", "-D", self.folder / "data", "-A", "trust", "-E", "UTF8", "--no-locale")
        with open(self.folder / "data/postgresql.conf", "a") as conf:
            conf.write(f"listen_addresses = '127.0.0.1'\nport = {self.port}\nunix_socket_directories = ''\n"
                       "max_connections = 2200\nshared_buffers = 256MB\nmax_wal_size = 8GB\nautovacuum_naptime = 5s\n")

    def as_postgres(self, *command):
        whole = ["runuser", "-u", "postgres", "--", *map(str, command)] if os.geteuid() == 0 else list(map(str, command))
        done = subprocess.run(whole, capture_output=True, text=True, cwd="/")
        if done.returncode != 0:
            raise RuntimeError(f"{command[0]}: {done.stderr}")

    def start(self):
        whole = [str(self.bin / "postgres"), "-D", str(self.folder / "data")]
        if os.geteuid() == 0:
            whole = ["setpriv", "--reuid=postgres", "--regid=postgres", "--clear-groups", *whole]
        self.log = open(self.folder / "postgres.log", "a")
        self.process = subprocess.Popen(whole, stdout=self.log, stderr=self.log, cwd="/")

    def wait_ready(self):
        def ready():
            return subprocess.run([self.bin / "pg_isready", "-q", "-h", "127.0.0.1", "-p", str(self.port)]).returncode == 0
        wait_until(ready)

    def create(self, database):
        self.as_postgres(self.bin / "createdb", "-h", "127.0.0.1", "-p", self.port, "-U", "postgres", database)

    def connection(self, database="postgres"):
        return f"host=127.0.0.1 port={self.port} user=postgres dbname={database}"

    def kill(self):
        # The postmaster alone: its children notice and go; the next one waits for them.
        self.process.send_signal(signal.SIGKILL)
        self.process.wait()

    def pids(self):
        return [self.process.pid, *children(self.process.pid)]

    def load(self, workers, leases):
        return Load(self.programs / "storesweep-bench-postgres", self.connection(), workers, leases)
