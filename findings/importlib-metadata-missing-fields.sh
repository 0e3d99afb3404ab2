#!/usr/bin/env bash
# importlib_metadata 10.2.0 (which keyring 25.7 brings along below Python 3.12): once it is imported,
# Python's own importlib.metadata answers in another way. Its finder takes the standard one's place,
# so importlib.metadata.distribution() gives the other package's objects, whose metadata raises
# KeyError for a field that a package lacks, where Python 3.11's own gives None. A program that lists
# its packages' licences works until something asks the keyring for a password.
# Seen: None before, KeyError after; get_all() gives None both times.
set -euo pipefail
cd "$(mktemp -d)"
trap 'rm -rf "$PWD"' EXIT
python3.11 -m venv venv
venv/bin/pip install --quiet --disable-pip-version-check importlib_metadata==10.2.0 zipp==4.1.2 2>/dev/null
cat > ask.py <<'P'
import importlib
import importlib.metadata

def ask():
    metadata = importlib.metadata.distribution("pip").metadata
    assert metadata.get_all("No-Such-Field") is None
    try:
        return repr(metadata["No-Such-Field"])
    except KeyError:
        return "KeyError"

before = ask()
importlib.import_module("importlib_metadata")
print("before:", before, "after:", ask())
P
seen=$(venv/bin/python ask.py)
echo "$seen"
[ "$seen" = "before: None after: KeyError" ] || { echo "this has changed"; exit 1; }
