#!/usr/bin/env python3
"""Who did what, over a real coordinator: every change and every refusal stands in the audit log before it is answered, the
chain of its lines holds over rotation, kill and restart, and `audit verify` names the line where somebody touched it.

usage: audit_test.py PROGRAMS SOURCE
"""
import hashlib
import json
import os
import pathlib
import signal
import subprocess
import sys
import tempfile
import urllib.error
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cluster"))
from cluster import Cluster, logged, wait_for  # noqa: E402

programs, source = sys.argv[1], pathlib.Path(sys.argv[2])
TOKENS = {"night shift": "operator", "王芳": "officer", "dashboard": "viewer"}


class Test:
    def __init__(self, folder):
        self.cluster = Cluster(programs, source, folder, workers=2, devices=1)
        self.file = self.cluster.folder / "audit" / f"{os.uname().nodename}.jsonl"
        config = self.cluster.folder / "coordinator.yaml"
        tokens = [{"name": n, "role": r, "sha256": hashlib.sha256(r.encode()).hexdigest()} for n, r in TOKENS.items()]
        config.write_text(config.read_text().replace("http: {", f"http: {{tokens: {json.dumps(tokens)}, ") +
                          "audit: {file: 'audit/{host}.jsonl'}\n")

    def ask(self, token, method, path, body=None, headers=()):
        request = urllib.request.Request(f"http://127.0.0.1:{self.cluster.http}{path}", method=method,
                                         data=None if body is None else json.dumps(body).encode())
        for name, value in (("Content-Type", "application/json"), ("Authorization", f"Bearer {token}"), *headers):
            request.add_header(name, value)
        try:
            with urllib.request.urlopen(request, timeout=60) as answer:
                return answer.status, answer.read().decode()
        except urllib.error.HTTPError as error:
            return error.code, error.read().decode()

    def lines(self, file=None):
        return [json.loads(line) for line in (file or self.file).read_text().splitlines()]

    def verify(self, *files):
        done = subprocess.run([self.cluster.programs["storesweep-coordinator"], "audit", "verify", *(files or (self.file,))],
                              capture_output=True, text=True)
        return done.returncode, done.stdout + done.stderr


def requests(t):
    status, text = t.ask("operator", "POST", "/api/v1/sweeps", {"name": "tonight", "selection": {"kind": "all"}},
                         [("Idempotency-Key", "k-1")])
    assert status == 201, text
    line = t.lines()[-1]  # before the answer, so it is there
    assert (line["who"], line["role"], line["remote"], line["route"], line["status"], line["outcome"]) == \
        ("night shift", "operator", "127.0.0.1", "/api/v1/sweeps", 201, "ok"), line
    assert line["named"]["name"] == "tonight" and line["named"]["idempotency_key"] == "k-1", line
    assert line["named"]["made"] == str(json.loads(text)["id"]), line
    for token, method, path, status in (("viewer", "POST", "/api/v1/gc", 403), ("guess", "GET", "/api/v1/sweeps", 401),
                                        ("officer", "POST", "/api/v1/findings/1.0123456789/confirm", 404)):
        got, text = t.ask(token, method, path, {} if method == "POST" else None)
        line = t.lines()[-1]
        assert got == line["status"] == status, (got, text, line)
    assert t.lines()[-1]["who"] == "王芳" and t.lines()[-2].get("who") is None and t.lines()[-3]["who"] == "dashboard"
    before = len(t.lines())
    assert t.ask("viewer", "GET", "/api/v1/sweeps")[0] == 200 and len(t.lines()) == before, "who reads leaves no line"
    # A body that is refused by its size is refused on record.
    got, _ = t.ask("operator", "POST", "/api/v1/gc", {"older_than_days": 1, "x": "x" * 8000})
    assert got == 413 and t.lines()[-1]["status"] == 413, t.lines()[-1]
    assert "guess" not in t.file.read_text()


def workers(t):
    listed = t.cluster.folder / "workers.txt"
    all_of_them = listed.read_text().splitlines(keepends=True)
    listed.write_text(all_of_them[0])
    wait_for("the line of the struck worker", lambda: t.lines()[-1]["event"] == "worker_revoked")
    assert t.lines()[-1]["named"]["worker"] == all_of_them[1].split()[0], t.lines()[-1]
    listed.write_text("".join(all_of_them))
    wait_for("the line of the admitted worker", lambda: t.lines()[-1]["event"] == "worker_admitted")


def chain(t):
    old = t.file.with_suffix(".1")
    t.file.rename(old)  # as logrotate does, with and without a word to us
    t.cluster.processes["coordinator"].send_signal(signal.SIGHUP)
    wait_for("the new file", t.file.exists)
    assert t.ask("operator", "POST", "/api/v1/sweeps/1/pause")[0] == 200
    older = t.file.with_suffix(".2")
    t.file.rename(older)
    assert t.ask("operator", "POST", "/api/v1/sweeps/1/resume")[0] == 200
    t.cluster.kill("coordinator")
    t.cluster.start("coordinator")
    t.cluster.wait_ready()
    assert t.ask("operator", "POST", "/api/v1/sweeps/1/cancel")[0] == 200
    t.cluster.kill("coordinator", signal.SIGTERM)
    files = (old, older, t.file)
    code, said = t.verify(*files)
    lines = [line for file in files for line in t.lines(file)]
    assert code == 0 and f"{len(lines)} lines, 1 to {len(lines)}, each follows" in said, said
    events = [line["event"] for line in lines]
    assert events.count("started") == events.count("leads") == 2 and events[-1] == "stopped", events
    assert "王芳 (officer)" in lines[0]["named"]["tokens"], lines[0]
    text = t.file.read_text()
    for harm, where in ((text.replace("/cancel", "/pause_"), f"{t.file}:"), (text.split("\n", 1)[1], f"{t.file}:1: line"),
                        (text.rsplit("\n", 2)[0] + "\n", f"{t.file}: ends with line")):
        assert harm != text
        t.file.write_text(harm)
        code, said = t.verify(*files)
        assert code == 1 and where in said, (where, said)
    t.file.write_text(text)
    assert t.verify(*files)[0] == 0
    assert t.verify(old, t.file)[0] == 1, "a whole file is missing"


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep-audit-") as folder:
        t = Test(folder)
        with logged(t.cluster):
            catalogue = t.cluster.folder / "c.jsonl"
            catalogue.write_text('{"package": "a.b", "apk_url": "script:app=a;ms=10"}\n')
            t.cluster.start("coordinator")
            t.cluster.wait_ready()
            status, text = t.ask("operator", "POST", "/api/v1/catalogues", {"source": str(catalogue), "store": "s"})
            assert status == 201, text
            requests(t)
            workers(t)
            chain(t)
    print("1 passed, 0 failed")


main()
