"""The one way this house says no."""


class Refusal(Exception):
    """Input from the user is rejected.

    `code` is a dotted key (`rulebooks.unknown_criterion`); the message for users is under
    `errors.<code>` in the locale files, with `params` as its placeholders.
    """

    def __init__(self, code: str, **params: object) -> None:
        super().__init__(code, params)
        self.code = code
        self.params = params

    def __str__(self) -> str:
        listed = ", ".join(f"{name}={value}" for name, value in self.params.items())
        return f"{self.code}: {listed}" if listed else self.code
