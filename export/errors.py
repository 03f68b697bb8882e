"""The error of an export that was tried and did not hold."""


class ExportError(ValueError):
    """A conversion that failed, or a file that does not agree with Keras. Nothing was published."""


class RuntimeMissingError(ExportError):
    """A runtime that is not installed on this machine; the message says what to install."""
