#!/usr/bin/env python3
"""The chart through Helm 3 and Helm 4: it lints, renders what its modes and autoscalers promise, refuses wrong values in
words that help, and every object fits the strict schemas of Kubernetes 1.31 and 1.36, KEDA and the Prometheus Operator.

usage: chart_test.py PROGRAMS SOURCE
"""
import json
import re
import sys
import unittest

import yaml

import helm
import strict
from helm import CI, HELMS, ci, of, render

del sys.argv[1:3]
KEY = 'coordinator.publicKey="%s"' % ("k" * 40)


def setUpModule():
    helm.install()


class Renders(unittest.TestCase):
    def test_lints_strictly(self):
        for name in HELMS:
            for values in CI:
                done = helm.run(name, "lint", "--strict", helm.CHART, "-f", values)
                self.assertEqual(done.returncode, 0, f"{name} {values.name}: {done.stdout}{done.stderr}")

    def test_both_helms_render_the_same(self):
        for values in CI:
            three, four = (render(name, values) for name in HELMS)
            self.assertEqual(three, four, values.name)

    def test_packages_without_its_test_values(self):
        for name in HELMS:
            done = helm.run(name, "package", helm.CHART, "-d", helm.CLIENTS / name.replace("helm", "packed"))
            self.assertEqual(done.returncode, 0, done.stderr)

    def test_every_mode_with_every_autoscaler(self):
        modes = {"emulator": '{"image": "e"}', "redroid": '{"image": "r"}', "simulated": '{"devices": 2}'}
        for mode, own in modes.items():
            for kind in ("none", "hpa", "keda"):
                pool = f'{{"mode": "{mode}", "{mode}": {own}, "acceptPrivileged": true, "replicas": 5, "autoscaling": {{"kind": "{kind}", "min": 1}}}}'
                objects = render(HELMS[0], ci("coordinator-only"), KEY, f"workers.p={pool}", 'autoscaling.prometheus="http://p:9090"')
                kinds = [o["kind"] for o in objects]
                self.assertEqual((kinds.count("HorizontalPodAutoscaler"), kinds.count("ScaledObject")),
                                 (int(kind == "hpa"), int(kind == "keda")), f"{mode} {kind}")
                replicas = of(objects, "StatefulSet", "-p")["spec"].get("replicas")
                self.assertEqual(replicas, 5 if kind == "none" else None, "two must not say how many there are")

    def test_evidence_in_a_bucket_needs_no_shared_volume(self):
        objects = render(HELMS[0], ci("bucket"))
        coordinator = yaml.safe_load(of(objects, "ConfigMap", "-coordinator")["data"]["coordinator.yaml"])
        self.assertEqual(coordinator["blobs"], {"s3": {
            "endpoint": "https://s3.storage.example:9000", "bucket": "evidence", "prefix": "sweeps/east",
            "access_key": {"file": "/etc/storesweep/s3/access_key"}, "secret_key": {"file": "/etc/storesweep/s3/secret_key"},
            "ca_file": "/etc/storesweep/s3/ca.crt", "spool": "/var/lib/storesweep/spool"}})
        self.assertEqual(coordinator["evidence"]["key_file"], "/run/storesweep/evidence.key")
        pod = of(objects, "StatefulSet", "-coordinator")["spec"]
        self.assertEqual(len(pod["volumeClaimTemplates"]), 1)
        mounts = {m["mountPath"] for m in pod["template"]["spec"]["containers"][0]["volumeMounts"]}
        self.assertIn("/etc/storesweep/s3", mounts)
        worker = yaml.safe_load(of(objects, "ConfigMap", "-rehearsal")["data"]["worker.yaml"])
        self.assertEqual(worker["coordinator"]["evidence_ca"], "/etc/storesweep/evidence/ca.crt")
        self.assertNotIn("storesweep-s3", json.dumps(of(objects, "StatefulSet", "-rehearsal")), "workers never hold its keys")

    def test_several_coordinators_are_known_each_by_its_name(self):
        objects = render(HELMS[0], ci("several-coordinators"))
        name = next(o["metadata"]["name"] for o in objects if o["kind"] == "StatefulSet" and o["metadata"]["name"].endswith("-coordinator"))
        pods = [f"{name}-{i}.{name}-pods" for i in range(3)]
        coordinator = yaml.safe_load(of(objects, "ConfigMap", "-coordinator")["data"]["coordinator.yaml"])
        self.assertEqual((coordinator["blobs"]["shared"], coordinator["http"]["public_url"]), (True, "${STORESWEEP_PUBLIC_URL}"))
        worker = yaml.safe_load(of(objects, "ConfigMap", "-rehearsal")["data"]["worker.yaml"])
        self.assertEqual(worker["coordinator"]["addresses"], [f"tcp://{pod}:7070" for pod in pods])
        job = of(objects, "CronJob", "-nightly")["spec"]["jobTemplate"]["spec"]["template"]["spec"]["containers"][0]
        servers = next(e["value"] for e in job["env"] if e["name"] == "STORESWEEP_SERVER")
        self.assertEqual(servers, ",".join(f"http://{pod}:8080" for pod in pods))
        self.assertEqual(of(objects, "StatefulSet", "-coordinator")["spec"]["serviceName"], f"{name}-pods")

    def test_fits_the_schemas_strictly(self):
        if not strict.CORPUS.is_dir():
            print("SKIPPED: strict schemas: no folder", strict.CORPUS)
            self.skipTest("no corpus")
        operators, objects = strict.operators(), 0
        for kube in ("1.31.0", "1.36.0"):
            known = {**strict.kubernetes(kube), **operators}
            wrong = yaml.safe_load("{apiVersion: v1, kind: Service, metadata: {name: canary}, spec: {prots: []}}")
            self.assertTrue(strict.errors(known, wrong), "an invented field must be refused")
            for values in CI:
                for o in render(HELMS[0], values, kube=kube):
                    objects += 1
                    self.assertEqual(strict.errors(known, o), [], f"{values.name} for {kube}")
        print(objects, "objects fit their schemas")


