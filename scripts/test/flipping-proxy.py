#!/usr/bin/env python3
"""flipping-proxy.py PORT_FILE TARGET_FILE: a TCP proxy on loopback that damages what comes back.

It listens on a free port, writes its number to PORT_FILE, and forwards each connection to the port whose number stands
in TARGET_FILE by then. Of what the target sends, one bit in every 256 KiB is flipped; how many were goes to stdout at
each. What the target receives is left alone.
"""

import asyncio
import pathlib
import sys

EVERY = 256 * 1024


async def forward(reader, writer, damage):
    count = 0
    try:
        while data := await reader.read(64 * 1024):
            before, count = count, count + len(data)
            if damage and before // EVERY != count // EVERY:
                data = bytearray(data)
                data[len(data) // 2] ^= 1
                print("flipped a bit", flush=True)
            writer.write(data)
            await writer.drain()
    except ConnectionError:
        pass
    finally:
        writer.close()


async def main(port_file, target_file):
    async def serve(reader, writer):
        target = int(pathlib.Path(target_file).read_text())
        try:
            back, to = await asyncio.open_connection("127.0.0.1", target)
        except OSError:
            writer.close()
            return
        await asyncio.gather(forward(reader, to, False), forward(back, writer, True))

    server = await asyncio.start_server(serve, "127.0.0.1", 0)
    pathlib.Path(port_file).write_text(str(server.sockets[0].getsockname()[1]))
    await server.serve_forever()


asyncio.run(main(*sys.argv[1:]))
