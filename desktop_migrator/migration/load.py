"""The step of a run that writes rows."""

from collections.abc import Callable, Iterator, Sequence
from uuid import UUID

from desktop_migrator.errors import CommitsLost
from desktop_migrator.migration.under_way import UnderWay
from desktop_migrator.model import Item, TargetEntity
from desktop_migrator.plan.identity import derived_id
from desktop_migrator.postgres.chunks import ChunkLimits
from desktop_migrator.postgres.load import STAGE, Loader
from desktop_migrator.postgres.settle import Settler


def load(run: UnderWay, entities: Sequence[TargetEntity]) -> None:
    """All items that are not done, from the beginning or from where the run stands."""
    resume = run.resumed
    while True:
        try:
            _load_from(run, entities, resume=resume)
        except CommitsLost as lost:
            run.reporter.warned(f"{lost} They are done again.")
            resume = True
        else:
            break
    for warning in _notes(run):
        run.reporter.warned(warning)


def _load_from(run: UnderWay, entities: Sequence[TargetEntity], *, resume: bool) -> None:
    job = run.job
    settler = Settler(entities, run.surveyed.repeats)
    loader = Loader(
        run.connection,
        entities,
        run=run.id,
        user_id=run.user_id,
        policy=job.policy,
        answers=run.decisions.answer,
        derive=_derivation(run, entities),
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
    loader.load(settler.settle(run.extracted(entities)), total)
    for name, counts in settler.counts.items():
        if counts.items:
            run.counts[name] += counts
            run.reporter.advanced(STAGE, total, total)
    if loader.renamed:
        run.reporter.warned(
            f"Items with ids that rows of other people have got new ones: {loader.renamed:,}."
        )


def _derivation(run: UnderWay, entities: Sequence[TargetEntity]) -> Callable[[Item], UUID | str]:
    """What gives an item an id where its own is taken."""
    columns = {entity.name: entity.columns[0] for entity in entities}
    return lambda item: derived_id(columns[item.entity], run.user_id, item)


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
    if number := extractor.left_aside["partitioned"]:
        yield f"{number:,} records of the site lie framed in other sites; they were left aside."
