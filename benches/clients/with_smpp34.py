"""smpp34 (PyPI) as a client that submits as fast as it can for some seconds, 500 waiting for their answer."""

import asyncio
import sys
import time

import smpp34

SECONDS = 3
WINDOW = 500


async def main(host, port):
    client = smpp34.Client(host, int(port), "bench", "secret", window_size=WINDOW)
    smsc = await client.connect()
    began = time.perf_counter()
    answered = 0

    async def submit():
        nonlocal answered
        while time.perf_counter() - began < SECONDS:
            await smsc.submit_sm(
                "447700900001",
                b"Your table is booked for 8 pm.",
                source_addr="shop",
                source_addr_ton=5,
                dest_addr_ton=1,
                dest_addr_npi=1,
            )
            answered += 1

    await asyncio.gather(*(submit() for _ in range(WINDOW)))
    print(f"smpp34: {answered} submit_sm answered, {answered / (time.perf_counter() - began):.0f}/s", flush=True)
    await client.stop()


asyncio.run(main(*sys.argv[1:]))
