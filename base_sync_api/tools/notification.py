"""The answer to a button."""


def notification(title, kind, message):
    """A notification of the web client, which then reads the form again.

    :param kind: ``success``, ``info``, ``warning``, or ``danger``, which stays until it
        is closed
    """
    return {
        "type": "ir.actions.client",
        "tag": "display_notification",
        "params": {
            "type": kind,
            "title": title,
            "message": message,
            "sticky": kind == "danger",
            # closes nothing, but makes the form show what is new
            "next": {"type": "ir.actions.act_window_close"},
        },
    }
