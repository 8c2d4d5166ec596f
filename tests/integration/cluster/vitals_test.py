#!/usr/bin/env python3
"""A worker's own door, with real processes: its metrics are promtool's, and its health follows the coordinator's.

usage: vitals_test.py BUILD_FOLDER SOURCE_FOLDER
"""
import re
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

from cluster import Cluster, free_port, logged, wait_for

build, source = sys.argv[1:3]
SILENCE_MS = 3000


class Door:
    def __init__(self, port):
        self.port = port

    def ask(self, path):
        try:
            with urllib.request.urlopen(f"http://127.0.0.1:{self.port}{path}", timeout=20) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def value(self, series):
        found = re.search(rf"^{re.escape(series)} (\S+)$", self.ask("/metrics")[1], re.M)
        return float(found[1]) if found else None


def counts(cluster, door):
    catalogue = cluster.folder / "c.jsonl"
    catalogue.write_text("".join(f'{{"package": "a.b{i}", "apk_url": "script:app=a{i};ms=20"}}\n' for i in range(5)) +
                         '{"package": "a.c", "apk_url": "script:app=c;ms=20;fail=app;fail_runs=99"}\n')
    cluster.api("POST", "/api/v1/catalogues", {"source": str(catalogue), "store": "s"})
    sweep = cluster.api("POST", "/api/v1/sweeps", {})["id"]
    wait_for("the sweep", lambda: cluster.api("GET", f"/api/v1/sweeps/{sweep}")["state"] == "done")
    assert door.value('storesweep_worker_runs_total{outcome="report"}') == 5, door.ask("/metrics")
    assert door.value('storesweep_worker_runs_total{outcome="app"}') >= 1, door.ask("/metrics")
    wait_for("its devices", lambda: door.value('storesweep_worker_devices{state="scripted"}') == 2)
    wait_for("nothing is held", lambda: door.value("storesweep_worker_leases") == door.value("storesweep_worker_spool_reports") == 0)
    page = door.ask("/metrics")[1]
    done = subprocess.run(["promtool", "check", "metrics"], input=page, capture_output=True, text=True)
    assert done.returncode == 0 and not done.stderr, done.stdout + done.stderr
    assert all(line.startswith(("storesweep_worker_", "# ")) for line in page.splitlines()), page


def health(cluster, door):
    assert door.ask("/healthz") == (200, "well\n"), door.ask("/healthz")
    cluster.kill("coordinator")
    wait_for("it is not well", lambda: door.ask("/healthz")[0] == 503)
    assert "no coordinator was heard" in door.ask("/healthz")[1]
    assert door.ask("/livez") == (200, "alive\n"), "nothing to be killed for"
    assert door.value("storesweep_worker_coordinator_silence_seconds") >= SILENCE_MS / 1000
    cluster.start("coordinator")
    wait_for("it is well again", lambda: door.ask("/healthz")[0] == 200)
    assert door.ask("/")[0] == 404


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep-vitals-") as folder:
        cluster = Cluster(build, source, folder, workers=1, devices=2, lease_ms=2000)
        door = Door(free_port())
        config = cluster.folder / "w.yaml"
        config.write_text(config.read_text() + f"metrics: {{listen: '127.0.0.1:{door.port}', silence_ms: {SILENCE_MS}}}\n")
        with logged(cluster):
            cluster.start_all()
            wait_for("the worker is well", lambda: cluster.api("GET", "/api/v1/workers")["rows"])
            counts(cluster, door)
            health(cluster, door)
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
