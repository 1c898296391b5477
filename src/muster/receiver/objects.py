"""Where packets lie: a folder, or an S3-compatible store that several hub processes share.

An object is written once, under a name that is never given again, and read again before anything counts on it
(:func:`store`). Sealed as it came, it needs no further sealing.

``file:///srv/hub`` or ``s3://bucket/prefix?endpoint=https://store.example&region=x``; who may use the store is
said as everywhere with S3: ``AWS_ACCESS_KEY_ID`` and ``AWS_SECRET_ACCESS_KEY``, or a file of credentials.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from functools import cache
from pathlib import Path
from typing import Any, Protocol
from urllib.parse import parse_qs, unquote, urlsplit
from urllib.request import url2pathname

from muster import durable
from muster.errors import BadInput, Code, NotAuthentic, StorageUnavailable

OBJECTS_URL_UNUSABLE = Code(
    "OBJECTS_URL_UNUSABLE", "Write the place for packets as file:///FOLDER or s3://BUCKET?endpoint=https://HOST."
)
OBJECTS_UNAVAILABLE = Code(
    "OBJECTS_UNAVAILABLE", "The place for packets cannot be reached. What was sent is kept at the station."
)
OBJECT_MISSING = Code("OBJECT_MISSING", "A packet that was accepted is not where it was put. Restore the backup.")
OBJECT_DAMAGED = Code("OBJECT_DAMAGED", "A packet was not kept as it was written. It is not accepted.")
OBJECT_NAME_UNUSABLE = Code("OBJECT_NAME_UNUSABLE", "This is no name for a packet in the store.")

_NAME = re.compile(r"[0-9A-Za-z_-][0-9A-Za-z._-]*(/[0-9A-Za-z_-][0-9A-Za-z._-]*)*")
_CONNECT_S, _READ_S = 5, 60
_MISSING = ("NoSuchKey", "404", "NotFound")


@dataclass(frozen=True, slots=True)
class Listed:
    name: str
    changed_at: datetime


class Objects(Protocol):
    """Each verb raises ``StorageUnavailable``."""

    def put(self, name: str, content: bytes) -> None:
        """When it returns, ``content`` is there whole and survives a power cut."""
        ...

    def get(self, name: str) -> bytes:
        """Raises ``StorageUnavailable(OBJECT_MISSING)`` as well."""
        ...

    def delete(self, name: str) -> None:
        """Nothing happens where there is none."""
        ...

    def listed(self, prefix: str) -> Iterator[Listed]: ...

    def is_answering(self) -> bool: ...


def store(objects: Objects, name: str, content: bytes) -> None:
    """Write an object and read it again. Raises ``StorageUnavailable``, ``NotAuthentic(OBJECT_DAMAGED)``."""
    objects.put(name, content)
    if hashlib.sha256(objects.get(name)).digest() != hashlib.sha256(content).digest():
        raise NotAuthentic(OBJECT_DAMAGED)


def open_objects(address: str) -> Objects:
    """Raises ``BadInput(OBJECTS_URL_UNUSABLE)``."""
    url = urlsplit(address)
    if url.scheme == "file" and url.path and url.netloc in ("", "localhost"):
        return FolderObjects(Path(url2pathname(url.path)))
    if url.scheme == "s3" and url.netloc:
        options = {name: values[-1] for name, values in parse_qs(url.query).items()}
        return BucketObjects(url.netloc, unquote(url.path.strip("/")), options)
    raise BadInput(OBJECTS_URL_UNUSABLE)


class FolderObjects:
    def __init__(self, folder: Path) -> None:
        self._folder = folder

    def put(self, name: str, content: bytes) -> None:
        durable.write(self._path(name), content)

    def get(self, name: str) -> bytes:
        path = self._path(name)
        try:
            return path.read_bytes()
        except FileNotFoundError as error:
            raise StorageUnavailable(OBJECT_MISSING) from error
        except OSError as error:
            raise StorageUnavailable(OBJECTS_UNAVAILABLE) from error

    def delete(self, name: str) -> None:
        with durable.disk_errors():
            self._path(name).unlink(missing_ok=True)

    def listed(self, prefix: str) -> Iterator[Listed]:
        for path in sorted((self._folder / prefix).rglob("*")):
            if path.is_file():
                changed_at = datetime.fromtimestamp(path.stat().st_mtime, UTC)
                yield Listed(path.relative_to(self._folder).as_posix(), changed_at)

    def is_answering(self) -> bool:
        return self._folder.is_dir()

    def _path(self, name: str) -> Path:
        return self._folder / _checked(name)


class BucketObjects:
    """One bucket; ``prefix`` stands before every name. boto3 is imported only here."""

    def __init__(self, bucket: str, prefix: str, options: dict[str, str]) -> None:
        from botocore.config import Config

        self._bucket = bucket
        self._prefix = f"{prefix}/" if prefix else ""
        config = Config(
            connect_timeout=_CONNECT_S,
            read_timeout=_READ_S,
            retries={"mode": "standard", "max_attempts": 3},
            # Stores that only look like S3 refuse the newer checksums; we read again and compare ourselves.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
            s3={"addressing_style": options.get("addressing", "path")},
            max_pool_connections=32,
        )
        region = options.get("region", "us-east-1")
        self._client: Any = _session().client(
            "s3", endpoint_url=options.get("endpoint"), region_name=region, config=config
        )

    def put(self, name: str, content: bytes) -> None:
        with _told():
            self._client.put_object(Bucket=self._bucket, Key=self._key(name), Body=content)

    def get(self, name: str) -> bytes:
        with _told():
            answer = self._client.get_object(Bucket=self._bucket, Key=self._key(name))
            content: bytes = answer["Body"].read()
        return content

    def delete(self, name: str) -> None:
        with _told():
            self._client.delete_object(Bucket=self._bucket, Key=self._key(name))

    def listed(self, prefix: str) -> Iterator[Listed]:
        with _told():
            pages = self._client.get_paginator("list_objects_v2").paginate(
                Bucket=self._bucket, Prefix=f"{self._prefix}{prefix}"
            )
            for page in pages:
                for each in page.get("Contents", ()):
                    yield Listed(each["Key"].removeprefix(self._prefix), each["LastModified"].astimezone(UTC))

    def is_answering(self) -> bool:
        try:
            with _told():
                self._client.head_bucket(Bucket=self._bucket)
        except StorageUnavailable:
            return False
        return True

    def _key(self, name: str) -> str:
        return self._prefix + _checked(name)


@cache
def _session() -> Any:
    """What boto3 knows of services takes half a second to read."""
    import boto3

    return boto3.session.Session()


@contextmanager
def _told() -> Iterator[None]:
    from botocore.exceptions import BotoCoreError, ClientError, HTTPClientError

    try:
        yield
    except ClientError as error:
        missing = str(error.response.get("Error", {}).get("Code")) in _MISSING
        raise StorageUnavailable(OBJECT_MISSING if missing else OBJECTS_UNAVAILABLE) from error
    except (BotoCoreError, HTTPClientError, OSError) as error:
        raise StorageUnavailable(OBJECTS_UNAVAILABLE) from error


def _checked(name: str) -> str:
    if not _NAME.fullmatch(name):
        raise BadInput(OBJECT_NAME_UNUSABLE)
    return name
