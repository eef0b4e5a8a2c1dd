"""Writes choices as numbered lines, answered by typing the number, for channels whose buttons are
missing or not shown on every phone."""

from dataclasses import replace

from bot.messages import Outgoing
from surveys.texts import Catalog


def in_words(
    message: Outgoing, texts: Catalog, *, keeps_buttons: bool = False
) -> tuple[Outgoing, tuple[str, ...]]:
    """The message with its choices as lines, and the data of the buttons that the lines name.
    Without buttons, unless it `keeps_buttons`.

    A screen of an interview (it has a `brief`) says its choices already and reads the numbers
    itself; a button that shares the phone number or opens a page has no words.
    """
    left = message.buttons if keeps_buttons else ()
    if message.brief:
        return replace(message, brief="", buttons=left), ()
    shown = [button for row in message.buttons for button in row if button.data]
    lines = [
        texts.text("interview.option", number=number, label=button.label)
        for number, button in enumerate(shown, 1)
    ]
    text = "\n\n".join((message.text, "\n".join(lines))) if lines else message.text
    return replace(message, text=text, buttons=left), tuple(button.data for button in shown)
