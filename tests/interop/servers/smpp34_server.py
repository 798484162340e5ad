"""smpp34's server (PyPI: smpp34) as the message centre of a replay. See ../replay.py for what it tells.

It shows a program submit_sm alone; what else comes, the library answers, data_sm, query_sm and others by refusing them.
A receipt follows for each accepted message that asks for one.
"""

import asyncio
import json
import socket
import sys

import smpp34

RINVDSTADR, RTHROTTLED = 0x0B, 0x58


def tell(**row):
    print(json.dumps(row), flush=True)


async def report(session, who, event, message_id):
    await asyncio.sleep(0.05)
    text = f"id:{message_id} sub:001 dlvrd:001 submit date:2601010000 done date:2601010000 stat:DELIVRD err:000 text:"
    tell(who=who, sent="deliver_sm", message_id=message_id)
    answer = await session.deliver_sm(
        source_addr=event.destination_addr,
        destination_addr=event.source_addr,
        esm_class=0x04,
        short_message=text.encode(),
        tlvs=[smpp34.Tlv(smpp34.TLV_RECEIPTED_MESSAGE_ID, message_id.encode() + b"\0")],
    )
    tell(who=who, command="deliver_sm_resp", status=answer.command_status, receipt=True)


async def main():
    with socket.socket() as free:
        free.bind(("127.0.0.1", 0))
        port = free.getsockname()[1]
    server = smpp34.Server(host="127.0.0.1", port=port, system_id="INTEROP")
    await server.start()
    tell(port=port)
    sessions, tasks, messages = {}, set(), 0
    while True:
        event = await server.next()
        if isinstance(event, smpp34.Esme):
            sessions[event.session_id] = event
            tell(who=event.system_id, command="bind")
            continue
        session = sessions.get(event.session_id)
        who = session.system_id if session else None
        if isinstance(event, smpp34.Unbound):
            tell(who=who, event="closed")
            continue
        tell(
            who=who,
            command="submit_sm",
            dst=event.destination_addr,
            dcs=event.data_coding,
            esm=event.esm_class,
            octets=event.short_message.hex(),
        )
        refused = {"99": RINVDSTADR, "88": RTHROTTLED}.get(event.destination_addr[-2:])
        if refused:
            event.reject(refused)
            continue
        messages += 1
        message_id = f"new-{messages}"
        event.accept(message_id=message_id)
        if event.registered_delivery & 1 and session.can_receive:
            task = asyncio.create_task(report(session, who, event, message_id))
            tasks.add(task)
            task.add_done_callback(tasks.discard)


try:
    asyncio.run(main())
except (KeyboardInterrupt, BrokenPipeError):
    sys.exit(0)
