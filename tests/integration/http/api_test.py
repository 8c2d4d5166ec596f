#!/usr/bin/env python3
"""A real coordinator with scripted workers, held against schemas/openapi.yaml from outside: every described address
answers as described, nothing else answers, errors have their form, tokens and idempotency keys hold, and hostile
clients neither hang it nor make it grow.

usage: api_test.py PROGRAMS SOURCE
"""
import hashlib
import http.client
import json
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import warnings

import jsonschema
import yaml

sys.path += [str(pathlib.Path(__file__).resolve().parent.parent / "cluster"), str(pathlib.Path(__file__).resolve().parent)]
import held  # noqa: E402
from cluster import Cluster  # noqa: E402
from evidence import check_bundle, check_chain  # noqa: E402
from held import check, wait  # noqa: E402
from hostile import check_hostile, check_slow, resident_mib  # noqa: E402

warnings.filterwarnings("ignore", category=DeprecationWarning)  # of jsonschema.RefResolver

programs, source = sys.argv[1], pathlib.Path(sys.argv[2])
DOCUMENT = yaml.safe_load((source / "schemas/openapi.yaml").read_text())
METHODS = ("get", "put", "post", "delete", "patch", "options")
MAX_GROWTH_MIB = 96


def validate(value, schema, what):
    held.counted()
    resolver = jsonschema.RefResolver("", DOCUMENT)
    problems = sorted(jsonschema.Draft202012Validator(schema, resolver=resolver).iter_errors(value), key=str)
    if problems:
        raise SystemExit(f"FAILED: {what}: {problems[0].message} at {list(problems[0].absolute_path)}")


class Api:
    def __init__(self, port, token=None):
        self.port, self.token = port, token

    def ask(self, method, path, body=None, headers=None, raw=None):
        connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=60)
        headers = dict(headers or {})
        if method == "POST" and "Content-Type" not in headers:
            headers["Content-Type"] = "application/json"
        if self.token:
            headers["Authorization"] = f"Bearer {self.token}"
        data = raw if raw is not None else None if body is None or method == "GET" else json.dumps(body).encode()
        connection.request(method, path, body=data, headers=headers)
        answer = connection.getresponse()
        if "event-stream" in answer.headers.get("Content-Type", ""):
            text = answer.read1(4096)
        else:
            text = answer.read()
        connection.close()
        return answer, text


def fits(answer, text, operation, what):
    """The answer is one of those that the operation describes."""
    described = operation["responses"].get(str(answer.status), operation["responses"].get("default"))
    check(described is not None, f"{what}: {answer.status} is not described")
    if "$ref" in described:
        described = DOCUMENT["components"]["responses"][described["$ref"].rsplit("/", 1)[1]]
    content = described.get("content")
    if not content:
        return check(text == b"", f"{what}: a body that is not described")
    kind, = content
    check(answer.headers["Content-Type"].startswith(kind), f"{what}: {answer.headers['Content-Type']} is not {kind}")
    if kind == "application/json":
        validate(json.loads(text), content[kind]["schema"], what)


# ---- what is described

def every_operation():
    for path, methods in DOCUMENT["paths"].items():
        for method, operation in methods.items():
            yield path, method.upper(), operation


def bodies(ids, catalogue):
    return {"import_catalogue": {"source": str(catalogue), "store": "s"}, "create_campaign": None,
            "start_sweep": {"name": "second", "campaign": ids["campaign"], "selection": {"kind": "top", "top": 3}},
            "order_retest": {"job": ids["job"], "rules": ["R1.7"]}, "rejudge_results": {"sweep": ids["sweep"]}, "collect_garbage": {"older_than_days": 3}}


def filled(path, ids):
    for name, value in ids.items():
        path = path.replace("{" + name + "}", str(value))
    return path


