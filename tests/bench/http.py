"""Asks for one address again and again over one connection that is kept, and
prints requests a second: http.py PORT PATH SECONDS."""
import socket
import sys
import time

port, path, seconds = int(sys.argv[1]), sys.argv[2], float(sys.argv[3])
s = socket.create_connection(("127.0.0.1", port))
s.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
ask = b"GET %s HTTP/1.1\r\nHost: 127.0.0.1:%d\r\n\r\n" % (path.encode(), port)
end = time.monotonic() + seconds
begin = time.monotonic()
n = 0
while time.monotonic() < end:
    s.sendall(ask)
    got = s.recv(65536)
    head, _, body = got.partition(b"\r\n\r\n")
    if not head.startswith(b"HTTP/1.1 200"):
        sys.exit("answered: " + head.split(b"\r\n")[0].decode())
    size = int(head.lower().split(b"content-length: ")[1].split(b"\r\n")[0])
    while len(body) < size:
        body += s.recv(65536)
    n += 1
print(round(n / (time.monotonic() - begin)))
