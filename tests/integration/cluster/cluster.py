"""A whole cluster of real processes in a folder of its own: coordinator, judge and workers. Used by the tests beside it
and by the demonstration. Everything listens on loopback, on ports that were free a moment ago.

Workers are scripted (devices in name only), or drive simulated devices behind a stock adb server of the cluster's own,
or the devices of an adb server that is there already:

    Cluster(build, source, folder, workers=2, devices=4)                                   # scripted
    Cluster(build, source, folder, real=Simulated(devices=8, apis="28,33", rate=60), apks=[FOLDER...])
    Cluster(build, source, folder, workers=1, real=Attached(["SERIAL"]), apks=[FOLDER...])

    Cluster(build, source, folder, coordinators=3, store='postgres: {...}')                # one leads, two stand by
    Cluster(build, source, folder, blobs='s3: {..., spool: NAME-spool}')                   # NAME: the coordinator's

start("simdroid"), start("adb"), start("coordinator"), start("w-0") start one process each and kill(name) kills it;
further coordinators are "coordinator-1", "coordinator-2"; start_all() starts what there is, in order, and waits until it answers."""
import contextlib
import json
import os
import pathlib
import random
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.request


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


def free_range(count):
    """The first of `count` ports in a row that were free a moment ago."""
    while True:
        first = random.randrange(20000, 30000)
        sockets = []
        try:
            for port in range(first, first + count):
                s = socket.socket()
                sockets.append(s)
                s.bind(("127.0.0.1", port))
            return first
        except OSError:
            continue
        finally:
            for s in sockets:
                s.close()


def wait_ports(ports, seconds=30):
    end = time.time() + seconds
    for port in ports:
        while True:
            try:
                socket.create_connection(("127.0.0.1", port), timeout=1).close()
                break
            except OSError:
                if time.time() > end:
                    raise
                time.sleep(0.05)


def wait_for(what, condition, seconds=60):
    end = time.time() + seconds
    while not condition():
        assert time.time() < end, f"not in time: {what}"
        time.sleep(0.1)


