"""The two parts of an email from its context: HTML with inlined styles, and plain text."""

from functools import cache

from css_inline import CSSInliner

from templates.contexts.base import Context
from templates.render import render


def render_mail(kind: str, context: Context) -> tuple[str, str]:
    """Render HTML and text of ``mail/KIND``; all styles but the ``@media`` rules are inlined."""
    html = render(f"mail/{kind}.html.j2", context)
    return f"{inliner().inline(html).rstrip()}\n", render(f"mail/{kind}.txt.j2", context)


@cache
def inliner() -> CSSInliner:
    """Return an inliner that keeps ``@media`` rules and fetches no remote style sheets."""
    return CSSInliner(keep_at_rules=True, keep_style_tags=False, load_remote_stylesheets=False)