def check_described(api, ids, catalogue, address):
    for path, method, operation in sorted(every_operation(), key=lambda o: "/cancel" in o[0]):
        what = f"{method} {path}"
        name = operation["operationId"]
        if name == "put_blob":  # as the worker that has the address
            answer, text = api.ask("PUT", filled(path, {"address": address, "name": "journal"}), raw=b"x")
            check(answer.status == 403, f"{what}: an address that was never given out: {answer.status}")
            fits(answer, text, operation, what)
            continue
        if name == "put_pack":  # what it has given out itself
            _, pack = api.ask("GET", filled(path, ids))
            answer, text = api.ask("PUT", filled(path, ids), raw=pack)
            check(answer.status == 204, f"{what}: {answer.status} {text[:300]}")
            continue
        if name in ("enrol_worker", "revoke_worker"):  # of workers of its own
            _, text = api.ask("POST", "/api/v1/enrolments", {"name": name.replace("_", "-")})
            body = {"token": json.loads(text)["token"], "public_key": operation["requestBody"]["content"]["application/json"]["example"]["public_key"]} \
                if name == "enrol_worker" else {}
            answer, text = api.ask("POST", filled(path, {"worker": name.replace("_", "-")}), body)
            check(answer.status == 200, f"{what}: {answer.status} {text[:300]}")
            fits(answer, text, operation, what)
            continue
        if name == "free_device":  # none has failed a control here; controls_among_jobs frees one that has
            answer, text = api.ask("POST", filled(path, ids), {"why": "reset"})
            check(answer.status == 404 and "storesweep devices" in text.decode(), f"{what}: {answer.status} {text[:300]}")
            fits(answer, text, operation, what)
            continue
        example = operation.get("requestBody", {}).get("content", {}).get("application/json", {})
        body = bodies(ids, catalogue).get(name)
        if method == "POST" and body is None:
            body = example.get("example", {})
        if body and example:
            validate(body, example["schema"], what + " (request)")
        # What ends a sweep comes to one of its own.
        mine = ids | ({"sweep": ids["paused"]} if "/pause" in path or "/resume" in path or "/cancel" in path else {})
        answer, text = api.ask(method, filled(path, mine), body)
        check(answer.status < 300, f"{what}: {answer.status} {text[:300]}")
        check(str(answer.status) in operation["responses"], f"{what}: {answer.status} is not described")
        fits(answer, text, operation, what)
        for parameter in operation.get("parameters", []):
            if parameter.get("in") != "query" or "enum" not in parameter["schema"]:
                continue
            for value in parameter["schema"]["enum"]:
                answer, text = api.ask(method, f"{filled(path, mine)}?{parameter['name']}={value}")
                check(answer.status < 300, f"{what}?{parameter['name']}={value}: {answer.status}")
                fits(answer, text, operation, what)


def check_errors(api, ids):
    nobody = {key: 987654 for key in ids} | {"sha256": "0" * 64, "pack": "0" * 64, "worker": "nobody", "address": "1.2", "name": "n"}
    for path, method, operation in every_operation():
        what = f"{method} {path}"
        if "{" in path:
            answer, text = api.ask(method, filled(path, nobody), {})
            # What is put there brings its own address, and who frees a device or holds evidence says why: they are refused
            # for what they hold.
            says_why = operation["operationId"] in ("put_pack", "free_device", "hold_evidence", "release_evidence")
            refused = (400,) if says_why else (403, 404)
            check(answer.status in refused, f"{what} of nothing: {answer.status} {text[:200]}")
            fits(answer, text, operation, what)
        if method == "POST":
            for raw, status in ((b"{", 400), (b"[]", 400), (b'{"surplus":1}', 400), (b'{"name":"\xff"}', 400)):
                if "requestBody" not in operation:
                    continue
                answer, text = api.ask(method, filled(path, ids), raw=raw)
                check(answer.status == status, f"{what} of {raw}: {answer.status} {text[:200]}")
                fits(answer, text, operation, what)
            answer, text = api.ask(method, filled(path, ids), raw=b"", headers={"Content-Type": "text/plain"})
            check(answer.status == 415, f"{what} without its type: {answer.status}")
        answer, text = api.ask(method, filled(path, ids) + "?surplus=1", {})
        check(answer.status == 400, f"{what}?surplus=1: {answer.status}")
        fits(answer, text, operation, what)


