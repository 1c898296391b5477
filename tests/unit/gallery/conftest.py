from __future__ import annotations

from collections.abc import Iterator

import pytest
import sqlalchemy as sa

from simulators.real_postgres import programs, real_postgres


@pytest.fixture(scope="session")
def postgres() -> Iterator[sa.Engine]:
    """A database with pgvector and nothing in it."""
    if programs() is None:
        pytest.skip("no PostgreSQL with pgvector is installed here")
    with real_postgres() as server:
        engine = sa.create_engine(server.url)
        with engine.begin() as connection:
            connection.execute(sa.text("CREATE EXTENSION vector"))
        yield engine
        engine.dispose()
