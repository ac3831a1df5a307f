"""What the operator may ask, and the check of it."""

import re

NAMESPACES = {"net": "net", "mount": "mnt", "pid": "pid", "uts": "uts", "ipc": "ipc"}


class Refused(Exception):
    """The command was not run; `code` is the reply's `error`."""

    def __init__(self, code, message):
        super().__init__(message)
        self.code = code


def is_strings(value):
    return isinstance(value, list) and all(isinstance(item, str) and "\0" not in item for item in value)


def is_integer(low, high):
    return lambda value: type(value) is int and low <= value <= high


def is_string(value):
    return isinstance(value, str)


FIELDS = {
    "id": (is_string, "a string"),
    "argv": (lambda value: is_strings(value) and len(value) > 0, "a list of strings, not empty"),
    "script": (lambda value: is_string(value) and "\0" not in value, "a string"),
    "cancel": (is_string, "a string"),
    "namespaces": (
        lambda value: is_strings(value) and all(name in NAMESPACES for name in value),
        "a list of: " + ", ".join(NAMESPACES),
    ),
    "container": (
        lambda value: is_string(value) and re.fullmatch("[0-9a-f]{64}", value) is not None,
        "a full container id, 64 hex digits",
    ),
    "pid": (is_integer(2, 2**31 - 1), "a process id above 1"),
    "stdin": (is_string, "a string"),
    "timeoutMs": (is_integer(1, 600_000), "an integer from 1 to 600000"),
    "maxOutput": (is_integer(0, 16 << 20), "an integer from 0 to 16777216"),
}


def check_fields(request, fields):
    """Strict, because a misspelt field must not silently become a default."""
    for name, value in request.items():
        if name not in fields:
            raise Refused("bad-request", f"unknown field {name!r}")
        accepts, wanted = fields[name]
        if not accepts(value):
            raise Refused("bad-request", f"{name} must be {wanted}")


def check_request(request):
    check_fields(request, FIELDS)
    if sum(name in request for name in ("argv", "script", "cancel")) != 1:
        raise Refused("bad-request", "exactly one of argv, script and cancel is needed")
    if "cancel" in request:
        return
    if "id" not in request:
        raise Refused("bad-request", "id is missing")
    if request.get("namespaces") and not ("container" in request and "pid" in request):
        raise Refused("bad-request", "namespaces need container and pid")


def is_terminal(value):
    return (
        isinstance(value, dict)
        and set(value) == {"type", "rows", "columns"}
        and is_strings([value["type"]])
        and is_size(value["rows"])
        and is_size(value["columns"])
    )


is_size = is_integer(0, 65_535)

ATTACH_FIELDS = {
    **{name: FIELDS[name] for name in ("argv", "namespaces", "container", "pid")},
    "terminal": (is_terminal, "type, rows and columns"),
}

MESSAGE_FIELDS = {
    "input": (is_string, "base64"),
    "end": (lambda value: value is True, "true"),
    "signal": (lambda value: value in ("INT", "TERM"), "INT or TERM"),
    "rows": (is_size, "an integer from 0 to 65535"),
    "columns": (is_size, "an integer from 0 to 65535"),
}


def check_attach(request):
    """The request of hinge-attach."""
    check_fields(request, ATTACH_FIELDS)
    for name in ("argv", "namespaces", "container", "pid"):
        if name not in request:
            raise Refused("bad-request", f"{name} is missing")


def check_message(message):
    """What may follow the request of hinge-attach."""
    check_fields(message, MESSAGE_FIELDS)
    if len(message) != 1 and set(message) != {"rows", "columns"}:
        raise Refused("bad-request", "expected one of input, end, signal, or rows and columns")
    if set(message) in ({"rows"}, {"columns"}):
        raise Refused("bad-request", "rows and columns come together")
