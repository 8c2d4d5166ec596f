#!/usr/bin/env python3
"""A worker enrols itself by a one-time token, works, and is revoked; all of it with the real programs, audited, and over a
restart. The token works once, for its name, and guesses are held up.

usage: enrol_test.py BUILD_FOLDER SOURCE_FOLDER
"""
import hashlib
import json
import signal
import subprocess
import sys
import tempfile

import yaml

from cluster import Cluster, logged, wait_for

build, source = sys.argv[1:3]
APPS = 12


class Test:
    def __init__(self, folder):
        self.cluster = Cluster(build, source, folder, workers=1, devices=2, lease_ms=2000)
        config = self.cluster.folder / "coordinator.yaml"
        tokens = [{"name": f"the {role}", "role": role, "sha256": hashlib.sha256(role.encode()).hexdigest()}
                  for role in ("admin", "operator")]
        for token in tokens:
            (self.cluster.folder / token["role"]).write_text(token["role"])
        config.write_text(config.read_text().replace("http: {", f"http: {{tokens: {json.dumps(tokens)}, ") + "audit: {file: audit.jsonl}\n")
        (self.cluster.folder / "workers.txt").write_text("# nobody yet\n")

    def cli(self, role, *words, code=0):
        got, out, err = self.cluster.cli("--token-file", self.cluster.folder / role, *words)
        assert got == code, f"storesweep {words} ended with {got}: {out}{err}"
        return out if code == 0 else err

    def enrol(self, token, folder="new-keys", code=0):
        done = subprocess.run([self.cluster.programs["storesweep-worker"], "enrol", "--coordinator",
                               f"http://127.0.0.1:{self.cluster.http}", "--token", token, "--folder", self.cluster.folder / folder],
                              capture_output=True, text=True)
        assert done.returncode == code, done.stdout + done.stderr
        return done.stdout if code == 0 else done.stderr

    def audit(self, *events):
        lines = [json.loads(line) for line in (self.cluster.folder / "audit.jsonl").read_text().splitlines()]
        return [line for line in lines if line["event"] in events]

    def connected(self):
        rows = json.loads(self.cli("operator", "--json", "workers"))["rows"]
        return {w["name"] for w in rows if w["connected"]}


def comes(t):
    assert "has the role operator" in t.cli("operator", "workers", "enrol", "--name", "w", code=1)
    token = t.cli("admin", "workers", "enrol", "--name", "w", "--ttl", "2m").strip()
    printed = t.enrol(token)
    assert t.enrol(token) == printed, "an answer that was lost may be asked for again"
    assert "not known, was used" in t.enrol(token, folder="a-thief", code=1), "another key does not get in by it"
    # What it printed is the head of a configuration.
    config = t.cluster.folder / "w.yaml"
    config.write_text(printed + "spool: {folder: spool}\nscripted: {devices: 2}\n")
    assert yaml.safe_load(printed)["coordinator"]["addresses"] == [f"tcp://127.0.0.1:{t.cluster.link}"], printed
    t.cluster.start("w")
    wait_for("it is there without any restart", lambda: t.connected() == {"w"})
    return token


def works(t):
    catalogue = t.cluster.folder / "c.jsonl"
    catalogue.write_text("".join(f'{{"package": "a.b{i}", "apk_url": "script:app=a{i};ms=300"}}\n' for i in range(APPS)))
    t.cli("operator", "import", catalogue, "--store", "s")
    t.cli("operator", "sweep", "start")
    sweep = lambda: json.loads(t.cli("operator", "--json", "sweep", "show", "1"))
    wait_for("it works", lambda: sweep()["ended_total"] >= 3)
    return sweep


def goes(t, token, sweep):
    t.cli("admin", "workers", "revoke", "w")
    assert (t.cluster.folder / "workers.txt").read_text() == "# nobody yet\n"
    wait_for("it is heard no more", lambda: not t.connected())
    ended = sweep()["ended_total"]
    assert ended < APPS
    assert "not known" in t.enrol(token, code=1), "its token does not bring it back"
    t.cluster.kill("w")
    t.cluster.kill("coordinator", signal.SIGKILL)
    t.cluster.start("coordinator")
    t.cluster.wait_ready()
    token = t.cli("admin", "workers", "enrol", "--name", "w").strip()
    t.enrol(token, folder="again")
    config = t.cluster.folder / "w.yaml"
    config.write_text(config.read_text().replace("new-keys", "again"))
    t.cluster.start("w")
    wait_for("it ends what is left under its new key", lambda: sweep()["state"] == "done")
    assert sweep()["ended_total"] == APPS


def guesses(t):
    said = [t.enrol("w." + "0" * 64, code=1) for _ in range(12)]
    assert "not known" in said[0] and "too many tokens" in said[-1], said
    wrong = t.enrol("nonsense", code=2)
    assert "NAME.RANDOM" in wrong, wrong


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep-enrol-") as folder:
        t = Test(folder)
        with logged(t.cluster):
            t.cluster.start("coordinator")
            t.cluster.wait_ready()
            token = comes(t)
            goes(t, token, works(t))
            guesses(t)
            events = [(line["event"], line["named"]["worker"]) for line in t.audit("worker_admitted", "worker_revoked")]
            assert events == [("worker_admitted", "w"), ("worker_revoked", "w"), ("worker_admitted", "w")], events
            asked = [(line.get("who"), line["route"].rsplit("/", 1)[1], line["status"]) for line in t.audit("request")
                     if "enrol" in line["route"] or "revoke" in line["route"]]
            assert asked[:5] == [("the admin", "enrolments", 201), (None, "enrol", 200), (None, "enrol", 200),
                                 (None, "enrol", 403), ("the admin", "revoke", 200)], asked
            assert token not in (t.cluster.folder / "audit.jsonl").read_text()
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
