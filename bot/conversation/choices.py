"""Replaces buttons on channels without them: numbered lines, answered by typing the number."""

from dataclasses import replace

from bot.messages import Outgoing
from surveys.texts import Catalog


def in_words(message: Outgoing, texts: Catalog) -> tuple[Outgoing, tuple[str, ...]]:
    """The message without buttons, and the data of the buttons that its lines replace.

    A screen of an interview (it has a `brief`) says its choices already and reads the numbers
    itself; a button that shares the phone number or opens a page has no words.
    """
    if message.brief:
        return replace(message, brief="", buttons=()), ()
    shown = [button for row in message.buttons for button in row if button.data]
    lines = [
        texts.text("interview.option", number=number, label=button.label)
        for number, button in enumerate(shown, 1)
    ]
    text = "\n\n".join((message.text, "\n".join(lines))) if lines else message.text
    return replace(message, text=text, buttons=()), tuple(button.data for button in shown)
