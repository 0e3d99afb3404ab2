"""DM-2nn: plans."""

from desktop_migrator.errors.base import ExitCode, MigratorError


class PlanError(MigratorError):
    code = "DM-200"
    title = "The plan cannot be used"
    detail_template = "{path}: {reason}"
    hint_template = (
        "Correct the plan at the place named, or leave --plan away to use the built-in plan."
    )
    exit_code = ExitCode.USAGE


class PlanDoesNotFit(PlanError):
    """The plan asks for something that the target's tables cannot take."""

    code = "DM-201"
    title = "The plan and the database do not fit together"
    detail_template = "{reason}"
    hint_template = "{remedy}"
    exit_code = ExitCode.FAILED


class OriginNotChosen(PlanError):
    code = "DM-202"
    title = "Several web sites have data that fits the plan"
    detail_template = "{origins}"
    hint_template = "Say which one is meant: --origin ORIGIN."


class NothingToMigrate(PlanError):
    code = "DM-203"
    title = "There is nothing to migrate"
    detail_template = "No web site has data in these browsers that the plan is for."
    hint_template = (
        "See what there is with `desktop-migrator scan`; name the web site with --origin, or the "
        "folder with --source."
    )
    exit_code = ExitCode.FAILED


class OriginNotFound(PlanError):
    code = "DM-204"
    title = "This web site keeps nothing here"
    detail_template = "These browsers hold no record of {origins}."
    hint_template = "See which web sites there are with `desktop-migrator scan`."
    exit_code = ExitCode.FAILED
