#!/usr/bin/env python3
"""link.py RATE DELAY_MS PORT...: a network namespace whose loopback ports lead here over a slow line.

In the new namespace 127.0.0.1:PORT of each port is 127.0.0.1:PORT of this one, behind a line of RATE bits per second each
way and DELAY_MS each way, shared by all connections. Prints the id of a process in the namespace, for nsenter; ends when
standard input ends. Needs root.

What TCP does at its beginning is added: the first bytes of a connection leave a round trip after it was made. Loss and slow
start of the far end are not imitated.
"""

import asyncio
import contextlib
import ctypes
import os
import signal
import socket
import subprocess
import sys

CHUNK = 1_448
# Bytes that are on the line each way at a time, of all connections: what it carries in a round trip, and a router's queue.
QUEUE = 128 * 1_024
# What the system may hold of a connection besides. By itself it would hold megabytes, which then stand in the way of what
# the same peer sends next, for seconds; no sender gets so much into a real line of this rate.
BUFFER = 32 * 1_024
CLONE_NEWNET = 0x40000000


class Line:
    """One direction of the line: chunks leave one after the other."""

    def __init__(self, rate, delay):
        self.rate, self.delay, self.free = rate, delay, 0.0
        self.room = asyncio.Semaphore(QUEUE // CHUNK)

    def arrival(self, size, now):
        self.free = max(self.free, now) + size * 8 / self.rate
        return self.free + self.delay


async def carry(reader, writer, line, not_before):
    loop = asyncio.get_running_loop()

    def deliver(data):
        line.room.release()
        if not writer.is_closing():
            if data:
                writer.write(data)
            else:
                writer.close()

    # Before anything takes room on the line, which others use meanwhile.
    await asyncio.sleep(not_before - loop.time())
    while True:
        try:
            data = await reader.read(CHUNK)
        except OSError:
            data = b""
        await line.room.acquire()
        loop.call_at(line.arrival(len(data), loop.time()), deliver, data)
        if not data:
            return


async def reach(port):
    connection = socket.socket()
    connection.setblocking(False)
    connection.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
    try:
        await asyncio.get_running_loop().sock_connect(connection, ("127.0.0.1", port))
    except OSError:
        connection.close()
        raise
    return await asyncio.open_connection(sock=connection, limit=BUFFER)


async def main(rate, delay, sockets):
    up, down = Line(rate, delay), Line(rate, delay)

    def server(port):
        async def connected(reader, writer):
            made = asyncio.get_running_loop().time()
            try:
                far_reader, far_writer = await reach(port)
            except OSError:
                writer.close()
                return
            # At the end of all, whoever is still carrying stops.
            with contextlib.suppress(asyncio.CancelledError):
                await asyncio.gather(
                    carry(reader, far_writer, up, made + 2 * delay),
                    carry(far_reader, writer, down, made),
                )

        return connected

    servers = [await asyncio.start_server(server(port), sock=listening, limit=BUFFER) for port, listening in sockets]
    await asyncio.get_running_loop().run_in_executor(None, sys.stdin.read)
    for one in servers:
        one.close()


def setns(libc, descriptor):
    if libc.setns(descriptor, CLONE_NEWNET) != 0:
        sys.exit("link.py: the namespace can't be entered")


if __name__ == "__main__":
    rate, delay, ports = float(sys.argv[1]), float(sys.argv[2]) / 1_000, [int(port) for port in sys.argv[3:]]
    libc = ctypes.CDLL(None, use_errno=True)
    here = os.open("/proc/self/ns/net", os.O_RDONLY)
    if libc.unshare(CLONE_NEWNET) != 0:
        sys.exit("link.py: a network namespace can't be made; it needs root")
    subprocess.run(["ip", "link", "set", "lo", "up"], check=True)
    sockets = []
    for port in ports:
        listening = socket.create_server(("127.0.0.1", port), backlog=64)
        # Those that are accepted have it too.
        listening.setsockopt(socket.SOL_SOCKET, socket.SO_RCVBUF, BUFFER)
        listening.setblocking(False)
        sockets.append((port, listening))
    # Holds the namespace for whoever enters it.
    holder = subprocess.Popen(["sleep", "infinity"])
    setns(libc, here)
    print(holder.pid, flush=True)
    try:
        asyncio.run(main(rate, delay, sockets))
    finally:
        holder.send_signal(signal.SIGTERM)