class Refuses(unittest.TestCase):
    """What is wrong, and what the message must say of it, by the chart itself or by its schema."""

    def refused(self, words, *sets, values="simulated", **how):
        for name in HELMS:
            done = helm.template(name, ci(values), *sets, **how)
            self.assertNotEqual(done.returncode, 0, f"{name}: {sets} was taken")
            for word in words:
                self.assertIn(word, done.stderr, f"{name}: {sets}")

    def test_several_coordinators_without_what_they_share(self):
        self.refused(["coordinator.replicas", "store.postgres"], "coordinator.replicas=2")
        self.refused(["existingClaim", "ReadWriteMany"], "coordinator.replicas=2", 'coordinator.store.postgres={"connection":"host=db"}')
        self.refused(["replicas"], "coordinator.replicas=0")

    def test_unknown_keys_wherever_they_stand(self):
        for path in ("metricss", "coordinator.replica", "coordinator.config.leases.lease", "coordinator.config.store",
                     "coordinator.config.http.listen", "workers.rehearsal.moed", "workerDefaults.emulator.kvm", "networkPolicy.alow"):
            self.refused([path.split(".")[-1]], f"{path}=1")

    def test_no_tokens(self):
        self.refused(["coordinator.tokens", "sha256sum", "docs/operate.md"], "coordinator.tokens=[]")

    def test_a_token_in_plain(self):
        self.refused(["sha256"], 'coordinator.tokens=[{"name":"o","access":"full","sha256":"secret"}]')

    def test_no_key_of_the_coordinator(self):
        self.refused(["coordinator.publicKey", "keygen"], 'coordinator.publicKey=""')

    def test_pools_that_cannot_work(self):
        self.refused(["workers.x.mode"], "workers.x={}")
        self.refused(["mode"], 'workers.x={"mode":"cuttlefish"}')
        self.refused(["workers.x.emulator.image"], 'workers.x={"mode":"emulator"}')
        self.refused(["workers.x.external.endpointsSecret"], 'workers.x={"mode":"external"}')
        self.refused(["coordinator"], 'workers.coordinator={"mode":"simulated"}')

    def test_redroid_without_a_yes(self):
        self.refused(["acceptPrivileged", "kernel"], 'workers.x={"mode":"redroid","redroid":{"image":"r"}}')

    def test_autoscalers_that_cannot_work(self):
        pool = '{"mode":"simulated","autoscaling":{"kind":"%s","min":%d}}'
        self.refused(["at least 1", "keda"], "workers.x=" + pool % ("hpa", 0))
        self.refused(["min is more than max"], "workers.x=" + pool % ("hpa", 99))
        self.refused(["autoscaling.prometheus"], "workers.x=" + pool % ("keda", 0))
        self.refused(["keda.sh/v1alpha1", "--api-versions"], "workers.x=" + pool % ("keda", 0),
                     'autoscaling.prometheus="http://p:9090"', operators=())
        self.refused(["external", "only none"], 'workers.x={"mode":"external","external":{"endpointsSecret":"s"},"autoscaling":{"kind":"hpa","min":1}}')

    def test_old_kubernetes(self):
        self.refused(["1.28"], kube="1.28.0")


