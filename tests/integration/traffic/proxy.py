"""The real mitmdump with our addon, started as the worker starts it."""
import json
import pathlib
import subprocess
import threading
import time

ADDON = pathlib.Path(__file__).resolve().parents[3] / "worker/observe/proxy/addon.py"


class Proxy:
    def __init__(self, folder, *more):
        self.folder = pathlib.Path(folder)
        self.process = subprocess.Popen(
            ["mitmdump", "-q", "-s", ADDON, "--listen-host", "127.0.0.1", "--listen-port", "0",
             "--set", f"confdir={self.folder}", "--set", "connection_strategy=lazy", "--set", "flow_detail=0", *more],
            stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=open(self.folder / "mitmdump.log", "a"), text=True)
        self.lines, self.texts = [], []
        self.reader = threading.Thread(target=self._read)
        self.reader.start()
        self.port = self.wait("ready")["port"]
        self.ca = self.folder / "mitmproxy-ca-cert.pem"

    def _read(self):
        for line in self.process.stdout:
            self.texts.append(line)
            self.lines.append(json.loads(line))

    def wait(self, kind, count=1, **fields):
        """The count-th line of a kind with these fields; an error when it does not come."""
        end = time.monotonic() + 20
        while time.monotonic() < end:
            found = [l for l in self.lines if l["kind"] == kind and all(l.get(k) == v for k, v in fields.items())]
            if len(found) >= count:
                return found[count - 1]
            time.sleep(0.02)
        raise AssertionError(f"no {kind} {fields} in {[dict(l, body='') for l in self.lines]}")

    def release(self, connection):
        self.process.stdin.write(connection + "\n")
        self.process.stdin.flush()

    def stop(self):
        self.process.terminate()
        self.process.wait(20)
        self.reader.join()
