#!/usr/bin/env bash
# superjson 1.13.3 does not restore a Date under a name with a dot at the top level.
# `stringify` escapes dots in the names of a path, but not in its last part; `parse` splits there.
# The value comes back as a text, without an error. superjson 2.2.7 restores it.
# Seen: {"x.y": Date} -> meta {"values":{"x.y":["Date"]}} -> a string.
set -euo pipefail
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit one@npm:superjson@1.13.3 two@npm:superjson@2.2.7 >/dev/null
cat > run.mjs <<'J'
import one from 'one';
import two from 'two';
const value = { 'x.y': new Date(0) };
for (const [name, library] of [['1.13.3', one], ['2.2.7', two]]) {
  const text = library.stringify(value);
  console.log(name, text, library.parse(text)['x.y'] instanceof Date);
}
J
node run.mjs | tee seen
cat > expected <<'T'
1.13.3 {"json":{"x.y":"1970-01-01T00:00:00.000Z"},"meta":{"values":{"x.y":["Date"]}}} false
2.2.7 {"json":{"x.y":"1970-01-01T00:00:00.000Z"},"meta":{"values":{"x\\.y":["Date"]},"v":1}} true
T
diff expected seen || { echo "this has changed"; exit 1; }