class Simulated:
    """Simulated devices (simdroid), dealt out to the workers in order, behind an adb server on a port of its own."""

    def __init__(self, devices=8, apis="28,33", rate=60, shapes=None, seed=1, options=()):
        self.devices, self.apis, self.rate, self.shapes, self.seed, self.options = devices, apis, rate, shapes, seed, options
        self.first = free_range(devices)
        self.adb = free_port()

    def command(self, program):
        extra = ["--shapes", self.shapes] if self.shapes else []
        return [program, "--devices", self.devices, "--port", self.first, "--api", self.apis, "--rate", self.rate,
                "--seed", self.seed, *extra, *self.options]

    def worker_yaml(self, i, workers, folder):
        mine = [f"127.0.0.1:{self.first + d}" for d in range(self.devices) if d * workers // self.devices == i]
        return f"""
adb: {{server: "127.0.0.1:{self.adb}", environment: {{HOME: "{folder}/adb-home"}}, connect: {json.dumps(mine)}}}
devices: {{serials: {json.dumps(mine)}, claims: claims, quarantine_ms: 2 s, quarantine_max_ms: 10 s, probe_ms: 5 s}}
"""


class Attached:
    """Devices that an adb server shows already, by their serials; all belong to the first worker."""

    def __init__(self, serials, adb="127.0.0.1:5037"):
        self.serials, self.adb = serials, adb

    def worker_yaml(self, i, workers, folder):
        return f"""
adb: {{server: "{self.adb}"}}
devices: {{serials: {json.dumps(self.serials if i == 0 else ["none"])}}}
"""


class Cluster:
    def __init__(self, build, source, folder, workers=2, devices=4, lease_ms=3000, real=None, apks=(), store="sqlite: store.db",
                 coordinators=1, blobs="folder: blobs"):
        source = pathlib.Path(source).absolute()
        self.folder = pathlib.Path(folder).absolute()
        self.real = real
        self.folder.mkdir(parents=True, exist_ok=True)
        self.programs = {name: find(build, name) for name in
                         ("storesweep-coordinator", "storesweep-worker", "storesweep", "storesweep-judge")}
        if isinstance(real, Simulated):
            self.programs["simdroid"] = find(build, "simdroid")
            (self.folder / "adb-home").mkdir(exist_ok=True)
        self.coordinators = ["coordinator", *(f"coordinator-{i}" for i in range(1, coordinators))]
        self.http_ports = {name: free_port() for name in self.coordinators}
        self.link_ports = {name: free_port() for name in self.coordinators}
        self.http, self.link = self.http_ports["coordinator"], self.link_ports["coordinator"]
        self.workers = workers
        self.devices = devices
        self.processes = {}
        key = self.run("storesweep-coordinator", "keygen", self.folder / "coordinator.key").strip()
        lines = self.run("storesweep-worker", "keygen", "w", "--folder", self.folder / "keys", "--count", workers) \
            if workers > 1 else self.run("storesweep-worker", "keygen", "w", "--folder", self.folder / "keys")
        (self.folder / "workers.txt").write_text(lines)
        shared = ", shared: true" if coordinators > 1 and blobs.startswith("folder") else ""
        if coordinators > 1:
            (self.folder / "evidence.key").write_text("5e" * 32 + "\n")
        for name in self.coordinators:
            (self.folder / f"{name}.yaml").write_text(f"""
log: {{level: info}}
store: {{{store}}}
blobs: {{{blobs.replace("NAME", name)}, low_water_bytes: 1 MiB, high_water_bytes: 2 MiB{shared}}}
evidence: {{key_file: evidence.key}}
link: {{listen: "tcp://127.0.0.1:{self.link_ports[name]}", key_file: coordinator.key, workers_file: workers.txt}}
leases: {{lease_ms: {lease_ms}, drift_ms: 200, no_device_ms: 2000, retry_ms: 20}}
judging: {{rules: {source}/rules, program: {self.programs["storesweep-judge"]}, memory_bytes: {os.environ.get("STORESWEEP_JUDGE_MEMORY", "1 GiB")}}}
catalogues: {{rejects: rejects}}
http: {{listen: "127.0.0.1:{self.http_ports[name]}"}}
""")
        addresses = json.dumps([f"tcp://127.0.0.1:{port}" for port in self.link_ports.values()])
        for i in range(workers):
            name = f"w-{i}" if workers > 1 else "w"
            (self.folder / f"{name}.yaml").write_text(f"""
name: {name}
coordinator: {{addresses: {addresses}, public_key: "{key}"}}
key_folder: keys
spool: {{folder: spool}}
""" + self.worker_devices(i, source, devices, apks))

    def worker_devices(self, i, source, devices, apks):
        if self.real is None:
            return f"scripted: {{devices: {devices}}}\n"
        folders = json.dumps([str(pathlib.Path(a).absolute()) for a in apks])
        return self.real.worker_yaml(i, self.workers, self.folder) + f"""
apks: {{file_folders: {folders}}}
rules: {source}/rules
"""

    def run(self, program, *arguments):
        done = subprocess.run([self.programs[program], *map(str, arguments)], capture_output=True, text=True)
        if done.returncode != 0:
            raise RuntimeError(f"{program} {arguments}: {done.stderr}")
        return done.stdout

    def start(self, name):
        environment = dict(os.environ)
        if name == "simdroid":
            command = list(map(str, self.real.command(self.programs["simdroid"])))
        elif name == "adb":
            command = ["adb", "-L", f"tcp:localhost:{self.real.adb}", "server", "nodaemon"]
            environment |= {"HOME": str(self.folder / "adb-home"), "ADB_LOCAL_TRANSPORT_MAX_PORT": "5553"}
        elif name in self.coordinators:
            command = [self.programs["storesweep-coordinator"], "--config", self.folder / f"{name}.yaml"]
        else:
            command = [self.programs["storesweep-worker"], "run", "--config", self.folder / f"{name}.yaml"]
        log = open(self.folder / f"{name}.log", "a")
        self.processes[name] = subprocess.Popen(command, stderr=log, stdout=log, env=environment)

    def start_all(self):
        if isinstance(self.real, Simulated):
            self.start("simdroid")
            wait_ports(range(self.real.first, self.real.first + self.real.devices))
            self.start("adb")
            wait_ports([self.real.adb])
        for name in [*self.coordinators, *self.worker_names()]:
            self.start(name)
        self.wait_ready()

    def kill(self, name, number=signal.SIGKILL):
        process = self.processes.pop(name)
        process.send_signal(number)
        return process.wait(timeout=60)

    def stop(self):
        for name in list(self.processes):
            self.kill(name)
        if isinstance(self.real, Simulated):  # one that a worker has started outlives it
            subprocess.run(["adb", "-L", f"tcp:localhost:{self.real.adb}", "kill-server"], capture_output=True)

    def show_logs(self):
        """The end of each, for who reads why a test failed."""
        for log in sorted(self.folder.glob("*.log")):
            print(f"--- {log} (its end)\n{log.read_text(errors='replace')[-3000:]}", flush=True)

    def worker_names(self):
        return [f"w-{i}" for i in range(self.workers)] if self.workers > 1 else ["w"]

    def api(self, method, path, body=None, key=None):
        """Of whichever coordinator answers it: those that stand by answer reads."""
        for name in self.coordinators[:-1]:
            try:
                return self.api_of(name, method, path, body, key)
            except urllib.error.URLError:
                continue
            except RuntimeError as error:
                if " 503 " not in str(error):
                    raise
        return self.api_of(self.coordinators[-1], method, path, body, key)

    def api_of(self, name, method, path, body=None, key=None):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http_ports[name]}{path}", method=method,
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
                return self.api("GET", "/leaderz")
            except Exception:  # not up yet
                if time.time() > end:
                    raise
                time.sleep(0.05)

    def cli(self, *arguments):
        done = subprocess.run([self.programs["storesweep"], "--server", f"http://127.0.0.1:{self.http}",
                               *map(str, arguments)], capture_output=True, text=True)
        return done.returncode, done.stdout, done.stderr


