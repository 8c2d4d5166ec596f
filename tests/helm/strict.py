"""Kubernetes' and the operators' schemas, made strict: a field that they do not know is an error, as a typing mistake in
a chart would be silently dropped by the server."""
import copy
import json
import os
import pathlib

import jsonschema
import yaml

from helm import ROOT

CORPUS = pathlib.Path(os.environ.get("STORESWEEP_CORPUS", ROOT / "../shared/corpus")) / "kubernetes"
OPEN = "x-kubernetes-preserve-unknown-fields"
QUANTITY = "io.k8s.apimachinery.pkg.api.resource.Quantity"


def strict(node):
    if isinstance(node, list):
        return [strict(n) for n in node]
    if not isinstance(node, dict):
        return node
    out = {k: strict(v) for k, v in node.items()}
    if isinstance(node.get("properties"), dict) and not node.get(OPEN) and "additionalProperties" not in node:
        out["additionalProperties"] = False
    if node.get("x-kubernetes-int-or-string") or node.get("format") == "int-or-string":
        out.pop("type", None)
        out["type"] = ["integer", "string"]
    if str(node.get("pattern", "")).startswith("(?i)"):  # Go's, unknown elsewhere
        out.pop("pattern")
    return out


def kubernetes(version):
    """(apiVersion, kind) -> validator, of one version of Kubernetes."""
    definitions = strict(json.loads((CORPUS / f"v{version}-definitions.json").read_text()))["definitions"]
    definitions[QUANTITY] = {"type": ["number", "string"]}
    out = {}
    for name, schema in definitions.items():
        for gvk in schema.get("x-kubernetes-group-version-kind", []):
            api = "/".join(filter(None, (gvk["group"], gvk["version"])))
            out[(api, gvk["kind"])] = jsonschema.Draft7Validator({"$ref": f"#/definitions/{name}", "definitions": definitions})
    return out


def operators():
    """The same of the operators' CRDs; lines of Helm's in them are dropped."""
    out = {}
    for file in sorted(CORPUS.glob("*-crd-*.yaml")):
        crd = yaml.safe_load("\n".join(line for line in file.read_text().splitlines() if "{{" not in line))
        for version in crd["spec"]["versions"]:
            schema = strict(version["schema"]["openAPIV3Schema"])
            schema["properties"]["metadata"] = {"type": "object"}
            api = f'{crd["spec"]["group"]}/{version["name"]}'
            out[(api, crd["spec"]["names"]["kind"])] = jsonschema.Draft7Validator(schema)
            if crd["spec"]["names"]["kind"] == "ServiceMonitor":
                out[(api, "PodMonitor")] = jsonschema.Draft7Validator(pod_monitor(schema))
    return out


def pod_monitor(service_monitor):
    """The corpus has no PodMonitor. What both have they have under the same names; the pods' endpoints lack targetPort."""
    schema = copy.deepcopy(service_monitor)
    spec = schema["properties"]["spec"]
    endpoints = spec["properties"].pop("endpoints")
    endpoints["items"]["properties"].pop("targetPort")
    spec["properties"] = {k: v for k, v in spec["properties"].items() if k in ("selector", "namespaceSelector", "jobLabel")}
    spec["properties"]["podMetricsEndpoints"] = endpoints
    spec["required"] = ["podMetricsEndpoints", "selector"]
    return schema


def errors(validators, o):
    validator = validators.get((o["apiVersion"], o["kind"]))
    if validator is None:
        return [f'{o["apiVersion"]} {o["kind"]} is not known']
    name = f'{o["kind"]} {o["metadata"]["name"]}'
    return [f"{name}: {'.'.join(map(str, e.path))}: {e.message[:200]}" for e in validator.iter_errors(o)]
