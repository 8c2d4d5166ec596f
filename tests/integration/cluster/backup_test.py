#!/usr/bin/env python3
"""A store of SQLite with its evidence is backed up while a sweep runs, twice, and brought back elsewhere after the first
machine has gone for good: the sweep goes on there to its end, every listing ends once, evidence is there, workers that have
seen later epochs follow, and what they had finished is taken. A backup that is not whole is refused, and says why.

usage: backup_test.py PROGRAMS SOURCE
"""
import json
import pathlib
import shutil
import signal
import sqlite3
import subprocess
import sys
import tempfile
import urllib.request

from cluster import Cluster, logged, wait_for

APPS = 120


class Backup:
    def __init__(self, programs, source, folder):
        self.folder = pathlib.Path(folder)
        self.to = self.folder / "backup"
        self.cluster = Cluster(programs, source, self.folder / "cluster", workers=1, devices=4)

    def coordinator(self, *words):
        done = subprocess.run([self.cluster.programs["storesweep-coordinator"], "--config", self.cluster.folder / "coordinator.yaml",
                               *map(str, words)], capture_output=True, text=True, timeout=120)
        return done.returncode, done.stdout + done.stderr

    def back_up(self):
        code, text = self.coordinator("backup", "--to", self.to)
        assert code == 0 and "are new in" in text, text
        return int(text.split(" blobs that it names ")[0].rsplit(" ", 1)[1]), int(text.split(" are new")[0].split("names ")[1].split(" ")[0])

    def ended(self):
        return self.cluster.api("GET", f"/api/v1/sweeps/{self.sweep}")["ended_total"]

    def begin(self):
        with open(self.cluster.folder / "catalogue.jsonl", "w") as out:
            for i in range(APPS):
                out.write(json.dumps({"store": "测试商店", "package": f"com.example.a{i}", "label": f"应用{i}", "version_name": "1.0",
                                      "developer": "开发者", "apk_url": f"script:app=a{i};ms=300"}, ensure_ascii=False) + "\n")
        self.cluster.start_all()
        self.cluster.api("POST", "/api/v1/catalogues", {"source": str(self.cluster.folder / "catalogue.jsonl"), "store": "测试商店"})
        self.sweep = self.cluster.api("POST", "/api/v1/sweeps", {"name": "backed up"})["id"]

    def twice_while_it_runs(self):
        wait_for("some have ended", lambda: self.ended() >= 10)
        named, new = self.back_up()
        assert named == new >= 10, (named, new)
        wait_for("more have ended", lambda: self.ended() >= 40)
        more, new = self.back_up()
        assert more >= 40 and new == more - named, (named, more, new)
        self.named = more

    def lose_the_machine(self):
        """Later epochs than the backup's, and ends that it knows nothing of."""
        for _ in range(3):
            self.cluster.kill("coordinator")
            self.cluster.start("coordinator")
            self.cluster.wait_ready()
        wait_for("ends that are in no backup", lambda: self.ended() >= 60)
        self.cluster.kill("coordinator")
        wait_for("the worker keeps what nobody takes", lambda: any(self.cluster.folder.glob("spool/*/entries/*")))
        for name in ("store.db", "store.db-wal", "store.db-shm"):
            (self.cluster.folder / name).unlink(missing_ok=True)
        shutil.rmtree(self.cluster.folder / "blobs")

    def refuse_what_is_not_whole(self):
        blob = next(p for p in sorted((self.to / "blobs").glob("??/*")))
        good = blob.read_bytes()
        blob.write_bytes(good[:-1] + bytes([good[-1] ^ 1]))
        code, text = self.coordinator("restore", "--from", self.to)
        assert code == 1 and blob.name in text and not (self.cluster.folder / "store.db").exists(), text
        blob.unlink()
        code, text = self.coordinator("restore", "--from", self.to)
        assert code == 1 and blob.name in text, text
        code, text = self.coordinator("restore", "--from", self.to, "--without-missing")
        assert code == 0 and "1 blobs are missing or broken" in text, text
        code, text = self.coordinator("restore", "--from", self.to)
        assert code == 1 and "there is a store already" in text, text
        (self.cluster.folder / "store.db").unlink()
        blob.write_bytes(good)
        code, text = self.coordinator("restore", "--from", self.folder / "nothing")
        assert code == 1 and "no backup is there" in text, text

    def bring_it_back(self):
        code, text = self.coordinator("restore", "--from", self.to)
        assert code == 0 and f"{self.named} blobs" in text, text
        seen = sqlite3.connect(self.cluster.folder / "store.db").execute("SELECT epoch FROM lead").fetchone()[0]
        assert seen > 1_000, seen
        self.cluster.start("coordinator")
        self.cluster.wait_ready()
        wait_for("the sweep is done", lambda: self.cluster.api("GET", f"/api/v1/sweeps/{self.sweep}")["state"] == "done", 120)
        rows = self.cluster.api("GET", f"/api/v1/sweeps/{self.sweep}/results?rows=500")["rows"]
        assert len({r["package"] for r in rows}) == len(rows) == APPS and {r["end"] for r in rows} == {"verdict"}
        for row in rows:
            for blob in self.cluster.api("GET", f"/api/v1/results/{row['job']}")["blobs"]:
                url = f"http://127.0.0.1:{self.cluster.http}/api/v1/blobs/{blob['sha256']}"
                assert len(urllib.request.urlopen(url).read()) == blob["bytes"], blob
        wait_for("the spool is empty", lambda: not any(self.cluster.folder.glob("spool/*/entries/*")))
        assert self.cluster.kill("coordinator", signal.SIGTERM) == 0

    def run(self):
        self.begin()
        self.twice_while_it_runs()
        self.lose_the_machine()
        self.refuse_what_is_not_whole()
        self.bring_it_back()


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep_backup_") as folder:
        backup = Backup(sys.argv[1], sys.argv[2], folder)
        with logged(backup.cluster):
            backup.run()
    print("1 passed, 0 failed")


main()
