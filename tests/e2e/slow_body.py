"""A client that sends a body byte by byte: slow_body.py PORT SECONDS. Prints
what came back within that time, or "open"."""
import select
import socket
import sys
import time

s = socket.create_connection(("127.0.0.1", int(sys.argv[1])), 5)
s.sendall(b"PUT /v1/models/slow HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n"
          b"Content-Length: 100000\r\n\r\n" % int(sys.argv[1]))
end = time.monotonic() + float(sys.argv[2])
got = b""
try:
    while time.monotonic() < end:
        s.send(b"x")
        if select.select([s], [], [], 0.2)[0]:
            piece = s.recv(65536)
            if not piece:
                break
            got += piece
except OSError:
    pass
print(got.split(b"\r\n")[0].decode() or "open")
