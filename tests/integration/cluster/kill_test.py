#!/usr/bin/env python3
"""A sweep of many scripted apps with known answers, while coordinator and workers are killed at random (SIGKILL).
Every (sweep, listing) must end exactly once, and the counts must equal the known answers to the last row. With
--postgres the store is a real PostgreSQL, which is stopped and killed as well, and three coordinators share it, of which
two stand by; exit code 77: it is not installed.

usage: kill_test.py PROGRAMS SOURCE [APPS [SEED]] [--postgres]
"""
import collections
import json
import os
import random
import signal
import sys
import tempfile
import time

from cluster import Cluster, children, logged
from postgres import Postgres, binaries

on_postgres = "--postgres" in sys.argv
if on_postgres:
    sys.argv.remove("--postgres")
    if binaries() is None:
        print("SKIPPED: PostgreSQL is not installed (Debian: postgresql)")
        sys.exit(77)
programs, source = sys.argv[1], sys.argv[2]
apps = int(sys.argv[3]) if len(sys.argv) > 3 else 500
seed = int(sys.argv[4]) if len(sys.argv) > 4 else random.randrange(1 << 30)
chance = random.Random(seed)


def script(i):
    """The script of app i, how it ends, and the level of R1.7 (None: not judged)."""
    if i % 50 == 1:
        return "kill=judge", "buried", None
    if i % 25 == 2:
        return "fail=app", "buried", None
    if i % 40 == 3:
        return "min_api=99", "no_device", None
    if i % 10 == 4:
        return "violation=both", "verdict", "violation"
    if i % 20 == 5:
        return "violation=first", "verdict", "suspected"
    if i % 20 == 6:
        return "fail=device;fail_runs=1", "verdict", None
    return "", "verdict", None


def write_catalogue(path):
    ends, levels = collections.Counter(), collections.Counter()
    with open(path, "w") as out:
        for i in range(apps):
            what, end, level = script(i)
            # Every eighth clean app is that of the row before, in another store, under one file set: one run serves both.
            twin = i % 8 == 0 and i > 0 and script(i - 1)[0] == "" and what == ""
            app = f"a{i - 1}" if twin else f"a{i}"
            store = "另一商店" if twin else "测试商店"
            url = f"script:app={app};ms=20" + (";" + what if what else "")
            out.write(json.dumps({"store": store, "package": f"com.example.{app}", "label": f"应用{i}", "version_name": "1.0",
                                  "developer": f"开发者{i % 7}", "category": "实用工具", "apk_url": url}, ensure_ascii=False) + "\n")
            ends[end] += 1
            if level:
                levels[level] += 1
    return ends, levels


def kill_a_judge(cluster):
    """One of a coordinator's children, if it has any: what it judged is judged again."""
    try:
        os.kill(chance.choice(children(cluster.processes[chance.choice(cluster.coordinators)].pid)), signal.SIGKILL)
    except (OSError, IndexError):
        return 0
    return 1


def all_results(cluster, sweep):
    rows, cursor = [], ""
    while True:
        page = cluster.api("GET", f"/api/v1/sweeps/{sweep}/results?rows=500" + (f"&cursor={cursor}" if cursor else ""))
        rows += page["rows"]
        cursor = page.get("next")
        if not cursor:
            return rows


def main():
    print(f"seed {seed}, {apps} apps: replay with: {sys.argv[0]} {programs} {source} {apps} {seed}", flush=True)
    with tempfile.TemporaryDirectory(prefix="storesweep_kill_") as folder:
        os.chmod(folder, 0o755)
        database = Postgres(f"{folder}/postgres") if on_postgres else None
        store = {"store": f'postgres: {{connection: "{database.connection}"}}', "coordinators": 3} if database else {}
        cluster = Cluster(programs, source, folder, **store)
        with logged(cluster):
            run(cluster, folder, database)
            if database:
                database.end()


