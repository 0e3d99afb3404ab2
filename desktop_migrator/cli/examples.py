"""What help shows below the options: command lines as people need them, and the exit codes.

tests/unit/test_docs_site.py holds the examples to what there is.
"""

from desktop_migrator.errors import ExitCode
from desktop_migrator.messages import N_, Translator

_DB = "--database postgresql://maria@db.example.com/app"
_SITE = "--origin https://app.example.com"

EXAMPLES: dict[str, tuple[str, ...]] = {
    "scan": ("scan", "scan --deep", "scan --source maria.dmcapture --passphrase-file secret.txt"),
    "records": (f"records {_SITE}", f"records {_SITE} --json"),
    "preview": (f"preview {_SITE}", f"preview {_SITE} {_DB} --user-id 4711"),
    "migrate": (
        f"migrate {_SITE} {_DB} --user-id 4711 --dry-run",
        f"migrate {_SITE} {_DB} --user-id 4711 --conflict interactive --decisions answers.json",
        "migrate --include tasks --from 2026-01-01 --continue-on-error",
        "migrate --resume",
    ),
    "rollback": ("rollback --run last --dry-run", "rollback --before 2026-07-01T12:00"),
    "backup create": (f"backup create {_SITE}",),
    "backup verify": ("backup verify last",),
    "backup restore": ("backup restore last --to database", "backup restore last --to browser"),
    "backup delete": ("backup delete 20260701",),
    "capture": (
        f"capture {_SITE} --out maria.dmcapture --recipient desk.dmkey",
        "capture --out maria.dmcapture --passphrase-stdin",
    ),
    "upload": (f"upload maria.dmcapture {_DB} --user-id 4711", f"upload inbox/ {_DB}"),
    "report": ("report", "report last --out report.pdf"),
    "info": ("info --detailed",),
    "status": ("status", f"status {_DB} --user-id 4711 --verbose", "status --exit-code"),
    "history": ("history --count 50",),
    "checklist": ("checklist",),
    "logs": ("logs", "logs errors --lines 100"),
    "export": (
        "export rows --format csv --out rows.csv",
        "export rejected --out rejected.csv",
        f"export items {_SITE} --user-id 4711 --format sql",
    ),
    "validate": ("validate", "validate --run last"),
    "repair": ("repair", "repair --auto-fix"),
    "analyze": (f"analyze {_SITE}", "analyze --profile"),
    "optimize": ("optimize",),
    "clear": (f"clear {_SITE}",),
    "unlock": ("unlock", "unlock --force"),
    "provision": ("provision --role app_migrator", f"provision {_DB} --apply"),
    "plan infer": (f"plan infer {_SITE} --output plan.toml",),
    "plan check": (f"plan check --plan plan.toml {_SITE}",),
    "plan show": ("plan show --plan plan.toml",),
    "config show": ("config show",),
    "config set": ("config set database office", "config set merge.tasks newest"),
    "connection add": ("connection add office postgresql://maria@db.example.com/app",),
    "connection default": ("connection default office",),
    "keys new": ("keys new desk-2026",),
    "keys export": ("keys export desk-2026 --out desk-2026.dmkey",),
    "kit make": (
        'kit make app.dmkit --plan app.toml --owner "Acme support" --recipient desk-2026',
    ),
    "kit open": ("kit open app.dmkit",),
    "kit invite": (
        f'kit invite maria.dmkit --for maria@example.com --owner "Acme support" {_DB}',
        f'kit invite maria.dmkit --for 4711 --owner "Acme support" --days 7 {_DB} --yes',
    ),
    "kit revoke": (f"kit revoke maria@example.com {_DB} --yes",),
    "kit list": (f"kit list {_DB}",),
    "support bundle": ("support bundle --out bundle.zip",),
    "test-connection": (f"test-connection {_DB}",),
    "completion": ("completion bash",),
}
"""By the command's words, what stands behind the program's name."""
_CODES = {
    ExitCode.DONE: N_("done"),
    ExitCode.FAILED: N_("failed"),
    ExitCode.USAGE: N_("wrong use"),
    ExitCode.DONE_WITH_REJECTIONS: N_("done, with items kept aside"),
    ExitCode.CONFLICTS_UNRESOLVED: N_("conflicts wait for answers"),
    ExitCode.LOCKED: N_("locked by another run"),
    ExitCode.ROLLED_BACK: N_("rolled back by itself"),
    ExitCode.REFUSED: N_("refused"),
    ExitCode.NEEDED: N_("a migration is needed"),
    ExitCode.CANCELLED: N_("cancelled"),
}


def epilog(command: str, tr: Translator) -> str:
    """Below the help of the command of these words; of the program itself for none."""
    told = tr("Exit codes: {codes}.", codes=exit_codes(tr))
    if command not in EXAMPLES:
        return told
    lines = [tr("Examples:"), *(f"  desktop-migrator {each}" for each in EXAMPLES[command])]
    return "\n".join(lines) + f"\n\n{told}"


def exit_codes(tr: Translator) -> str:
    """What each means."""
    return "; ".join(f"{int(code)} {tr(meaning)}" for code, meaning in _CODES.items())
