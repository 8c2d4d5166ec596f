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
{{- $several := gt (int $c.replicas) 1 -}}
{{- $s3 := $c.blobs.s3 -}}
{{- $blobs := dict "folder" (printf "%s/blobs" $data) "shared" $several -}}
{{- if $s3 -}}
{{- $keys := dict "access_key" (dict "file" "/etc/storesweep/s3/access_key") "secret_key" (dict "file" "/etc/storesweep/s3/secret_key") "spool" (printf "%s/spool" $data) -}}
{{- $blobs = dict "s3" (merge (omit $s3 "keysSecret" "caSecret") $keys) -}}
{{- if $s3.caSecret -}}
{{- $_ := set $blobs.s3 "ca_file" "/etc/storesweep/s3/ca.crt" -}}
{{- end -}}
{{- end -}}
{{- $sharedKey := or $several (and $s3 $c.store.postgres) -}}
{{- $url := default (ternary "${STORESWEEP_PUBLIC_URL}" (printf "http://%s-coordinator:8080" (include "storesweep.fullname" .)) $several) $c.publicUrl -}}
{{- $key := ternary "/run/storesweep/evidence.key" (printf "%s/evidence.key" $data) (not (empty $sharedKey)) -}}
{{- $ours := dict
  "store" $store
  "blobs" $blobs
  "evidence" (dict "key_file" $key "heads" (printf "%s/heads" $data))
  "link" (dict "listen" "tcp://0.0.0.0:7070" "key_file" "/run/storesweep/coordinator.key" "workers_file" "/etc/storesweep/keys/workers.txt")
  "audit" (dict "file" (printf "%s/audit/{host}.jsonl" $data))
  "judging" (dict "rules" "/usr/share/storesweep/rules" "observations" (printf "%s/observations" $data))
  "catalogues" (dict "rejects" (printf "%s/rejects" $data))
  "http" (dict "listen" "0.0.0.0:8080" "public_url" $url "tokens" $c.tokens) -}}
{{- mergeOverwrite (deepCopy $c.config) $ours | toYaml -}}
{{- end }}

{{- /* Hosts of the coordinators, with commas: one by its Service, several each by its own name. */}}
{{- define "storesweep.coordinators" -}}
{{- $name := printf "%s-coordinator" (include "storesweep.fullname" .) -}}
{{- $hosts := list $name -}}
{{- $n := int .Values.coordinator.replicas -}}
{{- if gt $n 1 -}}
{{- $hosts = list -}}
{{- range $i := until $n -}}
{{- $hosts = append $hosts (printf "%s-%d.%s-pods" $name $i $name) -}}
{{- end -}}
{{- end -}}
{{- join "," $hosts -}}
{{- end }}

{{- /* What a values file must say; the schema holds their form. */}}
{{- define "storesweep.check-coordinator" -}}
{{- $c := .Values.coordinator -}}
{{- if not $c.tokens -}}
{{- fail "coordinator.tokens: at least one is needed, or anybody in the cluster could order it about: {name: nightly, role: operator, sha256: ...}, where `printf %s TOKEN | sha256sum` gives the last (docs/operate.md, First installation)" -}}
{{- end -}}
{{- if and .Values.workers (not $c.publicKey) -}}
{{- fail "coordinator.publicKey: workers know their coordinator by it; `storesweep-coordinator keygen coordinator.key` makes the pair and prints it (docs/operate.md, First installation)" -}}
{{- end -}}
{{- if gt (int $c.replicas) 1 -}}
{{- if not $c.store.postgres -}}
{{- fail "coordinator.replicas: several coordinators share a store: coordinator.store.postgres is needed (docs/postgres.md, Several coordinators)" -}}
{{- end -}}
{{- if not (or $c.persistence.existingClaim $c.blobs.s3) -}}
{{- fail "coordinator.persistence.existingClaim: several coordinators share their evidence: a claim of access mode ReadWriteMany is needed, or a bucket, coordinator.blobs.s3 (docs/postgres.md, Several coordinators)" -}}
{{- end -}}
{{- end -}}
{{- with $c.blobs.s3 -}}
{{- if not (and .endpoint .bucket .keysSecret) -}}
{{- fail "coordinator.blobs.s3: endpoint, bucket and keysSecret are needed, such as endpoint: https://s3.example, bucket: evidence, keysSecret: {name: storesweep-s3} (a Secret with the keys access_key and secret_key)" -}}
{{- end -}}
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

{{- define "storesweep.s3-volumes" -}}
{{- with .Values.coordinator.blobs.s3 }}
- name: s3
  projected:
    sources:
      - secret: {name: {{ .keysSecret.name }}, items: [{key: access_key, path: access_key}, {key: secret_key, path: secret_key}]}
      {{- with .caSecret }}
      - secret: {name: {{ .name }}, items: [{key: {{ .key }}, path: ca.crt}]}
      {{- end }}
{{- end }}
{{- end }}

{{- define "storesweep.s3-mounts" -}}
{{- if .Values.coordinator.blobs.s3 }}
- {name: s3, mountPath: /etc/storesweep/s3, readOnly: true}
{{- end }}
{{- end }}
