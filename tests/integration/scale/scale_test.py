#!/usr/bin/env python3
"""One coordinator with many listings, real processes throughout: imports of the three formats, a catalogue that comes
again and one that changed, a sweep over all of it, kill -9 and restart with all of it queued, aggregates, the
announcement and event streams while workers report. Prints what each took and the coordinator's memory; fails where a
bound of the issue does not hold (import under a minute at 400,000 rows, in proportion below that, and in bounded memory).

usage: scale_test.py PROGRAMS SOURCE [ROWS [RUNS]]      ROWS 400000 is the real thing; RUNS scripted runs are made
"""
import csv
import json
import os
import pathlib
import sys
import tempfile
import threading
import time
import urllib.request

sys.path.insert(0, str(pathlib.Path(__file__).parent.parent / "cluster"))
from cluster import Cluster  # noqa: E402

programs, source = sys.argv[1], sys.argv[2]
rows = int(sys.argv[3]) if len(sys.argv) > 3 else 400_000
runs = int(sys.argv[4]) if len(sys.argv) > 4 else 10_000
IMPORT_SECONDS = max(60 * rows / 400_000, 10)
MEMORY_MIB = 256  # of the coordinator while it imports, over what it had before


def listing(i, version="1.0", rank=0):
    return {"package": f"com.example.app{i}", "label": f"应用{i}", "version_name": version, "version_code": 100,
            "developer": f"开发者{i % 5000}有限公司", "credit_code": "91110000600007000X", "region": ["北京", "广东", "上海"][i % 3],
            "category": f"类别{i % 30}", "rank": i + rank, "downloads": 10 * i + rank, "release_date": "2026-11-01",
            "apk_url": f"script:app=app{i};ms=0", "apk_bytes": 1_000_000 + i % 9_000_000,
            "policy_url": f"https://example.com/privacy/{i}"}


def write_csv(path, how_many, **kw):
    with open(path, "w", newline="") as out:
        w = None
        for i in range(how_many):
            row = {**listing(i, **kw), "permissions": "android.permission.CAMERA=拍照;android.permission.READ_CONTACTS=好友"}
            w = w or csv.DictWriter(out, row.keys())
            if i == 0:
                w.writeheader()
            w.writerow(row)


def write_jsonl(path, how_many, changed=0, gone=0, **kw):
    with open(path, "w") as out:
        for i in range(gone, how_many):
            row = listing(i, version="2.0" if i < gone + changed else "1.0", **kw)
            row["permissions"] = {"android.permission.CAMERA": "拍照", "android.permission.READ_CONTACTS": "好友"}
            out.write(json.dumps(row, ensure_ascii=False) + "\n")


def write_fdroid(path, how_many):
    with open(path, "w") as out:
        out.write('{"repo": {"name": {"en-US": "r"}, "address": "https://f.example/repo"}, "packages": {')
        for i in range(how_many):
            out.write(("," if i else "") + json.dumps(f"org.example.app{i}") + ": " + json.dumps({
                "metadata": {"name": {"en-US": f"App {i}", "zh-CN": f"应用{i}"}, "authorName": f"A{i % 999}", "categories": ["System"]},
                "versions": {f"{i:064x}": {"added": 1700000000000, "file": {"name": f"/a{i}.apk", "sha256": f"{i:064x}", "size": 1000000 + i},
                                           "manifest": {"versionName": "1.0", "versionCode": 1, "usesPermission": [
                                               {"name": "android.permission.INTERNET"}, {"name": "android.permission.CAMERA"}]}}}}))
        out.write("}}")


def status(cluster, field):
    pid = cluster.processes["coordinator"].pid
    for line in open(f"/proc/{pid}/status"):
        if line.startswith(field + ":"):
            return int(line.split()[1]) / 1024


def reset_peak(cluster):
    open(f"/proc/{cluster.processes['coordinator'].pid}/clear_refs", "w").write("5")


def say(what, seconds=None, more=""):
    print(f"{what:58} {'' if seconds is None else f'{seconds:8.2f} s'}  {more}", flush=True)


def timed(call, *arguments, **kw):
    start = time.time()
    answer = call(*arguments, **kw)
    return time.time() - start, answer


def bring(cluster, path, store, what):
    reset_peak(cluster)
    before = status(cluster, "VmRSS")
    seconds, r = timed(cluster.api, "POST", "/api/v1/catalogues", {"source": str(path), "store": store})
    peak = status(cluster, "VmHWM")
    say(f"import {what}", seconds, f"peak {peak:.0f} MiB (+{peak - before:.0f}): {r['added']} new, {r['changed']} changed, "
        f"{r['unchanged']} unchanged, {r['gone']} gone, {r['rejected']} rejected")
    assert seconds < IMPORT_SECONDS, f"{seconds:.1f} s for {rows} rows, wanted under {IMPORT_SECONDS:.0f}"
    assert peak - before < MEMORY_MIB, f"{peak - before:.0f} MiB for an import"
    return r


class Listener(threading.Thread):
    """One client of the event stream."""

    def __init__(self, cluster):
        super().__init__(daemon=True)
        self.url = f"http://127.0.0.1:{cluster.http}/api/v1/events"
        self.seen, self.last, self.gaps, self.stopping = 0, None, 0, False

    def run(self):
        with urllib.request.urlopen(self.url, timeout=120) as stream:
            for line in stream:
                if self.stopping:
                    return
                if line.startswith(b"id: "):
                    n = int(line[4:])
                    self.gaps += self.last is not None and n != self.last + 1
                    self.last = n
                    self.seen += 1


