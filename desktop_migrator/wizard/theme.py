"""Colours, spacing and type: one look on every system, light or dark as the system is."""

from dataclasses import dataclass, fields
from typing import TypeVar

from PySide6.QtCore import Qt
from PySide6.QtGui import QColor, QFont, QFontMetrics, QGuiApplication, QPalette
from PySide6.QtWidgets import QApplication, QLabel

from desktop_migrator.system.resources import resource

L = TypeVar("L", bound=QLabel)

_STYLE_APPLIED = "dressed"
_COLOURS = "colours"
_MIDDLE = 128

TIGHT, GAP, WIDE = 6, 12, 20
"""Device-independent pixels between things that belong together, next to each other, apart."""


USUAL_LINE_HEIGHT = 16
"""The height of a line of text for which sizes in pixels are meant."""


@dataclass(frozen=True, slots=True)
class Colours:
    """As `#rrggbb`; text on its ground has a contrast of 4.5 at least, `edge` one of 3."""

    window: str
    card: str
    chosen: str
    text: str
    faint: str
    line: str
    """Between parts; it tells nothing."""
    edge: str
    """Around what can be pressed or typed into."""
    accent: str
    on_accent: str
    good: str
    warning: str
    warning_ground: str
    bad: str
    bad_ground: str


LIGHT = Colours(
    window="#f5f7f8",
    card="#ffffff",
    chosen="#e4f3f2",
    text="#1b2529",
    faint="#56646b",
    line="#cbd4d8",
    edge="#7b888f",
    accent="#0b6e75",
    on_accent="#ffffff",
    good="#1a6e3c",
    warning="#7a4b00",
    warning_ground="#fdf3dd",
    bad="#a3221f",
    bad_ground="#fdecea",
)
DARK = Colours(
    window="#1a2023",
    card="#242c30",
    chosen="#143b3f",
    text="#e9eff1",
    faint="#a5b3b9",
    line="#42525a",
    edge="#75868e",
    accent="#58c3c6",
    on_accent="#06282b",
    good="#6fd196",
    warning="#f2c265",
    warning_ground="#3a2f17",
    bad="#ff9d96",
    bad_ground="#432423",
)


def colours() -> Colours:
    """Those in use now."""
    app = QApplication.instance()
    used = app.property(_COLOURS) if app else None
    return used if isinstance(used, Colours) else LIGHT


def follow_system(app: QApplication) -> None:
    """Wear the system's scheme and contrast, now and whenever they change."""
    hints = QGuiApplication.styleHints()

    def wear(*_: object) -> None:
        if hints.accessibility().contrastPreference() == Qt.ContrastPreference.HighContrast:
            app.setPalette(QPalette())  # the system's own
            apply_colours(app, contrast_colours(app.palette()))
        else:
            apply_colours(app, _colours_of_scheme(hints.colorScheme()))

    hints.colorSchemeChanged.connect(wear)
    hints.accessibility().contrastPreferenceChanged.connect(wear)
    wear()


def contrast_colours(system: QPalette) -> Colours:
    """The few that a contrast theme has: text, ground, and what is chosen."""
    role = QPalette.ColorRole
    text, ground = (system.color(which).name() for which in (role.WindowText, role.Window))
    chosen, on_chosen = (
        system.color(which).name() for which in (role.Highlight, role.HighlightedText)
    )
    return Colours(
        window=ground,
        card=ground,
        chosen=ground,
        text=text,
        faint=text,
        line=text,
        edge=text,
        accent=chosen,
        on_accent=on_chosen,
        good=text,
        warning=text,
        warning_ground=ground,
        bad=text,
        bad_ground=ground,
    )


def apply_colours(app: QApplication, colours: Colours) -> None:
    if app.property(_STYLE_APPLIED) is None:  # once: Qt does not bear another style below a sheet
        app.setStyle("Fusion")
        app.setProperty(_STYLE_APPLIED, True)
    app.setProperty(_COLOURS, colours)
    app.setPalette(_palette(colours))
    sheet = resource("style", "wizard.qss").read_text(encoding="utf-8")
    for field in fields(Colours):
        sheet = sheet.replace(f"@{field.name}@", getattr(colours, field.name))
    arrow = "arrow-dark" if QColor(colours.card).lightness() < _MIDDLE else "arrow-light"
    sheet = sheet.replace("@arrow@", resource("style", f"{arrow}.svg").as_posix())
    sheet = sheet.replace("@mark@", str(scaled(12))).replace("@round@", str(scaled(12) // 2 + 1))
    app.setStyleSheet(sheet)


def scaled(pixels: int) -> int:
    """What is this large beside usual text, beside the system's."""
    font = QFontMetrics(QApplication.font())
    return round(pixels * max(1.0, font.height() / USUAL_LINE_HEIGHT))


def enlarge(label: L, scale: float, *, bold: bool = False) -> L:
    """Give the label a font relative to the system's."""
    font = QFont(label.font())
    font.setPointSizeF(QApplication.font().pointSizeF() * scale)
    font.setBold(bold)
    label.setFont(font)
    return label


def _colours_of_scheme(scheme: Qt.ColorScheme) -> Colours:
    return DARK if scheme == Qt.ColorScheme.Dark else LIGHT


def _palette(scheme: Colours) -> QPalette:
    role = QPalette.ColorRole
    palette = QPalette()
    for which, colour in {
        role.Window: scheme.window,
        role.WindowText: scheme.text,
        role.Base: scheme.card,
        role.AlternateBase: scheme.window,
        role.Text: scheme.text,
        role.Button: scheme.card,
        role.ButtonText: scheme.text,
        role.BrightText: scheme.bad,
        role.ToolTipBase: scheme.card,
        role.ToolTipText: scheme.text,
        role.PlaceholderText: scheme.faint,
        role.Highlight: scheme.accent,
        role.HighlightedText: scheme.on_accent,
        role.Accent: scheme.accent,
        role.Link: scheme.accent,
        role.LinkVisited: scheme.accent,
        role.Mid: scheme.line,
        role.Midlight: scheme.line,
        role.Light: scheme.card,
        role.Dark: scheme.line,
        role.Shadow: scheme.line,
    }.items():
        palette.setColor(which, QColor(colour))
    for which in (role.WindowText, role.Text, role.ButtonText):
        palette.setColor(QPalette.ColorGroup.Disabled, which, QColor(scheme.faint))
    return palette
