#!/usr/bin/env bash
# PostgreSQL 15 to 18: with publish_via_partition_root the stream tells of a changed row what it was by
# the REPLICA IDENTITY of the partitioned table, not of the partition that holds it. Where only the
# partitions are FULL, as the documentation of ALTER TABLE lets one think (it is the partitions that
# have rows, and the setting is not inherited), updates come with the old key alone, and nothing says so.
# Needs a server with wal_level=logical whose superuser this is: PGHOST and the like name it.
# Seen: K (the key), and O (the old row) once the partitioned table is FULL, too.
set -euo pipefail
psql() { command psql -XqAt -v ON_ERROR_STOP=1 "$@"; }
trap 'psql -d postgres -c "SELECT pg_drop_replication_slot(\$\$seen\$\$)" >/dev/null 2>&1 || true
      psql -d postgres -c "DROP DATABASE IF EXISTS seen"' EXIT
psql -d postgres -c "CREATE DATABASE seen"
psql -d seen <<'S' >/dev/null
CREATE TABLE t (id int PRIMARY KEY, v text) PARTITION BY HASH (id);
CREATE TABLE t0 PARTITION OF t FOR VALUES WITH (MODULUS 1, REMAINDER 0);
ALTER TABLE t0 REPLICA IDENTITY FULL;
INSERT INTO t VALUES (1, 'a');
CREATE PUBLICATION p FOR TABLE t WITH (publish_via_partition_root = true);
SELECT pg_create_logical_replication_slot('seen', 'pgoutput');
S
old() {
  psql -d seen -c "UPDATE t SET v = v || 'b'"
  psql -d seen -c "SELECT chr(get_byte(data, 5)) FROM pg_logical_slot_get_binary_changes('seen', NULL,
    NULL, 'proto_version', '1', 'publication_names', 'p') WHERE get_byte(data, 0) = ascii('U')"
}
seen="$(old)"
psql -d seen -c "ALTER TABLE t REPLICA IDENTITY FULL"
seen="$seen $(old)"
echo "$seen"
[ "$seen" = "K O" ] || { echo "this has changed"; exit 1; }
