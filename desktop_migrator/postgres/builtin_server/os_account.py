"""As whom the built-in PostgreSQL runs, and where, when the program itself runs as root.

PostgreSQL refuses root. So root starts it as the owner of the folder that its data is to lie in,
or as `nobody` where that is root too. Such an account often cannot reach the folder or the
program's own files (a virtualenv in root's home): they then get a place or a copy below
`ROOT_HOME`. No rights of an existing folder are changed and no account is made.
"""

import hashlib
import os
import shutil
import stat
import sys
import tempfile
from dataclasses import dataclass
from pathlib import Path
from typing import Any

if sys.platform != "win32":
    import pwd

ROOT_HOME = Path("/var/lib/desktop-migrator")


@dataclass(frozen=True, slots=True)
class OsAccount:
    uid: int
    gid: int

    @property
    def process_options(self) -> dict[str, Any]:
        """What makes `subprocess` start a program as this account, with none of our groups."""
        return {"user": self.uid, "group": self.gid, "extra_groups": []}

    def can_traverse(self, folder: Path) -> bool:
        """Whether the permission bits let this account pass through every part of the path."""
        return all(
            self._has_search_permission(part) for part in (folder, *folder.parents) if part.is_dir()
        )

    def _has_search_permission(self, folder: Path) -> bool:
        status = folder.stat()
        if status.st_uid == self.uid:
            return bool(status.st_mode & stat.S_IXUSR)
        if status.st_gid == self.gid:
            return bool(status.st_mode & stat.S_IXGRP)
        return bool(status.st_mode & stat.S_IXOTH)

    def chown(self, folder: Path) -> None:
        """Make this account the owner of a folder just made; a link in its place is refused."""
        descriptor = os.open(folder, os.O_RDONLY | os.O_DIRECTORY | os.O_NOFOLLOW)
        try:
            os.fchown(descriptor, self.uid, self.gid)
        finally:
            os.close(descriptor)


def server_account(folder: Path) -> OsAccount | None:
    """Whose the server's processes are to be; None for our own, as everywhere but for root."""
    if sys.platform == "win32" or os.geteuid() != 0:
        return None
    nearest = next(part for part in (folder, *folder.parents) if part.is_dir())
    owner = nearest.stat().st_uid
    # initdb wants an account that has a name.
    known = owner != 0 and any(entry.pw_uid == owner for entry in pwd.getpwall())
    entry = pwd.getpwuid(owner) if known else pwd.getpwnam("nobody")
    return OsAccount(entry.pw_uid, entry.pw_gid)


def reachable_folder(folder: Path, account: OsAccount | None) -> Path:
    """`folder`, or the place below `ROOT_HOME` that stands for it."""
    if account is None or account.can_traverse(folder):
        return folder
    return ROOT_HOME / _digest(folder)


def reachable_copy(package: Path, account: OsAccount | None) -> Path:
    """`package` (a folder and its `.libs` sibling), or a readable copy below `ROOT_HOME`.

    The copy is made once for each size and time of the original.
    """
    if account is None or account.can_traverse(package / "pginstall" / "bin"):
        return package
    status = (package / "pginstall" / "bin" / "postgres").stat()
    place = ROOT_HOME / f"binaries-{_digest(package, status.st_size, status.st_mtime_ns)}"
    if not place.exists():
        ROOT_HOME.mkdir(mode=0o755, parents=True, exist_ok=True)
        unfinished = Path(tempfile.mkdtemp(dir=ROOT_HOME, prefix="unfinished-"))
        for part in (package, package.with_name(f"{package.name}.libs")):
            if part.exists():
                shutil.copytree(part, unfinished / part.name, symlinks=True)
        for path in (unfinished, *unfinished.rglob("*")):
            if not path.is_symlink():
                path.chmod(0o755)
        unfinished.rename(place)
    return place / package.name


def _digest(*parts: object) -> str:
    return hashlib.sha256(
        "\0".join(map(str, parts)).encode("utf-8", "surrogateescape")
    ).hexdigest()[:16]
