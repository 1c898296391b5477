"""The newest value wins and is handed out once."""

from __future__ import annotations

from threading import Thread

from muster.workstation.mailbox import Mailbox


def test_an_empty_mailbox_gives_nothing() -> None:
    assert Mailbox[int]().take() is None


def test_the_newest_value_replaces_what_nobody_took() -> None:
    mailbox = Mailbox[int]()
    for number in range(300):
        mailbox.put(number)
    assert mailbox.take() == 299


def test_a_value_is_handed_out_once() -> None:
    mailbox = Mailbox[str]()
    mailbox.put("frame")
    assert (mailbox.take(), mailbox.take()) == ("frame", None)


def test_no_value_is_handed_out_twice_between_threads() -> None:
    mailbox, taken = Mailbox[int](), list[int]()

    def take() -> None:
        for _ in range(2000):
            value = mailbox.take()
            if value is not None:
                taken.append(value)

    readers = [Thread(target=take) for _ in range(3)]
    for reader in readers:
        reader.start()
    for number in range(2000):
        mailbox.put(number)
    for reader in readers:
        reader.join()
    assert len(taken) == len(set(taken))
