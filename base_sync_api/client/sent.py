"""Whether anything of a request was sent, so that the API may have acted on it."""

from contextvars import ContextVar

_sent: ContextVar[bool] = ContextVar("sent", default=False)


def begin_attempt():
    """From here on, nothing has been sent."""
    _sent.set(False)


def is_sent() -> bool:
    """Whether a byte of the request may have left this machine."""
    return _sent.get()


class SentMixin:
    """A connection that notices when it sends."""

    def send(self, data):
        if self.sock is None and self.auto_open:
            self.connect()  # as http.client would; who does not get there sends nothing
        _sent.set(True)
        return super().send(data)