def imports(cluster, folder):
    write_jsonl(folder / "a.jsonl", rows)
    write_csv(folder / "b.csv", rows)
    write_fdroid(folder / "index-v2.json", rows)
    assert bring(cluster, folder / "a.jsonl", "甲商店", "JSON Lines")["added"] == rows
    assert bring(cluster, folder / "b.csv", "乙商店", "CSV")["added"] == rows
    assert bring(cluster, folder / "index-v2.json", "F-Droid", "F-Droid index-v2")["added"] == rows
    again = bring(cluster, folder / "b.csv", "乙商店", "the same CSV again")
    assert again["unchanged"] == rows and again["changed"] == again["added"] == again["gone"] == 0
    write_jsonl(folder / "a2.jsonl", rows, changed=rows // 100, gone=rows // 200, rank=5)
    later = bring(cluster, folder / "a2.jsonl", "甲商店", "JSON Lines, ranks moved, 1 % changed, 0.5 % gone")
    assert (later["changed"], later["gone"], later["added"]) == (rows // 100, rows // 200, 0), later


def restart(cluster, left):
    cluster.kill("coordinator")
    start = time.time()
    cluster.start("coordinator")
    cluster.wait_ready()
    say(f"kill -9, and ready again with {left} jobs queued", time.time() - start, f"RSS {status(cluster, 'VmRSS'):.0f} MiB")


def work(cluster, sweep):
    """Runs until `runs` listings have ended, with people listening and looking on."""
    listeners = [Listener(cluster) for _ in range(8)]
    for one in listeners:
        one.start()
    for name in cluster.worker_names():
        cluster.start(name)
    looks, start, first, begun = [], time.time(), None, 0
    while True:
        seconds, now = timed(cluster.api, "GET", f"/api/v1/sweeps/{sweep}")
        looks.append(seconds)
        if now["ended_total"] and first is None:
            first, begun = time.time(), now["ended_total"]
        if now["ended_total"] >= runs:
            break
        assert time.time() - start < 600, now
        time.sleep(0.25)
    rate = (now["ended_total"] - begun) / max(time.time() - first, 0.001)
    say(f"{now['ended_total']} runs judged and stored, 8 event streams", time.time() - start, f"{rate:.0f}/s; `sweep show` at worst {max(looks):.2f} s")
    seen = [one.seen for one in listeners]
    say("events each stream has seen", None, f"{min(seen)} to {max(seen)}, gaps {sum(one.gaps for one in listeners)}")
    assert min(seen) > now["ended_total"] * 0.9 or min(seen) > 9_000, seen
    for one in listeners:
        one.stopping = True
    return now["ended_total"]


def aggregates(cluster, sweep):
    for what, path in (("summary", "summary"), ("summary by developer", "summary.csv?by=developer"), ("figures", "figures"),
                       ("announcement.csv", "announcement.csv"), ("a page of 1,000 results", "results?rows=1000"),
                       ("results of one rule and level", "results?rule=R5.7&level=violation&rows=1000")):
        seconds, answer = timed(cluster.api, "GET", f"/api/v1/sweeps/{sweep}/{path}")
        say(what, seconds, f"{len(answer if isinstance(answer, str) else json.dumps(answer)) / 1024:.0f} KiB")
        assert seconds < 30, what
    seconds, page = timed(cluster.api, "GET", "/metrics")
    say("/metrics", seconds, f"{len(page) / 1024:.0f} KiB")
    for metric in ("storesweep_verdict_rows{", "storesweep_jobs_ended_total{", "storesweep_run_device_seconds_total{",
                   "storesweep_commit_seconds_count", "storesweep_sweep_listings_ended{"):
        assert metric in page, metric


def run(cluster, folder):
    cluster.start("coordinator")
    cluster.wait_ready()
    print(f"{rows} rows, {runs} runs; coordinator {status(cluster, 'VmRSS'):.0f} MiB at its start", flush=True)
    imports(cluster, folder)
    before = status(cluster, "VmRSS")
    seconds, sweep = timed(cluster.api, "POST", "/api/v1/sweeps", {"name": "all", "selection": {"kind": "store", "store": "乙商店"}})
    assert sweep["total"] == rows
    say(f"sweep over {rows} listings made", seconds, f"RSS {status(cluster, 'VmRSS'):.0f} MiB (before {before:.0f})")
    restart(cluster, rows)
    ended = work(cluster, sweep["id"])
    aggregates(cluster, sweep["id"])
    restart(cluster, rows - ended)  # in the middle of it, workers at work
    seconds, _ = timed(cluster.api, "POST", f"/api/v1/sweeps/{sweep['id']}/cancel", {})
    say("cancel", seconds)
    seconds, _ = timed(cluster.api, "GET", f"/api/v1/sweeps/{sweep['id']}/announcement.csv")
    say(f"announcement.csv over {rows} ended listings", seconds)
    seconds, changed = timed(cluster.api, "POST", "/api/v1/sweeps", {"selection": {"kind": "top", "top": 1000}})
    assert changed["total"] == 1000
    say("sweep over the top 1,000 by downloads made", seconds)
    print("1 passed, 0 failed")


with tempfile.TemporaryDirectory(prefix="storesweep_scale_") as folder:
    cluster = Cluster(programs, source, folder, workers=4, devices=8, lease_ms=10_000)
    try:
        run(cluster, pathlib.Path(folder))
    finally:
        cluster.stop()
