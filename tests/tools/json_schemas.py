"""What each command's `--json` prints, as JSON Schemas: `python -m tests.tools.json_schemas` writes
docs/schemas/ from here. Each describes one line of standard output.

tests/integration/test_json_schemas.py holds real output to them, and to naming every key there is;
readers should ignore keys they do not know.
"""

import json
from pathlib import Path
from typing import Any

FOLDER = Path(__file__).parents[2] / "docs" / "schemas"
Schema = dict[str, Any]

TEXT: Schema = {"type": "string"}
FLAG: Schema = {"type": "boolean"}
COUNT: Schema = {"type": "integer", "minimum": 0}
NUMBER: Schema = {"type": "number"}
ANYTHING: Schema = {}
TIME: Schema = {"type": "string", "format": "date-time", "pattern": "Z$"}


def maybe(schema: Schema) -> Schema:
    """Or null."""
    if list(schema) == ["type"]:
        return {"type": [schema["type"], "null"]}
    return {"anyOf": [schema, {"type": "null"}]}


def many(schema: Schema) -> Schema:
    return {"type": "array", "items": schema}


def by_name(schema: Schema) -> Schema:
    return {"type": "object", "additionalProperties": schema}


def one_of(*words: str) -> Schema:
    return {"enum": list(words)}


def thing(about: str = "", /, **members: Any) -> Schema:
    """An object with these members, none missing but those that `optional` names."""
    described = {"description": about} if about else {}
    optional = members.pop("optional", ())
    return described | {
        "type": "object",
        "required": [name for name in members if name not in optional],
        "properties": members,
    }


def event(kind: str, about: str = "", /, **members: Any) -> Schema:
    return thing(about, event={"const": kind}, **members)


def finished(**members: Any) -> Schema:
    return event("finished", "The last line.", **members)


ERROR_MEMBERS = {"code": TEXT, "title": TEXT, "detail": TEXT, "hint": TEXT}
ERROR = event("error", "Instead of a result: what happened, and what to do.", **ERROR_MEMBERS)
NO_ERROR = maybe(thing(**ERROR_MEMBERS))
PROGRESS = event(
    "progress",
    "`eta`: seconds left.",
    stage=TEXT,
    current=COUNT,
    total=maybe(COUNT),
    percentage=maybe(NUMBER),
    eta=maybe(NUMBER),
)
WARNING = event("warning", text=TEXT)
WORKING = [PROGRESS, WARNING, ERROR]
STATE = one_of("done", "partly", "working", "stuck", "taken_back", "captured", "missing")
PLACE = {"entity": TEXT, "source_id": maybe(TEXT), "origin": TEXT, "key": TEXT, "position": TEXT}
WHY = {"code": TEXT, "reason": TEXT, "remedy": TEXT}


def aside(name: str, about: str) -> Schema:
    return event(name, about, **PLACE, browser=TEXT, profile=TEXT, **WHY)


