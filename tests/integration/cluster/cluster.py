"""A whole cluster of real processes in a folder of its own: coordinator, judge and scripted workers. Used by the tests
beside it. Everything listens on loopback, on ports that were free a moment ago."""
import json
import os
import pathlib
import signal
import socket
import subprocess
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Cluster:
    def __init__(self, build, source, folder, workers=2, devices=4, lease_ms=3000):
        self.folder = pathlib.Path(folder)
        self.folder.mkdir(parents=True, exist_ok=True)
        self.programs = {name: find(build, name) for name in
                         ("storesweep-coordinator", "storesweep-worker", "storesweep", "storesweep-judge")}
        self.http = free_port()
        self.link = free_port()
        self.workers = workers
        self.devices = devices
        self.processes = {}
        key = self.run("storesweep-coordinator", "keygen", self.folder / "coordinator.key").strip()
        lines = self.run("storesweep-worker", "keygen", "w", "--folder", self.folder / "keys", "--count", workers) \
            if workers > 1 else self.run("storesweep-worker", "keygen", "w", "--folder", self.folder / "keys")
        (self.folder / "workers.txt").write_text(lines)
        (self.folder / "coordinator.yaml").write_text(f"""
log: {{level: info}}
store: {{sqlite: store.db}}
blobs: {{folder: blobs, low_water_bytes: 1 MiB, high_water_bytes: 2 MiB}}
link: {{listen: "tcp://127.0.0.1:{self.link}", key_file: coordinator.key, workers_file: workers.txt}}
leases: {{lease_ms: {lease_ms}, drift_ms: 200, no_device_ms: 2000, retry_ms: 20}}
judging: {{rules: {source}/rules, program: {self.programs["storesweep-judge"]}, memory_bytes: {os.environ.get("STORESWEEP_JUDGE_MEMORY", "1 GiB")}}}
catalogues: {{rejects: rejects}}
http: {{listen: "127.0.0.1:{self.http}"}}
""")
        for i in range(workers):
            name = f"w-{i}" if workers > 1 else "w"
            (self.folder / f"{name}.yaml").write_text(f"""
name: {name}
coordinator: {{address: "tcp://127.0.0.1:{self.link}", public_key: "{key}"}}
key_folder: keys
spool: {{folder: spool}}
scripted: {{devices: {devices}}}
""")

    def run(self, program, *arguments):
        done = subprocess.run([self.programs[program], *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{program} {arguments}: {done.stderr}")
        return done.stdout

    def start(self, name):
        if name == "coordinator":
            command = [self.programs["storesweep-coordinator"], "--config", self.folder / "coordinator.yaml"]
        else:
            command = [self.programs["storesweep-worker"], "run", "--config", self.folder / f"{name}.yaml"]
        log = open(self.folder / f"{name}.log", "a")
        self.processes[name] = subprocess.Popen(command, stderr=log, stdout=log)

    def kill(self, name, number=signal.SIGKILL):
        process = self.processes.pop(name)
        process.send_signal(number)
        return process.wait(timeout=60)

    def stop(self):
        for name in list(self.processes):
            self.kill(name)

    def worker_names(self):
        return [f"w-{i}" for i in range(self.workers)] if self.workers > 1 else ["w"]

    def api(self, method, path, body=None, key=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode())
        request.add_header("Content-Type", "application/json")
        if key:
            request.add_header("Idempotency-Key", key)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                text = answer.read().decode()
                return json.loads(text) if "json" in answer.headers.get("Content-Type", "") else text
        except urllib.error.HTTPError as error:
            raise RuntimeError(f"{method} {path}: {error.code} {error.read().decode()}") from error

    def wait_ready(self, seconds=60):
        end = time.time() + seconds
        while True:
            try:
                return self.api("GET", "/readyz")
            except Exception:  # not up yet
                if time.time() > end:
                    raise
                time.sleep(0.05)

    def cli(self, *arguments):
        done = subprocess.run([self.programs["storesweep"], "--server", f"http://127.0.0.1:{self.http}",
                               *map(str, arguments)], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr


def find(build, name):
    for base, _, files in os.walk(build):
        if name in files and os.access(os.path.join(base, name), os.X_OK) and "CMakeFiles" not in base:
            return os.path.abspath(os.path.join(base, name))
    raise FileNotFoundError(name)
