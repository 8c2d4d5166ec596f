{{- /* dict root name: everything of a pool, as YAML. What it leaves out is workerDefaults'. */}}
{{- define "storesweep.pool" -}}
{{- $pool := mergeOverwrite (deepCopy .root.Values.workerDefaults) (deepCopy (index .root.Values.workers .name)) -}}
{{- include "storesweep.check-pool" (dict "name" .name "pool" $pool "root" .root) -}}
{{- toYaml $pool -}}
{{- end }}

{{- define "storesweep.check-pool" -}}
{{- $p := .pool -}}
{{- $here := printf "workers.%s" .name -}}
{{- if not $p.mode -}}
{{- fail (printf "%s.mode: one of emulator, redroid, external, simulated is needed" $here) -}}
{{- end -}}
{{- if and (has $p.mode (list "emulator" "redroid")) (not (index $p $p.mode).image) -}}
{{- fail (printf "%s.%s.image: missing, the image that runs the device; none can be shipped with the chart" $here $p.mode) -}}
{{- end -}}
{{- if and (eq $p.mode "redroid") (not $p.acceptPrivileged) -}}
{{- fail (printf "%s.acceptPrivileged: redroid needs a privileged container and shares the node's kernel with the apps under test; set it to true on nodes that nothing else runs on, or use mode emulator" $here) -}}
{{- end -}}
{{- if and (eq $p.mode "external") (not $p.external.endpointsSecret) -}}
{{- fail (printf "%s.external.endpointsSecret: missing, the Secret that names each worker's devices (HOST:PORT)" $here) -}}
{{- end -}}
{{- if and (eq $p.mode "external") (ne $p.autoscaling.kind "none") -}}
{{- fail (printf "%s.autoscaling.kind: devices of mode external are there or not, whatever the queue holds: only none" $here) -}}
{{- end -}}
{{- if and (eq $p.autoscaling.kind "hpa") (lt (int $p.autoscaling.min) 1) -}}
{{- fail (printf "%s.autoscaling.min: an HPA cannot come back from nothing: at least 1, or kind keda" $here) -}}
{{- end -}}
{{- if gt (int $p.autoscaling.min) (int $p.autoscaling.max) -}}
{{- fail (printf "%s.autoscaling: min is more than max" $here) -}}
{{- end -}}
{{- if eq $p.autoscaling.kind "keda" -}}
{{- if not .root.Values.autoscaling.prometheus -}}
{{- fail "autoscaling.prometheus: KEDA asks Prometheus for the queue: its address, such as http://prometheus.monitoring:9090" -}}
{{- end -}}
{{- if not (.root.Capabilities.APIVersions.Has "keda.sh/v1alpha1") -}}
{{- fail (printf "%s.autoscaling.kind: keda, but this cluster has no keda.sh/v1alpha1 (to `helm template`, say --api-versions keda.sh/v1alpha1)" $here) -}}
{{- end -}}
{{- end -}}
{{- end }}

{{- /* worker.yaml of a pool; the init container puts NAME and ENDPOINTS in. dict root pool */}}
{{- define "storesweep.worker-config" -}}
{{- $p := .pool -}}
{{- $state := "/var/lib/storesweep" -}}
{{- $devices := list -}}
{{- if has $p.mode (list "emulator" "redroid") -}}
{{- $devices = list (printf "127.0.0.1:%d" (ternary $p.emulator.adbPort 5555 (eq $p.mode "emulator") | int)) -}}
{{- end -}}
{{- range $i := until (ternary ($p.simulated.devices | int) 0 (eq $p.mode "simulated")) -}}
{{- $devices = append $devices (printf "127.0.0.1:%d" (add 5601 $i)) -}}
{{- end -}}
{{- $list := ternary "@ENDPOINTS@" (toJson $devices) (eq $p.mode "external") -}}
name: "@NAME@"
coordinator:
  addresses:
    {{- range splitList "," (include "storesweep.coordinators" .root) }}
    - tcp://{{ . }}:7070
    {{- end }}
  public_key: {{ .root.Values.coordinator.publicKey | squote }}
  {{- if dig "caSecret" dict .root.Values.coordinator.blobs.s3 }}
  evidence_ca: /etc/storesweep/evidence/ca.crt
  {{- end }}
