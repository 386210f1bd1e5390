"""A service that adds numbers up."""

import numpy
from fastapi import FastAPI

app = FastAPI()


@app.get("/sum")
def total(up_to: int = 10) -> dict[str, int]:
    return {"sum": int(numpy.arange(up_to + 1).sum())}
