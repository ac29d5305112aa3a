"""Creates the users of the test server: python3 create_users.py HOST:PORT

Speaks the wire protocol (OP_MSG) with the standard library alone, so that it works beside a
`mongod` as well, where neither a shell nor a driver may be installed.
"""

import socket
import struct
import sys


def element(name, value):
    label = name.encode() + b"\0"
    if isinstance(value, str):
        text = value.encode() + b"\0"
        return b"\x02" + label + struct.pack("<i", len(text)) + text
    if isinstance(value, int):
        return b"\x10" + label + struct.pack("<i", value)
    if isinstance(value, list):
        return b"\x04" + label + document({str(i): item for i, item in enumerate(value)})
    return b"\x03" + label + document(value)


def document(fields):
    body = b"".join(element(name, value) for name, value in fields.items())
    return struct.pack("<i", len(body) + 5) + body + b"\0"


def run(connection, command):
    body = struct.pack("<i", 0) + b"\0" + document(command)
    connection.sendall(struct.pack("<iiii", 16 + len(body), 1, 0, 2013) + body)
    answer = b""
    while len(answer) < 4 or len(answer) < struct.unpack_from("<i", answer)[0]:
        part = connection.recv(65536)
        if not part:
            sys.exit("the server closed the connection")
        answer += part
    if b"\x01ok\0" + struct.pack("<d", 1) not in answer and b"\x10ok\0\1\0\0\0" not in answer:
        sys.exit(f"createUser was refused: {answer!r}")


def main():
    host, port = sys.argv[1].rsplit(":", 1)
    with socket.create_connection((host, int(port)), timeout=30) as connection:
        # the password needs percent-encoding in a URI, as real ones do
        for user, password, role, database in [
            ("keeper", "p@ss:w/rd%1", "root", "admin"),
            ("reader", "reads only", "read", "memsys"),
        ]:
            run(
                connection,
                {
                    "createUser": user,
                    "pwd": password,
                    "roles": [{"role": role, "db": database}],
                    "$db": "admin",
                },
            )


main()
