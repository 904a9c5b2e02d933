"""The console as an ASGI application, with the list of all its routes."""

from importlib.resources import files
from pathlib import Path
from typing import Final

from fastapi import FastAPI
from fastapi.staticfiles import StaticFiles

from console import health
from console.context import AppContext
from console.errors import add_error_handlers, refusal
from console.middleware import SecurityMiddleware
from console.pages import inbox, incident, incidents, letter, mention, sources, status, why
from console.search import page

ROUTERS: Final = (
    page.router,  # / /search
    why.router,  # /mentions/ID/why /m/ID/why
    mention.router,  # /mentions/ID /m/ID
    incidents.router,  # /incidents
    incident.router,  # /incidents/N
    sources.router,  # /sources
    inbox.router,  # /inbox
    letter.router,  # /inbox/N
    status.router,  # /status
    health.router,  # /healthz /readyz /metrics
)


def create_app(app_context: AppContext) -> FastAPI:
    """Return the application over *app_context*: pages, JSON twins, health checks and metrics."""
    app = FastAPI(title="Harken", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.app_context = app_context
    add_error_handlers(app)
    for router in ROUTERS:
        app.include_router(router)
    static = Path(str(files("templates"))) / "static"
    app.mount("/static", StaticFiles(directory=static))
    app.add_middleware(SecurityMiddleware, base_url=app_context.base_url, refusal=refusal)
    return app