def check_nothing_else(api, ids):
    for path, methods in DOCUMENT["paths"].items():
        allowed = {m.upper() for m in methods}
        for method in METHODS:
            if method in methods:
                continue
            answer, text = api.ask(method.upper(), filled(path, ids | {"address": "a", "name": "n"}), {})
            check(answer.status == 405, f"{method} {path} answers {answer.status}")
            check(set(answer.headers["Allow"].split(", ")) == allowed, f"{method} {path}: Allow")
            validate(json.loads(text), DOCUMENT["components"]["schemas"]["Error"], f"{method} {path}")
    for path in ("/", "/api", "/api/v1", "/api/v2/sweeps", "//api/v1/sweeps", "/api/v1/sweeps/", "/api/v1/sweeps/x",
                 "/api/v1/../../etc/passwd", "/api/v1/sweeps/1/../1", "/%2e%2e/%2e%2e/etc/passwd", "/api/v1/blobs/%00",
                 "/blobs", "/blobs/a", "/blobs/a/b/c", "/api/v1/sweeps/%31/", "/api/v1/sweeps/99999999999999999999",
                 "/api/v1/sweeps/-1", "/metrics/x", "/favicon.ico", "/api/v1/sweeps;x"):
        answer, text = api.ask("GET", path)
        check(answer.status in (404, 405), f"GET {path} answers {answer.status}")


def check_pages(api, sweep, total):
    for path in (f"/api/v1/sweeps/{sweep}/results", "/api/v1/listings", "/api/v1/changes", "/api/v1/sweeps"):
        key = "job" if "results" in path else "id"
        seen, cursor = [], ""
        while True:
            _, text = api.ask("GET", f"{path}?rows=7" + (f"&cursor={cursor}" if cursor else ""))
            page = json.loads(text)
            check(len(page["rows"]) <= 7, f"{path}: a page of {len(page['rows'])}")
            seen += [row[key] for row in page["rows"]]
            cursor = page["next"]
            if not cursor:
                break
        check(len(seen) == len(set(seen)) > 0, f"{path}: pages repeat rows, or hold none")
        if "results" in path:
            check(len(seen) == total, f"{path}: {len(seen)} of {total}")
        for rows in ("0", "1001", "-1", "x"):
            check(api.ask("GET", f"{path}?rows={rows}")[0].status == 400, f"{path}?rows={rows}")
        check(api.ask("GET", f"{path}?cursor=%FF")[0].status == 400, f"{path}: a cursor that is no text")
        check(api.ask("GET", f"{path}?cursor=" + "x" * 600)[0].status == 400, f"{path}: a long cursor")


def check_idempotency(api, ids, catalogue):
    for path, body, key in (("/api/v1/sweeps", {"selection": {"kind": "top", "top": 2}}, "id"),
                            ("/api/v1/campaigns", {"name": "n", "target_apps": 4, "end_date": "2027-01-31"}, "id"),
                            ("/api/v1/retests", {"job": ids["job"]}, "job"),
                            ("/api/v1/catalogues", {"source": str(catalogue), "store": "s"}, "id")):
        first, again, other = (json.loads(api.ask("POST", path, body, {"Idempotency-Key": k})[1])[key]
                               for k in (path + "1", path + "1", path + "2"))
        check(first == again, f"{path}: the same key made two")
        check(first != other, f"{path}: another key made nothing")


