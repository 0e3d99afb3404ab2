"""The step of a run that writes rows."""

from collections import Counter
from collections.abc import Iterator, Sequence

from desktop_migrator.errors import CommitsLost
from desktop_migrator.migration.run.left_away import indexes_left_away
from desktop_migrator.migration.run.together.loading import load_together, processes
from desktop_migrator.migration.run.together.worker import derivation
from desktop_migrator.migration.run.under_way import UnderWay
from desktop_migrator.model import TargetEntity
from desktop_migrator.postgres.chunks import ChunkLimits
from desktop_migrator.postgres.load import STAGE, Loader
from desktop_migrator.postgres.settle import Settler


def load(run: UnderWay, entities: Sequence[TargetEntity]) -> None:
    """All items that are not done, from the beginning or from where the run stands."""
    number = processes(run, entities)
    with indexes_left_away(run, entities):
        renamed = load_together(run, entities, number) if number > 1 else _load_alone(run, entities)
    if renamed:
        run.reporter.warned(
            f"Items with ids that rows of other people have got new ones: {renamed:,}."
        )
    for warning in _notes(run):
        run.reporter.warned(warning)


def _load_alone(run: UnderWay, entities: Sequence[TargetEntity]) -> int:
    resume = run.resumed
    while True:
        try:
            return _load_from(run, entities, resume=resume)
        except CommitsLost as lost:
            run.reporter.warned(f"{lost} They are done again.")
            resume = True


def _load_from(run: UnderWay, entities: Sequence[TargetEntity], *, resume: bool) -> int:
    """Returns how many items got new ids."""
    job = run.job
    settler = Settler(entities, run.surveyed.repeats)
    loader = Loader(
        run.connection,
        entities,
        run=run.id,
        user_id=run.user_id,
        policy=job.policy,
        answers=run.decisions.answer,
        derive=derivation(run.user_id, entities),
        reporter=run.reporter,
        limits=ChunkLimits(job.batch_size) if job.batch_size else None,
        keep_going=job.continue_on_error,
        dry_run=job.dry_run,
        fence=None if job.dry_run else run.lock.fence(run.id),
        settle=run.settle,
        retries=run.retries,
        resume=resume,
        pause=job.batch_delay,
        observer=run.observer,
    )
    run.counts = loader.counts
    total = run.surveyed.total(entities)
    for outcomes in run.in_order(entities, settler):
        loader.load(outcomes, total)
    for name, counts in settler.counts.items():
        if counts.items:
            run.counts[name] += counts
            run.reporter.advanced(STAGE, total, total)
    if loader.nulled:
        run.reporter.warned(
            f"References left empty, since what they refer to is not there: {loader.nulled:,}."
        )
    return loader.renamed


def _notes(run: UnderWay) -> Iterator[str]:
    extractor = run.extractor
    if extractor is None:
        return
    if extractor.duplicates:
        yield f"{extractor.duplicates:,} items stood twice in their record and went once."
    if number := extractor.warnings["big-integer"]:
        yield f"{number:,} items hold integers beyond 2^53, which JavaScript reads inexactly."
    if number := extractor.warnings["data-beside-items"]:
        yield f"{number:,} records hold more than the items taken from them."
    left_out = sum((guard.left_out for guard in extractor.guards.values()), Counter[str]())
    for path, number in left_out.items():
        yield (
            f"{number:,} values of the sensitive field {path} were left out, since there is no key "
            "to protect them with; they are still in the browser."
        )
    if number := extractor.left_aside["partitioned"]:
        yield f"{number:,} records of the site lie framed in other sites; they were left aside."
