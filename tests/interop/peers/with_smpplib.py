"""python smpplib as the peer. See ../run.py for what it is told and what it tells."""

import json
import sys
import time

import smpplib.client
import smpplib.consts as consts
import smpplib.gsm

told = json.loads(sys.argv[1])
client = smpplib.client.Client("127.0.0.1", told["port"], timeout=5, allow_unknown_opt_params=True)
answers, receipts, failed = {}, {}, []


def received(pdu):
    message_id = pdu.receipted_message_id.decode()
    receipts[message_id] = pdu.short_message.decode().split("stat:")[1][:7]


def keep(pdu):
    answers[pdu.sequence] = pdu


def until(done, seconds=10):
    ends = time.monotonic() + seconds
    while not done():
        if time.monotonic() > ends:
            raise TimeoutError("waited for 10 s")
        client.poll(auto_send_enquire_link=False)
        time.sleep(0.01)


def ask(pdu):
    until(lambda: pdu.sequence in answers)
    return answers[pdu.sequence]


def send(destination, part, coding, esm_class):
    return ask(
        client.send_message(
            source_addr_ton=consts.SMPP_TON_INTL,
            source_addr_npi=consts.SMPP_NPI_ISDN,
            source_addr=told["source"],
            dest_addr_ton=consts.SMPP_TON_INTL,
            dest_addr_npi=consts.SMPP_NPI_ISDN,
            destination_addr=destination,
            short_message=part,
            data_coding=coding,
            esm_class=esm_class,
            registered_delivery=True,
        )
    )


def send_text(text):
    parts, coding, esm_class = smpplib.gsm.make_parts(text)
    return [send(told["destination"], part, coding, esm_class).message_id.decode() for part in parts]


client.set_message_received_handler(lambda pdu: received(pdu))
client.set_message_sent_handler(keep)
client.set_query_resp_handler(keep)
client.set_error_pdu_handler(keep)
client.connect()
bound = client.bind_transceiver(system_id=told["system_id"], password=told["password"], interface_version=0x34)
ids = {kind: send_text(told[kind]) for kind in ("plain", "long", "ucs2")}
parts, coding, esm_class = smpplib.gsm.make_parts(told["plain"])
failed = send(told["failing"], parts[0], coding, esm_class).status
until(lambda: len(receipts) == sum(map(len, ids.values())))
query = ask(
    client.query_message(
        message_id=ids["plain"][0],
        source_addr_ton=consts.SMPP_TON_INTL,
        source_addr_npi=consts.SMPP_NPI_ISDN,
        source_addr=told["source"],
    )
)
# The library gives no call for it, but sends one after five seconds of silence.
enquired = smpplib.smpp.make_pdu("enquire_link", client=client)
client.send_pdu(enquired)
while True:
    pdu = client.read_pdu()
    if pdu.command == "enquire_link":
        client._enquire_link_received(pdu)
    elif pdu.command == "enquire_link_resp" and pdu.sequence == enquired.sequence:
        break
# enquire_link of the SMSC are answered until then.
time.sleep(told["linger"])
client.poll(auto_send_enquire_link=False)
unbound = client.unbind()
client.disconnect()
print(
    json.dumps(
        {
            "bound": bound.status == 0,
            "ids": ids,
            "failed": failed,
            "receipts": receipts,
            "query": query.message_state,
            "enquired": True,
            "unbound": unbound.command == "unbind_resp" and unbound.status == 0,
        }
    )
)
