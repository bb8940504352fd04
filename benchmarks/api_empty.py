"""The floor of the API's memory: a FastAPI application with one route. ``python -m benchmarks.api_empty PORT``."""

import sys

import uvicorn
from fastapi import FastAPI


def main() -> None:
    """Serve until it is stopped."""
    app = FastAPI()

    @app.get("/healthz")
    async def read_health() -> dict[str, str]:
        return {"status": "ok"}

    uvicorn.run(app, host="127.0.0.1", port=int(sys.argv[1]), log_level="error", access_log=False)


if __name__ == "__main__":
    main()
