"""The chart of an email as PNG: mail clients show neither SVG nor remote images."""

from pathlib import Path
from typing import Final

from resvg_py import svg_to_bytes

from templates.contexts.base import Context
from templates.contexts.mail import Chart, Picture
from templates.render import render

FONT: Final = Path(__file__).parent / "inter.ttf"  # a slim container has no fonts of its own


def chart_images(context: Context, *charts: Chart) -> dict[str, bytes]:
    """Return the PNG of each chart by its CID, labelled in the zone and locale of *context*."""
    return {
        chart.cid: draw_png(Picture(zone=context.zone, locale=context.locale, plot=chart.plot))
        for chart in charts
    }


def draw_png(picture: Picture) -> bytes:
    """Return a PNG of 1152 x 348 pixels with a transparent background, to be shown at half size."""
    svg = render("charts/mail.svg.j2", picture)
    return bytes(svg_to_bytes(svg_string=svg, skip_system_fonts=True, font_files=[str(FONT)]))
