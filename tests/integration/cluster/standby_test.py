#!/usr/bin/env python3
"""Two coordinators that share a database of PostgreSQL and a folder of blobs: one leads, the other stands by. In the middle
of a sweep the one that leads is stopped (SIGSTOP) for long, then killed (SIGKILL), then told to go (SIGTERM). Each time the
other takes over by itself, the workers find it, and in the end every listing has ended once with its evidence there and no
spool holds anything. Exit code 77: no PostgreSQL here.

usage: standby_test.py PROGRAMS SOURCE
"""
import collections
import hashlib
import json
import os
import pathlib
import signal
import sys
import tempfile
import time
import urllib.request

from cluster import Cluster, wait_for
from postgres import Postgres, binaries

APPS, LEASE_MS = 500, 3_000


class Pair:
    def __init__(self, programs, source, folder):
        self.database = Postgres(f"{folder}/postgres")
        self.cluster = Cluster(programs, source, f"{folder}/cluster", workers=2, devices=4, coordinators=2, lease_ms=LEASE_MS,
                               store=f'postgres: {{connection: "{self.database.connection}"}}')

    def ended(self, where=""):
        return int(self.database.run(f"SELECT count(*) FROM job_end {where}", "storesweep"))

    def epoch(self):
        return int(self.database.run("SELECT epoch FROM lead", "storesweep"))

    def leads(self, name):
        try:
            return bool(self.cluster.api_of(name, "GET", "/leaderz"))
        except (RuntimeError, OSError):
            return False

    def leader(self):
        leaders = [name for name in self.cluster.coordinators if name in self.cluster.processes and self.leads(name)]
        return leaders[0] if len(leaders) == 1 else None

    def kept(self):
        """Outcomes in the spools, which nobody has answered yet."""
        return len(list(pathlib.Path(self.cluster.folder).glob("spool/**/entries/*")))

    def log(self, name):
        return (self.cluster.folder / f"{name}.log").read_text()

    def begin(self):
        with open(self.cluster.folder / "catalogue.jsonl", "w") as out:
            for i in range(APPS):
                violation = ";violation=both" if i % 10 == 4 else ""
                out.write(json.dumps({"store": "测试商店", "package": f"com.example.a{i}", "label": f"应用{i}", "version_name": "1.0",
                                      "developer": "开发者", "apk_url": f"script:app=a{i};ms=400{violation}"}, ensure_ascii=False) + "\n")
        self.cluster.start_all()
        wait_for("one leads", self.leader)
        self.cluster.api("POST", "/api/v1/catalogues", {"source": str(self.cluster.folder / "catalogue.jsonl"), "store": "测试商店"})
        self.sweep = self.cluster.api("POST", "/api/v1/sweeps", {"name": "two"})["id"]
        first = self.leader()
        second = next(name for name in self.cluster.coordinators if name != first)
        wait_for("the other stands by", lambda: "stands by" in self.log(second))
        return first, second

    def standing_by_it_answers_reads_alone(self, name):
        assert self.cluster.api_of(name, "GET", "/readyz")["status"] == "ready"
        assert self.cluster.api_of(name, "GET", f"/api/v1/sweeps/{self.sweep}")["total"] == APPS
        try:
            made = self.cluster.api_of(name, "POST", "/api/v1/sweeps", {"name": "of one that does not lead"})
            raise AssertionError(f"it has made {made}")
        except RuntimeError as error:
            assert " 503 " in str(error) and "does not lead" in str(error), error

    def take_over(self, how, old, new, number):
        """The old one gets a signal; how long until the new one goes on. Its leases wait one of LEASE_MS: no job of this sweep
        lies beyond the mark."""
        before = self.epoch()
        began = time.time()
        if number == signal.SIGSTOP:
            self.cluster.processes[old].send_signal(number)
        else:
            self.cluster.kill(old, number)
        wait_for(f"another leads after {how}", lambda: self.epoch() > before)
        led = time.time() - began
        wait_for("what was under way is taken", lambda: self.kept() == 0)
        taken = time.time() - began
        wait_for("it goes on", lambda: self.ended(f"WHERE epoch > {before}") > 0)
        print(f"{how}: {new} led after {led:.1f} s and had what the workers had finished meanwhile after {taken:.1f} s; the first "
              f"job that it gave out ended after {time.time() - began:.1f} s", flush=True)
        assert self.leads(new)

    def let_the_stopped_go_on(self, name):
        epoch = self.epoch()
        old = self.ended(f"WHERE epoch < {epoch}")
        stood_by = self.log(name).count("stands by")
        self.cluster.processes[name].send_signal(signal.SIGCONT)
        wait_for("it stands by", lambda: self.log(name).count("stands by") > stood_by)
        assert "does not lead any more" in self.log(name)
        assert self.ended(f"WHERE epoch < {epoch}") == old, "one that does not lead has committed"
        assert self.epoch() == epoch

    def check(self):
        status = lambda: self.cluster.api("GET", f"/api/v1/sweeps/{self.sweep}")
        wait_for("the sweep is done", lambda: status()["state"] == "done" and status()["confirmations_open"] == 0, 180)
        rows = self.cluster.api("GET", f"/api/v1/sweeps/{self.sweep}/results?rows=500")["rows"]
        ends = collections.Counter((r["end"], r["end_reason"]) for r in rows)
        assert len({r["package"] for r in rows}) == len(rows) == APPS and {how for how, _ in ends} == {"verdict"}, ends
        tally = {r["level"]: r["count"] for r in self.cluster.api("GET", f"/api/v1/sweeps/{self.sweep}/summary?by=rule")["rows"]
                 if r.get("rule") == "R1.7"}
        assert tally.get("violation") == APPS // 10, tally
        port = self.cluster.http_ports[self.leader()]
        for row in rows[::20]:
            for blob in self.cluster.api("GET", f"/api/v1/results/{row['job']}")["blobs"]:
                with urllib.request.urlopen(f"http://127.0.0.1:{port}/api/v1/blobs/{blob['sha256']}") as answer:
                    assert hashlib.sha256(answer.read()).hexdigest() == blob["sha256"], blob
        wait_for("no spool holds anything", lambda: self.kept() == 0)

    def run(self):
        first, second = self.begin()
        self.standing_by_it_answers_reads_alone(second)
        wait_for("some have ended", lambda: self.ended() >= 10)
        self.take_over("stopped", first, second, signal.SIGSTOP)
        wait_for("more have ended", lambda: self.ended() >= 120)
        self.let_the_stopped_go_on(first)
        self.take_over("killed", second, first, signal.SIGKILL)
        self.cluster.start(second)
        wait_for("who comes back stands by", lambda: self.log(second).rstrip().count("stands by") >= 2)
        self.take_over("told to go", first, second, signal.SIGTERM)
        self.check()

    def stop(self):
        self.cluster.stop()
        self.database.end()


def main():
    if binaries() is None:
        print("SKIPPED: PostgreSQL is not installed (Debian: postgresql)")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="storesweep_standby_") as folder:
        os.chmod(folder, 0o755)
        pair = Pair(sys.argv[1], sys.argv[2], folder)
        try:
            pair.run()
        except BaseException:
            pair.cluster.show_logs()
            raise
        finally:
            for process in pair.cluster.processes.values():
                process.send_signal(signal.SIGCONT)
            pair.stop()
    print("1 passed, 0 failed")


main()
