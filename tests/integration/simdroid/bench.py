"""simdroid and a stock adb server of its own, for the tests beside it. Everything is on loopback, on ports that were
free a moment ago; keys and logs are in a temporary folder; only what was started here is ended."""
import os
import pathlib
import re
import socket
import subprocess
import sys
import tempfile
import time

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
PROBE = """\
app: com.stranger.hello
label: {zh: 你好}
why: installed by strangers' clients
kind: innocent
behaviour:
  launch: {show: home}
  screens:
    home: {views: [{id: hi, button: 好, tap: read_clipboard}]}
"""


def probe_apk():
    """An APK to install: built from its source here, once."""
    source, out = ROOT / "build/simdroid-probe/source", ROOT / "build/simdroid-probe"
    source.mkdir(parents=True, exist_ok=True)
    if not (source / "hello.yaml").exists():
        (source / "hello.yaml").write_text(PROBE)
    subprocess.run([sys.executable, ROOT / "probes/build.py", source, out], check=True, capture_output=True)
    return out / "hello.apk"


def free_port():
    with socket.socket() as s:
        s.bind(("127.0.0.1", 0))
        return s.getsockname()[1]


class Simdroid:
    """A simdroid process. addresses: "127.0.0.1:PORT" by API level (the first of each), or all in .all."""

    def __init__(self, program, *options, apis="19,28,33", rate=50):
        count = len(apis.split(","))
        self.process = subprocess.Popen([program, "--devices", str(count), "--port", "0", "--api", apis, "--rate", str(rate), *options],
                                        stdout=subprocess.PIPE, text=True)
        self.addresses, self.all = {}, []
        for line in self.process.stdout:
            if line == "ready\n":
                break
            address, api = re.match(r"device (\S+) api=(\d+)", line).groups()
            self.addresses.setdefault(int(api), address)
            self.all.append(address)

    def stop(self):
        self.process.terminate()
        code = self.process.wait(timeout=20)
        self.process.stdout.close()
        return code


class AdbServer:
    def __init__(self):
        self.folder = tempfile.TemporaryDirectory(prefix="storesweep_adb_")
        self.port = free_port()
        self.env = {"PATH": os.environ["PATH"], "HOME": self.folder.name, "TMPDIR": self.folder.name,
                    "ANDROID_ADB_SERVER_PORT": str(self.port), "ADB_LOCAL_TRANSPORT_MAX_PORT": "5553"}
        self.run("start-server")

    def run(self, *words, serial=None, stdin=b"", timeout=60, check=False):
        """The completed process, its output as bytes."""
        of = ["-s", serial] if serial else []
        done = subprocess.run(["adb", *of, *map(str, words)], env=self.env, input=stdin, capture_output=True, timeout=timeout)
        if check and done.returncode != 0:
            raise AssertionError(f"adb {words}: {done.returncode} {done.stdout!r} {done.stderr!r}")
        return done

    def text(self, *words, **how):
        return self.run(*words, check=True, **how).stdout.decode()

    def state(self, serial):
        lines = dict(line.split("\t") for line in self.text("devices").splitlines()[1:] if "\t" in line)
        return lines.get(serial, "none")

    def wait_state(self, serial, wanted, seconds=30):
        end = time.time() + seconds
        while (state := self.state(serial)) != wanted:
            if time.time() > end:
                raise AssertionError(f"{serial} is {state}, not {wanted}")
            time.sleep(0.05)

    def connect(self, serial, seconds=30):
        """Until it says `device`: one that stays offline is connected anew, as real ones need."""
        end = time.time() + seconds
        while True:
            self.run("connect", serial)
            try:
                return self.wait_state(serial, "device", 3)
            except AssertionError:
                if time.time() > end:
                    raise
                self.run("disconnect", serial)

    def ask(self, service):
        """A connection on which the server was asked for a host service and said OKAY."""
        s = socket.create_connection(("127.0.0.1", self.port), timeout=20)
        s.sendall(b"%04x%s" % (len(service), service))
        assert s.recv(4, socket.MSG_WAITALL) == b"OKAY"
        return s

    def stop(self):
        subprocess.run(["adb", "kill-server"], env=self.env, capture_output=True)
        self.folder.cleanup()
