"""Reads one delivery status notification on standard input with Debian's Python and prints, as JSON, what its
`email` package and `flufl.bounce` make of it. Run by dsn-readers.test.ts."""

import email
import email.policy
import json
import sys

from flufl.bounce import all_failures

data = sys.stdin.buffer.read()
message = email.message_from_bytes(data, policy=email.policy.default)
parts = list(message.iter_parts())
status = parts[1]
# message/delivery-status is parsed into one message per group of fields; message/global-delivery-status is not.
if status.get_content_type() == 'message/delivery-status':
    groups = [list(map(list, group.items())) for group in status.get_payload()]
else:
    groups = []

temporary, permanent = all_failures(email.message_from_bytes(data))


def defects(part):
    own = [type(defect).__name__ for defect in part.defects]
    for _, value in part.items():
        own += [type(defect).__name__ for defect in getattr(value, 'defects', ())]
    return own


json.dump(
    {
        'type': message.get_content_type(),
        'reportType': message.get_param('report-type'),
        'subject': str(message['subject']),
        'to': str(message['to']),
        'autoSubmitted': str(message['auto-submitted']),
        'text': parts[0].get_content(),
        'types': [part.get_content_type() for part in parts],
        'groups': groups,
        'original': parts[2].as_bytes().decode('latin-1'),
        'defects': [name for part in [message, *parts[:2]] for name in defects(part)],
        'temporary': sorted(address.decode() for address in temporary),
        'permanent': sorted(address.decode() for address in permanent),
    },
    sys.stdout,
)
