{{- /* Jobs that want a device now: waiting, second runs, retests, and what runs. What is paused wants none, and a twin waits
for a run that is counted already. The recording rule storesweep_open_jobs (files/rules.yaml) says the same. */}}
{{- define "storesweep.open-jobs" -}}
sum(storesweep_jobs{namespace="{{ .Release.Namespace }}",state=~"pending|second_run|retest"}) + sum(storesweep_leases{namespace="{{ .Release.Namespace }}"})
{{- end }}

{{- define "storesweep.scale-down" -}}
behavior:
  scaleUp: {stabilizationWindowSeconds: 0}
  scaleDown: {stabilizationWindowSeconds: {{ .cooldownSeconds }}}
{{- end }}
