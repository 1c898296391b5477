"""vsmartcard's emulated passport, in a process of its own: ``python vicc_passport.py PORT FILES``.

vsmartcard is somebody else's program (GPL) and stays one: its modules are loaded from where it is installed. Its
passport was written for Python 2, so some of its lines are changed while they are loaded, and what it wants of a
library for ciphers is stood in for. Ours is that its answers say their status (DO 99); its own are Basic Access
Control, Triple DES and its MAC, commands and files. FILES is a JSON of hexadecimal contents by file identifier.
"""

from __future__ import annotations

import importlib.abc
import importlib.util
import json
import sys
import types
from pathlib import Path
from typing import Any

INSTALLED = Path("/usr/lib/python3/site-packages/virtualsmartcard")

_CHANGES = {
    "virtualsmartcard.TLVutils": [('return b"".join(result)', "return result")],
    "virtualsmartcard.CryptoUtils": [
        ("result.append(chr(op(ord(string1[i]), ord(string2[i]))))", "result.append(op(string1[i], string2[i]))"),
        ('return "".join(result)', "return bytes(result)"),
    ],
    "virtualsmartcard.SEutils": [
        ('return_data = ["", ]', 'return_data = [b"", ]'),
        ('to_authenticate = ""', 'to_authenticate = b""'),
        ("stringtoint(value[0])", "stringtoint(value[:1])"),
        ('data="".join(return_data)', 'data=b"".join(return_data)'),
        ('return_data = ""', 'return_data = b""'),
        ('if result != "":', "if result:"),
        ('encrypted = "\\x01" + encrypted', 'encrypted = b"\\x01" + encrypted'),
        (
            '        if sw == SW["NORMAL"]:\n            if self.cct',
            "        return_data += b'\\x99\\x02' + inttostring(sw, 2)\n        if True:\n            if self.cct",
        ),
    ],
}


class _Changing(importlib.abc.MetaPathFinder, importlib.abc.Loader):
    def find_spec(self, name: str, path: Any, target: Any = None) -> Any:
        if name not in _CHANGES:
            return None
        return importlib.util.spec_from_file_location(name, self._file(name), loader=self)

    def create_module(self, spec: Any) -> None:
        return None

    def exec_module(self, module: types.ModuleType) -> None:
        source = self._file(module.__name__).read_text()
        for before, after in _CHANGES[module.__name__]:
            assert before in source, f"another vsmartcard: {before}"
            source = source.replace(before, after)
        exec(compile(source, self._file(module.__name__), "exec"), module.__dict__)

    @staticmethod
    def _file(name: str) -> Path:
        return INSTALLED / (name.replace(".", "/") + ".py")


def _stand_in_for_ciphers() -> None:
    from cryptography.hazmat.decrepit.ciphers.algorithms import TripleDES
    from cryptography.hazmat.primitives.ciphers import Cipher, modes

    class Des:
        MODE_ECB, MODE_CBC, block_size = 1, 2, 8

        def __init__(self, key: bytes, mode: int, iv: bytes = bytes(8)) -> None:
            whole = key * 3 if len(key) == 8 else key + key[:8]
            self._cipher = Cipher(TripleDES(whole), modes.ECB() if mode == self.MODE_ECB else modes.CBC(iv))

        @classmethod
        def new(cls, *arguments: Any) -> Des:
            return cls(*arguments)

        def encrypt(self, content: bytes) -> bytes:
            return self._cipher.encryptor().update(content)

        def decrypt(self, content: bytes) -> bytes:
            return self._cipher.decryptor().update(content)

    modules = {name: types.ModuleType(name) for name in ("Crypto", "Crypto.Cipher", "Crypto.Hash")}
    vars(modules["Crypto.Cipher"]).update(DES=Des, DES3=Des, AES=None, ARC4=None)
    vars(modules["Crypto.Hash"]).update(HMAC=None, SHA=None)
    sys.modules.update(modules)


def main(port: int, files: dict[str, str]) -> None:
    sys.path.append(str(INSTALLED))
    sys.meta_path.insert(0, _Changing())
    _stand_in_for_ciphers()
    from virtualsmartcard.CardGenerator import CardGenerator  # type: ignore[import-not-found]
    from virtualsmartcard.cards.ePass import PassportSAM  # type: ignore[import-not-found]
    from virtualsmartcard.SmartcardFilesystem import (  # type: ignore[import-not-found]
        DF,
        MF,
        TransparentStructureEF,
    )
    from virtualsmartcard.VirtualSmartcard import VirtualICC  # type: ignore[import-not-found]

    mf = MF()
    application = DF(parent=mf, fid=4, dfname=bytes.fromhex("A0000002471001"), bertlv_data=[])
    for identifier, content in files.items():
        file = TransparentStructureEF(
            parent=application, fid=int(identifier, 16), filedescriptor=0, data=bytes.fromhex(content)
        )
        application.append(file)
    mf.append(application)
    access = PassportSAM(mf)
    access.set_MF(mf)
    CardGenerator.getCard = lambda self: (mf, access)
    VirtualICC(None, "ePass", "127.0.0.1", port, logginglevel=40).run()


if __name__ == "__main__":
    main(int(sys.argv[1]), json.loads(Path(sys.argv[2]).read_text()))
