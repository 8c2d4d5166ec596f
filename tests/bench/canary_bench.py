"""./dev bench canaries: all forms of one run looked for in random bytes, digits and JSON, beside `grep -F -f` and Hyperscan
with the same patterns on the same file, and what is falsely found in innocent bytes. One core each (taskset); processor
seconds of the whole process, its start and the making of its tables included, so that a busy machine counts for nobody."""
import json
import os
import shutil
import subprocess
import sys

ONE_CORE = ["taskset", "-c", "0"]
KINDS = {"bytes": "random bytes", "digits": "random digits", "hex": "random hexadecimal", "base64": "random base64",
         "json": "JSON of coordinates and identifiers"}
MIB = 1 << 20


def missing(programs):
    names = [name for name in ("storesweep-bench-canaries",) if not (programs / name).exists()]
    return names + [tool for tool in ("grep", "taskset") if not shutil.which(tool)]


class CanaryBench:
    def __init__(self, bench):
        self.b = bench
        self.ours = bench.o.programs / "storesweep-bench-canaries"
        self.hyperscan = bench.o.programs / "storesweep-bench-hyperscan"
        self.folder = bench.folder / "canaries"
        self.folder.mkdir(parents=True, exist_ok=True)
        self.speed_mib = 4 if bench.quick else 256
        self.innocent_mib = 4 if bench.quick else 1024
        self.patterns, self.lengths = self.folder / "patterns", self.folder / "lengths"
        self.grep_patterns = self.call("patterns", self.patterns).strip()
        self.call("lengths", self.lengths)

    def call(self, *arguments):
        return subprocess.run([self.ours, *map(str, arguments)], check=True, capture_output=True, text=True).stdout

    def rate(self, command, file, codes=(0,)):
        """GiB a processor second. Through a pipe: grep stops at the first hit when it writes to /dev/null."""
        process = subprocess.Popen([*ONE_CORE, *map(str, command)], stdout=subprocess.PIPE, stderr=subprocess.DEVNULL,
                                   env={**os.environ, "LC_ALL": "C"})
        process.stdout.read()
        _, status, used = os.wait4(process.pid, 0)
        process.returncode = os.waitstatus_to_exitcode(status)
        if process.returncode not in codes:
            raise RuntimeError(f"{command}: exit {process.returncode}")
        return file.stat().st_size / (1 << 30) / (used.ru_utime + used.ru_stime)

    def speed(self, kind):
        file = self.folder / "data"
        self.call("write", kind, self.speed_mib * MIB, file)
        forms = json.loads(self.call("scan", file))["forms"]
        runs = {"storesweep": lambda: self.rate([self.ours, "scan", file], file),
                "grep -F -f": lambda: self.rate(["grep", "-a", "-o", "-b", "-F", "-f", self.patterns, file], file, (0, 1))}
        if self.hyperscan.exists():
            runs["Hyperscan"] = lambda: self.rate([self.hyperscan, self.lengths, file], file)
        print(f"  {forms} forms, {self.grep_patterns} of them can be given to grep", file=sys.stderr)
        self.b.results[f"canaries in {KINDS[kind]}, {forms} forms, one core"] = {
            "unit": "GiB/s", "more_is_better": True, "ours": "storesweep", "values": self.b.rounds(runs)}
        file.unlink()

    def innocence(self, kind):
        found = json.loads(self.call("innocence", kind, self.innocent_mib * MIB))
        if found["cut"]:
            raise RuntimeError(f"too many hits in {KINDS[kind]}")
        self.b.results[f"false hits in {self.innocent_mib} MiB of {KINDS[kind]}"] = {
            "unit": "hits", "more_is_better": False, "ours": "storesweep", "values": {"storesweep": [found["hits"]]}}

    def run(self):
        for kind in ("bytes", "digits", "json"):
            self.speed(kind)
        for kind in KINDS:
            self.innocence(kind)


def run(bench):
    CanaryBench(bench).run()