def check_sdks(api, sweep):
    """Each listing counts once for an SDK of the catalogue; what nobody has looked through is told apart."""
    _, text = api.ask("GET", f"/api/v1/sweeps/{sweep}/sdks")
    answer = json.loads(text)
    rows = [(r["sdk"], r["company"], r["version"], r["listings"]) for r in answer["rows"]]
    check(rows == [("bugly", "腾讯", None, 1), ("jpush", "极光", "4.1", 1), ("jpush", "极光", "5.0", 1)], f"SDKs: {rows}")
    check((answer["looked"], answer["not_looked"], answer["left_out"]) == (2, 18, 1), f"SDKs: {answer}")
    _, text = api.ask("GET", f"/api/v1/sweeps/{sweep}/sdks.csv")
    check("bugly,Bugly,腾讯,crash,unknown,1,true" in text.decode(), f"SDKs for a spreadsheet: {text.decode()}")


def check_metrics(api):
    answer, text = api.ask("GET", "/metrics")
    for line in text.decode().splitlines():
        check(line.startswith("#") or line.startswith("storesweep_"), f"/metrics: {line}")
    tool = shutil.which("promtool")
    if tool is None:
        return print("promtool is not here (Debian: prometheus): the form of /metrics was not checked by it")
    done = subprocess.run([tool, "check", "metrics"], input=text, capture_output=True)
    check(done.returncode == 0, f"promtool: {done.stdout.decode()}{done.stderr.decode()}")


# ---- what people are told

def check_words(api, ids):
    """Every refusal says what to do next."""
    for path, body, status, words in (
            ("/api/v1/catalogues", {"source": "/no/such.csv"}, 404, "one of the coordinator's machine"),
            ("/api/v1/catalogues", {"source": "/no/such"}, 400, "say csv, jsonl or fdroid"),
            ("/api/v1/catalogues", {"source": "file:///etc/passwd", "format": "csv"}, 403, "not allowed there"),
            ("/api/v1/sweeps", {"selection": {"kind": "store", "store": "nobody's"}}, 400, "`nobody's`"),
            ("/api/v1/sweeps", {"selection": {"kind": "list", "packages": ["no.such"]}}, 400, "none of the 1 packages"),
            ("/api/v1/sweeps", {"shards": 5000}, 400, "shards: wanted 1 to 1024"),
            ("/api/v1/retests", {"job": ids["job"], "rules": ["R99.9"]}, 400, "`R99.9`"),
            ("/api/v1/retests", {"job": 987654}, 404, "storesweep results"),
            (f"/api/v1/sweeps/{ids['sweep']}/pause", {}, 409, "is done"),
            ("/api/v1/sweeps/987654/pause", {}, 404, "storesweep status"),
            ("/api/v1/workers/nobody/drain", {}, 404, "storesweep workers")):
        answer, text = api.ask("POST", path, body)
        check(answer.status == status and words in json.loads(text)["error"]["message"],
              f"POST {path} {body}: {answer.status} {text.decode()}")


def check_bad_rows(api, folder):
    """An app whose row cannot be read has not gone; while a row names no app nothing has."""
    file = folder / "bad.jsonl"

    def brought(*lines):
        file.write_text("\n".join(lines) + "\n")
        answer, text = api.ask("POST", "/api/v1/catalogues", {"source": str(file), "store": "bad rows"})
        check(answer.status == 201, f"an import with bad rows: {text}")
        return json.loads(text)
    good = '{"package": "a.%s"}'
    brought(*(good % n for n in "abc"))
    second = brought(good % "a", '{"package": "a.b", "downloads": "many"}')
    check((second["gone"], second["rejected"], second["nameless"]) == (1, 1, 0), f"a.c alone has gone: {second}")
    rejects = pathlib.Path(second["rejects_file"]).read_text().splitlines()
    check(rejects[1].startswith('2,"downloads: ""many"" is not a number'), f"rejects: {rejects}")
    third = brought(good % "a", "{")
    check((third["gone"], third["nameless"]) == (0, 1), f"whose row was it? {third}")
    check(brought(good % "a")["gone"] == 1, "at last a.b has gone")


