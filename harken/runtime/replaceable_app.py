"""The console of a run behind one ASGI application, while edited settings replace it."""

from dataclasses import replace

from starlette.types import ASGIApp, Receive, Scope, Send

from config.settings import Settings
from console.app import create_app
from console.context import AppContext


class ReplaceableApp:
    """The console over a context; requests that already run end in the former one."""

    def __init__(self, context: AppContext) -> None:
        self._context = context
        self._app: ASGIApp = create_app(context)

    def use(self, settings: Settings) -> None:
        """Serve the console with the zone and the address of *settings* from the next request."""
        context = replace(self._context, base_url=settings.base_url, zone=settings.zone)
        if context != self._context:
            self._context, self._app = context, create_app(context)

    async def __call__(self, scope: Scope, receive: Receive, send: Send) -> None:
        """Answer one request."""
        await self._app(scope, receive, send)
