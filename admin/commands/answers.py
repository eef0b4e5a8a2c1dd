"""`motcua answers`: responses that did not come through the bot."""

from admin.importing.answers import AnswerImporter
from admin.importing.options import importing
from admin.kit.runtime import Runtime, group

command = group("answers")


@command.command("import")
@importing
def import_answers(runtime: Runtime) -> AnswerImporter:
    """Import a file of paper forms or exported ratings."""
    return AnswerImporter(runtime)
