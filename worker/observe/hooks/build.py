#!/usr/bin/env python3
"""One file of the hooks' script and npm's frida-java-bridge, for the worker (`hooks: {script: ..}`) and `storesweep check
--hook-script`. The list of sources is not in it: the worker puts its rule pack's own before it.

usage: build.py [OUT]   (default: build/hooks/storesweep-hooks.js; packages go to build/hooks)
"""
import pathlib
import shutil
import subprocess
import sys

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[2]
MODULES = ROOT / "build/hooks"
OUT = pathlib.Path(sys.argv[1]) if len(sys.argv) > 1 else MODULES / "storesweep-hooks.js"


def install():
    """The locked packages, once."""
    MODULES.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    done = MODULES / ".installed"
    if done.exists() and done.read_bytes() == lock:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, MODULES / name)
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=MODULES, check=True, stdout=sys.stderr)
    done.write_bytes(lock)


def bundle():
    # The sources beside the packages, where imports are looked for.
    sources = MODULES / "sources"
    shutil.rmtree(sources, ignore_errors=True)
    sources.mkdir()
    for file in HERE.glob("*.js"):
        shutil.copy(file, sources)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    command = [MODULES / "node_modules/.bin/esbuild", sources / "agent.js", "--bundle", "--format=iife", "--target=es2020", "--log-level=warning",
               "--charset=utf8", "--legal-comments=inline", "--alias:buffer=@frida/buffer", f"--outfile={OUT.resolve()}"]
    subprocess.run(command, cwd=MODULES, check=True)


if __name__ == "__main__":
    try:
        install()
        bundle()
    except (subprocess.CalledProcessError, FileNotFoundError) as failed:
        sys.exit(f"the hooks' script was not built: {failed}")
    print(OUT)
