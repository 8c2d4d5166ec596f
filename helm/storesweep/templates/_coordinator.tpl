{{- /* coordinator.yaml: what the chart decides, over what values say, over docs/coordinator.yaml */}}
{{- define "storesweep.coordinator-config" -}}
{{- $c := .Values.coordinator -}}
{{- $data := "/var/lib/storesweep" -}}
{{- $store := dict "sqlite" (printf "%s/storesweep.db" $data) -}}
{{- with $c.store.postgres -}}
{{- $store = dict "postgres" (omit . "passwordSecret" "caSecret") -}}
{{- if .passwordSecret -}}
{{- $_ := set $store.postgres "password" (dict "file" "/etc/storesweep/postgres/password") -}}
{{- end -}}
{{- end -}}
{{- $url := default (printf "http://%s-coordinator:8080" (include "storesweep.fullname" .)) $c.publicUrl -}}
{{- $ours := dict
  "store" $store
  "blobs" (dict "folder" (printf "%s/blobs" $data))
  "evidence" (dict "key_file" (printf "%s/evidence.key" $data) "heads" (printf "%s/heads" $data))
  "link" (dict "listen" "tcp://0.0.0.0:7070" "key_file" "/run/storesweep/coordinator.key" "workers_file" "/etc/storesweep/keys/workers.txt")
  "judging" (dict "rules" "/usr/share/storesweep/rules" "observations" (printf "%s/observations" $data))
  "catalogues" (dict "rejects" (printf "%s/rejects" $data))
  "http" (dict "listen" "0.0.0.0:8080" "public_url" $url "tokens" $c.tokens) -}}
{{- mergeOverwrite (deepCopy $c.config) $ours | toYaml -}}
{{- end }}

{{- /* What a values file must say; the schema holds their form. */}}
{{- define "storesweep.check-coordinator" -}}
{{- $c := .Values.coordinator -}}
{{- if not $c.tokens -}}
{{- fail "coordinator.tokens: at least one is needed, or anybody in the cluster could order it about: {name: operators, access: full, sha256: ...}, where `printf %s TOKEN | sha256sum` gives the last (docs/operate.md, First installation)" -}}
{{- end -}}
{{- if and .Values.workers (not $c.publicKey) -}}
{{- fail "coordinator.publicKey: workers know their coordinator by it; `storesweep-coordinator keygen coordinator.key` makes the pair and prints it (docs/operate.md, First installation)" -}}
{{- end -}}
{{- if and $c.store.postgres (not $c.store.postgres.connection) -}}
{{- fail "coordinator.store.postgres.connection: missing, such as host=db1,db2 dbname=storesweep user=storesweep target_session_attrs=read-write" -}}
{{- end -}}
{{- end }}

{{- define "storesweep.postgres-volumes" -}}
{{- with .Values.coordinator.store.postgres }}
{{- if or .passwordSecret .caSecret }}
- name: postgres
  projected:
    sources:
      {{- with .passwordSecret }}
      - secret: {name: {{ .name }}, items: [{key: {{ .key }}, path: password}]}
      {{- end }}
      {{- with .caSecret }}
      - secret: {name: {{ .name }}, items: [{key: {{ .key }}, path: ca.crt}]}
      {{- end }}
{{- end }}
{{- end }}
{{- end }}

{{- define "storesweep.postgres-mounts" -}}
{{- with .Values.coordinator.store.postgres }}
{{- if or .passwordSecret .caSecret }}
- {name: postgres, mountPath: /etc/storesweep/postgres, readOnly: true}
{{- end }}
{{- end }}
{{- end }}
