"""The errors of an export that was tried and did not hold, and what is said of them."""


class ExportError(ValueError):
    """A conversion that failed, or a file that does not agree with Keras. Nothing was published."""


class RuntimeMissingError(ExportError):
    """A runtime that is not installed on this machine; the message says what to install."""


def one_line(error: Exception | str) -> str:
    """A library's message, often of several lines, as one."""
    return " ".join(str(error).split())
