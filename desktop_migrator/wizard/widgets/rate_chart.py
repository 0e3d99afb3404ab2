"""Items per second over the last minutes, drawn as the work goes on."""

import time
from collections import deque

from PySide6.QtCore import QLocale, QPointF, QRectF, QSize, Qt
from PySide6.QtGui import QColor, QPainter, QPainterPath, QPaintEvent, QPen
from PySide6.QtWidgets import QSizePolicy, QWidget

from desktop_migrator.wizard import theme

_MAX_SAMPLES = 240
_PADDING = 4


class RateChart(QWidget):
    def __init__(self) -> None:
        super().__init__()
        self._rates: deque[float] = deque(maxlen=_MAX_SAMPLES)
        self._last: tuple[float, int] | None = None
        self.setSizePolicy(QSizePolicy.Policy.Expanding, QSizePolicy.Policy.Fixed)
        self.setAccessibleName(self.tr("Items per second"))

    @property
    def rates(self) -> tuple[float, ...]:
        return tuple(self._rates)

    def start_stage(self) -> None:
        """Another stage begins to count from zero."""
        self._last = None

    def add_sample(self, completed: int) -> None:
        """So many items are done by now."""
        now = time.monotonic()
        if self._last is not None:
            before, count = self._last
            if now > before:
                self._rates.append(max(0.0, (completed - count) / (now - before)))
        self._last = (now, completed)
        rate = self._rates[-1] if self._rates else 0.0
        self.setAccessibleDescription(
            self.tr("{rate} items per second").format(rate=QLocale().toString(round(rate)))
        )
        self.update()

    def sizeHint(self) -> QSize:
        return QSize(320, 5 * self.fontMetrics().height())

    def paintEvent(self, _: QPaintEvent) -> None:
        colours = theme.colours()
        painter = QPainter(self)
        painter.setRenderHint(QPainter.RenderHint.Antialiasing)
        frame = QRectF(self.rect()).adjusted(0.5, 0.5, -0.5, -0.5)
        painter.setPen(QPen(QColor(colours.line), 1))
        painter.setBrush(QColor(colours.card))
        painter.drawRoundedRect(frame, 6, 6)
        words = self.fontMetrics().height()
        area = frame.adjusted(_PADDING, words + _PADDING, -_PADDING, -_PADDING)
        top = max(self._rates, default=0.0)
        painter.setPen(QColor(colours.faint))
        now = self._rates[-1] if self._rates else 0.0
        painter.drawText(
            frame.adjusted(2 * _PADDING, _PADDING, -2 * _PADDING, 0),
            int(Qt.AlignmentFlag.AlignLeading | Qt.AlignmentFlag.AlignTop),
            self.tr("{rate} items per second").format(rate=QLocale().toString(round(now))),
        )
        if len(self._rates) < 2 or not top:
            return
        line = self._rate_path(area, top)
        ground = QPainterPath(line)
        ground.lineTo(line.currentPosition().x(), area.bottom())
        ground.lineTo(line.elementAt(0).x, area.bottom())
        ground.closeSubpath()
        fill = QColor(colours.accent)
        fill.setAlpha(48)
        painter.fillPath(ground, fill)
        painter.setBrush(Qt.BrushStyle.NoBrush)
        painter.setPen(QPen(QColor(colours.accent), 2))
        painter.drawPath(line)

    def _rate_path(self, area: QRectF, top: float) -> QPainterPath:
        step = area.width() / max(len(self._rates) - 1, 1)
        mirrored = self.layoutDirection() == Qt.LayoutDirection.RightToLeft
        path = QPainterPath()
        for index, rate in enumerate(self._rates):
            x = area.right() - index * step if mirrored else area.left() + index * step
            point = QPointF(x, area.bottom() - area.height() * rate / top)
            if index:
                path.lineTo(point)
            else:
                path.moveTo(point)
        return path
