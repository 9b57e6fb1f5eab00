#!/usr/bin/env python3
"""balancer.py PORT UPSTREAM_PORT...: passes each connection on to one that answers of several ports on loopback.

It stands for the address that several controllers share: each new connection goes to the next port in turn, and to another
one when that does not answer. Each is asked once a second whether it is well: a process that is stopped still takes connections.
"""
import asyncio
import itertools
import sys

PORT, *UPSTREAMS = map(int, sys.argv[1:])
TURNS = itertools.count()
IS_WELL = dict.fromkeys(UPSTREAMS, True)


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def is_well(port):
    """Whether the controller at `port` answers within a second."""
    async def ask():
        reader, writer = await asyncio.open_connection("127.0.0.1", port)
        try:
            writer.write(b"GET /v1/health HTTP/1.1\r\nHost: controller\r\nConnection: close\r\n\r\n")
            return b" 200 " in await reader.readline()
        finally:
            writer.close()

    try:
        return await asyncio.wait_for(ask(), 1)
    except (OSError, asyncio.TimeoutError):
        return False


async def watched(port):
    while True:
        IS_WELL[port] = await is_well(port)
        await asyncio.sleep(1)


async def passed_on(reader, writer):
    turn = next(TURNS)
    for step in range(len(UPSTREAMS)):
        port = UPSTREAMS[(turn + step) % len(UPSTREAMS)]
        if not IS_WELL[port]:
            continue
        try:
            upstream = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            continue
        await asyncio.gather(pump(reader, upstream[1]), pump(upstream[0], writer))
        return
    writer.close()


async def main():
    server = await asyncio.start_server(passed_on, "127.0.0.1", PORT)
    await asyncio.gather(server.serve_forever(), *map(watched, UPSTREAMS))


asyncio.run(main())
