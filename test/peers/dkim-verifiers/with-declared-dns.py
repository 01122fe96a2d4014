"""Runs a program in a world whose whole DNS is a declared list of TXT records.

    unshare --user --map-root-user --net --mount /usr/bin/python3 with-declared-dns.py ZONE.json PROGRAM [ARGUMENT…]

ZONE.json maps names to texts. In the namespaces of its own this process brings up the loopback, puts a
resolv.conf over the machine's, answers on port 53, and ends with the program's exit status. So verifiers that
can only ask the DNS are run as they are, and nothing leaves the machine.
"""

import fcntl
import json
import socket
import struct
import subprocess
import sys
import tempfile
import threading

import dns.flags
import dns.message
import dns.rcode
import dns.rdatatype
import dns.rrset

SIOCSIFFLAGS = 0x8914
IFF_UP = 0x1


def bring_up_loopback():
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as handle:
        fcntl.ioctl(handle, SIOCSIFFLAGS, struct.pack("16sh14x", b"lo", IFF_UP))


def put_resolv_conf():
    with tempfile.NamedTemporaryFile("w") as file:
        file.write("nameserver 127.0.0.1\n")
        file.flush()
        subprocess.run(["mount", "--bind", file.name, "/etc/resolv.conf"], check=True)


def quoted_strings(text):
    parts = [text[at : at + 255] for at in range(0, len(text), 255)]
    return " ".join('"' + part.replace("\\", "\\\\").replace('"', '\\"') + '"' for part in parts)


def answer(zone, wire):
    query = dns.message.from_wire(wire)
    response = dns.message.make_response(query)
    response.flags |= dns.flags.RA
    question = query.question[0]
    name = question.name.to_text(omit_final_dot=True).lower()
    if name not in zone:
        response.set_rcode(dns.rcode.NXDOMAIN)
    elif question.rdtype == dns.rdatatype.TXT:
        record = dns.rrset.from_text(question.name, 60, "IN", "TXT", quoted_strings(zone[name]))
        response.answer.append(record)
    return response.to_wire(max_size=65535)


def serve(zone, server):
    while True:
        wire, client = server.recvfrom(65535)
        server.sendto(answer(zone, wire), client)


def main():
    with open(sys.argv[1], encoding="utf-8") as file:
        zone = json.load(file)
    bring_up_loopback()
    put_resolv_conf()
    server = socket.socket(socket.AF_INET, socket.SOCK_DGRAM)
    server.bind(("127.0.0.1", 53))
    threading.Thread(target=serve, args=(zone, server), daemon=True).start()
    sys.exit(subprocess.run(sys.argv[2:], check=False).returncode)


main()
