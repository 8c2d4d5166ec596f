#!/usr/bin/env python3
"""A simulated device sends through the real mitmdump, by the stock adb alone: `adb reverse`, its settings, a certificate
pushed into its system store. A probe app's request comes out with the Android ID that was planted; without trust it is
refused within the handshake, and who pins leaves after it.

usage: device_test.py SIMDROID SOURCE
"""
import base64
import pathlib
import subprocess
import sys
import tempfile

HERE = pathlib.Path(__file__).resolve().parent
sys.path += [str(HERE.parent / "cluster"), str(HERE.parent / "simulated")]
from cluster import Simulated, wait_ports  # noqa: E402  the path is known only now
from probes_check import Adb  # noqa: E402
from proxy import Proxy  # noqa: E402

PLANTED = "1f2e3d4c5b6a7988"
PACKAGE = "example.storesweep.probe."


class Phone:
    def __init__(self, devices, device):
        self.base = ["adb", "-P", str(devices.adb), "-s", f"127.0.0.1:{devices.first + device}"]
        subprocess.run(["adb", "-P", str(devices.adb), "connect", self.base[-1]], check=True, capture_output=True)

    def adb(self, *words):
        done = subprocess.run([*self.base, *map(str, words)], capture_output=True, text=True, timeout=60)
        assert done.returncode == 0, (words, done)
        return done.stdout

    def launch(self, apks, probe):
        self.adb("install", apks / f"{probe}.apk")
        self.adb("shell", "am", "start", "-n", f"{PACKAGE}{probe}/.MainActivity")


def main():
    program, source = sys.argv[1], pathlib.Path(sys.argv[2]).resolve()
    subprocess.run([sys.executable, source / "probes/build.py"], check=True, stdout=subprocess.DEVNULL)
    apks = source / "build/probes"
    with tempfile.TemporaryDirectory() as name:
        folder = pathlib.Path(name)
        devices = Simulated(devices=1, apis="33", rate=20)
        simdroid = subprocess.Popen(list(map(str, devices.command(program))), stdout=open(folder / "simdroid.log", "w"),
                                    stderr=subprocess.STDOUT)
        adb = proxy = None
        try:
            wait_ports([devices.first])
            adb = Adb(devices.adb, folder)
            proxy = Proxy(folder, "--set", "storesweep_answer=true", "--set", "upstream_cert=false",
                          "--set", "storesweep_hold_ms=3000")
            phone = Phone(devices, 0)
            phone.adb("reverse", f"tcp:{proxy.port}", f"tcp:{proxy.port}")
            assert f"tcp:{proxy.port} tcp:{proxy.port}" in phone.adb("reverse", "--list")
            phone.adb("shell", "settings", "put", "global", "http_proxy", f"127.0.0.1:{proxy.port}")
            phone.adb("shell", "settings", "put", "secure", "android_id", PLANTED)

            # Nobody trusts the proxy yet.
            phone.launch(apks, "sends_own_trust")
            proxy.release(proxy.wait("open")["connection"])
            refused = proxy.wait("tls")
            assert refused["trusted"] is False and "does not trust" in refused["error"], refused

            store = "/system/etc/security/cacerts"
            phone.adb("push", proxy.ca, f"{store}/c8750f0d.0")
            phone.launch(apks, "sends_before_consent")
            connection = proxy.wait("open", 2)["connection"]
            table = phone.adb("shell", "cat", "/proc/net/tcp")  # while the proxy holds it back
            uid = next(w.split("=")[1] for w in phone.adb("shell", "dumpsys", "package", PACKAGE + "sends_before_consent").split()
                       if w.startswith("userId="))
            assert any(f":{proxy.port:04X} 01 " in line and line.split()[7] == uid for line in table.splitlines()), (uid, table)
            proxy.release(connection)
            request = proxy.wait("request")
            assert request["host"] == "log.thirdparty.example" and request["path"] == "/v1/launch?n=1", request
            assert f'"aid":"{PLANTED}"' in base64.b64decode(request["body"]).decode(), request
            assert proxy.wait("tls", trusted=True)["version"] == "TLSv1.3"

            phone.launch(apks, "sends_pinned")
            third = proxy.wait("open", 3)["connection"]
            proxy.release(third)
            assert proxy.wait("tls", connection=third)["trusted"] is True
            proxy.wait("close", connection=third)
            assert not any(l["kind"] == "request" and l["connection"] == third for l in proxy.lines)
        finally:
            if proxy:
                proxy.stop()
            if adb:
                adb.stop()
            simdroid.kill()
            simdroid.wait()
    print("1 passed, 0 failed")


if __name__ == "__main__":
    main()
