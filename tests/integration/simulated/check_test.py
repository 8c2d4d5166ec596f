#!/usr/bin/env python3
"""`storesweep check` as a pipeline calls it, on simulated devices: a log-in is carried out and its secrets stand nowhere,
a finding fails the build once and is known the second time, one device cannot confirm, a required rule that was not
tested is told, and a policy is read at the address that the listing names.

usage: check_test.py PROGRAMS SOURCE [--keep FOLDER]
"""
import argparse
import concurrent.futures
import contextlib
import http.server
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading
import xml.etree.ElementTree

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE), str(HERE.parent / "cluster")]
from cluster import Simulated, find, wait_ports  # noqa: E402  the path is known only now
from probes_check import Adb  # noqa: E402

PHONE, CODE = "13900139000", "hunter22 <&>"


def check(a, folder, adb, apk, devices, *options):
    command = [find(a.programs, "storesweep"), "--lang", "en", "check", apk, "--adb", f"127.0.0.1:{adb}",
               "--rules", f"{a.source}/rules", *options]
    for device in devices:
        command += ["--device", device]
    return subprocess.run(list(map(str, command)), capture_output=True, text=True, timeout=600,
                          env=os.environ | {"XDG_RUNTIME_DIR": str(folder), "TEST_PHONE": PHONE})


def wall(a, folder, adb, apks, device):
    """Behind the wall with steps; the secrets stand in no file that is left."""
    (folder / "code.txt").write_text(CODE + "\n")
    login = folder / "login.yaml"
    login.write_text("""
secrets: {phone: "${TEST_PHONE}", code: {file: code.txt}}
steps:
  - {type: phone, into: 请输入手机号}
  - {type: code, into: 请输入密码}
  - {tick: 我已阅读并同意}
  - {tap: 登录}
done_when: 我的订单
""")
    policy = folder / "policy.html"
    policy.write_text("<html><h1>隐私政策</h1><p>我们重视您的隐私。本政策说明我们如何处理您的信息。</p>"
                      "<p>我们会在首页为您进行个性化推荐。</p></html>")
    out = folder / "wall"
    done = check(a, folder, adb, apks / "wall.apk", [device], "--out", out, "--login", login, "--policy", policy,
                 "--format", "json", "-o", folder / "wall.json", "--require", "R1.7")
    assert done.returncode in (0, 2), done
    result = json.loads((folder / "wall.json").read_text())
    assert result["simulated"] and result["exit_code"] == done.returncode, result["exit_code"]
    journal = (out / "first/journal").read_bytes()
    assert b"logged in" in journal, "the log-in was carried out"
    assert "今日推荐".encode() in journal, "what lies behind it was seen"
    assert (out / "first/policy").read_text() == policy.read_text() and b"policy.html" in journal
    told = [f for f in result["verdict"]["findings"] if f["rule"] == "R4.1"]
    assert len(told) == 1 and told[0]["level"] == "suspected", "the policy tells of push and not how to close it"
    for file in [*out.rglob("*"), folder / "wall.json"]:
        content = file.read_bytes() if file.is_file() else b""
        for secret in (PHONE, CODE, "hunter22"):
            assert secret.encode() not in content, f"{file} holds a secret"
    return f"wall: exit code {done.returncode}"


class Policies(http.server.BaseHTTPRequestHandler):
    """A store's other half: where an app's policy lies, and where it does not."""
    PAGE = "<html><h1>隐私政策</h1><p>我们会在首页为您进行个性化推荐。</p></html>".encode()

    def do_GET(self):
        self.send_response(200 if self.path == "/privacy" else 404)
        self.end_headers()
        if self.path == "/privacy":
            self.wfile.write(self.PAGE)

    def log_message(self, *_):
        pass


@contextlib.contextmanager
def listing_with_policy(folder, path):
    """A listing whose policy is served there."""
    server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Policies)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    file = folder / f"listing-{path[1:]}.json"
    file.write_text(json.dumps({"policy_url": f"http://127.0.0.1:{server.server_address[1]}{path}"}))
    try:
        yield file
    finally:
        server.shutdown()


def guilty(a, folder, adb, apk, devices):
    out = folder / "guilty"
    with listing_with_policy(folder, "/privacy") as listing:
        done = check(a, folder, adb, apk, devices, "--out", out, "--format", "json", "-o", folder / "guilty.json",
                     "--listing", listing)
    assert done.returncode == 1, done
    assert (out / "first/policy").read_bytes() == Policies.PAGE, "the policy was read at its address"
    result = json.loads((folder / "guilty.json").read_text())
    assert any(f["rule"] == "R1.7" for f in result["findings"]), result["findings"]
    known = check(a, folder, adb, apk, devices, "--out", folder / "again", "--format", "junit", "-o", folder / "again.xml",
                  "--baseline", folder / "guilty.json")
    assert known.returncode == 0, known
    suites = xml.etree.ElementTree.parse(folder / "again.xml").getroot()
    assert suites.get("failures") == "0" and "known from the baseline" in (folder / "again.xml").read_text()
    return "guilty: fails once, is known the second time"


def alone(a, folder, adb, apk, device):
    with listing_with_policy(folder, "/gone") as listing:
        done = check(a, folder, adb, apk, [device], "--out", folder / "alone", "--require", "R2.1", "--listing", listing)
    assert b"404" in (folder / "alone/first/journal").read_bytes(), "why the policy was not read stands in the journal"
    assert done.returncode == 2, done
    assert "one device cannot confirm" in done.stdout and "required and NOT TESTED: R2.1" in done.stdout, done.stdout
    assert (folder / "alone/report.html").exists()
    return "alone: nothing is a violation, and the required rule was not tested"


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("programs")
    parser.add_argument("source")
    parser.add_argument("--rate", type=float, default=60)
    parser.add_argument("--keep", help="a folder for journals and screenshots")
    a = parser.parse_args()
    a.source = pathlib.Path(a.source).resolve()
    with tempfile.TemporaryDirectory(prefix="storesweep_check_") as temporary:
        folder = pathlib.Path(a.keep or temporary).resolve()
        folder.mkdir(parents=True, exist_ok=True)
        build = [sys.executable, a.source / "probes/build.py"]
        subprocess.run([*build, HERE / "login_probe", folder / "probes"], check=True, stdout=subprocess.DEVNULL)
        subprocess.run(build, check=True, stdout=subprocess.DEVNULL)
        apk = a.source / "build/probes/consent_only_ok.apk"
        simulated = Simulated(devices=4, apis="28", rate=a.rate)
        log = open(folder / "simdroid.log", "w")
        simdroid = subprocess.Popen(list(map(str, simulated.command(find(a.programs, "simdroid")))), stdout=log, stderr=log)
        serials = [f"127.0.0.1:{simulated.first + d}" for d in range(4)]
        adb = None
        try:
            wait_ports(range(simulated.first, simulated.first + 4))
            adb = Adb(simulated.adb, folder)
            with concurrent.futures.ThreadPoolExecutor(3) as pool:
                for done in [pool.submit(wall, a, folder, simulated.adb, folder / "probes", serials[0]),
                             pool.submit(guilty, a, folder, simulated.adb, apk, serials[1:3]),
                             pool.submit(alone, a, folder, simulated.adb, apk, serials[3])]:
                    print(done.result(), flush=True)
        finally:
            if adb:
                adb.stop()
            simdroid.kill()
            simdroid.wait()
    print("1 passed, 0 failed")


main()
