"""Which settings are shown, what was typed into them, and whether it may be kept. No Qt."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from muster.errors import BadInput
from muster.workstation.policy_settings import NEVER, Group, Number
from muster.workstation.policy_versions import SettingLine


@dataclass(slots=True)
class SettingsPresenter:
    """``typed`` is what was entered, by the names of settings, as :meth:`Setting.parse` reads it; ``wrong`` is
    what of it cannot be."""

    lines: tuple[SettingLine, ...] = ()
    group: Group = Group.CAPTURE
    typed: dict[str, str] = field(default_factory=dict)
    wrong: dict[str, BadInput] = field(default_factory=dict)

    @property
    def shown(self) -> tuple[SettingLine, ...]:
        return tuple(each for each in self.lines if each.setting.group is self.group)

    @property
    def changes(self) -> Mapping[str, str]:
        """What differs and may be; nothing while something is wrong."""
        return {} if self.wrong else dict(self.typed)

    def changed_in(self, group: Group) -> int:
        names = {each.setting.name for each in self.lines if each.setting.group is group}
        return len(names & {*self.typed, *self.wrong})

    def enter(self, line: SettingLine, text: str) -> None:
        """An empty box is nothing, where that may be, and as it was where not."""
        name, text = line.setting.name, text.strip()
        form = line.setting.form
        if not text:
            may_be_nothing = not isinstance(form, Number) or form.nothing
            text = NEVER if may_be_nothing else line.setting.text(line.value)
        self.wrong.pop(name, None)
        self.typed.pop(name, None)
        try:
            value = line.setting.parse(text)
        except BadInput as error:
            self.wrong[name] = error
            return
        if value != line.value:
            self.typed[name] = text

    def start_from(self, values: Iterable[tuple[str, str]]) -> None:
        """As if somebody had typed all of these."""
        self.forget()
        by_name = {each.setting.name: each for each in self.lines}
        for name, text in values:
            if name in by_name:
                self.enter(by_name[name], text)

    def forget(self) -> None:
        self.typed.clear()
        self.wrong.clear()
