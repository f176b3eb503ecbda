"""What travels in and out, as pydantic models. Numbers are bounded, so that SQLite can hold every one of them."""

from __future__ import annotations

from typing import Annotated, Any, Literal

from pydantic import BaseModel, BeforeValidator, ConfigDict, Field


def refuse_other_types(value: Any) -> Any:
    """Refuse what pydantic would turn into a number although JSON Schema says it is none: ``true`` and ``"1"``."""
    if isinstance(value, bool | str | bytes):
        raise ValueError("a JSON number is required")  # noqa: TRY004 - pydantic reports ValueError only
    return value


ISBN_PATTERN = "^97[89][0-9]{10}$"
URL_PATTERN = r"^https://([a-z][a-z0-9]{0,30}\.)+[a-z]{2,10}(:[1-9][0-9]{1,3})?(/[A-Za-z0-9_~-]{1,40}){0,5}$"

Isbn = Annotated[str, Field(pattern=ISBN_PATTERN, examples=["9780140449136"])]
Number = Annotated[int, Field(ge=1, le=2**53)]
# The bounds stand before the validator: after it they would be checked, but not be in the schema.
Cents = Annotated[int, Field(ge=0, le=1_000_000, examples=[1250]), BeforeValidator(refuse_other_types)]
Stock = Annotated[int, Field(ge=0, le=1_000_000, examples=[4]), BeforeValidator(refuse_other_types)]
Quantity = Annotated[int, Field(ge=1, le=100, examples=[2]), BeforeValidator(refuse_other_types)]
Text = Annotated[str, Field(min_length=1, max_length=200)]


class Body(BaseModel):
    """A request body: what is not declared is refused."""

    model_config = ConfigDict(extra="forbid")


class BookDetails(Body):
    """A book without its number, as a client sends it."""

    title: Text = Field(examples=["The Odyssey"])
    author: Text = Field(examples=["Homer"])
    price_cents: Cents
    stock: Stock = 0


class NewBook(BookDetails):
    """A book with its number, as a client sends it."""

    isbn: Isbn


class Book(BaseModel):
    """A book in the catalogue."""

    isbn: Isbn
    title: str
    author: str
    price_cents: int
    stock: int


class NewOrder(Body):
    """What a customer wants."""

    isbn: Isbn
    quantity: Quantity


class Order(BaseModel):
    """An order as the shop keeps it."""

    id: int
    isbn: Isbn
    quantity: int
    total_cents: int
    state: Literal["confirmed", "backordered"]


class OrderEvent(BaseModel):
    """What the shop tells others about an order, in callbacks and webhooks."""

    id: int
    isbn: Isbn
    state: Literal["confirmed", "backordered"]


class Receipt(BaseModel):
    """What the receiver of a callback answers."""

    ok: bool


class Subscription(Body):
    """Where the webhook ``new-order`` is to be sent."""

    url: str = Field(pattern=URL_PATTERN, examples=["https://partner.example/hooks"])


class ChatMessage(Body):
    """One line said in a chat room."""

    text: Annotated[str, Field(min_length=1, max_length=500)]


class Refusal(BaseModel):
    """Why a request was refused."""

    detail: str
