"""Drivers of strangers, found the way installed ones are: through entry points in a folder of packages."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import AbstractContextManager, contextmanager
from dataclasses import dataclass, replace
from importlib.metadata import distributions
from pathlib import Path
from threading import Event

import pytest

from muster.clock import utc_now
from muster.devices.api import (
    DEVICE_BUSY,
    DEVICE_FAILED,
    DEVICE_UNPLUGGED,
    DRIVER_GROUP,
    Camera,
    Device,
    DeviceContext,
    DeviceDescriptor,
    DeviceKind,
    DeviceStatus,
    OnPreview,
    ScannedPage,
    setting_wrong,
)
from muster.devices.attestation import SoftwareSigner
from muster.devices.authors import STDERR_VARIABLE
from muster.devices.catalogue import Catalogue, DriverStatus
from muster.devices.installed import HOSTED_DRIVER_GROUP, ONLY_VARIABLE, installed_drivers
from muster.domain.assessment import Finding
from muster.domain.biometrics import DigitalId
from muster.errors import CANCELLED, BadInput, Cancelled, Code, DeviceUnavailable
from muster.plugins import Plugin, discover


class Eye:
    """A camera that has nothing to show."""

    digital_id = DigitalId("EYE000000001", "Beispiel", "Eye", "Face", "Full face", "Beispiel GmbH", "BEISPIEL")

    def stream(self, on_frame: OnPreview, cancel: Event) -> None:
        cancel.wait()


class Glass:
    """A scanner that has nothing to scan."""

    def scan(self, resolution_dpi: int, cancel: Event, on_preview: OnPreview) -> ScannedPage:
        raise Cancelled(CANCELLED)


@dataclass
class ScriptedDriver:
    """Has ``devices``; opening one gives ``device`` or raises it."""

    devices: Sequence[DeviceDescriptor]
    device: object = None
    name: str = "scripted"
    closed: int = 0

    def find(self) -> Sequence[DeviceDescriptor]:
        return self.devices

    def open(self, descriptor: DeviceDescriptor, context: DeviceContext) -> AbstractContextManager[Device]:
        return self._open()

    @contextmanager
    def _open(self) -> Iterator[Device]:
        if isinstance(self.device, Exception):
            raise self.device
        try:
            yield self.device  # type: ignore[misc]  # what a driver of the wrong kind would hand out
        finally:
            self.closed += 1


def described(
    kind: DeviceKind = DeviceKind.CAMERA,
    status: DeviceStatus = DeviceStatus.READY,
    *,
    serial: str = "0001",
    driver: str = "scripted",
    registers: bool = True,
) -> DeviceDescriptor:
    id_ = f"{driver}-{serial}"
    return DeviceDescriptor(id_, kind, driver, "Beispiel", "Eye", serial, status, registers=registers)


def catalogue_of(*drivers: ScriptedDriver) -> Catalogue:
    return Catalogue([Plugin(driver.name, "muster-scripted", lambda d=driver: d, None) for driver in drivers])


def problems(catalogue: Catalogue) -> dict[str, str | None]:
    return {driver.name: driver.problem for driver in catalogue.drivers}


@pytest.fixture(scope="session")
def context(device_key: object) -> DeviceContext:
    signer = SoftwareSigner(device_key.key, device_key.certificate_der, utc_now)  # type: ignore[attr-defined]
    return DeviceContext(utc_now, signer)


@pytest.fixture
def installed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Packages]:
    monkeypatch.syspath_prepend(tmp_path)
    monkeypatch.delenv(ONLY_VARIABLE, raising=False)
    before = set(sys.modules)
    yield Packages(tmp_path)
    for module in set(sys.modules) - before:
        if module.startswith("vendor_"):
            del sys.modules[module]


@dataclass
class Packages:
    """A folder that looks like site-packages: one module and one dist-info folder for each driver."""

    folder: Path

    def add(self, package: str, code: str, entry: str, group: str = DRIVER_GROUP) -> None:
        module = package.replace("-", "_")
        (self.folder / f"{module}.py").write_text(code)
        info = self.folder / f"{module}-1.0.dist-info"
        info.mkdir()
        (info / "METADATA").write_text(f"Metadata-Version: 2.1\nName: {package}\nVersion: 1.0\n")
        (info / "entry_points.txt").write_text(f"[{group}]\n{entry}\n")

    def catalogue(self, named: Collection[str] | None = None) -> Catalogue:
        points = [point for each in distributions(path=[str(self.folder)]) for point in each.entry_points]
        return Catalogue(installed_drivers(named, points=points))


EMPTY_DRIVER = """
class EmptyDriver:
    name = "good"
    def find(self): return []
