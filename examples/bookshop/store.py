"""The catalogue and the orders in an SQLite database that lives in memory, from one lifespan start to its end."""

from __future__ import annotations

import asyncio
import sqlite3
from typing import TYPE_CHECKING, Any

from examples.bookshop.models import Book, NewBook, Order

if TYPE_CHECKING:
    from collections.abc import Iterator

SCHEMA = """
CREATE TABLE books (
    isbn TEXT PRIMARY KEY, title TEXT NOT NULL, author TEXT NOT NULL,
    price_cents INTEGER NOT NULL, stock INTEGER NOT NULL
) STRICT;
CREATE TABLE orders (
    id INTEGER PRIMARY KEY AUTOINCREMENT, customer TEXT NOT NULL, isbn TEXT NOT NULL REFERENCES books (isbn),
    quantity INTEGER NOT NULL, total_cents INTEGER NOT NULL, state TEXT NOT NULL
) STRICT;
CREATE TABLE covers (isbn TEXT PRIMARY KEY, path TEXT NOT NULL) STRICT;
CREATE TABLE subscriptions (id INTEGER PRIMARY KEY AUTOINCREMENT, url TEXT NOT NULL UNIQUE) STRICT;
"""

FIRST_BOOKS = (
    ("9780140449136", "Crime and Punishment", "Fyodor Dostoevsky", 1299, 7),
    ("9780141439518", "Pride and Prejudice", "Jane Austen", 899, 12),
    ("9780241950425", "The Trial", "Franz Kafka", 1050, 3),
    ("9780571334650", "Never Let Me Go", "Kazuo Ishiguro", 999, 0),
)


class BookHasOrdersError(Exception):
    """A book with orders cannot leave the catalogue."""


class Store:
    """Books, orders, covers and webhook subscriptions.

    Every method is one step of the event loop, so requests never see each other's half-done work.
    """

    def __init__(self) -> None:
        self._connection = sqlite3.connect(":memory:", isolation_level=None, check_same_thread=False)
        self._connection.row_factory = sqlite3.Row
        self._connection.executescript(SCHEMA)
        self._connection.execute("PRAGMA foreign_keys = ON")
        self._connection.executemany("INSERT INTO books VALUES (?, ?, ?, ?, ?)", FIRST_BOOKS)

    def close(self) -> None:
        self._connection.close()

    def _row(self, query: str, *values: Any) -> sqlite3.Row | None:
        row: sqlite3.Row | None = self._connection.execute(query, values).fetchone()
        return row

    def books(self, *, limit: int, offset: int = 0, author: str | None = None) -> list[Book]:
        """List books, newest first, at most *limit* of them, all of *author* or of everybody."""
        rows = self._connection.execute(
            "SELECT * FROM books WHERE :author IS NULL OR author = :author "
            "ORDER BY rowid DESC LIMIT :limit OFFSET :offset",
            {"author": author, "limit": limit, "offset": offset},
        )
        return [Book(**dict(row)) for row in rows]

    def all_books(self) -> Iterator[Book]:
        return iter(self.books(limit=-1))

    def book(self, isbn: str) -> Book | None:
        row = self._row("SELECT * FROM books WHERE isbn = ?", isbn)
        return Book(**dict(row)) if row else None

    def put_book(self, book: NewBook) -> bool:
        """Add *book*, or replace the one with its number. True if it was added."""
        added = self.book(book.isbn) is None
        self._connection.execute(
            "INSERT INTO books (isbn, title, author, price_cents, stock) VALUES (?, ?, ?, ?, ?) "
            "ON CONFLICT (isbn) DO UPDATE SET title = excluded.title, author = excluded.author, "
            "price_cents = excluded.price_cents, stock = excluded.stock",
            (book.isbn, book.title, book.author, book.price_cents, book.stock),
        )
        return added

    def delete_book(self, isbn: str) -> bool:
        """Remove a book and its cover. True if there was one.

        Raises:
            BookHasOrdersError: If it was ever ordered.
        """
        try:
            removed = self._connection.execute("DELETE FROM books WHERE isbn = ?", (isbn,)).rowcount
        except sqlite3.IntegrityError as error:
            raise BookHasOrdersError from error
        self._connection.execute("DELETE FROM covers WHERE isbn = ?", (isbn,))
        return removed == 1

    def set_cover(self, isbn: str, path: str) -> None:
        self._connection.execute("INSERT OR REPLACE INTO covers VALUES (?, ?)", (isbn, path))

    def cover(self, isbn: str) -> str | None:
        row = self._row("SELECT path FROM covers WHERE isbn = ?", isbn)
        return str(row["path"]) if row else None

    def add_order(self, customer: str, book: Book, quantity: int) -> Order:
        """Keep an order. What is in stock is taken from it, the rest is ordered from the publisher."""
        enough = book.stock >= quantity
        if enough:
            self._connection.execute("UPDATE books SET stock = stock - ? WHERE isbn = ?", (quantity, book.isbn))
        state, total = "confirmed" if enough else "backordered", quantity * book.price_cents
        cursor = self._connection.execute(
            "INSERT INTO orders (customer, isbn, quantity, total_cents, state) VALUES (?, ?, ?, ?, ?)",
            (customer, book.isbn, quantity, total, state),
        )
        return Order.model_validate(
            {"id": cursor.lastrowid, "isbn": book.isbn, "quantity": quantity, "total_cents": total, "state": state}
        )

    def order(self, number: int, customer: str) -> Order | None:
        row = self._row("SELECT * FROM orders WHERE id = ? AND customer = ?", number, customer)
        return Order.model_validate(dict(row)) if row else None

    def orders(self, *, customer: str | None = None, after: int = 0, limit: int = 100) -> list[Order]:
        """List orders by number, those of *customer* or of everybody, with numbers above *after*."""
        rows = self._connection.execute(
            "SELECT * FROM orders WHERE (:customer IS NULL OR customer = :customer) AND id > :after "
            "ORDER BY id LIMIT :limit",
            {"customer": customer, "after": after, "limit": limit},
        )
        return [Order.model_validate(dict(row)) for row in rows]

    async def stream_orders(self, *, after: int = 0) -> Any:
        """Give all orders, page by page, so that a long list never stands in memory at once."""
        while page := self.orders(after=after):
            for order in page:
                yield order
            after = page[-1].id
            await asyncio.sleep(0)

    def subscribe(self, url: str) -> int:
        """Keep *url* for webhooks, once, and give its number."""
        self._connection.execute("INSERT OR IGNORE INTO subscriptions (url) VALUES (?)", (url,))
        row = self._row("SELECT id FROM subscriptions WHERE url = ?", url)
        return int(row["id"]) if row else 0

    def unsubscribe(self, number: int) -> bool:
        return self._connection.execute("DELETE FROM subscriptions WHERE id = ?", (number,)).rowcount == 1

    def subscriptions(self) -> list[str]:
        return [str(row["url"]) for row in self._connection.execute("SELECT url FROM subscriptions ORDER BY id")]
