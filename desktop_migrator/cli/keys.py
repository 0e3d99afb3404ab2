"""`keys new|list|export|import|rotate`: the desk's pairs, for captures that only it opens."""

from pathlib import Path
from typing import Annotated

import typer

from desktop_migrator.cli.output import cannot_be_written
from desktop_migrator.cli.passphrases import GivenPassphrase, to_key
from desktop_migrator.cli.session import Session
from desktop_migrator.cli.usage_errors import CommandGroup
from desktop_migrator.errors import UsageError
from desktop_migrator.messages import N_, Message
from desktop_migrator.migration.desk import desk_keys
from desktop_migrator.migration.run.field_keys import export_field_key
from desktop_migrator.vault.header import RecipientType
from desktop_migrator.vault.keys import Passphrase

group = typer.Typer(
    cls=CommandGroup,
    add_completion=False,
    no_args_is_help=True,
    help=N_(
        "Make and hand out the desk's keys; private ones leave the keyring sealed by a passphrase."
    ),
)

Name = Annotated[str, typer.Argument(help=N_("What the key is called, e.g. desk-2026."))]


@group.command("new", help=N_("Make a key pair; the private key goes into the keyring."))
def new(
    ctx: typer.Context,
    name: Name,
    post_quantum: Annotated[
        bool,
        typer.Option(
            "--post-quantum",
            help=N_(
                "Add ML-KEM-768 to X25519: also safe from a future quantum computer, in a form"
                " that is still a draft."
            ),
        ),
    ] = False,
) -> None:
    session: Session = ctx.obj
    tr = session.tr
    algorithm = RecipientType.MLKEM768_X25519 if post_quantum else RecipientType.X25519
    key = desk_keys.create_key_pair(session.workspace, name, algorithm)
    if session.json:
        session.emit_result(
            name=name,
            id=key.public_key.id,
            algorithm=algorithm,
            public=key.public_key.to_text(name),
        )
        return
    session.print_text(
        tr(
            "Made key {name} ({id}); its private half is in the keyring.",
            name=name,
            id=key.public_key.id,
        )
    )
    session.print_text(
        tr(
            "Give users its public half: desktop-migrator keys export {name} --out FILE",
            name=name,
        )
    )


@group.command(
    "list", help=N_("List the keys made here, and whether the keyring has the private half.")
)
def list_(ctx: typer.Context) -> None:
    session: Session = ctx.obj
    tr = session.tr
    found = [
        (key, desk_keys.has_private_key(session.workspace, key))
        for key in desk_keys.list_key_pairs(session.workspace)
    ]
    if session.json:
        session.emit_result(
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
        state = tr("private key in the keyring") if private else tr("PRIVATE KEY MISSING")
        session.print_text(f"{key.name}  {key.public_key.id}  {key.public_key.algorithm}  {state}")
    if not found:
        session.print_text(tr("No keys were made here."))
    if notice := session.workspace.credentials.fallback_notice:
        session.print_text(tr(notice))


@group.command(
    "export", help=N_("Write a public key for users: for kits, and capture --recipient.")
)
def export(
    ctx: typer.Context,
    name: Name,
    out: Annotated[
        Path | None, typer.Option(help=N_("The file to write; else it is printed."))
    ] = None,
    field: Annotated[
        bool,
        typer.Option(
            "--field",
            help=N_("Instead: the secret key of sensitive fields of that name, for the server."),
        ),
    ] = False,
    private: Annotated[
        bool,
        typer.Option(
            "--private",
            help=N_(
                "Instead: the private key, sealed by a passphrase, for `keys import` elsewhere, or"
                " --key-file on a server."
            ),
        ),
    ] = False,
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    if private:
        _export_private_key(session, name, out, passphrase)
        return
    if field:
        _export_field_key(session, name, out)
        return
    key = desk_keys.find_key_pair(session.workspace, name)
    text = key.public_key.to_text(key.name)
    if out:
        try:
            out.write_text(f"{text}\n", "utf-8")
        except OSError as error:
            raise UsageError(reason=cannot_be_written(out, error)) from None
    if session.json:
        session.emit_result(id=key.public_key.id, public=text, path=out and str(out))
    elif out:
        session.print_text(session.tr("The public key is in {path}.", path=str(out)))
    else:
        session.stdout.print(text, markup=False, highlight=False, soft_wrap=True)


def _export_private_key(
    session: Session, name: str, out: Path | None, passphrase: str | None
) -> None:
    if out is None:
        raise UsageError(reason=Message("A secret key is not printed: name a file with --out."))
    pair = desk_keys.export_private_key(session.workspace, name, out, _needed(passphrase))
    if session.json:
        session.emit_json(event="finished", name=pair.name, id=pair.public_key.id, path=str(out))
    else:
        session.print_text(
            session.tr("The private key is in {path}; it opens with the passphrase.", path=str(out))
        )


def _needed(passphrase: str | None) -> Passphrase:
    key = to_key(passphrase)
    if key is None:
        raise UsageError(
            reason=Message("A private key is sealed by a passphrase: give --passphrase-stdin.")
        )
    return key


@group.command(
    "import", help=N_("Keep a private key that `keys export --private` has written elsewhere.")
)
def import_(
    ctx: typer.Context,
    file: Annotated[Path, typer.Argument(metavar=N_("FILE"), help=N_("The sealed key."))],
    passphrase: GivenPassphrase = None,
) -> None:
    session: Session = ctx.obj
    pair = desk_keys.import_private_key(session.workspace, file, _needed(passphrase))
    key = pair.public_key
    if session.json:
        session.emit_json(event="finished", name=pair.name, id=key.id, algorithm=key.algorithm)
    else:
        session.print_text(
            session.tr("Key {name} ({id}) is in the keyring now.", name=pair.name, id=key.id)
        )


@group.command(
    "rotate",
    help=N_("Make a new key under the name; the former one still opens what was sealed for it."),
)
def rotate(ctx: typer.Context, name: Name) -> None:
    session: Session = ctx.obj
    pair, former = desk_keys.rotate_key_pair(session.workspace, name)
    key = pair.public_key
    if session.json:
        session.emit_json(
            event="finished",
            name=pair.name,
            id=key.id,
            algorithm=key.algorithm,
            public=key.to_text(pair.name),
            former=former.name,
        )
        return
    session.print_text(
        session.tr(
            "Key {name} is {id} from now on; the former one is called {former}. Make kits anew, and"
            " give users the new public half.",
            name=pair.name,
            id=key.id,
            former=former.name,
        )
    )


def _export_field_key(session: Session, name: str, out: Path | None) -> None:
    if out is None:
        raise UsageError(reason=Message("A secret key is not printed: name a file with --out."))
    key = export_field_key(session.workspace, name, out)
    if session.json:
        session.emit_result(name=name, id=key.id, path=str(out))
    else:
        session.print_text(
            session.tr(
                "The key is in {path}: bring it to the server, then delete the file.",
                path=str(out),
            )
        )
