"""`keys new|list|export`: the desk's key pairs, for captures that only the desk can open."""

from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.session import Session
from desktop_migrator.errors import UsageError
from desktop_migrator.migration.desk import desk_keys
from desktop_migrator.migration.run.field_keys import export_field_key
from desktop_migrator.vault.header import RecipientType

group = typer.Typer(add_completion=False, no_args_is_help=True)

Name = Annotated[str, typer.Argument(help="What the key is called, e.g. desk-2026.")]


@group.callback()
def _group() -> None:
    """Make and hand out the desk's keys; private ones never leave the keyring."""


@group.command("new", help="Make a key pair; the private key goes into the keyring.")
def new(
    ctx: typer.Context,
    name: Name,
    post_quantum: Annotated[
        bool,
        typer.Option(
            "--post-quantum",
            help="Add ML-KEM-768 to X25519: also safe from a future quantum computer, in a form"
            " that is still a draft.",
        ),
    ] = False,
) -> None:
    session: Session = ctx.obj
    algorithm = RecipientType.MLKEM768_X25519 if post_quantum else RecipientType.X25519
    key = desk_keys.create_key_pair(session.workspace, name, algorithm)
    if session.json:
        session.emit_json(
            name=name,
            id=key.public_key.id,
            algorithm=algorithm,
            public=key.public_key.to_text(name),
        )
        return
    session.print_text(
        f"Made key {name} ({key.public_key.id}); its private half is in the keyring."
    )
    session.print_text(
        f"Give users its public half: desktop-migrator keys export {name} --out FILE"
    )


@group.command(
    "list", help="List the keys made here, and whether the keyring has the private half."
)
def list_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    found = [
        (key, desk_keys.has_private_key(session.workspace, key))
        for key in desk_keys.list_key_pairs(session.workspace)
    ]
    if session.json:
        session.emit_json(
            keys=[
                {
                    "name": key.name,
                    "id": key.public_key.id,
                    "algorithm": key.public_key.algorithm,
                    "private": private,
                }
                for key, private in found
            ]
        )
        return
    for key, private in found:
        state = "private key in the keyring" if private else "PRIVATE KEY MISSING"
        session.print_text(f"{key.name}  {key.public_key.id}  {key.public_key.algorithm}  {state}")
    if not found:
        session.print_text("No keys were made here.")
    if notice := session.workspace.credentials.fallback_notice:
        session.print_text(str(notice))


@group.command("export", help="Write a public key for users: for kits, and capture --recipient.")
def export(
    ctx: typer.Context,
    name: Name,
    out: Annotated[Path | None, typer.Option(help="The file to write; else it is printed.")] = None,
    field: Annotated[
        bool,
        typer.Option(
            "--field",
            help="Instead: the secret key of sensitive fields of that name, for the server.",
        ),
    ] = False,
) -> None:
    session: Session = ctx.obj
    if field:
        _export_field_key(session, name, out)
        return
    key = desk_keys.find_key_pair(session.workspace, name)
    text = key.public_key.to_text(key.name)
    if out:
        try:
            out.write_text(f"{text}\n", "utf-8")
        except OSError as error:
            raise UsageError(reason=f"{out}: {error.strerror}") from None
    if session.json:
        session.emit_json(id=key.public_key.id, public=text, path=out and str(out))
    elif out:
        session.print_text(f"The public key is in {out}.")
    else:
        session.stdout.print(text, markup=False, highlight=False, soft_wrap=True)


def _export_field_key(session: Session, name: str, out: Path | None) -> None:
    if out is None:
        raise UsageError(reason="A secret key is not printed: name a file with --out.")
    key = export_field_key(session.workspace, name, out)
    if session.json:
        session.emit_json(name=name, id=key.id, path=str(out))
    else:
        session.print_text(f"The key is in {out}: bring it to the server, then delete the file.")
