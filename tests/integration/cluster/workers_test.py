#!/usr/bin/env python3
"""The list of workers is read again when it changes: a worker that is struck from it in the middle of a sweep is heard no
more, though it is connected, and the sweep ends by the other one; a new name may come at once; a bad list changes nothing.

usage: workers_test.py PROGRAMS SOURCE
"""
import json

from cluster import wait_for, with_cluster

APPS = 80


def run(cluster):
    listed = cluster.folder / "workers.txt"
    both = listed.read_text().splitlines(keepends=True)
    log = lambda: (cluster.folder / "coordinator.log").read_text()
    connected = lambda: {w["name"] for w in cluster.api("GET", "/api/v1/workers")["rows"] if w["connected"]}
    with open(cluster.folder / "catalogue.jsonl", "w") as out:
        for i in range(APPS):
            out.write(json.dumps({"store": "测试商店", "package": f"com.example.a{i}", "label": f"应用{i}", "version_name": "1.0",
                                  "developer": "开发者", "apk_url": f"script:app=a{i};ms=400"}, ensure_ascii=False) + "\n")
    listed.write_text(both[0])
    cluster.start_all()
    wait_for("w-0 is there", lambda: connected() == {"w-0"})
    listed.write_text("".join(both))
    wait_for("w-1 may come without a restart", lambda: connected() == {"w-0", "w-1"})
    cluster.api("POST", "/api/v1/catalogues", {"source": str(cluster.folder / "catalogue.jsonl"), "store": "测试商店"})
    sweep = cluster.api("POST", "/api/v1/sweeps", {"name": "one is struck"})["id"]
    status = lambda: cluster.api("GET", f"/api/v1/sweeps/{sweep}")
    wait_for("some have ended", lambda: status()["ended_total"] >= 10)

    listed.write_text(both[0] + "no line of a list\n")
    wait_for("the bad list is told", lambda: "the list of workers stays as it was" in log())
    assert connected() == {"w-0", "w-1"}

    listed.write_text(both[0])
    wait_for("w-1 is heard no more", lambda: connected() == {"w-0"})
    before = {r["job"] for r in results(cluster, sweep) if r["worker"] == "w-1"}
    wait_for("the sweep is done", lambda: status()["state"] == "done", 120)
    rows = results(cluster, sweep)
    assert len(rows) == len({r["package"] for r in rows}) == APPS and {r["end"] for r in rows} == {"verdict"}
    assert before and {r["job"] for r in rows if r["worker"] == "w-1"} == before, "something of w-1 was taken after it was struck"


def results(cluster, sweep):
    return cluster.api("GET", f"/api/v1/sweeps/{sweep}/results?rows=500")["rows"]


with_cluster("workers", run, workers=2, devices=3, lease_ms=2_000)
