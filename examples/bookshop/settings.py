"""Settings, read from the environment (``BOOKSHOP_...``) or given to the app factory.

Guide: Settings and Environment Variables.
"""

from __future__ import annotations

from typing import Annotated

from fastapi import Depends
from pydantic import SecretStr
from pydantic_settings import BaseSettings, SettingsConfigDict
from starlette.requests import HTTPConnection

DEMO_SECRET = SecretStr("only for the example: set BOOKSHOP_SECRET")
DEMO_PARTNER_KEY = SecretStr("partner-key")


class Settings(BaseSettings):
    """What an operator of the shop may decide."""

    model_config = SettingsConfigDict(env_prefix="BOOKSHOP_", frozen=True)

    shop_name: str = "The Corner Bookshop"
    allowed_hosts: tuple[str, ...] = ("testserver", "localhost", "127.0.0.1", "shop.example")
    force_https: bool = False
    compress: bool = True
    secret: SecretStr = DEMO_SECRET
    partner_key: SecretStr = DEMO_PARTNER_KEY
    token_seconds: int = 3600
    page_size: int = 20
    max_body_bytes: int = 1_000_000
    outgoing_timeout: float = 5.0


def get_settings(connection: HTTPConnection) -> Settings:
    """Give the settings of this app; tests override this dependency to change one of them."""
    settings: Settings = connection.app.state.settings
    return settings


CurrentSettings = Annotated[Settings, Depends(get_settings)]
