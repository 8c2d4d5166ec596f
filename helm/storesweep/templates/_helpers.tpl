{{- define "storesweep.fullname" -}}
{{- $name := default .Chart.Name .Values.nameOverride -}}
{{- $full := ternary .Release.Name (printf "%s-%s" .Release.Name $name) (contains $name .Release.Name) -}}
{{- default $full .Values.fullnameOverride | trunc 30 | trimSuffix "-" -}}
{{- end }}

{{- /* dict root component: what a Service or a policy finds its pods by; never the version, which changes */}}
{{- define "storesweep.selector" -}}
app.kubernetes.io/name: {{ .root.Chart.Name }}
app.kubernetes.io/instance: {{ .root.Release.Name }}
app.kubernetes.io/component: {{ .component }}
{{- end }}

{{- define "storesweep.labels" -}}
{{ include "storesweep.selector" . }}
app.kubernetes.io/version: {{ .root.Chart.AppVersion | quote }}
app.kubernetes.io/managed-by: {{ .root.Release.Service }}
helm.sh/chart: {{ .root.Chart.Name }}-{{ .root.Chart.Version }}
{{- end }}

{{- /* dict root program */}}
{{- define "storesweep.image" -}}
{{- $image := index .root.Values.images .program -}}
{{- if $image.digest -}}
{{ $image.repository }}@{{ $image.digest }}
{{- else -}}
{{ $image.repository }}:{{ default .root.Chart.AppVersion $image.tag }}
{{- end -}}
{{- end }}

{{- /* What every pod of ours has. Nothing of ours speaks to the API server, nothing runs as root. */}}
{{- define "storesweep.pod" -}}
automountServiceAccountToken: false
enableServiceLinks: false
securityContext:
  runAsNonRoot: true
  runAsUser: 10001
  runAsGroup: 10001
  fsGroup: 10001
  fsGroupChangePolicy: OnRootMismatch
  seccompProfile: {type: RuntimeDefault}
{{- with .Values.images.pullSecrets }}
imagePullSecrets: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "storesweep.placement" -}}
{{- with .nodeSelector }}
nodeSelector: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .tolerations }}
tolerations: {{- toYaml . | nindent 2 }}
{{- end }}
{{- with .affinity }}
affinity: {{- toYaml . | nindent 2 }}
{{- end }}
{{- end }}

{{- define "storesweep.confined" -}}
securityContext:
  allowPrivilegeEscalation: false
  readOnlyRootFilesystem: true
  capabilities: {drop: [ALL]}
{{- end }}

{{- /* Environment of the command line in CronJobs and tests. dict root token */}}
{{- define "storesweep.cli" -}}
{{- $servers := list }}
{{- range splitList "," (include "storesweep.coordinators" .root) }}
{{- $servers = append $servers (printf "http://%s:8080" .) }}
{{- end }}
- {name: STORESWEEP_SERVER, value: {{ join "," $servers | quote }}}
- {name: STORESWEEP_TOKEN_FILE, value: /run/secrets/storesweep/{{ .token }}}
- {name: LC_ALL, value: C.UTF-8}
{{- end }}

{{- define "storesweep.token-volume" -}}
- name: token
  secret: {secretName: {{ .root.Values.coordinator.tokensSecret }}, items: [{key: {{ .token }}, path: {{ .token }}}]}
{{- end }}