REJECTED = aside("rejected", "An item that cannot go.")
SUPERSEDED = aside("superseded", "An item of which another version counts.")
SOURCE = thing(browser=TEXT, profile=TEXT, origin=TEXT, key=TEXT, position=TEXT)
CONFLICT = event(
    "conflict",
    "A row that exists and differs, or two versions of an item.",
    entity=TEXT,
    id=TEXT,
    fields=many(thing(name=TEXT, row=maybe(TEXT), item=maybe(TEXT))),
    row_time=maybe(TIME),
    item_time=maybe(TIME),
    row_source=maybe(SOURCE),
    item_source=maybe(SOURCE),
)
_COUNTED = ("records", "items", "inserted", "updated", "unchanged", "skipped", "rejected")
_COUNTED_TOO = ("conflicts", "superseded", "duplicates")
COUNTS = thing(**dict.fromkeys((*_COUNTED, *_COUNTED_TOO), COUNT))
UNDO_COUNTS = thing(**dict.fromkeys(("deleted", "restored", "inserted", "kept"), COUNT))
OUTCOME = one_of("completed", "rolled_back", "failed", "dry_run", "cancelled")
NOT_TAKEN = {
    "rest": many(thing(key=TEXT, path=TEXT, records=COUNT, count=COUNT, size=COUNT)),
    "aside": many(thing(kind=TEXT, key=TEXT, records=COUNT)),
    "logins_cut": many(thing(key=TEXT, path=TEXT, count=COUNT)),
    "looks_sensitive": many(thing(entity=TEXT, field=TEXT, kind=TEXT, count=COUNT)),
}
RUN_MEMBERS = {
    "run": maybe(TEXT),
    "outcome": OUTCOME,
    "counts": COUNTS,
    "by_entity": by_name(COUNTS),
    "left_aside": by_name(COUNT),
    **NOT_TAKEN,
    "damages": many(
        thing(
            store=TEXT,
            what=TEXT,
            lost_records=maybe(COUNT),
            too_large=maybe(
                thing(
                    "Nothing is damaged, but this record's value is too large and not taken.",
                    origin=maybe(TEXT),
                    key=TEXT,
                    bytes=COUNT,
                )
            ),
        )
    ),
    "error": NO_ERROR,
    "undo": maybe(thing(run=TEXT, counts=UNDO_COUNTS)),
    "backup": maybe(TEXT),
    "verified": FLAG,
    "seconds": NUMBER,
    "items_per_second": NUMBER,
    "average_item_size": {"type": "number", "description": "Characters."},
    "peak_memory_mb": NUMBER,
}
RUN = finished(**RUN_MEMBERS)
ITEMS = [REJECTED, SUPERSEDED, CONFLICT]
KEPT = event("kept", "A row that stays.", entity=TEXT, id=TEXT, because=TEXT, what=TEXT)
UNDONE = finished(
    run=TEXT,
    undone=many(TEXT),
    outcome=OUTCOME,
    counts=UNDO_COUNTS,
    by_entity=by_name(UNDO_COUNTS),
    cleared=many(thing(backup=TEXT, cleared=TIME, origins=many(TEXT), records=COUNT)),
    error=NO_ERROR,
    seconds=NUMBER,
)
CHECKS = many(thing(name=TEXT, ok=FLAG, detail=TEXT, remedy=TEXT))
RECORD = thing(
    "One record, exactly as the browser holds it; there are no other lines.",
    browser=TEXT,
    profile=TEXT,
    store=TEXT,
    format=TEXT,
    storage_key=TEXT,
    origin=TEXT,
    top_level_site=maybe(TEXT),
    key=TEXT,
    value=TEXT,
    modified=maybe(TIME),
)
CATALOGED = {
    "run": TEXT,
    "started": TIME,
    "finished": maybe(TIME),
    "outcome": maybe(TEXT),
    "user_id": TEXT,
    "database": TEXT,
    "plan": TEXT,
    "origins": many(TEXT),
    "counts": maybe(by_name(COUNT)),
    "verified": FLAG,
}
MANIFEST = thing(
    version=COUNT,
    id=TEXT,
    created=TIME,
    time_zone=TEXT,
    tool_version=TEXT,
    host=TEXT,
    system=TEXT,
    reason=TEXT,
    origins=many(TEXT),
    user_id=maybe(TEXT),
    email=maybe(TEXT),
    login=maybe(TEXT),
    plan=maybe(TEXT),
    plan_digest=maybe(TEXT),
)
SUMMARY = thing(
    records=COUNT,
    rows=COUNT,
    origins=many(thing(origin=TEXT, records=COUNT, bytes=COUNT, modified=maybe(TIME))),
    tables=many(thing(table=TEXT, rows=COUNT)),
    damages=many(thing(store=TEXT, what=TEXT, lost_records=maybe(COUNT))),
)
TARGET = thing(
    run=TEXT,
    plan=TEXT,
    user_id=TEXT,
    database=TEXT,
    database_id=TEXT,
    time=TIME,
)
BACKUP = {
    "id": TEXT,
    "manifest": MANIFEST,
    "target": maybe(TARGET),
    "summary": SUMMARY,
    "size": COUNT,
    "sha256": TEXT,
}
LEASE = thing(
    user_id=TEXT,
    plan=TEXT,
    run=TEXT,
    host=TEXT,
    process=COUNT,
    since=TIME,
    heartbeat=TIME,
    backend=COUNT,
    silent=NUMBER,
    held=FLAG,
)
STORE = thing(
    format=TEXT,
    path=TEXT,
    size=COUNT,
    modified=maybe(TIME),
    in_use=FLAG,
    origins=many(
        thing(
            origin=TEXT,
            storage_key=TEXT,
            top_level_site=maybe(TEXT),
            records=COUNT,
            bytes=COUNT,
            modified=maybe(TIME),
        )
    ),
    damages=many(thing(what=TEXT, lost_records=maybe(COUNT))),
)
CONNECTION = {"name": TEXT, "url": TEXT, "login": TEXT, "password_saved": FLAG, "default": FLAG}
KEY = {"name": TEXT, "id": TEXT, "algorithm": TEXT}

