"""The chain of closed journals and the bundles that prove themselves, as somebody outside sees them."""
import json
import pathlib
import subprocess
import zipfile

import jsonschema

from held import check, wait


def check_chain(api, folder):
    """Every accepted journal stands in one chain, each entry naming the one before it; its head of the day is on disk."""
    rows, at = [], 0
    while page := json.loads(api.ask("GET", f"/api/v1/evidence/closings?after={at}&rows=7")[1])["rows"]:
        rows += page
        at = rows[-1]["number"]
    numbers = [r["number"] for r in rows]
    check(numbers == list(range(1, len(rows) + 1)) and len(rows) >= 20, f"no gap in the chain: {numbers}")
    for earlier, later in zip([{"digest": "0" * 64}] + rows, rows):
        check(later["before"] == earlier["digest"], f"entry {later['number']} names the one before it")
    check(len({r["journal"] for r in rows}) == len(rows), "a journal is closed once")
    wait(lambda: list((folder / "data/heads").glob("head-*.json")), 90)
    head = json.loads(next((folder / "data/heads").glob("head-*.json")).read_text())
    entry = json.loads(api.ask("GET", f"/api/v1/evidence/closings?after={head['number'] - 1}&rows=1")[1])["rows"][0]
    check(head == entry, "the day's head is an entry of the chain")


def check_bundle(cluster, job, programs, source):
    """What `evidence export` writes is an ordinary ZIP that proves itself, to those who trust the right keys alone."""
    bundle, trust = cluster.folder / "bundle.zip", cluster.folder / "trusted.txt"

    def storesweep(*arguments, port=cluster.http):
        return subprocess.run([pathlib.Path(programs) / "storesweep", "--server", f"http://127.0.0.1:{port}", *map(str, arguments)],
                              capture_output=True, text=True, timeout=120)
    done = storesweep("evidence", "export", job, "-o", bundle)
    check(done.returncode == 0, f"evidence export: {done.stderr}")
    with zipfile.ZipFile(bundle) as unpacked:
        check(unpacked.testzip() is None, "anybody's tool opens it")
        names = unpacked.namelist()
        findings = json.loads(unpacked.read(f"results/{job}/findings.json"))
        run = findings["findings"][0]["evidence"][0]["run"]
        timeline = unpacked.read(f"results/{job}/run-{run}/timeline.zh.txt").decode()
    schema = json.loads((source / "schemas/bundle-findings.schema.json").read_text())
    jsonschema.Draft202012Validator(schema).validate(findings)
    check(findings["findings"] and all(f["sentence"]["zh"] for f in findings["findings"]), "findings have words")
    check(">>> " + findings["findings"][0]["rule"] in timeline, "the timeline shows what they rest on")
    check(any(n.startswith("packs/") for n in names), "the rule pack is in it")
    trust.write_text(storesweep("evidence", "keys", bundle).stdout)
    nobody = 1  # a port at which no coordinator is
    done = storesweep("evidence", "verify", bundle, "--trust", trust, port=nobody)
    check(done.returncode == 0, f"it holds, without a coordinator: {done.stdout} {done.stderr}")
    changed = bytearray(bundle.read_bytes())
    changed[len(changed) // 3] ^= 1
    bundle.write_bytes(changed)
    done = storesweep("evidence", "verify", bundle, "--trust", trust, port=nobody)
    check(done.returncode == 1 and "bundle.zip" in done.stderr, f"a changed byte is refused: {done.stderr}")
    changed[len(changed) // 3] ^= 1
    bundle.write_bytes(changed)
    trust.write_text("worker " + "0" * 64 + " nobody\n")
    done = storesweep("evidence", "verify", bundle, "--trust", trust, port=nobody)
    check(done.returncode == 1 and "not trusted" in done.stderr, f"nobody's keys: {done.stderr}")