def check_events(api):
    def some(headers):
        connection = http.client.HTTPConnection("127.0.0.1", api.port, timeout=20)
        connection.request("GET", "/api/v1/events", headers=headers)
        answer, text = connection.getresponse(), b""
        while text.count(b"\n\n") < 3:
            text += answer.read1(65536)
        connection.close()
        return [int(line[4:]) for line in text.decode().splitlines() if line.startswith("id: ")]
    first = some({})
    check(first == sorted(set(first)), "events have rising ids")
    again = some({"Last-Event-ID": str(first[0])})
    check(again[0] == first[1], f"a client that comes back misses nothing: {first[:3]} {again[:3]}")


# ---- who may what

def check_tokens(cluster):
    folder = cluster.folder / "tokens"
    folder.mkdir()
    text = (cluster.folder / "coordinator.yaml").read_text()
    port, link = free_ports(2)
    text = text.replace(f"127.0.0.1:{cluster.http}", f"127.0.0.1:{port}").replace(f":{cluster.link}", f":{link}")
    roles = {"viewer": ("viewer",), "operator": ("viewer", "operator"), "officer": ("viewer", "officer"),
             "admin": ("viewer", "operator", "officer", "admin")}
    tokens = [{"name": n, key: n, "sha256": hashlib.sha256(f"secret-{n}".encode()).hexdigest()}
              for key, names in (("role", roles), ("access", ("read", "full"))) for n in names]
    may = {None: (), "wrong": (), **{f"secret-{n}": r for n, r in roles.items()},
           "secret-read": roles["viewer"], "secret-full": roles["admin"]}
    text = text.replace("http: {", "http: {tokens: " + json.dumps(tokens) + ", ").replace("key_file: ", "key_file: ../") \
        .replace("workers_file: ", "workers_file: ../")
    (folder / "coordinator.yaml").write_text(text)
    process = subprocess.Popen([cluster.programs["storesweep-coordinator"], "--config", folder / "coordinator.yaml"],
                               stderr=subprocess.DEVNULL)
    try:
        wait(lambda: Api(port).ask("GET", "/readyz")[0].status == 200)
        ids = {"sweep": 1, "shard": 0, "job": 1, "campaign": 1, "sha256": "0" * 64, "worker": "w", "address": "a",
               "name": "n", "finding": "1.0123456789", "pack": "0" * 64}
        for path, method, operation in every_operation():
            role = operation["x-role"]
            for token, roles in may.items():
                answer, text = Api(port, token).ask(method, filled(path, ids), {})
                what = f"{method} {path} with {token}"
                if role == "open" or role in roles:
                    check(answer.status != 401 and (answer.status != 403 or role == "open"), f"{what}: {answer.status}")
                    continue
                check(answer.status == (403 if roles else 401), f"{what}: {answer.status}")
                validate(json.loads(text), DOCUMENT["components"]["schemas"]["Error"], what)
        operator = Api(port, "secret-operator")  # nobody works here: a sweep says so
        operator.ask("POST", "/api/v1/catalogues", {"source": str(cluster.folder / "catalogue.jsonl"), "store": "s"})
        _, text = operator.ask("POST", "/api/v1/sweeps", {})
        check("no worker is connected" in json.loads(text)["stopped_why"], f"a sweep without workers: {text}")
    finally:
        process.send_signal(signal.SIGTERM)
        check(process.wait(timeout=60) == 0, "a coordinator ends by SIGTERM with 0")


def free_ports(n):
    sockets = [socket.socket() for _ in range(n)]
    for s in sockets:
        s.bind(("127.0.0.1", 0))
    ports = [s.getsockname()[1] for s in sockets]
    for s in sockets:
        s.close()
    return ports


def write_catalogue(path, apps):
    with open(path, "w") as out:
        for i in range(apps):
            script = {1: ";violation=both", 2: ";violation=first", 3: ";fail=app", 4: ";min_api=99",
                      5: ";sdk=jpush@4.1;sdk=bugly", 6: ";sdk=jpush@5.0;sdk=of-nobody"}.get(i, "")
            out.write(json.dumps({"package": f"com.example.a{i}", "label": f"应用{i}", "version_name": "1.0",
                                  "developer": f"开发者{i % 3}", "category": "工具", "region": "北京", "downloads": i,
                                  "permissions": {"android.permission.CAMERA": "拍照"},
                                  "apk_url": f"script:app=a{i};ms=10" + script}, ensure_ascii=False) + "\n")
        out.write("no JSON\n")