key_folder: /run/storesweep/keys
slots: {{ $p.slots }}
spool: {folder: {{ $state }}/spool, max_bytes: {{ $p.spoolBytes }}}
limits:
  fetch_ms: {{ mul 1000 $p.limitsSeconds.fetch }}
  device_wait_ms: {{ mul 1000 $p.limitsSeconds.deviceWait }}
  triage_run_ms: {{ mul 1000 $p.limitsSeconds.triageRun }}
  lab_run_ms: {{ mul 1000 $p.limitsSeconds.labRun }}
metrics: {listen: "0.0.0.0:9090"}   # who may ask: its NetworkPolicy
rules: /usr/share/storesweep/rules
adb:
  server: 127.0.0.1:5037   # of this pod alone
  environment:
    HOME: {{ $state }}
    {{- if $p.adbKeySecret }}
    ADB_VENDOR_KEYS: /run/storesweep/adbkey
    {{- end }}
  connect: {{ $list }}
devices:
  serials: {{ $list }}     # an emulator's second name would be a second device
  baselines: {{ $state }}/baselines
  claims: {{ $state }}/claims
apks: {cache: {{ $state }}/cache, cache_bytes: {{ $p.cacheBytes }}}
{{- end }}

{{- /* The longest that what has begun may take, and five minutes for its report. */}}
{{- define "storesweep.grace" -}}
{{- $l := .limitsSeconds -}}
{{- add $l.fetch $l.deviceWait (max $l.triageRun $l.labRun) 300 -}}
{{- end }}

{{- /* The device beside a worker: a native sidecar, which starts before it and ends after it. dict root pool */}}
{{- define "storesweep.device" -}}
{{- $p := .pool -}}
{{- if eq $p.mode "emulator" }}
- name: emulator
  image: {{ $p.emulator.image }}
  restartPolicy: Always
  env:
    {{- include "storesweep.pod-name" . | nindent 4 }}
    {{- with $p.emulator.env }}
    {{- toYaml . | nindent 4 }}
    {{- end }}
  {{- with $p.emulator.args }}
  args: {{- toYaml . | nindent 4 }}
  {{- end }}
  # That it can be spoken to. Whether Android is up the worker sees for itself.
  startupProbe: {tcpSocket: {port: {{ $p.emulator.adbPort }}}, periodSeconds: 5, failureThreshold: 60}
  securityContext: {runAsNonRoot: false, runAsUser: 0, allowPrivilegeEscalation: false}
  resources: {{- include "storesweep.with-kvm" $p.emulator | nindent 4 }}
{{- else if eq $p.mode "redroid" }}
- name: redroid
  image: {{ $p.redroid.image }}
  restartPolicy: Always
  env: {{- include "storesweep.pod-name" . | nindent 4 }}
  args: {{- toYaml $p.redroid.args | nindent 4 }}
  startupProbe:
    exec: {command: [/system/bin/sh, -c, '[ "$(getprop sys.boot_completed)" = 1 ]']}
    periodSeconds: 5
    failureThreshold: 60
  securityContext: {privileged: true, runAsNonRoot: false, runAsUser: 0, runAsGroup: 0}
  resources: {{- toYaml $p.redroid.resources | nindent 4 }}
{{- else if eq $p.mode "simulated" }}
- name: simulator
  image: {{ include "storesweep.image" (dict "root" .root "program" "simulator") }}
  imagePullPolicy: {{ .root.Values.images.pullPolicy }}
  restartPolicy: Always
  env: {{- include "storesweep.pod-name" . | nindent 4 }}
  # Each pod numbers its devices apart: one serial twice would be one device.
  command:
    - sh
    - -c
    - >-
      exec simdroid --shapes /usr/share/storesweep/shapes --devices {{ $p.simulated.devices }} --port 5601
      --api {{ $p.simulated.apis }} --rate {{ $p.simulated.rate }}
      --first $((${POD_NAME##*-} * {{ $p.simulated.devices }} + 1))
  {{- include "storesweep.confined" . | nindent 2 }}
  resources: {{- toYaml $p.simulated.resources | nindent 4 }}
  volumeMounts:
    - {name: tmp, mountPath: /tmp}
{{- end }}
{{- end }}

{{- define "storesweep.pod-name" -}}
- {name: POD_NAME, valueFrom: {fieldRef: {fieldPath: metadata.name}}}
{{- end }}

{{- define "storesweep.with-kvm" -}}
{{- $kvm := dict .kvmResource 1 -}}
requests: {{- merge (dict) .resources.requests $kvm | toYaml | nindent 2 }}
limits: {{- merge (dict) .resources.limits $kvm | toYaml | nindent 2 }}
{{- end }}
