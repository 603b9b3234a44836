"""Where the program connects and how long it waits; built once by app, passed down, never global."""

from __future__ import annotations

from dataclasses import dataclass, field


@dataclass(frozen=True, slots=True)
class ServerConfig:
    """One server to talk to: the official platform or a training server."""

    api_url: str = "https://api.oceanengine.com"
    authorize_url: str = "https://ad.oceanengine.com/openapi/audit/oauth.html"
    feed_url: str | None = None
    """Base of a creator catalog feed (resources/data/catalog_feed.schema.json), or None."""
    events_url: str | None = None
    """An event stream (SSE), where the server offers one."""
    control_url: str | None = None
    """The training server's controls; None everywhere else."""
    redirect_host: str = "127.0.0.1"
    redirect_port: int = 0
    """0 takes any free port; the platform may demand the registered one."""
    redirect_path: str = "/callback"

    @property
    def training(self) -> bool:
        return self.control_url is not None


@dataclass(frozen=True, slots=True)
class Timings:
    """Seconds. Shorter in tests; the rules between them hold everywhere."""

    request: float = 20.0
    undo: float = 10.0
    uncertainty: float = 120.0
    """Q of reliability.md: longer than client timeout + gateway + replica lag."""
    poll_open_orders: float = 60.0
    poll_idle: float = 600.0
    backoff_base: float = 1.0
    backoff_cap: float = 300.0
    shutdown: float = 2.0

    def __post_init__(self) -> None:
        if self.uncertainty <= self.request:
            raise ValueError("the uncertainty window must outlast a request")


@dataclass(frozen=True, slots=True)
class AppConfig:
    """Everything that differs between a real run, a demo, a tour and a test."""

    server: ServerConfig = field(default_factory=ServerConfig)
    timings: Timings = field(default_factory=Timings)
    language: str = "zh_CN"
    theme: str = "system"
