{{- /* The Job's own name is the idempotency key: a pod that runs once more imports and starts nothing twice. */}}
{{- define "storesweep.cron" }}
apiVersion: batch/v1
kind: CronJob
metadata:
  name: {{ include "storesweep.fullname" .root }}-{{ .component }}
  labels: {{- include "storesweep.labels" . | nindent 4 }}
spec:
  schedule: {{ .cron.schedule | quote }}
  timeZone: {{ .cron.timeZone }}
  concurrencyPolicy: Forbid
  startingDeadlineSeconds: 7200
  successfulJobsHistoryLimit: 3
  failedJobsHistoryLimit: 7
  jobTemplate:
    spec:
      backoffLimit: 5
      activeDeadlineSeconds: 7200
      template:
        metadata:
          labels: {{- include "storesweep.labels" . | nindent 12 }}
        spec:
          {{- include "storesweep.pod" .root | nindent 10 }}
          restartPolicy: Never
          {{- $steps := list }}
          {{- range $i, $words := .steps }}
          {{- $steps = append $steps (dict "i" $i "words" $words) }}
          {{- end }}
          {{- with initial $steps }}
          initContainers:
            {{- range . }}
            {{- include "storesweep.cron-step" (dict "root" $.root "step" .) | nindent 12 }}
            {{- end }}
          {{- end }}
          containers:
            {{- include "storesweep.cron-step" (dict "root" .root "step" (last $steps)) | nindent 12 }}
          volumes:
            {{- include "storesweep.token-volume" (dict "root" .root "token" "full") | nindent 12 }}
{{- end }}
{{- define "storesweep.cron-step" -}}
- name: step-{{ .step.i }}
  image: {{ include "storesweep.image" (dict "root" .root "program" "coordinator") }}
  imagePullPolicy: {{ .root.Values.images.pullPolicy }}
  command: {{ prepend .step.words "storesweep" | toJson }}
  env:
    - {name: JOB, valueFrom: {fieldRef: {fieldPath: "metadata.labels['batch.kubernetes.io/job-name']"}}}
    {{- include "storesweep.cli" (dict "root" .root "token" "full") | nindent 4 }}
  {{- include "storesweep.confined" . | nindent 2 }}
  resources: {requests: {cpu: 50m, memory: 32Mi}, limits: {memory: 128Mi}}
  volumeMounts:
    - {name: token, mountPath: /run/secrets/storesweep, readOnly: true}
{{- end }}
