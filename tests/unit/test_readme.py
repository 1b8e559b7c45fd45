"""The commands that README names are those that there are."""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import click

from dashboard.cli import root

README = Path(__file__).parents[2] / "README.md"
SECTION = re.compile(r"## Every command\n.*?```\n(.*?)```", re.DOTALL)
WORD = re.compile(r"[a-z][a-z-]*")


def commands(command: click.Command, name: str = "") -> Iterator[str]:
    """The commands below ``command``, such as ``prices log``; groups alone do nothing."""
    if not isinstance(command, click.Group):
        yield name
        return
    context = click.Context(command)
    for below in command.list_commands(context):
        found = command.get_command(context, below)
        assert found is not None
        yield from commands(found, f"{name} {below}".strip())


def named(line: str, groups: set[str]) -> Iterator[str]:
    """``a | b`` are two commands, and ``group a | b`` two of a group; a file alone is brought in."""
    usage = re.split(r"\s{2,}", line.removeprefix("dashboard "))[0]
    group, _, rest = usage.partition(" ")
    for part in (rest if group in groups else usage).split(" | "):
        word = next(filter(WORD.fullmatch, part.split()), "file")
        yield f"{group} {word}" if group in groups else word


def test_every_command_is_in_the_list_and_the_list_has_no_other() -> None:
    there = set(commands(root))
    listed = SECTION.search(README.read_text(encoding="utf-8"))
    assert listed is not None
    groups = {command.partition(" ")[0] for command in there if " " in command}
    assert {command for line in listed[1].splitlines() for command in named(line, groups)} == there