def kill(cluster, database, name):
    """And starts it again."""
    if name == "judge":
        return kill_a_judge(cluster)
    if name == "postgres":
        database.end(chance.choice([signal.SIGKILL, signal.SIGINT]))
        time.sleep(chance.uniform(0, 0.3))
        database.start()
        return 1
    cluster.kill(name)
    time.sleep(chance.uniform(0, 0.3))
    cluster.start(name)
    return 1


def run(cluster, folder, database):
    ends, levels = write_catalogue(f"{folder}/catalogue.jsonl")
    cluster.start_all()
    imported = cluster.api("POST", "/api/v1/catalogues", {"source": f"{folder}/catalogue.jsonl", "store": "测试商店"}, key="import")
    assert imported["rows"] == apps and imported["rejected"] == 0, imported
    again = cluster.api("POST", "/api/v1/catalogues", {"source": f"{folder}/catalogue.jsonl", "store": "测试商店"}, key="import-2")
    assert again["unchanged"] == apps and again["added"] == 0, again
    sweep = cluster.api("POST", "/api/v1/sweeps", {"name": "kill", "shards": 4}, key="sweep")["id"]
    same = cluster.api("POST", "/api/v1/sweeps", {"name": "kill", "shards": 4}, key="sweep")["id"]
    assert same == sweep, "an idempotency key made a second sweep"

    kills = collections.Counter()
    end = time.time() + 240
    next_kill = time.time() + chance.uniform(0.3, 1.0)
    while True:
        assert time.time() < end, f"not done in time: {status}"
        time.sleep(0.1)
        try:
            status = cluster.api("GET", f"/api/v1/sweeps/{sweep}")
        except Exception:
            status = "the coordinator does not answer"
            continue
        finally:
            if time.time() >= next_kill and sum(kills.values()) < 12:
                next_kill = time.time() + chance.uniform(0.3, 2.0)
                name = chance.choice([*cluster.coordinators, "judge", *cluster.worker_names(), *(["postgres"] * 2 if database else [])])
                kills[name] += kill(cluster, database, name)
        if status["state"] == "done" and status["confirmations_open"] == 0:
            break
    cluster.wait_ready()  # the last kill may have struck after the last look
    rows = all_results(cluster, sweep)
    check(cluster, rows, ends, levels)
    tally = {(r.get("rule"), r["level"]): r["count"] for r in cluster.api("GET", f"/api/v1/sweeps/{sweep}/summary?by=rule")["rows"]}
    for level in ("violation", "suspected"):
        assert tally.get(("R1.7", level), 0) == levels[level], (level, tally)
    for page in ("/metrics", "/api/v1/workers", "/api/v1/devices", f"/api/v1/sweeps/{sweep}/announcement.csv"):
        assert cluster.api("GET", page), page
    print(f"{apps} listings ended once: {dict(ends)}; R1.7: {dict(levels)}; killed: {dict(kills)}", flush=True)
    print("1 passed, 0 failed")


def check(cluster, rows, ends, levels):
    packages = collections.Counter((r["store"], r["package"]) for r in rows)
    assert len(packages) == apps and max(packages.values()) == 1, f"{len(packages)} of {apps}, twice: {packages.most_common(3)}"
    got_ends = collections.Counter(r["end"] for r in rows)
    why = collections.Counter(r["end_reason"] for r in rows).most_common(4)
    assert got_ends == ends, f"ends {dict(got_ends)}, wanted {dict(ends)}; reasons {why}"
    got = collections.Counter()
    for r in rows:
        i = int(r["package"].split(".a")[-1])
        wanted = script(i)[2]
        if r["end"] != "verdict":
            continue
        r = cluster.api("GET", f"/api/v1/results/{r['job']}")
        assert len(r["verdict"]["rows"]) == 10 and r["verdict"]["simulated"] is True, r
        item = next(x for x in r["verdict"]["items"] if x["rule"] == "R1.7")
        assert (item["level"] in ("violation", "suspected")) == (wanted is not None), (i, item, wanted)
        if wanted:
            assert item["level"] == wanted, (i, item, wanted)
            got[item["level"]] += 1
    assert got == levels, f"R1.7 {dict(got)}, wanted {dict(levels)}"


main()
