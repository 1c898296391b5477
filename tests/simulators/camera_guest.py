"""A computer with a camera that Linux itself simulates (vivid), in QEMU: the host may load no kernel modules.

``run`` boots a kernel that was unpacked somewhere with a first file system of busybox and the few modules it
takes, shares this computer's files with it, read-only, and runs a program there in this Python. Emulated without
hardware support, about a minute.

::

    apt-get install qemu-system-x86 busybox-static
    apt-get download linux-image-6.1.0-56-amd64 && dpkg -x linux-image-*.deb kernel     # 70 MB, not installed
    MUSTER_GUEST_KERNEL=$PWD/kernel pytest drivers/uvc/tests/test_in_guest.py
"""

from __future__ import annotations

import re
import shutil
import subprocess
import sys
from collections.abc import Iterator, Sequence
from pathlib import Path

_MODULES = ("virtio_pci", "9pnet_virtio", "9p", "vivid")
_WITHIN_S = 400
_INIT = """#!/bin/busybox sh
/bin/busybox mkdir -p /proc /sys /dev /host
/bin/busybox mount -t proc proc /proc
/bin/busybox mount -t sysfs sys /sys
/bin/busybox mount -t devtmpfs dev /dev
for each in {modules}; do
  case $each in vivid.ko) with="n_devs=2" ;; *) with="" ;; esac
  /bin/busybox insmod /modules/$each $with || echo "GUEST no $each"
done
/bin/busybox mount -t 9p -o trans=virtio,version=9p2000.L,msize=524288,cache=loose,ro host /host
for each in proc sys dev; do /bin/busybox mount -o bind /$each /host/$each; done
/bin/busybox mount -t tmpfs tmp /host/tmp
/bin/busybox mount -t tmpfs run /host/run
/bin/busybox chroot /host {command}
echo "GUEST ended $?"
/bin/busybox poweroff -f
"""


def what_is_missing(kernel: Path) -> str:
    """Why no guest can be started; empty when one can."""
    for program in ("qemu-system-x86_64", "busybox"):
        if shutil.which(program) is None:
            return f"{program} is not installed"
    if not list(kernel.glob("boot/vmlinuz-*")):
        return "no kernel was unpacked (MUSTER_GUEST_KERNEL)"
    return ""


def run(kernel: Path, folder: Path, program: Path) -> Sequence[str]:
    """What ``program`` printed, line by line. ``folder`` is for the first file system."""
    first = folder / "first"
    names = _copy_modules(kernel, first / "modules")
    (first / "bin").mkdir()
    shutil.copy(shutil.which("busybox") or "", first / "bin" / "busybox")
    init = first / "init"
    init.write_text(_INIT.format(modules=" ".join(names), command=f"{sys.executable} -P {program}"))
    init.chmod(0o755)
    packed = folder / "first.cpio"
    with packed.open("wb") as file:
        listed = "\n".join(str(each.relative_to(first)) for each in sorted(first.rglob("*"))) + "\n"
        subprocess.run(
            ["busybox", "cpio", "-o", "-H", "newc"],
            cwd=first,
            input=listed.encode(),
            stdout=file,
            stderr=subprocess.DEVNULL,
            check=True,
        )
    (image,) = kernel.glob("boot/vmlinuz-*")
    command = [
        *("qemu-system-x86_64", "-accel", "tcg,thread=multi", "-cpu", "max", "-m", "2048", "-smp", "2"),
        *("-no-reboot", "-nodefaults", "-display", "none", "-serial", "stdio", "-net", "none"),
        *("-kernel", str(image), "-initrd", str(packed), "-append", "console=ttyS0 quiet panic=-1"),
        *("-virtfs", "local,path=/,mount_tag=host,security_model=none,readonly=on,multidevs=remap"),
    ]
    told = subprocess.run(command, stdin=subprocess.DEVNULL, capture_output=True, timeout=_WITHIN_S, check=False)
    return told.stdout.decode(errors="replace").replace("\r", "").splitlines()


def _copy_modules(kernel: Path, to: Path) -> Sequence[str]:
    """The modules in the order they are loaded in."""
    to.mkdir(parents=True)
    files = {each.stem.replace("-", "_"): each for each in kernel.glob("lib/modules/*/kernel/**/*.ko")}
    ordered = list(dict.fromkeys(each for name in _MODULES for each in _with_needed(name, files)))
    for name in ordered:
        shutil.copy(files[name], to)
    return [files[name].name for name in ordered]


def _with_needed(name: str, files: dict[str, Path]) -> Iterator[str]:
    """What the module says of itself (``.modinfo``): which others it needs."""
    told = re.search(rb"\0depends=([^\0]*)\0", files[name].read_bytes())
    for each in filter(None, (told[1] if told else b"").decode().replace("-", "_").split(",")):
        yield from _with_needed(each, files)
    yield name
