#!/usr/bin/env python3
"""One app followed by its trace id through the logs of coordinator and workers, second run included, and a request by the
one that its caller gave it.

usage: trace_test.py BUILD_FOLDER SOURCE_FOLDER
"""
import hashlib
import json
import pathlib
import re
import sys
import tempfile
import urllib.request

from cluster import Cluster, logged, wait_for

build, source = sys.argv[1:3]
APPS = 4


def trace_of(job):
    """As docs/operate.md tells to compute it."""
    return hashlib.sha256(f"storesweep job {job}".encode()).hexdigest()[:32]


def request(cluster, path, body, **headers):
    request = urllib.request.Request(f"http://127.0.0.1:{cluster.http}{path}", data=json.dumps(body).encode(), method="POST")
    for name, value in {"Content-Type": "application/json", **headers}.items():
        request.add_header(name, value)
    with urllib.request.urlopen(request, timeout=60) as answer:
        return json.loads(answer.read()), answer.headers["traceparent"]


def grep(cluster, who, trace):
    """Events of the log's lines that carry the trace, in their order."""
    lines = [line for line in (cluster.folder / f"{who}.log").read_text().splitlines() if f"trace_id={trace}" in line]
    return lines, [re.match(r"\S+ \w+ +[\w-]+: (.*?)(  |$)", line).group(1) for line in lines]


def requests(cluster):
    given = "0af7651916cd43dd8448eb211c80319c"
    catalogue = cluster.folder / "c.jsonl"
    rows = [{"package": f"com.example.a{i}", "apk_url": f"script:app=a{i};ms=20" + (";violation=both" if i == 1 else "")}
            for i in range(APPS)]
    catalogue.write_text("".join(json.dumps(r) + "\n" for r in rows))
    _, answered = request(cluster, "/api/v1/catalogues", {"source": str(catalogue), "store": "s"},
                          traceparent=f"00-{given}-b7ad6b7169203331-01")
    assert answered.startswith(f"00-{given}-") and "b7ad6b7169203331" not in answered, answered
    sweep, answered = request(cluster, "/api/v1/sweeps", {"name": "s"}, traceparent="00-nothing")
    made = answered.split("-")[1]
    assert re.fullmatch("[0-9a-f]{32}", made) and made != given, answered
    for trace, route in ((given, "/api/v1/catalogues"), (made, "/api/v1/sweeps")):
        lines, events = grep(cluster, "coordinator", trace)
        assert events == ["a request"] and route in lines[0], (trace, lines)
    audit = [json.loads(line) for line in (cluster.folder / "audit.jsonl").read_text().splitlines()]
    assert [a["trace_id"] for a in audit if a["event"] == "request"] == [given, made], audit
    return sweep["id"]


def one_app(cluster, row):
    """From the lease to the verdict under one id, on both sides."""
    trace = cluster.api("GET", f"/api/v1/results/{row['job']}")["trace_id"]
    assert trace == trace_of(row["job"]), trace
    lines, events = grep(cluster, "coordinator", trace)
    assert events[:2] == ["leased", "ended"], lines
    assert f"package={row['package']}" in lines[0], lines
    _, events = grep(cluster, row["worker"], trace)
    assert events[:4] == ["lease taken", "run starts", "lease is over", "answered"], events
    return lines


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep-trace-") as folder:
        cluster = Cluster(build, source, folder, workers=2, devices=2)
        config = cluster.folder / "coordinator.yaml"
        config.write_text(config.read_text() + "audit: {file: audit.jsonl}\n")
        with logged(cluster):
            cluster.start_all()
            sweep = requests(cluster)
            wait_for("the sweep", lambda: (s := cluster.api("GET", f"/api/v1/sweeps/{sweep}"))["state"] == "done"
                     and s["confirmations_open"] == 0)
            rows = cluster.api("GET", f"/api/v1/sweeps/{sweep}/results")["rows"]
            assert len(rows) == APPS, rows
            told = {row["package"]: one_app(cluster, row) for row in rows}
            # The violation was repeated under the same id; the worker wrote under that of its own job.
            second = [line for line in told["com.example.a1"] if "leased" in line and "kind=confirmation" in line]
            assert len(second) == 1, told["com.example.a1"]
            run = re.search(r"run_trace_id=(\w+)", second[0]).group(1)
            worker = re.search(r" worker=(\S+)", second[0]).group(1)
            assert run not in [trace_of(row["job"]) for row in rows], second
            assert "run starts" in grep(cluster, worker, run)[1], second
            assert all(len(lines) == 2 for package, lines in told.items() if package != "com.example.a1"), told
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
