"""One page of the wizard by itself, with a worker and a workspace of its own."""

from dataclasses import dataclass
from pathlib import Path
from typing import TypeVar

from PySide6.QtWidgets import QWidget
from pytestqt.qtbot import QtBot

from desktop_migrator.migration.workspace.workspace import Workspace
from desktop_migrator.plan.schema import Plan
from desktop_migrator.wizard.context import WizardContext
from desktop_migrator.wizard.flow import WizardAnswers
from desktop_migrator.wizard.messages import make_translator
from desktop_migrator.wizard.pages.base import WizardPage
from desktop_migrator.wizard.worker import Worker

W = TypeVar("W", bound=QWidget)


def named(page: QWidget, kind: type[W], name: str) -> W:
    """The page's one control of that kind with this name, or text on it."""
    [found] = [
        each
        for each in page.findChildren(kind)
        if name in (each.accessibleName(), getattr(each, "text", str)().replace("&", ""))
    ]
    return found


def idle(page: WizardPage) -> bool:
    return page.operation is None


@dataclass(frozen=True)
class Opened:
    page: WizardPage
    context: WizardContext

    @property
    def answers(self) -> WizardAnswers:
        return self.context.answers


def open_page(qtbot: QtBot, kind: type[WizardPage], data_dir: Path, plan: Plan) -> Opened:
    context = WizardContext(Workspace.open(data_dir), Worker(), make_translator())
    context.known_plan, context.loaded = plan, True
    page = kind(context)
    qtbot.addWidget(page, before_close_func=lambda _: context.worker.close())
    page.resize(900, 700)
    page.show()
    return Opened(page, context)