class Coordinator(unittest.TestCase):
    def config(self, values, *sets):
        return yaml.safe_load(of(render(HELMS[0], ci(values), *sets), "ConfigMap", "-coordinator")["data"]["coordinator.yaml"])

    def test_numbers_stay_whole(self):
        self.assertEqual(self.config("simulated")["blobs"]["low_water_bytes"], 50 << 30)
        self.assertIn("low_water_bytes: 53687091200\n", helm.template(HELMS[0], ci("simulated")).stdout)

    def test_sqlite_or_postgres_never_both(self):
        self.assertEqual(list(self.config("simulated")["store"]), ["sqlite"])
        store = self.config("emulator")["store"]
        self.assertEqual(list(store), ["postgres"])
        self.assertEqual(store["postgres"]["password"], {"file": "/etc/storesweep/postgres/password"})

    def test_a_changed_configuration_starts_it_anew(self):
        def checksum(*sets):
            pod = of(render(HELMS[0], ci("simulated"), *sets), "StatefulSet", "-coordinator")["spec"]["template"]
            return pod["metadata"]["annotations"]["checksum/config"]
        self.assertEqual(checksum(), checksum('workers.rehearsal.replicas=3'))
        self.assertNotEqual(checksum(), checksum('coordinator.config.log.level="debug"'))

    def test_tables_are_migrated_before_it_starts_and_only_those_of_postgres(self):
        job = of(render(HELMS[0], ci("emulator")), "Job")
        self.assertEqual(job["metadata"]["annotations"]["helm.sh/hook"], "pre-install,pre-upgrade")
        self.assertEqual(job["spec"]["template"]["spec"]["containers"][0]["command"][:2], ["storesweep-coordinator", "migrate"])
        self.assertNotIn("Job", [o["kind"] for o in render(HELMS[0], ci("simulated"))])

    def test_evidence_survives_and_no_drain_ends_it_unasked(self):
        objects = render(HELMS[0], ci("simulated"))
        self.assertEqual(of(objects, "StatefulSet", "-coordinator")["spec"]["volumeClaimTemplates"][0]["metadata"]["name"], "data")
        self.assertEqual(of(objects, "PodDisruptionBudget")["spec"]["maxUnavailable"], 0)
        claimed = of(render(HELMS[0], ci("redroid")), "StatefulSet", "-coordinator")["spec"]
        self.assertNotIn("volumeClaimTemplates", claimed)


