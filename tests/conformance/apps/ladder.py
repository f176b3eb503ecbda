"""One rung for each thing that the white box has to see through."""

from __future__ import annotations

from fastapi import FastAPI
from pydantic import BaseModel

app = FastAPI()


class Pair(BaseModel):
    first: int
    second: int


class Words(BaseModel):
    left: str
    right: str


@app.get("/literal")
def literal(code: str) -> dict[str, str]:
    if code == "xyzzy-4711":
        raise RuntimeError("literal")
    return {}


@app.get("/arithmetic")
def arithmetic(amount: int, factor: int) -> dict[str, str]:
    if amount * 3 - factor == 7919:
        raise RuntimeError("arithmetic")
    return {}


@app.get("/nested")
def nested(word: str) -> dict[str, str]:
    if len(word) == 4:  # noqa: SIM102  one branch after the other
        if word[0] == "f":  # noqa: SIM102
            if word[1] == "u":  # noqa: SIM102
                if word[2] == "z":  # noqa: SIM102
                    if word[3] == "!":
                        raise RuntimeError("nested")
    return {}


@app.get("/prefix")
def prefix(token: str) -> dict[str, str]:
    if token.startswith("tok_") and token.endswith("_end") and len(token) > 12:
        raise RuntimeError("prefix")
    return {}


TABLE = {"alpha": 1, "omega-9": 0}


@app.get("/key")
def key(name: str) -> dict[str, float]:
    if name in TABLE:
        return {"value": 10 / TABLE[name]}
    return {}


@app.post("/two")
def two(words: Words) -> dict[str, str]:
    if len(words.left) > 6 and words.left == words.right[::-1]:
        raise RuntimeError("two")
    return {}


@app.post("/pair")
def pair(pair: Pair) -> dict[str, str]:
    if pair.first > 1000 and pair.second == pair.first * 2 + 1:
        raise RuntimeError("pair")
    return {}
