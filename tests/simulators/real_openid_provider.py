"""npm's oidc-provider as a process of its own, and a person with a browser that shows nothing."""

from __future__ import annotations

import json
import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from urllib.parse import parse_qsl, urljoin, urlsplit

import httpx2
import pytest
from joserfc.jwk import RSAKey

PEER = Path(__file__).parents[1] / "peers" / "oidc-provider"
_MOST_STEPS = 10


@contextmanager
def real_provider(client_key: RSAKey) -> Iterator[str]:
    """Its issuer; it knows one client by this key. Skips where Node or its packages are absent."""
    if shutil.which("node") is None or not (PEER / "node_modules" / "oidc-provider").is_dir():
        pytest.skip("npm's oidc-provider is not installed (packaging/bootstrap.py test)")
    with subprocess.Popen(
        ["node", "server.mjs"],
        cwd=PEER,
        env={**os.environ, "CLIENT_JWKS": json.dumps({"keys": [client_key.as_dict(private=False)]})},
        stdin=subprocess.PIPE,
        stdout=subprocess.PIPE,
        stderr=subprocess.DEVNULL,
        text=True,
    ) as running:
        assert running.stdin is not None and running.stdout is not None
        try:
            yield json.loads(running.stdout.readline())["issuer"]
        finally:
            running.stdin.close()


class Person:
    """Somebody in front of a browser; what the browser keeps is kept."""

    def __init__(self) -> None:
        self._browser = httpx2.Client(trust_env=False, follow_redirects=False, timeout=10)

    def __enter__(self) -> Person:
        return self

    def __exit__(self, *_: object) -> None:
        self._browser.close()

    def signs_in(self, url: str, account: str = "erika", *, acr: str = "", amr: str = "pwd") -> str:
        """Every page on the way, to the address that leads back to the station, which is not opened."""
        return self._goes(url, {"account": account, "acr": acr, "amr": amr}, agrees=True)

    def says_no(self, url: str) -> str:
        return self._goes(url, {"account": "erika"}, agrees=False)

    def is_shown(self, url: str) -> str:
        """What the first page asks for."""
        answer = self._browser.get(url, follow_redirects=True)
        return str(answer.json()["prompt"])

    def returns(self, address: str) -> httpx2.Response:
        return self._browser.get(address)

    def _goes(self, url: str, login: dict[str, str], *, agrees: bool) -> str:
        origin = urlsplit(url)
        answer = self._browser.get(url)
        for _ in range(_MOST_STEPS):
            if answer.is_redirect:
                place = urljoin(str(answer.url), answer.headers["location"])
                if urlsplit(place).netloc != origin.netloc:
                    return place
                answer = self._browser.get(place)
            elif not agrees:
                answer = self._browser.post(f"{answer.url}/abort")
            elif answer.json()["prompt"] == "login":
                answer = self._browser.post(f"{answer.url}/login", data=login)
            else:
                answer = self._browser.post(f"{answer.url}/confirm")
        raise AssertionError(
            f"the browser was sent around in circles, last to a page of status {answer.status_code}"
        )


def brought(address: str) -> dict[str, str]:
    """What an address that leads back has to say."""
    return dict(parse_qsl(urlsplit(address).query))