class Workers(unittest.TestCase):
    def pool(self, values, name, *sets):
        objects = render(HELMS[0], ci(values), *sets)
        spec = of(objects, "StatefulSet", f"-{name}")["spec"]["template"]
        return spec, yaml.safe_load(of(objects, "ConfigMap", f"-{name}")["data"]["worker.yaml"].replace("@ENDPOINTS@", "[e]"))

    def test_nothing_kills_a_busy_one(self):
        for values, name in (("emulator", "phones"), ("redroid", "android11"), ("external", "shelf"), ("simulated", "rehearsal")):
            pod, config = self.pool(values, name)
            limits = config["limits"]
            longest = limits["fetch_ms"] + limits["device_wait_ms"] + max(limits["triage_run_ms"], limits["lab_run_ms"])
            self.assertGreaterEqual(pod["spec"]["terminationGracePeriodSeconds"], longest / 1000 + 300, values)
            self.assertEqual(pod["metadata"]["annotations"]["cluster-autoscaler.kubernetes.io/safe-to-evict"], "false")

    def test_prometheus_alone_may_ask_how_they_are_and_only_one_that_hangs_is_ended(self):
        for values, name in (("emulator", "phones"), ("external", "shelf"), ("simulated", "rehearsal")):
            pod, config = self.pool(values, name)
            worker = pod["spec"]["containers"][0]
            port, = worker["ports"]
            self.assertEqual(config["metrics"]["listen"], f"0.0.0.0:{port['containerPort']}")
            self.assertEqual({p: worker[p]["httpGet"] for p in ("livenessProbe", "readinessProbe")},
                             {"livenessProbe": {"path": "/livez", "port": port["name"]},
                              "readinessProbe": {"path": "/healthz", "port": port["name"]}})
        objects = render(HELMS[0], ci("emulator"))
        monitor = of(objects, "PodMonitor")["spec"]
        labels = of(objects, "StatefulSet", "-phones")["spec"]["template"]["metadata"]["labels"]
        self.assertTrue(monitor["selector"]["matchLabels"].items() <= labels.items())
        self.assertIn(labels["app.kubernetes.io/component"], monitor["selector"]["matchExpressions"][0]["values"])
        self.assertEqual(monitor["podMetricsEndpoints"][0]["port"], "metrics")

    def test_devices_start_before_and_end_after_their_worker(self):
        for values, name, device in (("emulator", "phones", "emulator"), ("redroid", "android11", "redroid"), ("simulated", "rehearsal", "simulator")):
            pod, _ = self.pool(values, name)
            sidecar = pod["spec"]["initContainers"][-1]
            self.assertEqual((sidecar["name"], sidecar["restartPolicy"]), (device, "Always"))

    def test_only_redroid_is_privileged(self):
        for values in CI:
            for owner, spec in helm.pod_specs(render(HELMS[0], values)):
                self.assertFalse(spec["automountServiceAccountToken"], owner)
                for c in helm.containers(spec):
                    context = c["securityContext"]
                    self.assertEqual(context.get("privileged", False), c["name"] == "redroid", f"{owner} {c['name']}")
                    if c["name"] not in ("redroid", "emulator"):
                        self.assertTrue(context["readOnlyRootFilesystem"] and spec["securityContext"]["runAsNonRoot"], owner)
                        self.assertEqual(context["capabilities"], {"drop": ["ALL"]})

    def test_emulators_get_kvm_from_the_device_plugin(self):
        pod, config = self.pool("emulator", "phones")
        resources = pod["spec"]["initContainers"][-1]["resources"]
        self.assertEqual((resources["limits"]["devices.kubevirt.io/kvm"], resources["requests"]["devices.kubevirt.io/kvm"]), (1, 1))
        self.assertEqual(config["adb"]["connect"], ["127.0.0.1:5555"])
        self.assertNotIn("hostPath", json.dumps(pod))

    def test_simulators_number_their_devices_apart(self):
        pod, config = self.pool("simulated", "rehearsal")
        self.assertIn("--first $((${POD_NAME##*-} * 4 + 1))", pod["spec"]["initContainers"][-1]["command"][2])
        self.assertEqual(config["devices"]["serials"], [f"127.0.0.1:{p}" for p in range(5601, 5605)])

    def test_what_outlives_the_pod_is_remembered(self):
        shelf = of(render(HELMS[0], ci("external")), "StatefulSet", "-shelf")["spec"]
        self.assertEqual([c["metadata"]["name"] for c in shelf["volumeClaimTemplates"]], ["state"])


