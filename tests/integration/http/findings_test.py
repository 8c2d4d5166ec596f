#!/usr/bin/env python3
"""Findings and people over a real coordinator with scripted workers: confirmed, overruled, withdrawn, given notice of with
its due date, announced and counted accordingly, repeated in the next version, retested on another version, and reported to
the developer; all of it still there after the coordinator was killed.

usage: findings_test.py PROGRAMS SOURCE
"""
import hashlib
import json
import pathlib
import signal
import sys
import tempfile

sys.path.insert(0, str(pathlib.Path(__file__).resolve().parent.parent / "cluster"))
from cluster import Cluster, logged, wait_for  # noqa: E402

programs, source = sys.argv[1], pathlib.Path(sys.argv[2])


class Test:
    def __init__(self, cluster):
        self.cluster = cluster

    def api(self, method, path, body=None):
        return self.cluster.api(method, path, body)

    def cli(self, *words, code=0):
        got, out, err = self.cluster.cli("--lang", "en", *words)
        assert got == code, f"storesweep {' '.join(map(str, words))} ended with {got}: {out}{err}"
        return out + err

    def say(self, what, finding, *words, code=0):
        return self.cli("finding", what, finding, "--as", "王芳", *words, code=code)

    def sweep(self, version, *scripts):
        rows = [{"package": f"com.example.a{i}", "label": f"应用{i}", "version_name": version, "developer": "示例公司",
                 "apk_url": f"script:app=a{i}-{version};ms=10{script}"} for i, script in enumerate(scripts)]
        file = self.cluster.folder / f"{version}.jsonl"
        file.write_text("".join(json.dumps(r, ensure_ascii=False) + "\n" for r in rows))
        self.api("POST", "/api/v1/catalogues", {"source": str(file), "store": "s"})
        sweep = self.api("POST", "/api/v1/sweeps", {"name": version})["id"]

        def over():
            now = self.api("GET", f"/api/v1/sweeps/{sweep}")
            return now["state"] == "done" and now["confirmations_open"] == 0
        wait_for("the sweep", over)
        return sweep

    def findings(self, sweep, **query):
        query = "".join(f"&{k}={v}" for k, v in query.items())
        return {r["listing"]["package"]: r for r in self.api("GET", f"/api/v1/findings?sweep={sweep}{query}")["rows"]}

    def announced(self, sweep):
        return {r["app"]: r["problems"] for r in self.api("GET", f"/api/v1/sweeps/{sweep}/announcement")["rows"]}

    def violations(self, sweep):
        return sum(r["count"] for r in self.api("GET", f"/api/v1/sweeps/{sweep}/summary")["rows"]
                   if r["level"] == "violation" and not r["rule"])


def people(t, sweep):
    found = t.findings(sweep)
    assert set(found) == {"com.example.a0", "com.example.a1"}, found
    first, second = (found[f"com.example.a{i}"]["id"] for i in (0, 1))
    verdict = t.api("GET", f"/api/v1/results/{found['com.example.a0']['job']}")["verdict"]
    assert set(t.announced(sweep)) == {"应用0", "应用1"} and t.violations(sweep) == 2, t.announced(sweep)

    refused = t.say("notice", first, "--date", "2025-04-30", code=1)
    assert "confirm it first" in refused, refused
    assert "--reason is required" in t.say("withdraw", first, code=2)
    t.say("confirm", first, "--reason", "已核对截图与日志")
    noticed = t.say("notice", first, "--date", "2025-04-30")
    assert "due 2025-05-12" in noticed, noticed  # over the holiday
    assert "2025-04-30" in t.say("notice", first, "--date", "2025-05-06", code=1)
    assert "due 2025-05-12" in t.say("notice", first, "--date", "2025-04-30"), "the same notice again is no other"
    t.say("withdraw", second, "--reason", "应用已提供录像")
    assert set(t.announced(sweep)) == {"应用0"} and t.violations(sweep) == 1, t.announced(sweep)
    assert "应用1" not in t.cli("announcement", sweep, "--csv")
    assert t.findings(sweep, state="withdrawn").keys() == {"com.example.a1"}
    t.say("overrule", second, "--reason", "重新核实", "--level", "suspected")
    assert t.announced(sweep)["应用1"].endswith("（疑似）"), t.announced(sweep)
    assert t.api("GET", f"/api/v1/results/{found['com.example.a0']['job']}")["verdict"] == verdict, "the machine's stands"
    history = t.api("GET", f"/api/v1/findings/{second}")["history"]
    assert [h["kind"] for h in history] == ["withdraw", "overrule"] and history[0]["officer"] == "王芳", history
    assert "no finding" in t.cli("finding", "show", f"{found['com.example.a0']['job']}.0000000000", code=4)
    return first


