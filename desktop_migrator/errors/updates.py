"""DM-6nn: whether there is a newer version cannot be found out, or not be believed."""

from desktop_migrator.errors.base import ExitCode, MigratorError


class UpdateError(MigratorError):
    code = "DM-600"
    title = "Nobody knows whether there is a newer version"


class UpdateUnreachable(UpdateError):
    code = "DM-601"
    title = "The announcement of newer versions cannot be fetched"
    detail_template = "{address}: {reason}"
    hint_template = (
        "Check that this computer is online, and try again; if that does not help, ask the support "
        "desk whether the address is still right."
    )
    transient = True


class UpdateUntrusted(UpdateError):
    code = "DM-602"
    title = "The announcement of newer versions cannot be trusted"
    detail_template = "{address}: {reason}"
    hint_template = "Install nothing that it speaks of, and tell the support desk the code."
    exit_code = ExitCode.REFUSED


class UpdateOutdated(UpdateError):
    code = "DM-603"
    title = "The announcement of newer versions is out of date"
    detail_template = "{address}: it was valid until {until}."
    hint_template = (
        "Check this computer's date. If it is right, tell the support desk: they sign the "
        "announcement anew."
    )
    exit_code = ExitCode.REFUSED


class UpdatesUnknown(UpdateError):
    code = "DM-604"
    title = "This program does not know where newer versions are announced"
    detail_template = "Neither the makers of this copy nor a kit name an address."
    hint_template = (
        "Ask whoever gave you the program for the newest one, or for a kit that names an address."
    )
    exit_code = ExitCode.USAGE
