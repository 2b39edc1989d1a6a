"""The door in front of a server with several workers: websockets go to one port of it, everything else to another.

In production a web server such as nginx does this. Without it, every browser's websocket arrives at a worker that
cannot serve it, which Odoo logs as an error every few seconds. It works on connections, not on requests: a browser
opens a new connection for a websocket, so the first line tells where a connection belongs.

A program of its own, and the parent of the Odoo behind it: HOST PORT HTTP_PORT GEVENT_PORT COMMAND…
"""

import asyncio
import contextlib
import signal
import sys

#: Bytes that are read to find a connection's first line, and copied at a time.
CHUNK = 65536


async def main(host, port, http_port, gevent_port, command):
    """Run a command and the door in front of it until either ends; return the command's exit status."""
    async def serve(reader, writer):
        await connect(reader, writer, http_port, gevent_port)

    async with await asyncio.start_server(serve, host, port):
        child = await asyncio.create_subprocess_exec(*command)
        for number in (signal.SIGTERM, signal.SIGINT):
            asyncio.get_running_loop().add_signal_handler(number, stop, child)
        return await child.wait()


def stop(child):
    """Ask the command to end, which ends the door too."""
    with contextlib.suppress(ProcessLookupError):
        child.terminate()


async def connect(reader, writer, http_port, gevent_port):
    """Connect one client to the port that its first line asks for, until either side hangs up."""
    with contextlib.suppress(OSError), contextlib.closing(writer):
        head = await reader.read(CHUNK)
        websocket = head.partition(b' ')[2].startswith(b'/websocket')
        try:
            behind = await asyncio.open_connection('127.0.0.1', gevent_port if websocket else http_port)
        except OSError:
            writer.write(b'HTTP/1.1 502 Bad Gateway\r\nContent-Length: 0\r\nConnection: close\r\n\r\n')
            return
        with contextlib.closing(behind[1]):
            behind[1].write(head)
            directions = [asyncio.create_task(copy(reader, behind[1])), asyncio.create_task(copy(behind[0], writer))]
            await asyncio.wait(directions, return_when=asyncio.FIRST_COMPLETED)
            for direction in directions:
                direction.cancel()


async def copy(reader, writer):
    """Copy one direction of a connection to its end."""
    with contextlib.suppress(OSError):
        while data := await reader.read(CHUNK):
            writer.write(data)
            await writer.drain()


if __name__ == '__main__':
    sys.exit(asyncio.run(main(sys.argv[1], *map(int, sys.argv[2:5]), sys.argv[5:])))
