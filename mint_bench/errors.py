"""The one exception that users see: a clear line that says what is wrong and what to do.

Not for programming mistakes: those stay ordinary Python exceptions with a traceback.
"""


class MintError(Exception):
    """A fault in input, data or environment, told in one line that names what to do.

    The command line prints the message without a traceback and exits with code 2. A
    message names the file, line or field at fault.
    """

    def __init__(self, message: str) -> None:
        super().__init__(" ".join(message.split()))