"""


ONE_EYE = """
from contextlib import nullcontext
from muster.devices.api import DeviceDescriptor, DeviceKind, DeviceStatus
from muster.domain.biometrics import DigitalId
class Eye:
    digital_id = DigitalId("1", "Beispiel", "Eye", "Face", "Full face", "Beispiel GmbH", "BEISPIEL")
    def stream(self, on_frame, cancel): pass
class Driver:
    name = "slow"
    def find(self):
        return [DeviceDescriptor("e", DeviceKind.CAMERA, "slow", "Beispiel", "Eye", "1", DeviceStatus.READY)]
    def open(self, descriptor, context): return nullcontext(Eye())
"""


# -- drivers that do not work


@pytest.mark.parametrize(
    ("code", "problem"),
    [
        ("import vendor_library_that_is_not_here", "ModuleNotFoundError while loading"),
        ("def broken(:", "SyntaxError while loading"),
        ("raise OSError('no libvendor.so')", "OSError while loading"),
        ("", "AttributeError while loading"),
    ],
    ids=["its library is missing", "its source is broken", "it raises", "it lacks the name"],
)
def test_a_driver_that_cannot_be_loaded_is_listed_with_its_reason(
    installed: Packages, code: str, problem: str
) -> None:
    installed.add("vendor-one", code, "one = vendor_one:make")
    catalogue = installed.catalogue()
    assert catalogue.drivers == (DriverStatus("one", "vendor-one", problem),)
    assert catalogue.find() == ()


def test_a_broken_driver_does_not_stop_the_others(installed: Packages) -> None:
    installed.add("vendor-broken", "1 / 0", "broken = vendor_broken:make")
    installed.add("vendor-good", EMPTY_DRIVER, "good = vendor_good:EmptyDriver")
    found = problems(installed.catalogue())
    assert found == {"broken": "ZeroDivisionError while loading", "good": None}


def test_an_entry_point_that_is_not_callable_is_listed_so(installed: Packages) -> None:
    installed.add("vendor-one", "driver = 'a text'", "one = vendor_one:driver")
    assert problems(installed.catalogue()) == {"one": "its entry point is not callable"}


def test_a_driver_that_cannot_be_made_is_listed_with_its_reason(installed: Packages) -> None:
    installed.add("vendor-one", "def make(): raise PermissionError('/dev/bus/usb')", "one = vendor_one:make")
    catalogue = installed.catalogue()
    assert problems(catalogue) == {"one": "PermissionError while starting"}
    assert catalogue.find() == ()


def test_a_driver_under_another_name_than_its_entry_points_is_listed_with_both(installed: Packages) -> None:
    installed.add("vendor-one", EMPTY_DRIVER, "one = vendor_one:EmptyDriver")
    (problem,) = problems(installed.catalogue()).values()
    assert problem == "it calls itself good, its entry point one: let both be the same"


_FAILING = {
    "while loading": ("import no_such_sdk", "No module named 'no_such_sdk'"),
    "while starting": ("def D(): return {}['settings']", "return {}['settings']"),
    "while looking for devices": (
        "class D:\n    name = 'one'\n    def find(self): return [{}['devices']]",
        "return [{}['devices']]",
    ),
}


@pytest.mark.parametrize("doing", _FAILING)
def test_the_author_of_a_driver_sees_the_line_that_failed_and_nobody_else_does(
    doing: str, installed: Packages, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    code, line = _FAILING[doing]
    installed.add("vendor-one", code, "one = vendor_one:D")
    installed.catalogue().find()
    assert capfd.readouterr().err == ""
    monkeypatch.setenv(STDERR_VARIABLE, "1")
    catalogue = installed.catalogue()
    catalogue.find()
    catalogue.find()
    assert capfd.readouterr().err.count(line) == 1
    assert str(problems(catalogue)["one"]).endswith(doing)


def test_the_author_sees_what_a_device_raised_while_it_was_in_use(
    context: DeviceContext, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv(STDERR_VARIABLE, "1")
    agreed = DeviceUnavailable(DEVICE_UNPLUGGED, kind="camera")
    for said in (agreed, ZeroDivisionError("a ratio of nothing"), translated(OSError("endpoint 0x81"))):
        with (
            pytest.raises(type(said)),
            catalogue_of(ScriptedDriver([described()], Eye())).open(DeviceKind.CAMERA, context),
        ):
            raise said
    told = capfd.readouterr().err
    assert "a ratio of nothing" in told and "endpoint 0x81" in told
    assert told.count("DEVICE_UNPLUGGED") == 1  # the one with a cause


def translated(error: OSError) -> DeviceUnavailable:
    ours = DeviceUnavailable(DEVICE_UNPLUGGED, kind="camera")
    ours.__cause__ = error
    return ours


def test_a_driver_whose_setting_is_wrong_is_listed_with_the_sentence() -> None:
    def make() -> object:
        raise setting_wrong("BEISPIEL_SIZE", "banana", "1280x720")

    (driver,) = Catalogue([Plugin("one", "vendor-one", make, None)]).drivers
    assert driver.problem and driver.problem.startswith(
        "The setting BEISPIEL_SIZE of this driver cannot be used: b"
    )


def test_two_drivers_with_one_name_are_both_refused_and_both_named(installed: Packages) -> None:
    installed.add("vendor-alpha", EMPTY_DRIVER, "good = vendor_alpha:EmptyDriver")
    installed.add("vendor-beta", EMPTY_DRIVER, "good = vendor_beta:EmptyDriver")
    catalogue = installed.catalogue()
    assert problems(catalogue) == {"good": "the name good is claimed by vendor-alpha and vendor-beta"}


def test_a_driver_whose_find_raises_is_listed_with_its_reason(installed: Packages) -> None:
    code = "class D:\n    name = 'one'\n    def find(self): raise OSError('usb')"
    installed.add("vendor-one", code, "one = vendor_one:D")
    catalogue = installed.catalogue()
    assert problems(catalogue) == {"one": None}
    assert catalogue.find() == ()
    assert problems(catalogue) == {"one": "OSError while looking for devices"}


def test_a_driver_whose_find_raises_halfway_is_listed_with_its_reason(installed: Packages) -> None:
    code = "class D:\n    name = 'one'\n    def find(self):\n        yield from ()\n        raise OSError('usb')"
    installed.add("vendor-one", code, "one = vendor_one:D")
    catalogue = installed.catalogue()
    assert catalogue.find() == ()
    assert problems(catalogue) == {"one": "OSError while looking for devices"}


def test_a_driver_without_find_is_listed_with_its_reason(installed: Packages) -> None:
    installed.add("vendor-one", "class D: name = 'one'", "one = vendor_one:D")
    catalogue = installed.catalogue()
    assert catalogue.find() == ()
    assert problems(catalogue) == {"one": "AttributeError while looking for devices"}


def test_a_driver_that_finds_again_is_no_longer_listed_as_broken() -> None:
    class Moody(ScriptedDriver):
        calls = 0

        def find(self) -> Sequence[DeviceDescriptor]:
            self.calls += 1
            if self.calls == 1:
                raise OSError
            return self.devices

    catalogue = catalogue_of(Moody([described()]))
    assert catalogue.find() == ()
    assert catalogue.find() == (described(),)
    assert problems(catalogue) == {"scripted": None}


# -- drivers that may not be used


def test_a_driver_that_the_settings_do_not_name_is_listed_so_and_never_imported(installed: Packages) -> None:
    installed.add("vendor-good", EMPTY_DRIVER, "good = vendor_good:EmptyDriver")
    installed.add("vendor-other", "", "other = vendor_other:Driver")
    catalogue = installed.catalogue(named=["good"])
    assert problems(catalogue) == {
        "good": None,
        "other": "it is not among the drivers that the settings of this station name",
    }
    assert ("vendor_good" in sys.modules, "vendor_other" in sys.modules) == (True, False)


def test_settings_that_name_no_driver_load_none(installed: Packages) -> None:
    installed.add("vendor-good", EMPTY_DRIVER, "good = vendor_good:EmptyDriver")
    assert installed.catalogue(named=[]).find() == ()
    assert "vendor_good" not in sys.modules


def test_the_environment_leaves_drivers_out_and_adds_none(
    installed: Packages, monkeypatch: pytest.MonkeyPatch
) -> None:
    installed.add("vendor-one", EMPTY_DRIVER.replace("good", "one"), "one = vendor_one:EmptyDriver")
    installed.add("vendor-two", EMPTY_DRIVER.replace("good", "two"), "two = vendor_two:EmptyDriver")
    monkeypatch.setenv(ONLY_VARIABLE, "one, three")
    assert problems(installed.catalogue()) == {"one": None, "two": "it is left out by MUSTER_DRIVERS"}
    refused = "it is not among the drivers that the settings of this station name"
    assert problems(installed.catalogue(named=["two"]))["one"] == refused


# -- drivers in processes of their own


def test_a_driver_with_a_process_of_its_own_is_not_imported_here(installed: Packages) -> None:
    installed.add("vendor-good", EMPTY_DRIVER, "good = vendor_good:EmptyDriver", HOSTED_DRIVER_GROUP)
    assert problems(installed.catalogue()) == {"good": None}
    assert "vendor_good" not in sys.modules


def test_a_driver_in_both_groups_is_refused(installed: Packages) -> None:
    installed.add("vendor-alpha", EMPTY_DRIVER, "good = vendor_alpha:EmptyDriver")
    installed.add("vendor-beta", EMPTY_DRIVER, "good = vendor_beta:EmptyDriver", HOSTED_DRIVER_GROUP)
    assert problems(installed.catalogue()) == {"good": "the name good is claimed by vendor-alpha and vendor-beta"}


def test_whoever_needs_a_device_waits_until_a_process_that_begins_has_said_what_is_there(
    installed: Packages, context: DeviceContext, monkeypatch: pytest.MonkeyPatch
) -> None:
    slow = f"import time\ntime.sleep(0.45)\n{ONE_EYE}"
    installed.add("vendor-slow", slow, "slow = vendor_slow:Driver", HOSTED_DRIVER_GROUP)
    monkeypatch.setenv("PYTHONPATH", str(installed.folder))
    catalogue = installed.catalogue()
    try:
        assert catalogue.find() == ()  # whoever only looks does not
        with catalogue.open(DeviceKind.CAMERA, context) as camera:
            assert isinstance(camera, Camera)
    finally:
        catalogue.close()


def test_the_simulated_driver_is_found_through_its_entry_point() -> None:
    plugins = [plugin for plugin in discover(DRIVER_GROUP) if plugin.name == "simulated"]
    assert [(plugin.package, plugin.problem) for plugin in plugins] == [("muster-driver-simulated", None)]


# -- devices that cannot be had


@pytest.mark.parametrize("kind", list(DeviceKind))
def test_a_device_that_is_absent_says_so(kind: DeviceKind, context: DeviceContext) -> None:
    with pytest.raises(DeviceUnavailable) as refusal, Catalogue([]).open(kind, context):
        pass
    assert refusal.value.code.name == "DEVICE_ABSENT"
    assert refusal.value.sentence == f"No {kind.value} is connected. Plug it in and try again."


def test_a_device_of_another_kind_does_not_do(context: DeviceContext) -> None:
    catalogue = catalogue_of(ScriptedDriver([described(DeviceKind.SCANNER)], Glass()))
    with pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"), catalogue.open(DeviceKind.CAMERA, context):
        pass


@pytest.mark.parametrize(
    ("status", "code"), [(DeviceStatus.BUSY, "DEVICE_BUSY"), (DeviceStatus.NOT_READY, "DEVICE_FAILED")]
)
def test_a_device_that_is_not_ready_says_why(status: DeviceStatus, code: str, context: DeviceContext) -> None:
    catalogue = catalogue_of(ScriptedDriver([described(status=status)], Eye()))
    with pytest.raises(DeviceUnavailable, match=code), catalogue.open(DeviceKind.CAMERA, context):
        pass


@pytest.mark.parametrize("code", [DEVICE_BUSY, DEVICE_UNPLUGGED], ids=lambda code: code.name)
def test_a_device_that_is_taken_or_gone_at_the_last_moment_says_so(code: Code, context: DeviceContext) -> None:
    refusal = DeviceUnavailable(code, kind="camera")
    catalogue = catalogue_of(ScriptedDriver([described()], refusal))
    with pytest.raises(DeviceUnavailable) as seen, catalogue.open(DeviceKind.CAMERA, context):
        pass
    assert seen.value is refusal


def test_a_device_of_a_driver_that_is_not_installed_is_absent(context: DeviceContext) -> None:
    catalogue = catalogue_of(ScriptedDriver([described()], Eye()))
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_ABSENT"),
        catalogue.open(described(driver="uninstalled"), context),
    ):
        pass


def test_a_camera_that_cannot_stream_is_a_fault_and_is_closed(context: DeviceContext) -> None:
    driver = ScriptedDriver([described()], Glass())
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_FAILED"),
        catalogue_of(driver).open(DeviceKind.CAMERA, context),
    ):
        pass
    assert driver.closed == 1


@pytest.mark.parametrize("error", [OSError("usb"), KeyError("endpoint"), RuntimeError()], ids=repr)
def test_an_error_of_the_drivers_own_library_is_a_fault_of_the_device(
    error: Exception, context: DeviceContext
) -> None:
    catalogue = catalogue_of(ScriptedDriver([described()], error))
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_FAILED") as seen,
        catalogue.open(DeviceKind.CAMERA, context),
    ):
        pass
    assert seen.value.__cause__ is error


def test_an_error_of_whoever_uses_the_device_passes_and_the_device_is_closed(context: DeviceContext) -> None:
    driver = ScriptedDriver([described()], Eye())
    with pytest.raises(BadInput, match="MINE"), catalogue_of(driver).open(DeviceKind.CAMERA, context):
        raise BadInput(Code("MINE", "Mine."))
    with pytest.raises(ValueError, match="mine too"), catalogue_of(driver).open(DeviceKind.CAMERA, context):
        raise ValueError("mine too")
    assert driver.closed == 2


@pytest.mark.parametrize("by_name", [False, True])
def test_a_device_that_is_too_small_registers_nobody(context: DeviceContext, *, by_name: bool) -> None:
    small = described(registers=False)
    driver = ScriptedDriver([small], Eye())
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_CANNOT_REGISTER"),
        catalogue_of(driver).open(small if by_name else DeviceKind.CAMERA, context, registering=True),
    ):
        pass
    assert driver.closed == 0


def test_where_the_one_that_registers_is_taken_a_small_one_does_not_stand_in(context: DeviceContext) -> None:
    small, large = described(registers=False), described(status=DeviceStatus.BUSY, serial="0002")
    catalogue = catalogue_of(ScriptedDriver([small, large], Eye()))
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_BUSY"),
        catalogue.open(DeviceKind.CAMERA, context, registering=True),
    ):
        pass


# -- devices that can


def test_a_device_that_is_too_small_serves_whoever_registers_nobody(context: DeviceContext) -> None:
    driver = ScriptedDriver([described(registers=False)], Eye())
    with catalogue_of(driver).open(DeviceKind.CAMERA, context):
        pass
    assert driver.closed == 1


def test_to_register_the_first_that_may_is_taken(context: DeviceContext) -> None:
    small = ScriptedDriver([described(driver="small", registers=False)], Eye(), name="small")
    large = ScriptedDriver([described(serial="0002", driver="large")], Eye(), name="large")
    with catalogue_of(small, large).open(DeviceKind.CAMERA, context, registering=True):
        pass
    assert (small.closed, large.closed) == (0, 1)


def test_a_device_is_opened_by_its_kind_and_closed_afterwards(context: DeviceContext) -> None:
    driver = ScriptedDriver([described()], Eye())
    with catalogue_of(driver).open(DeviceKind.CAMERA, context) as camera:
        assert isinstance(camera, Camera)
        assert driver.closed == 0
    assert driver.closed == 1


def test_the_first_that_is_ready_is_taken(context: DeviceContext) -> None:
    taken = ScriptedDriver([described(status=DeviceStatus.BUSY, driver="first")], Eye(), name="first")
    ready = ScriptedDriver([described(serial="0002", driver="second")], Eye(), name="second")
    with catalogue_of(taken, ready).open(DeviceKind.CAMERA, context):
        pass
    assert (taken.closed, ready.closed) == (0, 1)


def test_the_one_that_is_described_is_taken(context: DeviceContext) -> None:
    first = ScriptedDriver([described(driver="first")], Eye(), name="first")
    second = ScriptedDriver([described(serial="0002", driver="second")], Eye(), name="second")
    with catalogue_of(first, second).open(described(serial="0002", driver="second"), context):
        pass
    assert (first.closed, second.closed) == (0, 1)


@pytest.mark.parametrize("status", [DeviceStatus.READY, DeviceStatus.BUSY])
def test_the_preferred_one_is_taken_as_long_as_it_is_ready(status: DeviceStatus, context: DeviceContext) -> None:
    first = ScriptedDriver([described(driver="first")], Eye(), name="first")
    second = ScriptedDriver([described(status=status, serial="0002", driver="second")], Eye(), name="second")
    catalogue = catalogue_of(first, second)
    catalogue.prefer(DeviceKind.CAMERA, "second-0002")
    with catalogue.open(DeviceKind.CAMERA, context):
        pass
    assert (first.closed, second.closed) == ((0, 1) if status is DeviceStatus.READY else (1, 0))


def test_without_a_preference_any_more_the_first_is_taken(context: DeviceContext) -> None:
    first = ScriptedDriver([described(driver="first")], Eye(), name="first")
    second = ScriptedDriver([described(serial="0002", driver="second")], Eye(), name="second")
    catalogue = catalogue_of(first, second)
    catalogue.prefer(DeviceKind.CAMERA, "second-0002")
    catalogue.prefer(DeviceKind.CAMERA, None)
    with catalogue.open(DeviceKind.CAMERA, context):
        pass
    assert (first.closed, second.closed) == (1, 0)


# -- one device, two drivers


def placed(serial: str, address: str, driver: str) -> ScriptedDriver:
    device = replace(described(serial=serial, driver=driver), address=address)
    return ScriptedDriver([device], Eye(), name=driver)


@pytest.mark.parametrize(
    ("first", "second"),
    [(("0001", "usb:1-4"), ("0002", "usb:1-4")), (("A7", "usb:1-4"), ("a7 ", "/dev/video0"))],
    ids=["by its address", "by what is on its case"],
)
def test_a_device_that_two_drivers_claim_is_refused_with_both_named(
    first: tuple[str, str], second: tuple[str, str], context: DeviceContext
) -> None:
    catalogue = catalogue_of(placed(*first, driver="zeta"), placed(*second, driver="alpha"))
    assert {each.status for each in catalogue.find()} == {DeviceStatus.NOT_READY}
    with pytest.raises(DeviceUnavailable) as refusal, catalogue.open(DeviceKind.CAMERA, context):
        pass
    assert refusal.value.sentence.startswith("Two drivers, alpha and zeta, claim one and the same camera.")


def test_a_device_that_two_drivers_claim_cannot_be_opened_past_the_list(context: DeviceContext) -> None:
    one, other = placed("0001", "usb:1-4", driver="one"), placed("0002", "usb:1-4", driver="other")
    with (
        pytest.raises(DeviceUnavailable, match="DEVICE_CLAIMED_TWICE"),
        catalogue_of(one, other).open(one.devices[0], context),
    ):
        pass


@pytest.mark.parametrize(
    ("first", "second"),
    [(("0001", "usb:1-4"), ("0002", "usb:1-5")), (("0001", ""), ("0002", "")), (("?", ""), ("?", ""))],
    ids=["at two addresses", "with two serial numbers", "without any"],
)
def test_two_devices_of_two_drivers_are_two(first: tuple[str, str], second: tuple[str, str]) -> None:
    catalogue = catalogue_of(placed(*first, driver="one"), placed(*second, driver="other"))
    assert {each.status for each in catalogue.find()} == {DeviceStatus.READY}


def test_two_devices_of_one_driver_at_one_address_are_its_own_business() -> None:
    combined = replace(described(DeviceKind.SCANNER, serial="0002"), address="usb:1-4")
    catalogue = catalogue_of(ScriptedDriver([replace(described(), address="usb:1-4"), combined]))
    assert {each.status for each in catalogue.find()} == {DeviceStatus.READY}


def test_what_is_found_may_be_narrowed_to_a_kind() -> None:
    camera, scanner = described(), described(DeviceKind.SCANNER, serial="0002")
    catalogue = catalogue_of(ScriptedDriver([camera, scanner]))
    assert catalogue.find() == (camera, scanner)
    assert catalogue.find(DeviceKind.SCANNER) == (scanner,)


def test_a_device_that_was_unplugged_is_gone_at_the_next_look() -> None:
    driver = ScriptedDriver([described()])
    catalogue = catalogue_of(driver)
    assert catalogue.find() == (described(),)
    driver.devices = []
    assert catalogue.find() == ()


def test_a_problem_that_does_not_tell_the_kind_of_its_device_is_told_with_it(context: DeviceContext) -> None:
    broken = replace(described(status=DeviceStatus.NOT_READY), problem=Finding(DEVICE_FAILED))
    catalogue = catalogue_of(ScriptedDriver([broken]))
    problem = catalogue.find()[0].problem
    assert problem is not None and problem.sentence.startswith("The camera reported a fault")
    with pytest.raises(DeviceUnavailable, match="DEVICE_FAILED"), catalogue.open(DeviceKind.CAMERA, context):
        pass
