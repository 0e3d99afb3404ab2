"""The icons of the program and its files, drawn from SVGs in the sizes that systems want."""

import io
from pathlib import Path

from PIL import Image
from PySide6.QtCore import QBuffer, QByteArray, Qt
from PySide6.QtGui import QImage, QPainter
from PySide6.QtSvg import QSvgRenderer

_HERE = Path(__file__).parent
DRAWINGS = {
    "desktop-migrator": _HERE.parent / "resources" / "icons" / "app.svg",
    "kit": _HERE / "icons" / "kit.svg",
    "capture": _HERE / "icons" / "capture.svg",
}
_BANNER_SIZE = (164, 314)
_BANNER_COLOR = "#e3f1f1"
_ICO_SIZES = (16, 20, 24, 32, 40, 48, 64, 128, 256)


def draw_png(drawing: Path, size: int) -> bytes:
    """`size` pixels wide and high, on nothing."""
    image = QImage(size, size, QImage.Format.Format_ARGB32_Premultiplied)
    image.fill(Qt.GlobalColor.transparent)
    painter = QPainter(image)
    QSvgRenderer(QByteArray(drawing.read_bytes())).render(painter)
    painter.end()
    buffer = QBuffer()
    buffer.open(QBuffer.OpenModeFlag.WriteOnly)
    image.save(buffer, "PNG")  # type: ignore[call-overload]
    return bytes(buffer.data().data())


def write_icos(folder: Path) -> None:
    """`NAME.ico` for each drawing, as Windows' Explorer takes them."""
    folder.mkdir(parents=True, exist_ok=True)
    for name, drawing in DRAWINGS.items():
        images = [Image.open(io.BytesIO(draw_png(drawing, size))) for size in _ICO_SIZES]
        images[-1].save(
            folder / f"{name}.ico",
            sizes=[image.size for image in images],
            append_images=images[:-1],
        )


def write_banner(file: Path) -> None:
    """The picture at the side of the installer's first and last page: a bitmap, as it must be."""
    banner = Image.new("RGB", _BANNER_SIZE, _BANNER_COLOR)
    icon = Image.open(io.BytesIO(draw_png(DRAWINGS["desktop-migrator"], 96)))
    banner.paste(icon, ((banner.width - icon.width) // 2, 60), icon)
    banner.save(file, "BMP")
