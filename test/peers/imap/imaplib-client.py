"""A session of Python's imaplib: what a script of a few lines does with a mailbox, told as JSON.

    /usr/bin/python3 imap-imaplib.py HOST PORT USER PASSWORD CERTIFICATE
"""

import imaplib
import json
import ssl
import sys
import time

host, port, user, password, certificate = sys.argv[1:]
said = {}

context = ssl.create_default_context(cafile=certificate)
with imaplib.IMAP4_SSL(host, int(port), ssl_context=context) as client:
    client.login(user, password)
    client.create('"From Python"')
    client.subscribe('"From Python"')
    said["list"] = sorted(line.decode() for line in client.list('""', '"From*"')[1])
    said["lsub"] = len([line for line in client.lsub()[1] if line and b"From Python" in line])
    for number in range(1, 6):
        message = f"From: ann@x.test\r\nSubject: number {number}\r\n\r\nBody {number}\r\n"
        date = imaplib.Time2Internaldate(time.time())
        client.append('"From Python"', r"(\Seen)" if number == 2 else None, date, message.encode())
    said["select"] = client.select('"From Python"')[1][0].decode()
    said["search"] = client.search(None, "SUBJECT", '"number 3"')[1][0].decode()
    client.literal = "number 4".encode()
    said["literal"] = client.uid("SEARCH", "CHARSET", "UTF-8", "SUBJECT")[1][0].decode()
    said["unseen"] = client.search(None, "UNSEEN")[1][0].decode()
    said["flags"] = imaplib.ParseFlags(client.fetch("2", "(FLAGS)")[1][0])[-1].decode()
    parts = client.fetch("1:2", "(BODY.PEEK[HEADER.FIELDS (SUBJECT)] RFC822.SIZE)")[1]
    said["bodies"] = [part[1].decode() for part in parts if isinstance(part, tuple)]
    client.store("1", "+FLAGS", r"(\Flagged keyword)")
    said["copy"] = client.copy("1,2", "INBOX")[0]
    client.store("4:5", "+FLAGS.SILENT", r"\Deleted")
    said["expunged"] = [number.decode() for number in client.expunge()[1]]
    said["noop"] = client.noop()[0]
    said["status"] = client.status('"From Python"', "(MESSAGES UNSEEN)")[1][0].decode()
    said["sort"] = client.sort("(REVERSE SUBJECT)", "UTF-8", "ALL")[1][0].decode()
    said["thread"] = client.thread("REFERENCES", "UTF-8", "ALL")[1][0].decode()
    said["quota"] = client.getquotaroot("INBOX")[0]
    said["namespace"] = client.namespace()[1][0].decode()
    client.close()
    said["rename"] = client.rename('"From Python"', '"Python/Old"')[0]
    said["delete"] = client.delete('"Python/Old"')[0]
    client.unsubscribe('"From Python"')
print(json.dumps(said))
