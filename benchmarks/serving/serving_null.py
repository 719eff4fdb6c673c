"""The peer that does nothing: FastAPI as its own tutorial starts it, reading the body."""

from fastapi import FastAPI, Request

app = FastAPI()


@app.post("/")
async def nothing(request: Request) -> dict[str, int]:
    """Take the body and answer with its length."""
    return {"bytes": len(await request.body())}
