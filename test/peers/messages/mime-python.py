"""Reads messages with Python's own `email` package; prints, for each path of a JSON list, what it sees: type, file name,
and of a leaf the decoded octets in hex, of everything else its parts. Run by mime-python.test.ts."""

import email
import email.header
import email.policy
import json
import sys


def name(part):
    """Its encoded words decoded, which Python leaves as they are."""
    raw = part.get_filename()
    if raw is None or "=?" not in raw:
        return raw
    return str(email.header.make_header(email.header.decode_header(raw)))


def seen(part):
    result = {"type": part.get_content_type(), "name": name(part)}
    if part.get_content_maintype() == "message" and part.get_content_subtype() != "rfc822":
        return result  # Python makes parts of what these say, we do not.
    if part.is_multipart():
        result["parts"] = [seen(child) for child in part.get_payload()]
    else:
        result["body"] = part.get_payload(decode=True).hex()
    return result


def read(path):
    with open(path, "rb") as file:
        return seen(email.message_from_bytes(file.read(), policy=email.policy.compat32))


json.dump([read(path) for path in json.load(sys.stdin)], sys.stdout)
