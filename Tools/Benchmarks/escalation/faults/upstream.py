#!/usr/bin/env python3
"""An upstream that fails in every way it can, and counts what it did.

    Tools/Benchmarks/escalation/faults/upstream.py --cert FILE --key FILE [--port N] [--share 0.2] [--seed 1]

Speaks OpenAI's chat completions over TLS on a loopback port, which it prints first. Each request is answered, or meets a
fault of a random kind with probability SHARE: reset before the answer or within it, silence before the answer or within
it, an answer cut short, a stated length that is too long or too short, bytes that are no HTTP, a body that is no
JSON, 429, 500 or 503. Some new connections wait long for their TLS handshake, and now and then the port is closed for a
moment, so that connections are refused. GET /stats tells what was done: answers are counted with their tokens once their
last byte is written, and every fault by its kind.
"""
import argparse
import asyncio
import json
import random
import socket
import ssl
import struct
import sys
from collections import Counter

FAULTS = [
    "reset_before", "reset_within", "stall_before", "stall_within", "truncated", "too_long", "too_short", "garbage",
    "no_json", "429", "500", "503",
]
# Longer than any deadline of the client under test.
FOREVER = 30


class Upstream:
    def __init__(self, options):
        self.options = options
        self.random = random.Random(options.seed)
        self.counts = Counter()
        self.server = None
        self.context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
        self.context.load_cert_chain(options.cert, options.key)
        self.port = options.port
        self.connections = 0

    async def listen(self):
        sock = socket.socket()
        sock.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        sock.bind(("127.0.0.1", self.port))
        self.port = sock.getsockname()[1]
        # TLS is begun by hand, so that a handshake can be slow.
        self.server = await asyncio.start_server(self.connection, sock=sock, backlog=1024)

    async def close_for_a_moment(self):
        """Refuses new connections; those that stand go on."""
        self.server.close()
        self.counts["closed_port"] += 1
        await asyncio.sleep(0.03)
        await self.listen()

    async def connection(self, reader, writer):
        self.connections += 1
        draw = self.random.random()
        if draw < self.options.share / 20:
            self.counts["slow_tls"] += 1
            await asyncio.sleep(FOREVER if draw < self.options.share / 40 else 0.4)
        if self.options.share and self.connections % 60 == 0:
            asyncio.get_running_loop().create_task(self.close_for_a_moment())
        try:
            await writer.start_tls(self.context)
        except (OSError, ssl.SSLError):
            writer.transport.abort()
            return
        try:
            while await self.request(reader, writer):
                pass
            # What was written reaches the client first.
            writer.close()
            await asyncio.wait_for(writer.wait_closed(), 2)
        except (OSError, ssl.SSLError, asyncio.IncompleteReadError, asyncio.LimitOverrunError, TimeoutError):
            pass
        finally:
            writer.transport.abort()

    async def request(self, reader, writer):
        head = (await reader.readuntil(b"\r\n\r\n")).decode("latin-1")
        line, *headers = head.split("\r\n")
        fields = {name.lower(): value.strip() for name, _, value in (h.partition(":") for h in headers if h)}
        body = await reader.readexactly(int(fields.get("content-length", 0)))
        if line.startswith("GET /stats"):
            text = json.dumps({**self.counts, "connections": self.connections}).encode()
            await self.answer(writer, 200, text)
            return True
        if line.startswith("HEAD"):
            self.counts["probes"] += 1
            writer.write(b"HTTP/1.1 404 Not Found\r\nContent-Length: 0\r\n\r\n")
            await writer.drain()
            return True
        self.counts["requests"] += 1
        asked = json.loads(body)
        prompt = max(1, sum(len(m["content"]) for m in asked["messages"]) // 4)
        words = self.random.randint(1, 40)
        text = " ".join(["word"] * words)
        reply = json.dumps({
            "id": "x", "object": "chat.completion", "model": asked["model"],
            "choices": [{"index": 0, "message": {"role": "assistant", "content": text}, "finish_reason": "stop"}],
            "usage": {"prompt_tokens": prompt, "completion_tokens": words, "total_tokens": prompt + words},
        }).encode()
        await asyncio.sleep(self.random.uniform(0, 0.004))
        if self.random.random() < self.options.share:
            kind = self.random.choice(FAULTS)
            self.counts[kind] += 1
            return await self.fail(kind, writer, reply)
        # A few answers end their connection, so that new ones are made all the time.
        closes = self.random.random() < 0.1
        await self.answer(writer, 200, reply, closes)
        self.counts["answered"] += 1
        self.counts["prompt_tokens"] += prompt
        self.counts["completion_tokens"] += words
        return not closes

    async def answer(self, writer, status, body, closes=False, length=None, extra=""):
        head = f"HTTP/1.1 {status} X\r\nContent-Type: application/json\r\nContent-Length: {length or len(body)}\r\n{extra}"
        if closes:
            head += "Connection: close\r\n"
        writer.write(head.encode() + b"\r\n" + body)
        await writer.drain()

    def reset(self, writer):
        # None where the client has gone already.
        if sock := writer.transport.get_extra_info("socket"):
            sock.setsockopt(socket.SOL_SOCKET, socket.SO_LINGER, struct.pack("ii", 1, 0))
        writer.transport.abort()
        return False

    async def fail(self, kind, writer, reply):
        half = reply[: len(reply) // 2]
        if kind == "reset_before":
            return self.reset(writer)
        if kind == "reset_within":
            await self.answer(writer, 200, half, length=len(reply))
            return self.reset(writer)
        if kind == "stall_before":
            await asyncio.sleep(FOREVER)
            return False
        if kind == "stall_within":
            await self.answer(writer, 200, half, length=len(reply))
            await asyncio.sleep(FOREVER)
            return False
        if kind == "truncated":
            await self.answer(writer, 200, half, length=len(reply))
            return False
        if kind == "too_long":
            await self.answer(writer, 200, reply[:-2], length=len(reply) + 100)
            return False
        if kind == "too_short":
            await self.answer(writer, 200, reply, length=len(reply) - 10)
            return False
        if kind == "garbage":
            writer.write(bytes(self.random.randrange(256) for _ in range(300)) + b"\r\n\r\n")
            await writer.drain()
            return False
        if kind == "no_json":
            await self.answer(writer, 200, b"<html>no</html>")
            return True
        if kind == "429":
            error = b'{"error":{"type":"rate_limit","code":"429"}}'
            await self.answer(writer, 429, error, extra="Retry-After: 0\r\n")
            return True
        await self.answer(writer, int(kind), b'{"error":{"type":"server_error"}}')
        return True


async def main():
    options = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    options.add_argument("--cert", required=True)
    options.add_argument("--key", required=True)
    options.add_argument("--port", type=int, default=0)
    options.add_argument("--share", type=float, default=0.2)
    options.add_argument("--seed", type=int, default=1)
    upstream = Upstream(options.parse_args())
    await upstream.listen()
    print(upstream.port, flush=True)
    await asyncio.Event().wait()


if __name__ == "__main__":
    # Connections that break are the point: asyncio need not tell of them.
    sys.unraisablehook = lambda _: None
    asyncio.new_event_loop().run_until_complete(main())