@contextlib.contextmanager
def logged(cluster):
    """Stops it at the end, and shows the end of its logs where what was done with it failed."""
    try:
        yield
    except BaseException:
        cluster.show_logs()
        raise
    finally:
        cluster.stop()


def with_cluster(name, run, **options):
    """A test of one cluster, by the programs and sources that the command line names: its logs when it fails."""
    with tempfile.TemporaryDirectory(prefix=f"storesweep_{name}_") as folder:
        cluster = Cluster(sys.argv[1], sys.argv[2], folder, **options)
        with logged(cluster):
            run(cluster)
    print("1 passed, 0 failed")


class Stutter:
    """Stops processes and lets them go on, again and again, as a host does that has too much else to do: at a clock of
    sixty times life a stop of a third of a second is twenty seconds of a device."""

    def __init__(self, pids, longest_ms, seed=1):
        self.pids, self.longest_ms, self.chance, self.over = pids, longest_ms, random.Random(seed), threading.Event()
        self.thread = threading.Thread(target=self.run, daemon=True)
        self.stops = 0

    def run(self):
        while not self.over.wait(self.chance.uniform(0.002, 2 * self.longest_ms / 1000)):
            pid = self.chance.choice(self.pids)
            try:
                os.kill(pid, signal.SIGSTOP)
                time.sleep(self.chance.uniform(0, self.longest_ms / 1000))
                os.kill(pid, signal.SIGCONT)
            except ProcessLookupError:
                continue
            self.stops += 1

    def __enter__(self):
        self.thread.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.thread.join()


def children(pid):
    """The child processes of a process, whichever of its threads started them."""
    out = []
    for task in pathlib.Path(f"/proc/{pid}/task").glob("[0-9]*"):
        try:
            out += [int(child) for child in (task / "children").read_text().split()]
        except OSError:  # the thread, or the process, has ended
            continue
    return out


def find(build, name):
    for base, _, files in os.walk(build):
        if name in files and os.access(os.path.join(base, name), os.X_OK) and "CMakeFiles" not in base:
            return os.path.abspath(os.path.join(base, name))
    raise FileNotFoundError(name)
