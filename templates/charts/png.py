"""The chart of a letter as PNG: mail clients show neither SVG nor anything loaded from afar."""

from pathlib import Path
from typing import Final

from resvg_py import svg_to_bytes

from templates.contexts.base import Context
from templates.contexts.mail import Chart, Picture
from templates.render import render

FONT: Final = (
    Path(__file__).parent / "inter.ttf"
)  # a slim container has no fonts: text would vanish


def chart_images(context: Context, *charts: Chart) -> dict[str, bytes]:
    """The PNG of each chart by its CID, labelled for *reader*."""
    return {
        chart.cid: draw_png(Picture(zone=context.zone, locale=context.locale, plot=chart.plot))
        for chart in charts
    }


def draw_png(picture: Picture) -> bytes:
    """PNG of 1152 x 348 pixels on a transparent ground, to be shown at half that size."""
    svg = render("charts/mail.svg.j2", picture)
    return bytes(svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(FONT)]))
