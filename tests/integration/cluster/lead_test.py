#!/usr/bin/env python3
"""Two coordinators on one database of PostgreSQL that share no blobs. While the first leads the second refuses to start and
says who leads. The first is stopped (SIGSTOP), the server misses it, and the second takes the lead. When the first goes on,
with its worker and what that has found out meanwhile, it neither commits nor acknowledges anything. When the second has
ended the sweep and gone, the first leads again and what its worker kept is answered. Exit code 77: no PostgreSQL here.

usage: lead_test.py PROGRAMS SOURCE
"""
import json
import os
import pathlib
import signal
import sys
import tempfile
import time

from cluster import Cluster, wait_for
from postgres import Postgres, binaries

APPS = 200


class Two:
    def __init__(self, programs, source, folder):
        self.database = Postgres(f"{folder}/postgres")
        first = f'postgres: {{connection: "{self.database.connection}"}}'
        self.first = Cluster(programs, source, f"{folder}/first", workers=1, devices=4, store=first)
        self.second = Cluster(programs, source, f"{folder}/second", workers=1, devices=4,
                              store=first.replace("}", ", patience_ms: 1 s}"))

    def count(self, what):
        return int(self.database.run(f"SELECT count(*) FROM {what}", "storesweep"))

    def kept(self):
        """Outcomes that the first's worker keeps, since nobody has answered them for good."""
        return sum(1 for _ in pathlib.Path(self.first.folder).glob("spool/**/entries/*"))

    def log(self, cluster):
        return (cluster.folder / "coordinator.log").read_text()

    def begin(self):
        with open(self.first.folder / "catalogue.jsonl", "w") as out:
            for i in range(APPS):
                out.write(json.dumps({"store": "测试商店", "package": f"com.example.a{i}", "label": f"应用{i}", "version_name": "1.0",
                                      "developer": "开发者", "apk_url": f"script:app=a{i};ms=400"}, ensure_ascii=False) + "\n")
        self.first.start_all()
        self.first.api("POST", "/api/v1/catalogues", {"source": str(self.first.folder / "catalogue.jsonl"), "store": "测试商店"})
        self.sweep = self.first.api("POST", "/api/v1/sweeps", {"name": "two"})["id"]
        wait_for("the first ends", lambda: self.count("job_end") >= 8)

    def refuse_the_second(self):
        self.second.start("coordinator")
        process = self.second.processes.pop("coordinator")
        assert process.wait(timeout=30) == 1, process.returncode
        leader = self.first.processes["coordinator"].pid
        text = self.log(self.second)
        assert "another coordinator leads on this database" in text and f"process {leader}" in text, text

    def stop_the_first_and_let_the_second_lead(self):
        self.first.processes["coordinator"].send_signal(signal.SIGSTOP)
        self.refuse_the_second()  # stopped or not: the server still has its session
        config = self.second.folder / "coordinator.yaml"
        config.write_text(config.read_text().replace("patience_ms: 1 s", "patience_ms: 30 s"))
        self.second.start_all()
        wait_for("the second leads", lambda: "leads" in self.log(self.second))
        wait_for("the worker of the first has ended what it had", lambda: self.kept() > 0)

    def let_the_first_go_on(self):
        ends, kept = self.count("job_end WHERE epoch = 1"), self.kept()
        self.first.processes["coordinator"].send_signal(signal.SIGCONT)
        wait_for("the first knows", lambda: "another coordinator leads" in self.log(self.first))
        end = time.time() + 5
        while time.time() < end:
            assert self.count("job_end WHERE epoch = 1") == ends, "the first has committed"
            assert self.kept() >= kept, "the first has acknowledged"
            time.sleep(0.1)
        try:
            made = self.first.api("POST", "/api/v1/sweeps", {"name": "of an old epoch"})
            raise AssertionError(f"the first has made {made}")
        except RuntimeError as error:
            assert "does not lead" in str(error), error
        assert self.count("sweep") == 1

    def let_the_second_end_it(self):
        wait_for("the sweep is done", lambda: self.second.api("GET", f"/api/v1/sweeps/{self.sweep}")["state"] == "done", 120)
        assert self.count("job_end") == APPS
        rows = self.second.api("GET", f"/api/v1/sweeps/{self.sweep}/results?rows=500")["rows"]
        assert len({r["package"] for r in rows}) == len(rows) == APPS and {r["end"] for r in rows} == {"verdict"}
        assert self.second.kill("coordinator", signal.SIGTERM) == 0

    def let_the_first_lead_again(self):
        wait_for("the first leads again", lambda: self.log(self.first).count("leads epoch=") >= 2 or "epoch=3" in self.log(self.first))
        wait_for("what its worker kept is answered", lambda: self.kept() == 0)
        assert self.count("job_end") == APPS

    def stop(self):
        for cluster in (self.first, self.second):
            cluster.stop()
        self.database.end()


def main():
    if binaries() is None:
        print("SKIPPED: PostgreSQL is not installed (Debian: postgresql)")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="storesweep_lead_") as folder:
        os.chmod(folder, 0o755)
        two = Two(sys.argv[1], sys.argv[2], folder)
        try:
            two.begin()
            two.refuse_the_second()
            two.stop_the_first_and_let_the_second_lead()
            two.let_the_first_go_on()
            two.let_the_second_end_it()
            two.let_the_first_lead_again()
        except BaseException:
            for cluster in (two.first, two.second):
                cluster.show_logs()
            raise
        finally:
            two.stop()
    print("1 passed, 0 failed")


main()
