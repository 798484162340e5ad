"""Kannel's bearerbox as the peer, with its smsbox before it. See ../run.py for what it is told and what it tells.

Messages are handed to the smsbox over HTTP, as Kannel's users do, and its delivery reports come back over HTTP. The ids
are told by the reports alone, since the answer to the HTTP request has none.

Told "messages" ([text, destination, coding, dlr-mask, submit_sm]...) and "reports", it sends these instead, with what
else was recorded of a Kannel, waits for so many reports, and tells all of them: [destination, type, id]... Each message
waits until the submit_sm of those before are answered: the boxes hand messages on in threads, which overtake each
other.
"""

import http.server
import json
import os
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import urllib.error
import urllib.parse
import urllib.request

told = json.loads(sys.argv[1])
reports, lock = [], threading.Lock()


class Reports(http.server.BaseHTTPRequestHandler):
    """Takes the delivery reports."""

    def do_GET(self):
        with lock:
            reports.append(dict(urllib.parse.parse_qsl(urllib.parse.urlsplit(self.path).query)))
        self.send_response(200)
        self.end_headers()

    def log_message(self, *_):
        pass


def free_ports(count):
    sockets = [socket.socket() for _ in range(count)]
    for one in sockets:
        one.bind(("127.0.0.1", 0))
    ports = [one.getsockname()[1] for one in sockets]
    for one in sockets:
        one.close()
    return ports


def until(done, what, seconds=15):
    ends = time.monotonic() + seconds
    while not done():
        if time.monotonic() > ends:
            raise TimeoutError(f"{what}: not after {seconds} s")
        time.sleep(0.01)


def fetch(url):
    with urllib.request.urlopen(url, timeout=5) as answer:
        return answer.read().decode()


def status():
    try:
        return fetch(f"http://127.0.0.1:{admin_port}/status.txt?password=admin")
    except (urllib.error.URLError, ConnectionError):
        return ""


def send(kind, text, destination, coding, mask=1 + 2 + 8 + 16):
    report = f"http://127.0.0.1:{reports_port}/?kind={kind}&type=%d&id=%F&text=%A"
    query = {
        "username": "user",
        "password": "user",
        "from": told["source"],
        "to": destination,
        "text": text,
        # Delivered, not delivered, accepted and refused by the SMSC.
        "dlr-mask": mask,
        "dlr-url": report,
    }
    if coding:
        query |= {"coding": 2, "charset": "UTF-8"}
    answer = fetch(f"http://127.0.0.1:{send_port}/cgi-bin/sendsms?{urllib.parse.urlencode(query)}")
    assert "Accepted" in answer or "Queued" in answer, answer


def logged(pdu):
    """How many PDUs of a command are in the bearerbox's log."""
    with open(f"{folder}/bearerbox.log", encoding="utf-8", errors="replace") as file:
        return file.read().count(f"type_name: {pdu}\n")


def of(kind, type_):
    with lock:
        return [one for one in reports if one["kind"] == kind and one["type"] == type_]


server = http.server.ThreadingHTTPServer(("127.0.0.1", 0), Reports)
reports_port = server.server_address[1]
threading.Thread(target=server.serve_forever, daemon=True).start()
admin_port, box_port, send_port = free_ports(3)
folder = tempfile.mkdtemp(prefix="kannel")
messages = told.get("messages")
if messages:
    # As the recorded Kannel: ids hexadecimal in responses and decimal in receipts; types of number as they come.
    ends, concatenates = "msg-id-type = 0x01", "false"
else:
    ends = "\n".join(f"{end}-addr-{what} = 1" for end in ("source", "dest") for what in ("ton", "npi"))
    concatenates = "true"
configuration = f"""
group = core
admin-port = {admin_port}
admin-interface = 127.0.0.1
admin-password = admin
smsbox-port = {box_port}
smsbox-interface = 127.0.0.1
dlr-storage = internal
log-file = {folder}/bearerbox.log
log-level = 0

group = smsc
smsc = smpp
smsc-id = test
host = 127.0.0.1
port = {told["port"]}
transceiver-mode = true
smsc-username = {told["system_id"]}
smsc-password = {told["password"]}
system-type = ""
interface-version = 34
enquire-link-interval = 2
{ends}

group = smsbox
bearerbox-host = 127.0.0.1
sendsms-port = {send_port}
sendsms-interface = 127.0.0.1
log-file = {folder}/smsbox.log
log-level = 0

group = sendsms-user
username = user
password = user
max-messages = 10
concatenation = {concatenates}
"""
path = os.path.join(folder, "kannel.conf")
with open(path, "w", encoding="utf-8") as file:
    file.write(configuration)

boxes = []
# Debian puts the boxes into /usr/sbin, which is on root's path alone.
environment = os.environ | {"PATH": os.environ.get("PATH", "") + ":/usr/sbin"}


def start(box):
    out = open(os.path.join(folder, f"{box}.out"), "wb")
    boxes.append(subprocess.Popen([box, "-v", "4", path], stdout=out, stderr=out, env=environment))


try:
    start("bearerbox")
    until(lambda: "(online" in status(), "bind")
    start("smsbox")
    until(lambda: "smsbox" in status().lower() and "on-line" in status(), "smsbox")
    # A message has a kind of its own; of the recorded ones, that is the number.
    batch = [(str(number), *message[:4]) for number, message in enumerate(messages or ())] or [
        ("plain", told["plain"], told["destination"], 0),
        ("long", told["long"], told["destination"], 0),
        ("ucs2", told["ucs2"], told["destination"], 2),
        ("failed", told["plain"], told["failing"], 0),
    ]
    submitted = 0
    for number, message in enumerate(batch):
        # The smsbox may still be starting its HTTP server.
        for attempt in range(20):
            try:
                send(*message)
                break
            except urllib.error.URLError:
                time.sleep(0.1)
        if messages:
            submitted += messages[number][4]
            until(lambda: logged("submit_sm_resp") >= submitted, f"response {submitted}")
    if messages:
        until(lambda: sum(one["type"] == "1" for one in reports) >= told["reports"], "reports")
    else:
        # Of a message in parts, Kannel asks for one report, of the first part.
        until(lambda: all(of(kind, "1") for kind in ("plain", "long", "ucs2")), "reports")
        until(lambda: of("failed", "16"), "refusal")
    time.sleep(told["linger"])
    fetch(f"http://127.0.0.1:{admin_port}/shutdown?password=admin")
    until(lambda: all(box.poll() is not None for box in boxes), "end")
    enquired, unbound = (logged(f"{command}_resp") > 0 for command in ("enquire_link", "unbind"))
finally:
    for box in boxes:
        if box.poll() is None:
            box.send_signal(signal.SIGKILL)

if messages:
    rows = [[messages[int(one["kind"])][1], one["type"], one.get("id")] for one in reports]
    print(json.dumps({"reports": rows, "unbound": unbound}))
    sys.exit(0)
refusal = of("failed", "16")[0]["text"]
print(
    json.dumps(
        {
            "bound": True,
            "ids": {kind: [one["id"] for one in of(kind, "1")] for kind in ("plain", "long", "ucs2")},
            "failed": int(refusal.split("0x")[1].split("/")[0], 16),
            "receipts": {one["id"]: "DELIVRD" for kind in ("plain", "long", "ucs2") for one in of(kind, "1")},
            "enquired": enquired,
            "unbound": unbound,
        }
    )
)