def main():
    with tempfile.TemporaryDirectory(prefix="storesweep-api-") as folder:
        cluster = Cluster(programs, source, folder, workers=2, devices=3)
        config = cluster.folder / "coordinator.yaml"
        config.write_text(config.read_text().replace("http: {", "http: {header_ms: 3 s, max_connections: 900, "))
        catalogue = cluster.folder / "catalogue.jsonl"
        write_catalogue(catalogue, 20)
        try:
            cluster.start_all()
            api = Api(cluster.http)
            pid = cluster.processes["coordinator"].pid
            cluster.api("POST", "/api/v1/catalogues", {"source": str(catalogue), "store": "s"})
            sweep = cluster.api("POST", "/api/v1/sweeps", {"name": "first", "shards": 3})["id"]

            def over(at):
                now = cluster.api("GET", f"/api/v1/sweeps/{at}")
                return now["state"] == "done" and now["confirmations_open"] == 0
            wait(lambda: over(sweep))
            rows = cluster.api("GET", f"/api/v1/sweeps/{sweep}/results")["rows"]
            job = next(r["job"] for r in rows if r["findings"] > 0)
            blob = cluster.api("GET", f"/api/v1/results/{job}/evidence")["rows"][0]["sha256"]
            finding = cluster.api("GET", f"/api/v1/findings?sweep={sweep}")["rows"][0]["id"]
            stated = cluster.api("GET", f"/api/v1/results/{job}/statement")
            head = cluster.api("GET", "/api/v1/evidence/head")["head"]
            check(0 < max(c["number"] for c in stated["closings"]) <= head["number"], "its journals are in the chain")
            campaign = cluster.api("POST", "/api/v1/campaigns", {"name": "n", "target_apps": 9, "end_date": "2027-12-31"})
            slow = cluster.folder / "slow.jsonl"
            slow.write_text(catalogue.read_text().replace("ms=10", "ms=60000").replace("com.example", "com.slow"))
            cluster.api("POST", "/api/v1/catalogues", {"source": str(slow), "store": "slow"})
            paused = cluster.api("POST", "/api/v1/sweeps", {"selection": {"kind": "store", "store": "slow"}})["id"]
            ids = {"sweep": sweep, "paused": paused, "shard": 0, "job": job, "campaign": campaign["id"], "sha256": blob,
                   "pack": stated["statement"]["pack"], "worker": "w-1", "finding": finding,
                   "device": cluster.api("GET", "/api/v1/devices")["rows"][0]["identity"]}
            used = f"1.1.1.{job:x}.{'0' * 64}.{'w-0'.encode().hex()}"
            check_described(api, ids, catalogue, used)
            check_errors(api, ids)
            check_nothing_else(api, ids)
            check_pages(api, sweep, 20)
            check_sdks(api, sweep)
            check_idempotency(api, ids, catalogue)
            check_words(api, ids)
            check_chain(api, cluster.folder)
            check_bundle(cluster, job, programs, source)
            check_bad_rows(api, cluster.folder)
            check_events(api)
            check_metrics(api)
            check_tokens(cluster)
            before = resident_mib(pid)
            check_hostile(cluster.http, pid)
            check_slow(cluster.http, pid, 900)
            grown = resident_mib(pid) - before
            check(grown < MAX_GROWTH_MIB, f"it has grown by {grown:.0f} MiB")
            print(f"{held.checks} checks; hostile clients made the coordinator grow by {grown:.1f} MiB")
            code = cluster.kill("coordinator", signal.SIGTERM)
            check(code == 0, f"SIGTERM ends it with {code}")
        finally:
            cluster.stop()


main()
