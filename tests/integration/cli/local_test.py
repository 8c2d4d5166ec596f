#!/usr/bin/env python3
"""`storesweep parse` (a policy too), `storesweep screen` and `storesweep canaries`, as a stranger with a dump would call them.

usage: local_test.py STORESWEEP SOURCE
"""
import base64
import gzip
import hashlib
import json
import pathlib
import subprocess
import sys
import tempfile

program, source = sys.argv[1], pathlib.Path(sys.argv[2])


def call(*arguments):
    if arguments[0] == "check":
        arguments += ("--rules", source / "rules")
    return subprocess.run([program, *map(str, arguments)], capture_output=True, text=True)


with tempfile.TemporaryDirectory() as folder:
    dump = pathlib.Path(folder) / "events.txt"
    dump.write_text("07-24 08:00:00.123  1500  1520 I am_proc_start: [0,4000,10101,com.example,broadcast,com.example/.Boot]\n"
                    "this is no log line\n")
    done = call("parse", "events", dump)
    assert done.returncode == 0, done.stderr
    parsed = json.loads(done.stdout)
    assert len(parsed["records"]) == 1 and parsed["unknown_count"] == 1, parsed
    assert parsed["unknown_lines"][0]["line"] == 2, parsed

    wrong = call("parse", "nonsense", dump)
    assert wrong.returncode == 1 and "appops: dumpsys appops" in wrong.stderr, wrong
    listed = call("parse")
    assert listed.returncode == 0 and "appops: dumpsys appops" in listed.stdout, listed
    unnamed = call("parse", "events")
    assert unnamed.returncode == 1 and "FILE" in unnamed.stderr, unnamed
    for guessed in (call("parse", "auto", dump), call("parse", dump)):
        assert guessed.returncode == 0 and json.loads(guessed.stdout)["kind"] == "events", guessed
    other = call("parse", "alarm", dump)
    assert other.returncode == 1 and "it looks like: events" in other.stderr, other
    assert json.loads(other.stdout)["records"] == [], other
    missing = call("parse", "events", pathlib.Path(folder) / "nothing")
    assert missing.returncode == 4 and "nothing" in missing.stderr, missing

    xml = next(p for p in sorted((source / "tests/data/screens").glob("consent*.xml")))
    screen = json.loads(call("screen", xml, "--rules", source / "rules").stdout)
    assert screen["kind"] == "consent" and screen["elements"], screen
    assert all(len(e["bounds"]) == 4 for e in screen["elements"]), screen
    restless = pathlib.Path(folder) / "restless.out"
    restless.write_text("ERROR: could not get idle state.\n")
    never = call("screen", restless, "--rules", source / "rules")
    assert never.returncode == 1 and "NOT_IDLE" in never.stderr and not never.stdout, never
    bad = call("screen", dump, "--rules", source / "rules")
    assert bad.returncode == 1 and bad.stderr, bad

    # a policy: what its text declares, and a text that is none
    policy = call("parse", "policy", source / "tests/data/policy/zh_news.txt", "--rules", source / "rules")
    declares = json.loads(policy.stdout)
    assert policy.returncode == 0 and declares["kinds"]["imei"]["declared"], policy
    assert not declares["kinds"]["contacts"]["declared"] and declares["told"]["push_closing"]["told"], declares
    recipe = call("parse", "policy", source / "tests/data/policy/none_recipe_en.txt", "--rules", source / "rules")
    assert recipe.returncode == 1 and "no privacy policy" in recipe.stderr, recipe
    assert json.loads(recipe.stdout)["policy"] is False, recipe

    # canaries: what a run plants, and where it turns up
    rules = ("--rules", source / "rules")
    planted = {c["canary"]: c for c in json.loads(call("canaries", "--seed", 1, "--json").stdout)["canaries"]}
    assert planted["oaid"]["kind"] == "oaid" and planted["oaid"]["forms"] > 40, planted
    listed = call("--lang", "zh", "canaries", "--seed", 1, *rules)
    assert planted["oaid"]["value"] in listed.stdout and "诱饵数据" in listed.stdout, listed
    md5 = hashlib.md5(planted["android_id"]["value"].encode()).hexdigest().upper()
    inner = json.dumps({"aid": md5, "imei": planted["imei"]["value"], "order": planted["imsi"]["value"]}).encode()
    body = pathlib.Path(folder) / "body.bin"
    body.write_bytes(b"POST /v1 HTTP/1.1\r\n\r\n" + gzip.compress(b'{"d":"' + base64.b64encode(gzip.compress(inner)) + b'"}'))
    other = pathlib.Path(folder) / "other.bin"
    other.write_bytes(gzip.compress(bytes(50 << 20)))
    found = json.loads(call("canaries", "--seed", 1, body, other, "--json").stdout)["files"]
    assert [(h["canary"], h["form"], h["field_named"]) for h in found[0]["hits"]] == [
        ("android_id", "plain/md5/hex", True), ("imei", "plain/text", True)], found
    assert [step["wrapping"] for step in found[0]["hits"][0]["layers"]] == ["gzip", "base64", "gzip"], found
    assert found[0]["not_looked_at"] == [] and found[1]["hits"] == [], found
    assert [u["why"] for u in found[1]["not_looked_at"]] == ["ratio"], found
    text = call("--lang", "en", "canaries", "--seed", 1, body, other, *rules).stdout
    assert "plain/md5/hex" in text and "gzip@21 > base64@6 > gzip@0" in text and "a bomb by its ratio" in text, text
    assert json.loads(call("canaries", "--seed", 2, body, "--json").stdout)["files"][0]["hits"] == []
    assert call("canaries", "--seed", 1, pathlib.Path(folder) / "nothing").returncode == 4
    assert call("canaries", body).returncode == 2

    # check: what is missing is said with what to do about it
    apk = pathlib.Path(folder) / "app.apk"
    gone = call("check", apk)
    assert gone.returncode == 2 and "app.apk" in gone.stderr, gone  # could not test
    apk.write_text("no zip")
    nobody = call("check", apk, "--adb", "192.0.2.1:1", "--device", "x")  # an address that nobody has
    assert nobody.returncode == 2, nobody
    assert call("check", apk, "--adb", "nonsense").returncode == 2
    unknown = call("check", apk, "--require", "R1.77,R5.7")
    assert unknown.returncode == 2 and "no `R1.77`; did you mean R1.7?" in unknown.stderr, unknown
    old = pathlib.Path(folder) / "old.json"
    old.write_text("{}")
    for option, file, words in (("--baseline", old, "--baseline"), ("--baseline", folder + "/none.json", "none.json"),
                                ("--listing", apk, "--listing"), ("--policy", folder + "/none.html", "--policy"),
                                ("--login", folder + "/none.yaml", "--login")):
        refused = call("check", apk, option, file)
        assert refused.returncode == 2 and words in refused.stderr, refused
    login = pathlib.Path(folder) / "login.yaml"
    login.write_text("secrets: {user: hunter22}\nsteps:\n  - {tap: 登录, wait_ms: 3 s}\n  - {type: nobody, into: 手机号}\n")
    wrong = call("check", apk, "--login", login)
    assert wrong.returncode == 2 and "login.yaml:1:" in wrong.stderr and "login.yaml:3:" in wrong.stderr, wrong
    assert "`nobody` does not stand under secrets" in wrong.stderr and "hunter22" not in wrong.stderr, wrong
    assert call("check", apk, "--profile", "deep").returncode == 2
print("1 passed, 0 failed")
