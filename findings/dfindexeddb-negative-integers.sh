#!/usr/bin/env bash
# dfindexeddb 20260210, Firefox's IndexedDB: negative integers come back as others, without a word.
# A structured clone keeps an int32 in the lower half of a 64-bit word, and the sign of a BigInt in
# the uppermost bit of its length. The library reads the first without a sign and drops the second.
# The bytes below are what Firefox ESR 153.8 wrote for -7 and -5n (object_data.data, snappy).
# Seen: -7 -> 4294967289, -5n -> 5. (Of Chromium 156 no value is read at all: its serialisation is
# of version 16, the library stops at 15.)
set -euo pipefail
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
python3.11 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check dfindexeddb==20260210 2>/dev/null
cat > read.py <<'P'
from dfindexeddb.indexeddb.firefox.gecko import JSStructuredCloneDecoder

for told, written in {
    "-7": "103c030000000000f1fff9ffffff0300ffff",
    "-5n": "18040300010144f1ff010000801d00ffff0500000000000000",
}.items():
    print(told, JSStructuredCloneDecoder.FromBytes(bytes.fromhex(written)))
P
venv/bin/python read.py | tee seen
diff - seen <<'T' || { echo "this has changed"; exit 1; }
-7 4294967289
-5n 5
T
