"""python aiosmpplib as the peer. See ../run.py for what it is told and what it tells."""

import asyncio
import json
import re
import sys

from aiosmpplib import (
    ESME,
    NPI,
    TON,
    AbstractHook,
    BindTransceiverResp,
    EnquireLinkResp,
    PhoneNumber,
    SubmitSm,
    SubmitSmResp,
)

told = json.loads(sys.argv[1])


class Hook(AbstractHook):
    """Keeps what comes. For parts of a message, and their receipts, the library gives a placeholder, or that of
    another part, so they are read from the octets that it gives as well.
    """

    def __init__(self):
        self.bound = self.enquired = False
        self.responses, self.receipts, self.errors = [], {}, []

    async def sending(self, smpp_message, pdu, client_id):
        pass

    async def received(self, smpp_message, pdu, client_id):
        ok = int.from_bytes(pdu[8:12], "big")
        command = int.from_bytes(pdu[4:8], "big")
        if isinstance(smpp_message, BindTransceiverResp):
            self.bound = ok == 0
        elif isinstance(smpp_message, EnquireLinkResp):
            self.enquired = ok == 0
        elif command == 0x00000005:
            message_id, state = re.search(rb"id:(\S+) .*stat:(\w{7})", pdu).groups()
            self.receipts[message_id.decode()] = state.decode()
        elif command == 0x80000004:
            self.responses.append((ok, pdu[16:-1].decode()))

    async def send_error(self, smpp_message, error, client_id):
        self.errors.append(repr(error))


async def until(done):
    async with asyncio.timeout(10):
        while not done():
            await asyncio.sleep(0.01)


def message(text, destination, **more):
    return SubmitSm(
        short_message=text,
        source=PhoneNumber(told["source"], TON.INTERNATIONAL, NPI.ISDN),
        destination=PhoneNumber(destination, TON.INTERNATIONAL, NPI.ISDN),
        log_id=text[:10],
        **more,
    )


async def main():
    hook = Hook()
    esme = ESME(
        smsc_host="127.0.0.1",
        smsc_port=told["port"],
        system_id=told["system_id"],
        password=told["password"],
        enquire_link_interval=1.0,
        socket_timeout=5.0,
        log_level="ERROR",
        hook=hook,
    )
    work = asyncio.create_task(esme.start())
    ids = {}
    for kind, text, destination, count, more in (
        ("plain", told["plain"], told["destination"], 1, {}),
        ("long", told["long"], told["destination"], 3, {"esm_class": 0x40, "auto_message_payload": False}),
        ("ucs2", told["ucs2"], told["destination"], 1, {"encoding": "ucs2"}),
        ("failed", told["plain"], told["failing"], 1, {}),
    ):
        hook.responses = []
        await esme.broker.enqueue(message(text, destination, **more))
        await until(lambda: len(hook.responses) == count)
        ids[kind] = hook.responses
    failed = ids.pop("failed")[0][0]
    ids = {kind: [message_id for _, message_id in responses] for kind, responses in ids.items()}
    await until(lambda: len(hook.receipts) >= 5)
    await until(lambda: hook.enquired)
    await asyncio.sleep(told["linger"])
    await esme.stop()
    await asyncio.wait([work], timeout=5)
    assert not hook.errors, hook.errors
    print(
        json.dumps(
            {
                "bound": hook.bound,
                "ids": ids,
                "failed": failed,
                "receipts": hook.receipts,
                "enquired": hook.enquired,
            }
        )
    )


asyncio.run(main())
