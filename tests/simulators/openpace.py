"""OpenPACE's libeac as the chip's side of PACE: somebody else's code, called by ctypes."""

from __future__ import annotations

import ctypes
from ctypes import POINTER, c_char_p, c_int, c_size_t, c_uint, c_ulong, c_void_p
from typing import Any

import pytest

LIBRARY = "libeac.so.3"
_CAN, _RAW = 2, 5  # of its enum s_type; raw is a hash of the zone


class _Buffer(ctypes.Structure):
    """BUF_MEM of OpenSSL."""

    _fields_ = [("length", c_size_t), ("data", c_void_p), ("max", c_size_t), ("flags", c_ulong)]


class OpenPaceChip:
    """One exchange, message by message. Skips where the library is absent."""

    def __init__(self, card_access: bytes, password: bytes, *, is_zone: bool) -> None:
        library = _library()
        self._library = library
        self._context = library.EAC_CTX_new()
        assert library.EAC_CTX_init_ef_cardaccess(card_access, len(card_access), self._context)
        self._secret = library.PACE_SEC_new(password, len(password), _RAW if is_zone else _CAN)
        assert self._secret

    def encrypted_nonce(self) -> bytes:
        return self._octets(self._library.PACE_STEP1_enc_nonce(self._context, self._secret))

    def map(self, peer: bytes) -> bytes:
        own = self._octets(self._library.PACE_STEP3A_generate_mapping_data(self._context))
        assert self._library.PACE_STEP3A_map_generator(self._context, self._buffer(peer))
        return own

    def agree(self, peer: bytes) -> bytes:
        own = self._octets(self._library.PACE_STEP3B_generate_ephemeral_key(self._context))
        self._peer = self._buffer(peer)
        assert self._library.PACE_STEP3B_compute_shared_secret(self._context, self._peer)
        assert self._library.PACE_STEP3C_derive_keys(self._context)
        return own

    def token(self) -> bytes:
        made = self._library.PACE_STEP3D_compute_authentication_token(self._context, self._peer)
        return self._octets(made)

    def accepts(self, token: bytes) -> bool:
        checked = self._library.PACE_STEP3D_verify_authentication_token(self._context, self._buffer(token))
        return bool(checked == 1)

    def _buffer(self, content: bytes) -> Any:
        return self._library.BUF_MEM_create_init(content, len(content))

    def _octets(self, buffer: Any) -> bytes:
        assert buffer
        return ctypes.string_at(buffer.contents.data, buffer.contents.length)


def _library() -> ctypes.CDLL:
    try:
        library = ctypes.CDLL(LIBRARY)
    except OSError:
        pytest.skip("libeac is not installed: apt-get install libeac3")
    buffer = POINTER(_Buffer)
    for name, gives, takes in (
        ("EAC_init", None, ()),
        ("EAC_CTX_new", c_void_p, ()),
        ("EAC_CTX_init_ef_cardaccess", c_int, (c_char_p, c_uint, c_void_p)),
        ("PACE_SEC_new", c_void_p, (c_char_p, c_size_t, c_int)),
        ("BUF_MEM_create_init", buffer, (c_char_p, c_size_t)),
        ("PACE_STEP1_enc_nonce", buffer, (c_void_p, c_void_p)),
        ("PACE_STEP3A_generate_mapping_data", buffer, (c_void_p,)),
        ("PACE_STEP3A_map_generator", c_int, (c_void_p, buffer)),
        ("PACE_STEP3B_generate_ephemeral_key", buffer, (c_void_p,)),
        ("PACE_STEP3B_compute_shared_secret", c_int, (c_void_p, buffer)),
        ("PACE_STEP3C_derive_keys", c_int, (c_void_p,)),
        ("PACE_STEP3D_compute_authentication_token", buffer, (c_void_p, buffer)),
        ("PACE_STEP3D_verify_authentication_token", c_int, (c_void_p, buffer)),
    ):
        function = getattr(library, name)
        function.restype, function.argtypes = gives, takes
    library.EAC_init()
    return library
