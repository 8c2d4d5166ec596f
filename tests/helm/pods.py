"""The chart's containers as processes of this machine: their own commands, configurations and secrets as rendered, with
the places that an image and a cluster would give them put where a test has them."""
import hashlib
import os
import pathlib
import re
import signal
import subprocess
import sys
import time
import urllib.request

import yaml

import helm
from helm import ROOT, containers, of

sys.path.insert(0, str(ROOT / "tests/integration/cluster"))
from cluster import free_port, free_range  # noqa: E402


def find(programs, name):
    found = [pathlib.Path(programs) / name, *pathlib.Path(programs).rglob(name)]
    return str(next(f for f in found if f.is_file()).resolve())


class Pods:
    """A release of ci/simulated-values.yaml: start("coordinator"), start("rehearsal-0") and so on."""

    def __init__(self, programs, folder):
        self.programs, self.folder = programs, pathlib.Path(folder)
        self.http, self.link, self.processes = free_port(), free_port(), {}
        self.secrets = self.folder / "secrets"
        for name in ("coordinator", "keys", "tokens"):
            (self.secrets / name).mkdir(parents=True)
        public = self.run("storesweep-coordinator", "keygen", self.secrets / "coordinator/coordinator.key").strip()
        workers = self.run("storesweep-worker", "keygen", "demo-storesweep-rehearsal", "--folder", self.secrets / "keys", "--count", 2)
        scripted = self.run("storesweep-worker", "keygen", "scripted", "--folder", self.secrets / "keys")
        (self.secrets / "coordinator/workers.txt").write_text(workers + scripted)
        tokens = []
        for access in ("full", "read"):
            (self.secrets / "tokens" / access).write_text(f"token-{access}")
            tokens.append({"name": access, "access": access, "sha256": hashlib.sha256(f"token-{access}".encode()).hexdigest()})
        values = self.folder / "values.yaml"
        nightly = {"enabled": True, "imports": [{"source": str(self.folder / "catalogue.jsonl"), "format": "jsonl"}]}
        values.write_text(yaml.safe_dump({
            "coordinator": {"publicKey": public, "tokens": tokens, "config": {
                "catalogues": {"folders": [str(self.folder)]}, "blobs": {"low_water_bytes": "1 MiB", "high_water_bytes": "2 MiB"}}},
            "workers": {"rehearsal": {"mode": "simulated", "replicas": 2, "simulated": {"devices": 2, "rate": 20}}},
            "nightly": nightly}))
        self.public, self.objects = public, helm.render("helm4", values)

    def run(self, program, *words):
        done = subprocess.run([find(self.programs, program), *map(str, words)], capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{program} {words}: {done.stdout}{done.stderr}")
        return done.stdout

    def here(self, pod, text):
        """Of a text for a container: the same for this machine. Each pod has its own folders and devices' ports."""
        own = self.folder / pod
        own.mkdir(exist_ok=True)
        (own / "tmp").mkdir(exist_ok=True)
        for there, place in (("/var/lib/storesweep", own / "state"), ("/run/storesweep", own / "run"),
                             ("/etc/storesweep/keys", self.secrets / "coordinator"), ("/secrets/keys", self.secrets / "keys"),
                             ("/etc/storesweep", own / "etc"), ("/run/secrets/storesweep", self.secrets / "tokens"),
                             ("/usr/share/storesweep/rules", ROOT / "rules"), ("/usr/share/storesweep/shapes", ROOT / "simdroid/shapes")):
            text = text.replace(there, str(place))
        first = self.devices.setdefault(pod, free_range(2)) if pod != "coordinator" else 5601
        text = re.sub(r"\b560([12])\b", lambda m: str(first + int(m[1]) - 1), text)
        text = text.replace("127.0.0.1:5037", f"127.0.0.1:{self.adb}")
        text = text.replace("0.0.0.0:9090", f"127.0.0.1:{self.doors.setdefault(pod, free_port())}")
        for address in ("0.0.0.0", "demo-storesweep-coordinator"):
            text = text.replace(f"{address}:8080", f"127.0.0.1:{self.http}").replace(f"{address}:7070", f"127.0.0.1:{self.link}")
        return text

    devices, doors = {}, {}  # ports of each pod's own
    adb = free_port()

    def command(self, pod, container):
        words = [self.here(pod, w) for w in container["command"]]
        return [find(self.programs, words[0]) if words[0].startswith(("storesweep", "simdroid")) else words[0], *words[1:]]

    def environment(self, pod, container, **given):
        out = {"PATH": f"{pathlib.Path(find(self.programs, 'simdroid')).parent}:{os.environ['PATH']}", "HOME": str(self.folder)}
        for variable in container.get("env", []):
            out[variable["name"]] = self.here(pod, variable.get("value", ""))
        return {**out, **given}

    def start(self, pod):
        """Its configuration laid out, its init containers run, its sidecars and containers started."""
        owner, _, ordinal = pod.rpartition("-") if pod != "coordinator" else (pod, "", "")
        config = of(self.objects, "ConfigMap", f"-{owner}")["data"]
        spec = of(self.objects, "StatefulSet", f"-{owner}")["spec"]["template"]["spec"]
        for folder in ("etc", "run", "state"):
            (self.folder / pod / folder).mkdir(parents=True, exist_ok=True)
        for name, text in config.items():
            (self.folder / pod / "etc" / name).write_text(self.here(pod, text))
        for container in containers(spec):
            command = self.command(pod, container)
            environment = self.environment(pod, container, POD_NAME=f"demo-storesweep-{pod}")
            command = [w.replace("$(POD_NAME)", f"demo-storesweep-{pod}") for w in command]
            goes_on = container in spec["containers"] or container.get("restartPolicy") == "Always"
            process = self.launch(f"{pod}.{container['name']}", command, env=environment)
            if not goes_on and process.wait(timeout=30) != 0:
                raise AssertionError((self.folder / f"{pod}.{container['name']}.log").read_text())

    def launch(self, name, command, **how):
        with open(self.folder / f"{name}.log", "w") as log:
            self.processes[name] = subprocess.Popen(command, stdout=log, stderr=log, **how)
        return self.processes[name]

    def finished(self, pod, container, **given):
        """What a container of a CronJob or the test pod prints."""
        words = [w.replace("$(JOB)", given.get("JOB", "")) for w in self.command(pod, container)]
        done = subprocess.run(words, env=self.environment(pod, container, **given), capture_output=True, text=True, timeout=60)
        if done.returncode != 0:
            raise AssertionError(f"{words}: {done.stdout}{done.stderr}")
        return done.stdout

    def get(self, path, token="token-read"):
        request = urllib.request.Request(f"http://127.0.0.1:{self.http}{path}")
        if token:
            request.add_header("Authorization", f"Bearer {token}")
        with urllib.request.urlopen(request, timeout=10) as answer:
            return answer.read().decode()

    def wait(self, what, condition, seconds=60):
        end = time.time() + seconds
        while True:
            try:
                if condition():
                    return
            except OSError:
                pass
            if time.time() > end:
                logs = "".join(f"--- {f.name}\n{f.read_text()[-1500:]}" for f in sorted(self.folder.glob("*.log")))
                raise AssertionError(f"not in time: {what}\n{logs}")
            time.sleep(0.2)

    def stop(self):
        for process in self.processes.values():
            if process.poll() is None:
                process.send_signal(signal.SIGKILL)
                process.wait()
        subprocess.run(["adb", "-L", f"tcp:localhost:{self.adb}", "kill-server"], capture_output=True)
