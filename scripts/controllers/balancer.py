#!/usr/bin/env python3
"""balancer.py PORT UPSTREAM_PORT...: passes each connection on to one that answers of several ports on loopback.

It stands for the address that several controllers share: each new connection goes to the next port in turn, and to another
one when that does not answer.
"""
import asyncio
import itertools
import sys

PORT, *UPSTREAMS = map(int, sys.argv[1:])
TURNS = itertools.count()


async def pump(reader, writer):
    try:
        while data := await reader.read(65536):
            writer.write(data)
            await writer.drain()
    except OSError:
        pass
    finally:
        writer.close()


async def passed_on(reader, writer):
    turn = next(TURNS)
    for step in range(len(UPSTREAMS)):
        port = UPSTREAMS[(turn + step) % len(UPSTREAMS)]
        try:
            upstream = await asyncio.open_connection("127.0.0.1", port)
        except OSError:
            continue
        await asyncio.gather(pump(reader, upstream[1]), pump(upstream[0], writer))
        return
    writer.close()


async def main():
    server = await asyncio.start_server(passed_on, "127.0.0.1", PORT)
    await server.serve_forever()


asyncio.run(main())