def retests(t, finding):
    before = t.api("GET", f"/api/v1/findings/{finding}")
    fixed = t.cli("retest", "--finding", finding, "--apk", "script:app=mended;ms=10", "--wait")
    assert "fixed: the same exercise" in fixed and "due 2025-05-12" in fixed, fixed
    again = t.cli("retest", "--finding", finding, "--apk", "script:app=other;ms=10;violation=first", "--wait", code=5)
    assert "not fixed" in again and "R1.7" in again, again
    same = t.cli("retest", "--finding", finding, "--apk", f"{before['listing']['apk_url'].split(';')[0]};ms=10", "--wait")
    assert "not reproducible" in same, same
    dead = t.cli("retest", "--finding", finding, "--apk", "script:app=broken;ms=10;fail=app;fail_runs=99", "--wait", code=1)
    assert "not to be taken for fixed" in dead, dead
    assert t.api("GET", f"/api/v1/results/{before['job']}")["verdict"]["findings"], "the finding stands as it was found"
    t.cli("retest", "--apk", "x", code=2)


def report(t, finding):
    t.cli("retest", "--finding", finding, "--apk", "script:app=last;ms=10;violation=first", "--wait", code=5)
    file = t.cluster.folder / "finding.html"
    t.cli("finding", "report", finding, "--out", file, "--rules", source / "rules")
    html = file.read_text()
    for text in (finding, "模拟设备 SIMULATED", "class=\"sides\"", "怎样才能通过", "明确选项", "2025-05-12", "王芳",
                 "adb exec-out uiautomator dump", "未能确定是谁"):
        assert text in html, text


def speakers(t, finding):
    """With tokens people speak in their own names alone, and operators not at all."""
    file = t.cluster.folder / "coordinator.yaml"
    tokens = [{"name": name, "role": role, "sha256": hashlib.sha256(role.encode()).hexdigest()}
              for name, role in (("李强", "officer"), ("night shift", "operator"))]
    file.write_text(file.read_text().replace("http: {", f"http: {{tokens: {json.dumps(tokens)}, "))
    for role in ("officer", "operator"):
        (t.cluster.folder / role).write_text(role)
    t.cluster.kill("coordinator", signal.SIGTERM)
    t.cluster.start("coordinator")
    t.cluster.wait_ready()
    officer, operator = (("--token-file", t.cluster.folder / role) for role in ("officer", "operator"))
    said = t.cli(*officer, "finding", "confirm", finding, "--reason", "again")
    assert "李强" in said, said
    assert "cannot speak as `王芳`" in t.cli(*officer, "finding", "confirm", finding, "--reason", "x", "--as", "王芳", code=1)
    assert "has the role operator" in t.cli(*operator, "finding", "confirm", finding, "--reason", "x", code=1)
    assert "has the role officer" in t.cli(*officer, "sweep", "start", code=1)
    history = json.loads(t.cli(*operator, "--json", "finding", "show", finding))["history"]
    assert [a["officer"] for a in history if a["reason"] in ("again", "x")] == ["李强"], history


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep-findings-") as folder:
        cluster = Cluster(programs, source, folder, workers=2, devices=3)
        t = Test(cluster)
        with logged(cluster):
            cluster.start_all()
            sweep = t.sweep("1.0", ";violation=both", ";violation=both", "")
            finding = people(t, sweep)
            retests(t, finding)
            report(t, finding)
            before = t.api("GET", f"/api/v1/findings/{finding}")
            cluster.kill("coordinator")
            cluster.start("coordinator")
            cluster.wait_ready()
            assert t.api("GET", f"/api/v1/findings/{finding}") == before, "what people said survives a crash"
            later = t.findings(t.sweep("2.0", ";violation=both", "", ""))
            repeat = later["com.example.a0"]
            assert repeat["repeat"] and repeat["repeats"]["id"] == finding, repeat
            assert "REPEAT: version 1.0" in t.cli("finding", "show", repeat["id"])
            speakers(t, finding)
    print("1 passed, 0 failed")


main()
