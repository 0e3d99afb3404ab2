#!/usr/bin/env bash
# localforage 1.10.0, localStorage driver: a BigInt64Array is stored and cannot be read back.
# The serialiser writes four letters for the type of a typed array, and has none for
# BigInt64Array (nor for DataView): it writes the bytes without any, resolves the promise of
# `setItem`, and `getItem` takes the first four letters of the bytes for the type and rejects.
# Seen: __lfsc__:AQAAAAAAAAACAAAAAAAAAA== -> "Unkown type: AQAA"; a Uint8Array comes back.
set -euo pipefail
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
npm install --silent --no-fund --no-audit localforage@1.10.0 >/dev/null
cat > run.cjs <<'J'
const items = new Map();
globalThis.window = globalThis.self = globalThis;
globalThis.localStorage = {
  getItem: (key) => items.get(key) ?? null,
  setItem: (key, value) => items.set(key, String(value)),
  removeItem: (key) => items.delete(key),
  key: (index) => [...items.keys()][index],
  get length() { return items.size; },
  clear: () => items.clear(),
};
const localforage = require('localforage');
(async () => {
  await localforage.setDriver(localforage.LOCALSTORAGE);
  for (const [key, value] of [['u8', new Uint8Array([1, 2])], ['i64', new BigInt64Array([1n, 2n])]]) {
    await localforage.setItem(key, value);
    let read;
    try { read = String(await localforage.getItem(key)); } catch (error) { read = `error: ${error.message}`; }
    console.log(key, items.get(`localforage/${key}`), read);
  }
})();
J
node run.cjs | tee seen
cat > expected <<'T'
u8 __lfsc__:ui08AQI= 1,2
i64 __lfsc__:AQAAAAAAAAACAAAAAAAAAA== error: Unkown type: AQAA
T
diff expected seen || { echo "this has changed"; exit 1; }
