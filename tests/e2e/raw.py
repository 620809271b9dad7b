"""Sends bytes as they are to the daemon and tells what came back.

raw.py PORT <<<'GET / HTTP/1.1\\r\\n...' : prints the status codes of all
answers in a row, then "closed" or "open" (after a second of silence).
Escapes \\r \\n \\t \\xNN of the text are undone."""
import re
import socket
import sys

text = sys.stdin.read().rstrip("\n")
data = text.encode("latin-1").decode("unicode_escape").encode("latin-1")
s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
s.sendall(data)
s.settimeout(float(sys.argv[2]) if len(sys.argv) > 2 else 1)
got, end = b"", "closed"
while True:
    try:
        piece = s.recv(65536)
    except socket.timeout:
        end = "open"
        break
    except ConnectionResetError:
        break
    if not piece:
        break
    got += piece
codes = re.findall(rb"HTTP/1\.1 (\d\d\d)", got)
print(" ".join(c.decode() for c in codes), end)