SCHEMAS: dict[str, list[Schema]] = {
    "version": [finished(name=TEXT, version=TEXT)],
    "scan": [
        finished(
            profiles=many(
                thing(
                    browser=TEXT,
                    browser_name=TEXT,
                    profile=TEXT,
                    path=TEXT,
                    running=FLAG,
                    last_used=maybe(TIME),
                    capture=maybe(TEXT),
                    stores=many(STORE),
                )
            ),
            unreadable=many(thing(path=TEXT, reason=TEXT)),
            warnings=many(TEXT),
        ),
        ERROR,
    ],
    "records": [RECORD, ERROR],
    "preview": [
        *WORKING,
        event(
            "item",
            optional=("id",),
            **PLACE,
            id=ANYTHING,
            state=TEXT,
            columns=by_name(ANYTHING),
        ),
        event("rejected", **PLACE, **WHY),
        event("superseded", **PLACE, **WHY),
        event("previewed", origins=many(TEXT), left_aside=by_name(COUNT), **NOT_TAKEN),
        *ITEMS,
        RUN,
    ],
    "migrate": [*WORKING, *ITEMS, RUN],
    "demo": [*WORKING, *ITEMS, RUN],
    "upload": [
        *WORKING,
        *ITEMS,
        event(
            "uploaded",
            "One file; what a run tells is there where it came to one.",
            optional=tuple(name for name in RUN_MEMBERS if name != "error"),
            **RUN_MEMBERS,
            file=TEXT,
            capture=maybe(TEXT),
            host=maybe(TEXT),
            captured=maybe(TIME),
            time_zone=maybe(TEXT),
            user_id=maybe(TEXT),
            email=maybe(TEXT),
            done_before=maybe(TEXT),
            same_as=maybe(TEXT),
        ),
        finished(files=COUNT, done_before=COUNT, counts=by_name(COUNT)),
    ],
    "fleet": [
        finished(
            people=many(
                thing(
                    user_id=TEXT,
                    state=STATE,
                    last=maybe(TIME),
                    done=maybe(TIME),
                    host=TEXT,
                    **dict.fromkeys(("runs", "captures", "new", "replaced", "kept"), COUNT),
                    **dict.fromkeys(("superseded", "rejected"), COUNT),
                    problem=TEXT,
                    waiting_runs=many(TEXT),
                )
            ),
            states=by_name(COUNT),
            reasons=many(
                thing(entity=TEXT, place=TEXT, **WHY, items=COUNT, people=COUNT),
            ),
            page=maybe(TEXT),
        ),
        ERROR,
    ],
    "fleet-retry": [
        *WORKING,
        event(
            "retried",
            "A run's rejected items: how many go in now, and the others by code.",
            user_id=TEXT,
            run=TEXT,
            cured=COUNT,
            left=by_name(COUNT),
            retry=maybe(TEXT),
            error=NO_ERROR,
        ),
        finished(dry_run=FLAG, cured=COUNT, left=COUNT, failed=COUNT),
    ],
    "capture": [
        *WORKING,
        finished(path=TEXT, size=COUNT, sha256=TEXT, manifest=MANIFEST, summary=SUMMARY),
    ],
    "rollback": [
        *WORKING,
        KEPT,
        event(
            "previewed",
            "The last line of --dry-run.",
            runs=many(thing(run=TEXT, started=TIME, removed=COUNT, restored=COUNT)),
        ),
        UNDONE,
    ],
    "backup-list": [
        thing(
            "A backup; what only a list knows of it is missing where that is lost.",
            optional=("manifest", "target", "summary", "size", "sha256"),
            **BACKUP,
            path=TEXT,
            opens_with=many(TEXT),
        ),
        finished(count=COUNT),
        ERROR,
    ],
    "backup-create": [*WORKING, finished(**BACKUP)],
    "backup-verify": [*WORKING, finished(**BACKUP)],
    "backup-restore": [
        *WORKING,
        KEPT,
        UNDONE,
        event(
            "finished",
            "Rows from the file, where the bookkeeping does not know the run.",
            run=TEXT,
            outcome=OUTCOME,
            counts=COUNTS,
            reasons=many(TEXT),
        ),
        event(
            "finished",
            "--to browser",
            outcome=OUTCOME,
            backup=TEXT,
            added=COUNT,
            replaced=COUNT,
            unchanged=COUNT,
            deleted=COUNT,
            kept=COUNT,
            profiles=many(TEXT),
        ),
    ],
    "backup-delete": [finished(deleted=many(TEXT)), ERROR],
    "backup-prune": [finished(deleted=many(TEXT)), ERROR],
    "backup-recovery-key": [finished(recovery_key=TEXT), ERROR],
    "clear": [
        *WORKING,
        finished(
            outcome=OUTCOME,
            backup=TEXT,
            cleared=COUNT,
            left=COUNT,
            spared=many(thing(profile=TEXT, origin=TEXT, key=TEXT, because=TEXT)),
            profiles=many(TEXT),
        ),
    ],
    "report": [finished(run=TEXT, format=one_of("html", "pdf"), path=TEXT), ERROR],
    "status": [
        finished(
            needed=FLAG,
            sites=many(
                thing(
                    origin=TEXT,
                    records=COUNT,
                    modified=maybe(TIME),
                    last_run=maybe(TEXT),
                    needs_migration=FLAG,
                )
            ),
            unfinished=many(TEXT),
            runs=many(thing(**CATALOGED)),
            elsewhere=many(thing(**CATALOGED)),
            locked=many(LEASE),
        ),
        ERROR,
    ],
    "history": [thing(**CATALOGED), finished(count=COUNT), ERROR],
    "checklist": [
        finished(steps=many(thing(step=TEXT, done=maybe(FLAG), detail=TEXT, command=maybe(TEXT)))),
        ERROR,
    ],
    "logs": [
        thing(
            "A line of a log, which says more than is named here.",
            optional=("line", "at", "event", "level", "correlation"),
            log=TEXT,
            line=TEXT,
            at=TIME,
            event=TEXT,
            level=TEXT,
            correlation=maybe(TEXT),
        ),
        finished(count=COUNT),
        ERROR,
    ],
    "info": [
        finished(
            optional=("keyring", "sqlite", "sizes", "libraries"),
            version=TEXT,
            python=TEXT,
            system=TEXT,
            program=TEXT,
            data_folder=TEXT,
            settings=TEXT,
            plan=TEXT,
            connections=many(TEXT),
            runs=COUNT,
            backups=COUNT,
            keyring=TEXT,
            sqlite=TEXT,
            sizes=by_name(COUNT),
            libraries=by_name(TEXT),
        ),
        ERROR,
    ],
    "export": [finished(path=TEXT, format=TEXT, count=COUNT), ERROR],
    "validate": [*WORKING, finished(ok=FLAG, run=maybe(TEXT), checks=CHECKS)],
    "test-connection": [*WORKING, finished(ok=FLAG, checks=CHECKS)],
    "repair": [
        *WORKING,
        finished(
            ok=FLAG,
            mends=many(
                thing(
                    name=TEXT,
                    problem=TEXT,
                    remedy=TEXT,
                    possible=FLAG,
                    asks=FLAG,
                    changes=many(many(TEXT)),
                    done=FLAG,
                    run=maybe(TEXT),
                )
            ),
        ),
    ],
    "analyze": [
        *WORKING,
        finished(
            origins=many(
                thing(
                    origin=TEXT,
                    records=COUNT,
                    bytes=COUNT,
                    fits=FLAG,
                    by_use=by_name(COUNT),
                    kinds=by_name(COUNT),
                    unknown=many(thing(key=TEXT, bytes=COUNT, shape=TEXT)),
                    biggest=many(thing(key=TEXT, bytes=COUNT, shape=TEXT)),
                )
            ),
            tables=many(
                thing(
                    entity=TEXT,
                    table=TEXT,
                    made_here=FLAG,
                    rows=COUNT,
                    bytes=COUNT,
                    index_bytes=COUNT,
                    dead_rows=COUNT,
                    analyzed=maybe(TIME),
                    modified_rows=COUNT,
                    user_column=maybe(TEXT),
                    user_indexed=FLAG,
                    indexes=many(
                        thing(name=TEXT, bytes=COUNT, valid=FLAG, scans=COUNT, needed=FLAG)
                    ),
                )
            ),
            problems=many(TEXT),
            runs=many(
                thing(
                    run=TEXT,
                    started=TIME,
                    outcome=maybe(TEXT),
                    items=COUNT,
                    seconds=maybe(NUMBER),
                )
            ),
            phases=many(thing(name=TEXT, seconds=NUMBER, share=NUMBER)),
        ),
    ],
    "optimize": [
        *WORKING,
        finished(
            ok=FLAG,
            steps=many(
                thing(
                    table=TEXT,
                    why=TEXT,
                    statement=TEXT,
                    possible=FLAG,
                    made_here=FLAG,
                    done=FLAG,
                )
            ),
            batch_size=maybe(COUNT),
        ),
    ],
    "unlock": [
        *WORKING,
        finished(unlocked=FLAG, ended=many(COUNT), lease=maybe(LEASE)),
    ],
    "electric-check": [*WORKING, finished(ok=FLAG, checks=CHECKS)],
    "electric-prepare": [
        *WORKING,
        finished(ok=FLAG, done=FLAG, statements=many(TEXT), checks=CHECKS),
    ],
    "electric-verify": [*WORKING, finished(ok=FLAG, checks=CHECKS)],
    "provision": [*WORKING, finished(applied=FLAG, statements=many(TEXT), missing=many(TEXT))],
    "plan-infer": [
        *WORKING,
        event(
            "inferred",
            name=TEXT,
            output=maybe(TEXT),
            plan=TEXT,
            records=COUNT,
            records_left=COUNT,
            entities=many(thing(name=TEXT, table=TEXT, items=COUNT, columns=many(TEXT))),
            guesses=many(
                thing(place=TEXT, what=TEXT, evidence=by_name(ANYTHING), confidence=ANYTHING)
            ),
        ),
    ],
    "plan-check": [
        *WORKING,
        event(
            "checked",
            origins=many(TEXT),
            records=COUNT,
            items=by_name(COUNT),
            rejected=COUNT,
            usable=FLAG,
            findings=many(
                thing(problem=TEXT, place=TEXT, what=TEXT, count=maybe(COUNT), loses=FLAG)
            ),
        ),
    ],
    "plan-show": [finished(plan={"type": "object"}, digest=TEXT), ERROR],
    "config-show": [
        finished(file=TEXT, settings=by_name(ANYTHING), environment=by_name(TEXT)),
        ERROR,
    ],
    "config-set": [finished(file=TEXT, key=TEXT, value=maybe(many(TEXT))), ERROR],
    "config-edit": [finished(file=TEXT), ERROR],
    "connection-add": [finished(**CONNECTION, notice=maybe(TEXT)), ERROR],
    "connection-list": [finished(connections=many(thing(**CONNECTION))), ERROR],
    "connection-default": [finished(**CONNECTION), ERROR],
    "connection-remove": [finished(removed=TEXT), ERROR],
    "keys-new": [finished(**KEY, public=TEXT), ERROR],
    "keys-list": [finished(keys=many(thing(**KEY, private=FLAG))), ERROR],
    "keys-export": [
        finished(id=TEXT, public=TEXT, path=maybe(TEXT)),
        event("finished", "--field, --private", name=TEXT, id=TEXT, path=TEXT),
        ERROR,
    ],
    "keys-import": [finished(**KEY), ERROR],
    "keys-rotate": [finished(**KEY, public=TEXT, former=TEXT), ERROR],
    "kit-make": [finished(path=TEXT, owner=TEXT, fingerprint=maybe(TEXT)), ERROR],
    "kit-open": [
        finished(
            owner=TEXT,
            contact=maybe(TEXT),
            message=maybe(TEXT),
            database=maybe(TEXT),
            known_as=maybe(TEXT),
            recipient=maybe(TEXT),
            recipients=many(TEXT),
            plan=TEXT,
            made=maybe(TIME),
            signature=TEXT,
            fingerprint=maybe(TEXT),
            updates=maybe(TEXT),
            personal=FLAG,
            user_id=maybe(TEXT),
            expires=maybe(TIME),
        ),
        ERROR,
    ],
    "kit-invite": [
        finished(
            applied=FLAG,
            path=maybe(TEXT),
            role=TEXT,
            user_id=TEXT,
            expires=TIME,
            statements=many(TEXT),
            missing=many(TEXT),
            code=maybe(TEXT),
        ),
        WARNING,
        ERROR,
    ],
    "kit-revoke": [finished(applied=FLAG, statements=many(TEXT)), WARNING, ERROR],
    "kit-list": [
        finished(
            kits=many(
                thing(
                    person=TEXT,
                    user_id=TEXT,
                    plan=TEXT,
                    role=TEXT,
                    state=one_of("valid", "expired", "revoked"),
                    invited=TIME,
                    expires=TIME,
                    revoked=maybe(TIME),
                    last_run=maybe(TIME),
                )
            )
        ),
        WARNING,
        ERROR,
    ],
    "update-check": [
        finished(
            installed=TEXT,
            version=TEXT,
            newer=FLAG,
            page=TEXT,
            notes=TEXT,
            made=TIME,
        ),
        ERROR,
    ],
    "update-announce": [finished(path=TEXT, version=TEXT, signer=TEXT), ERROR],
    "support-bundle": [finished(path=TEXT, pieces=many(TEXT)), ERROR],
    "completion": [finished(shell=TEXT, script=TEXT), ERROR],
}
"""By the command's words, the lines that it may print."""


def schema_of(command: str) -> Schema:
    return {
        "$schema": "https://json-schema.org/draft/2020-12/schema",
        "title": f"A line of `desktop-migrator {command.replace('-', ' ')} --json`",
        "anyOf": SCHEMAS[command],
    }


def texts() -> dict[str, str]:
    """The files of docs/schemas by name."""
    return {f"{name}.json": json.dumps(schema_of(name), indent=1) + "\n" for name in SCHEMAS}


if __name__ == "__main__":
    FOLDER.mkdir(exist_ok=True)
    for name, text in texts().items():
        (FOLDER / name).write_text(text, encoding="utf-8")