class Scaling(unittest.TestCase):
    def test_keda_from_nothing_to_nothing(self):
        spec = of(render(HELMS[0], ci("emulator")), "ScaledObject")["spec"]
        self.assertEqual((spec["minReplicaCount"], spec["maxReplicaCount"]), (0, 200))
        self.assertEqual(spec["fallback"]["behavior"], "currentReplicas", "no answer sends nobody home")
        trigger = spec["triggers"][0]["metadata"]
        self.assertEqual(trigger["ignoreNullValues"], "false")
        for state in ("pending", "second_run", "retest"):
            self.assertIn(state, trigger["query"])
        self.assertIn("storesweep_leases", trigger["query"], "what runs is work")
        self.assertIn("40)", trigger["query"], "busyMin times jobsPerWorker")

    def test_keda_asks_for_what_the_recording_rule_says(self):
        def plain(text):
            return re.sub(r'namespace="sweeps",?|sum by \(namespace\)|\s', "", text).replace("sum(", "(").replace("{}", "")
        query = of(render(HELMS[0], ci("emulator")), "ScaledObject")["spec"]["triggers"][0]["metadata"]["query"]
        rules = yaml.safe_load((helm.CHART / "files/rules.yaml").read_text())
        self.assertIn(plain(rules["groups"][0]["rules"][0]["expr"]), plain(query))

    def test_hpa_never_below_one(self):
        spec = of(render(HELMS[0], ci("redroid")), "HorizontalPodAutoscaler")["spec"]
        self.assertEqual(spec["metrics"][0]["external"]["metric"]["name"], "storesweep_open_jobs")
        self.assertEqual(spec["minReplicas"], 2)


class Around(unittest.TestCase):
    def test_no_way_into_a_workers_pod(self):
        policies = {o["metadata"]["name"]: o["spec"] for o in render(HELMS[0], ci("emulator")) if o["kind"] == "NetworkPolicy"}
        phones = policies["demo-storesweep-phones"]
        self.assertEqual(phones["policyTypes"], ["Ingress", "Egress"])
        self.assertEqual(phones["ingress"], [{"from": [{"namespaceSelector": {"matchLabels": {"kubernetes.io/metadata.name": "monitoring"}}}],
                                              "ports": [{"port": "metrics"}]}], "Prometheus alone, to the metrics alone")
        closed = of(render(HELMS[0], ci("emulator"), 'networkPolicy.monitoringNamespace=""'), "NetworkPolicy", "-phones")["spec"]
        self.assertEqual(closed["ingress"], [])
        outside = next(to["ipBlock"] for rule in phones["egress"] for to in rule["to"] if "ipBlock" in to)
        self.assertIn("10.0.0.0/8", outside["except"])
        self.assertIn("169.254.0.0/16", outside["except"], "a cloud's metadata are for no app under test")

    def test_the_nightly_sweep_starts_once_however_often_its_pod_does(self):
        spec = of(render(HELMS[0], ci("emulator")), "CronJob", "-nightly")["spec"]
        pod = spec["jobTemplate"]["spec"]["template"]["spec"]
        self.assertEqual((spec["timeZone"], spec["concurrencyPolicy"]), ("Asia/Shanghai", "Forbid"))
        keys = [c["command"][c["command"].index("--idempotency-key") + 1] for c in helm.containers(pod)]
        self.assertEqual(keys, ["$(JOB)-0", "$(JOB)-1", "$(JOB)"])
        self.assertIn("1000000", helm.containers(pod)[-1]["command"])

    def test_kinds_that_the_cluster_lacks_are_left_out(self):
        kinds = {o["kind"] for o in render(HELMS[0], ci("simulated"), operators=())}
        self.assertFalse(kinds & {"ServiceMonitor", "PodMonitor", "PrometheusRule", "ScaledObject"})
        kinds = {o["kind"] for o in render(HELMS[0], ci("simulated"))}
        self.assertTrue({"ServiceMonitor", "PodMonitor", "PrometheusRule"} <= kinds)
        self.assertNotIn("PodMonitor", {o["kind"] for o in render(HELMS[0], ci("coordinator-only"))})

    def test_notes_name_the_secrets_that_must_be_there(self):
        done = helm.run("helm4", "install", "demo", helm.CHART, "--dry-run=client", "-f", ci("external"))
        if done.returncode != 0 and "cluster" in done.stderr:
            self.skipTest("this Helm wants a cluster for its notes")
        for secret in ("storesweep-coordinator", "storesweep-tokens", "farm-workers: farm-shelf-0 to -2", "farm-devices"):
            self.assertIn(secret, done.stdout)


if __name__ == "__main__":
    unittest.main()
