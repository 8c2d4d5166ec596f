#!/usr/bin/env python3
"""A store of SQLite with a sweep in it is copied to PostgreSQL (`storesweep-coordinator copy`), after two `migrate` that
start at once have made the tables. The coordinator then says of the sweep what it said before, and goes on with a next
one. A second copy is refused. Exit code 77: no PostgreSQL here.

usage: copy_test.py PROGRAMS SOURCE
"""
import json
import os
import signal
import subprocess
import sys
import tempfile
import time

from cluster import Cluster, logged
from postgres import Postgres, binaries

APPS = 40


def write_catalogue(path):
    with open(path, "w") as out:
        for i in range(APPS):
            what = ";violation=both" if i % 5 == 1 else ";fail=app" if i % 10 == 2 else ""
            out.write(json.dumps({"store": "测试商店", "package": f"com.example.a{i}", "label": f"应用{i}", "version_name": "1.0",
                                  "developer": f"开发者{i % 3}", "category": "实用工具", "apk_url": f"script:app=a{i};ms=5{what}"},
                                 ensure_ascii=False) + "\n")


def sweep_to_the_end(cluster, name):
    sweep = cluster.api("POST", "/api/v1/sweeps", {"name": name})["id"]
    end = time.time() + 120
    while True:
        status = cluster.api("GET", f"/api/v1/sweeps/{sweep}")
        if status["state"] == "done" and status["confirmations_open"] == 0:
            return sweep
        assert time.time() < end, status
        time.sleep(0.1)


def all_that_is_said(cluster, sweep):
    rows = cluster.api("GET", f"/api/v1/sweeps/{sweep}/results?rows=500")["rows"]
    said = {r["job"]: cluster.api("GET", f"/api/v1/results/{r['job']}") for r in rows}
    for by in ("rule", "store", "developer", "category"):
        said[by] = cluster.api("GET", f"/api/v1/sweeps/{sweep}/summary?by={by}")
    for page in ("", "/figures", "/sdks", "/announcement.csv"):
        said[page] = cluster.api("GET", f"/api/v1/sweeps/{sweep}{page}")
    return said


def migrate_twice_at_once(cluster):
    command = [cluster.programs["storesweep-coordinator"], "migrate", "--config", cluster.folder / "coordinator.yaml"]
    both = [subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True) for _ in range(2)]
    for one in both:
        out, _ = one.communicate(timeout=60)
        assert one.returncode == 0 and "newest form" in out, out


def run(cluster, database):
    write_catalogue(cluster.folder / "catalogue.jsonl")
    cluster.start_all()
    cluster.api("POST", "/api/v1/catalogues", {"source": str(cluster.folder / "catalogue.jsonl"), "store": "测试商店"})
    sweep = sweep_to_the_end(cluster, "on SQLite")
    before = all_that_is_said(cluster, sweep)
    assert cluster.kill("coordinator", signal.SIGTERM) == 0

    config = cluster.folder / "coordinator.yaml"
    text = config.read_text()
    assert text.count("sqlite: store.db") == 1
    config.write_text(text.replace("sqlite: store.db", f'postgres: {{connection: "{database.connection}"}}'))
    migrate_twice_at_once(cluster)
    copy = ["storesweep-coordinator", "copy", "--from", f"sqlite:{cluster.folder}/store.db", "--to",
            f"postgres:{database.connection}"]
    out = cluster.run(*copy)
    assert f"listing: {APPS}\n" in out and "read back and found to be the same" in out, out

    cluster.start("coordinator")
    cluster.wait_ready()
    after = all_that_is_said(cluster, sweep)
    for key, said in before.items():
        assert after[key] == said, (key, said, after[key])
    assert sweep_to_the_end(cluster, "on PostgreSQL") == sweep + 1
    assert cluster.kill("coordinator", signal.SIGTERM) == 0
    try:
        cluster.run(*copy)
        raise AssertionError("a database in use was copied into")
    except RuntimeError as error:
        assert "led already" in str(error), error


def main():
    if binaries() is None:
        print("SKIPPED: PostgreSQL is not installed (Debian: postgresql)")
        sys.exit(77)
    with tempfile.TemporaryDirectory(prefix="storesweep_copy_") as folder:
        os.chmod(folder, 0o755)
        database = Postgres(f"{folder}/postgres")
        cluster = Cluster(sys.argv[1], sys.argv[2], f"{folder}/cluster", workers=1)
        with logged(cluster):
            run(cluster, database)
            database.end()
    print("1 passed, 0 failed")


main()
