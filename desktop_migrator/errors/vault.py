"""DM-4nn: the vault: backups, captures, kits, and the keys that open them."""

from desktop_migrator.errors.base import ExitCode, MigratorError


class VaultError(MigratorError):
    """Backups and captures, and the keys that open them."""

    code = "DM-400"
    title = "The vault cannot do this"


class WrongKey(VaultError):
    code = "DM-401"
    title = "This does not open the file"
    detail_template = "It opens with {needed}; what was given does not fit."
    hint_template = (
        "Check the passphrase (capital letters and the keyboard's language too) or type the "
        "recovery key."
    )
    exit_code = ExitCode.REFUSED


class ContainerDamaged(VaultError):
    """Anything that an untouched file cannot contain: damage, truncation, tampering."""

    code = "DM-402"
    title = "The file is damaged or was changed"
    detail_template = "{reason}"
    hint_template = "Nothing of it was used. Take another copy of the file, or another backup."
    exit_code = ExitCode.REFUSED


class UnknownVersion(VaultError):
    code = "DM-403"
    title = "The file was made by a newer version of this program"
    detail_template = "It is of version {version}; this program knows version {known}."
    hint_template = "Get the newest version of this program and try again."


class NotAContainer(VaultError):
    code = "DM-404"
    title = "This is neither a backup nor a capture"
    detail_template = "The file does not begin as such files do."
    hint_template = (
        "Check that it is the right file, and that it came over whole and unconverted: send it as "
        "an attachment or in a ZIP, not as text."
    )
    exit_code = ExitCode.REFUSED


class BadKey(VaultError):
    """A passphrase, a recovery key or a key file that cannot be one."""

    code = "DM-405"
    title = "This key cannot be used"
    detail_template = "{reason}"
    hint_template = "Type it again, or ask whom it came from."
    exit_code = ExitCode.USAGE


class KeyringUnusable(VaultError):
    code = "DM-410"
    title = "The keyring cannot be used"
    detail_template = "{reason}"
    hint_template = (
        "Log in to the desktop as usual, unlock or set up its keyring (GNOME Keyring, KWallet, the "
        "macOS Keychain, Windows Credential Manager), and try again."
    )


class SecretTooLarge(VaultError):
    code = "DM-411"
    title = "This is too long for a keyring"
    detail_template = "It takes {size:,} bytes, and some systems keep {most:,} at most."
    hint_template = "Choose a shorter password."
    exit_code = ExitCode.USAGE


class ConnectionUnknown(VaultError):
    code = "DM-412"
    title = "There is no saved connection of this name"
    detail_template = "{name}"
    hint_template = (
        "`desktop-migrator connection list` shows those there are; an address begins with "
        "postgresql://."
    )
    exit_code = ExitCode.USAGE


class KeyUnknown(VaultError):
    code = "DM-413"
    title = "There is no key of this name"
    detail_template = "{name}"
    hint_template = "`desktop-migrator keys list` shows those made here."
    exit_code = ExitCode.USAGE


# DM-44n: backups and captures --------------------------------------------------------------------


class PayloadUnreadable(VaultError):
    """A container that opens, with something in it that this program did not write."""

    code = "DM-440"
    title = "This backup or capture cannot be read"
    detail_template = "{reason}"
    hint_template = "Nothing of it was used. Look for a newer version of this program."
    exit_code = ExitCode.REFUSED


class FileUnreadable(VaultError):
    code = "DM-441"
    title = "The file cannot be read"
    detail_template = "{path}: {reason}"
    hint_template = "Check the file's name and whether you may read it."


class SealedFileNotWritten(VaultError):
    code = "DM-442"
    title = "The backup or capture could not be written"
    detail_template = "{path}: {reason}"
    hint_template = "Nothing else was done. Make room on the disk and try again."


class SealedFileNotVerified(VaultError):
    """What was written does not read back as it was."""

    code = "DM-443"
    title = "The backup or capture failed its check"
    detail_template = "{path}: {reason}"
    hint_template = "Nothing else was done. Try again; if it fails again, the disk is at fault."


class BackupNotFound(VaultError):
    code = "DM-444"
    title = "There is no such backup"
    detail_template = "{reason}"
    hint_template = "`desktop-migrator backup list` lists those there are."
    exit_code = ExitCode.USAGE


class KeyNotGiven(VaultError):
    code = "DM-445"
    title = "The key is missing"
    detail_template = "It opens with {needed}, and nobody gave that."
    hint_template = (
        "Run the command in a terminal and type it, or send it by --passphrase-stdin; a recovery "
        "key counts as a passphrase."
    )
    exit_code = ExitCode.REFUSED


class BackupNeeded(VaultError):
    code = "DM-446"
    title = "This backup is still needed"
    detail_template = "{reason}"
    hint_template = "Delete it with --force if you are sure."
    exit_code = ExitCode.REFUSED


class BackupDiffers(VaultError):
    """The file's bytes are not those that were written when the backup was made."""

    code = "DM-447"
    title = "The backup's file was changed"
    detail_template = "{path} has not the SHA-256 that it was made with."
    hint_template = "Do not use it. Restore another backup, or another copy of this one."
    exit_code = ExitCode.REFUSED


class BadKit(VaultError):
    code = "DM-480"
    title = "This kit cannot be used"
    detail_template = "{path}: {reason}"
    hint_template = "Ask whoever gave you the kit to send it again, as an attachment."
    exit_code = ExitCode.REFUSED


class KitChanged(VaultError):
    """Its signature is not that of what it holds."""

    code = "DM-481"
    title = "This kit was changed after it was made"
    detail_template = "{path} says that it is from {owner}, but its signature does not fit it."
    hint_template = (
        "Do not use it. Ask {owner}, on a way that you know, to send it again; delete this one."
    )
    exit_code = ExitCode.REFUSED


class KitCodeWrong(VaultError):
    """Or what the code opens is not of this kit."""

    code = "DM-482"
    title = "This code does not open the kit"
    detail_template = "What was typed is not the code of this kit."
    hint_template = (
        "Type the 20 digits that you were told by phone. If they are right, ask for a new kit: "
        "this one was changed, or is another."
    )
    exit_code = ExitCode.REFUSED


class KitEnded(VaultError):
    code = "DM-483"
    title = "This kit has ended"
    detail_template = (
        "The database does not let it in any more: its time is over, or it was revoked."
    )
    hint_template = "Ask whoever gave you the kit for a new one. What was moved stays where it is."
    exit_code = ExitCode.REFUSED
