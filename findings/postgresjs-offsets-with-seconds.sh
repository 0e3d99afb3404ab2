#!/usr/bin/env bash
# postgres.js 3.4.9: a timestamptz from before standard time is read as an invalid Date unless the
# server's time zone is UTC. PostgreSQL spells such a time with the local mean time's offset, seconds
# included (1850-01-01 07:03:58-04:56:02 in New York, which had it until 1883), and the parser of type
# 1184 is `new Date(text)`, which knows no seconds there. Drizzle on any driver and Prisma's adapter do
# the same; pg's own parser reads it. Have the database's or the role's time zone be UTC.
# Seen: Invalid Date from postgres.js, 1850-01-01T12:00:00.000Z from pg.
set -euo pipefail
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
echo '{"private": true, "type": "module"}' > package.json
npm install --silent --no-audit --no-fund --ignore-scripts postgres@3.4.9 pg@8.23.1
cat > read.mjs <<'J'
import pg from "pg";
import postgres from "postgres";
const text = "1850-01-01 07:03:58-04:56:02";
const sql = postgres();
const seen = [sql.options.parsers[1184](text), pg.types.getTypeParser(1184)(text)];
console.log(seen.map((each) => (isNaN(each) ? "Invalid Date" : each.toISOString())).join(", "));
J
seen=$(node read.mjs)
echo "$seen"
[ "$seen" = "Invalid Date, 1850-01-01T12:00:00.000Z" ] || { echo "this has changed"; exit 1; }
