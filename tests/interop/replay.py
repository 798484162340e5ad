"""`smpp-inspect replay` and the recording of Kannel, smpplib and Net::SMPP: resent to real message centres, and played
to a real ESME. See run.py.

A message centre is a program of servers/ that prints lines of JSON: first {"port": N}, then one for each PDU that came
({"who": system_id, "command": ...}), for each receipt that it sent ({"sent": "deliver_sm"}), and for each end of a
connection ({"event": "closed"}). Its lines are the proof: every request of the recording, as that message centre's own
log has them, came once and in order per session; every receipt was answered; every session unbound.
"""

import json
import os
import re
import signal
import subprocess
import sys
import time
from collections import Counter
from dataclasses import dataclass, field
from pathlib import Path

HERE = Path(__file__).resolve().parent
RECORDING = HERE.parent.parent / "samples" / "recording"
# Where the recording's message centre listened.
PORT = "12775"
# Of the session itself: never resent.
OWN = {"bind_transmitter", "bind_receiver", "bind_transceiver", "enquire_link", "unbind"}
SUBMITTING = {"submit_sm", "data_sm", "submit_multi"}
SPEED = 5


@dataclass
class Centre:
    """A message centre: its program, what it shows, and in what it answers otherwise than the recorded one."""

    command: list
    # The commands whose PDUs it shows; None: all.
    shows: set = None
    # Requests whose status differs, by command.
    differs: dict = field(default_factory=dict)
    # What the replay is told for it.
    options: tuple = ()
    # The reasons.
    why: str = ""


def recorded():
    """The requests of the recording by system_id, as the log of its own message centre has them."""
    requests = {}
    with (RECORDING / "truth.ndjson").open(encoding="utf-8") as lines:
        for row in map(json.loads, lines):
            command = row.get("command", "")
            if command and not command.endswith("_resp") and command not in OWN:
                requests.setdefault(row["who"], []).append(row)
    return requests


def facts(row):
    # submit_multi has several destinations, which not every log shows.
    keys = ("command", "dcs", "esm") if row["command"] == "submit_multi" else ("command", "dst", "dcs", "esm")
    return tuple(row.get(key) for key in keys)


def captured_ids(rows):
    """The ids that messages had when they were captured, by the ones that they got now: the n-th request with an id
    is the same message in both logs."""
    with (RECORDING / "truth.ndjson").open(encoding="utf-8") as lines:
        truth = [json.loads(line) for line in lines]

    def given(log):
        ids = {(row["who"], row["answered"]): row["message_id"] for row in log if row.get("answered")}
        return {
            (row["who"], number): ids.get((row["who"], row["seq"]))
            for number, row in numbered(row for row in log if row.get("command") in SUBMITTING)
        }

    old, new = given(truth), given(rows)
    return {new[key]: old[key] for key in new if new[key] and old.get(key)}


def numbered(rows):
    counts = Counter()
    for row in rows:
        yield counts[row["who"]], row
        counts[row["who"]] += 1


def replay(ours, port, folder, *more):
    """Runs the replay; its verdict."""
    command = [ours, "replay", RECORDING / "capture.pcap", "--to", f"127.0.0.1:{port}", "--speed", SPEED, "--yes"]
    command += ["--quiet", "--linger", "1s", "--format", "json", *more]
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        timeout=60,
        text=True,
        check=False,
    )
    (folder / "replay.json").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0:
        raise RuntimeError(f"replay: exit status {done.returncode}: {done.stderr}")
    return json.loads(done.stdout)


def check_verdict(verdict, differs, receipts):
    """What is wrong with what the replay says."""
    planned = sum(map(len, recorded().values()))
    for key in ("planned", "sent", "answered"):
        if verdict[key] != planned:
            yield f"replay: {key}: {verdict[key]} instead of {planned}"
    found = Counter()
    for row in verdict["statuses"]:
        if row["recorded"] != row["replayed"]:
            found[row["command"]] += row["count"]
    if found != Counter(differs):
        yield f"replay: statuses differ in {dict(found)}, not in {differs}"
    counts = verdict["verdicts"]
    wanted = {"different": sum(differs.values()), "missing": 0, "not_sent": 0, "extra": 0}
    if {key: counts[key] for key in wanted} != wanted:
        yield f"replay: {counts} instead of {wanted}"
    if verdict["deliveries"] != receipts:
        yield f"replay: {verdict['deliveries']} deliveries answered, {receipts} receipts sent"


def check_centre(centre, rows):
    """What is wrong with what the message centre saw."""
    errors = [row for row in rows if "error" in row]
    if errors:
        yield f"log: {errors}"
    capture = (RECORDING / "capture.pcap").read_bytes()
    ids = captured_ids(rows) if centre.shows is None else {}
    for who, wanted in recorded().items():
        mine = [row for row in rows if row.get("who") == who]
        came = [row for row in mine if "command" in row and not row["command"].endswith("_resp")]
        came = [row for row in came if row["command"] not in OWN | {"bind"}]
        wanted = [row for row in wanted if centre.shows is None or row["command"] in centre.shows]
        if list(map(facts, came)) != list(map(facts, wanted)):
            yield f"log: {who}: {list(map(facts, came))} instead of {list(map(facts, wanted))}"
        for row in came:
            # All but the sequence_number, if the message centre shows so much.
            octets = bytes.fromhex(row["octets"])
            head, rest = (octets[4:12], octets[16:]) if centre.shows is None else (b"", octets)
            if "message_id" in row and row["command"] in {"query_sm", "cancel_sm", "replace_sm"}:
                # It names a message, which has another id now.
                rest = rest.replace(row["message_id"].encode(), ids.get(row["message_id"], "unknown").encode())
            if not re.search(re.escape(head) + b".{4}" + re.escape(rest), capture, re.DOTALL):
                yield f"log: {who}: not in the capture: {row}"
        if centre.shows is None:
            ended = [row["command"] for row in mine if "command" in row][-1:]
            if ended != ["unbind"]:
                yield f"log: {who}: ends with {ended} instead of unbind"
        if sum(row.get("event") == "closed" for row in mine) != 1:
            yield f"log: {who}: not closed once"
        receipts = sum(row.get("sent") == "deliver_sm" for row in mine)
        answered = [row["status"] for row in mine if row.get("receipt")]
        if answered != [0] * receipts:
            yield f"log: {who}: {receipts} receipts, answered {answered}"


def resend(ours, centre, folder, environment):
    """The recording to a message centre; what is wrong."""
    with (folder / "centre.ndjson").open("w+", encoding="utf-8") as log:
        process = subprocess.Popen(
            [str(part) for part in centre.command],
            stdin=subprocess.DEVNULL,
            stdout=log,
            stderr=subprocess.STDOUT,
            env=os.environ | environment,
        )
        try:
            port = until(lambda: first_port(folder / "centre.ndjson"), "the message centre's port")
            verdict = replay(ours, port, folder, *centre.options)
        finally:
            process.send_signal(signal.SIGTERM)
            process.wait(timeout=10)
    text = (folder / "centre.ndjson").read_text(encoding="utf-8")
    rows = [json.loads(line) for line in text.splitlines() if line.startswith("{")]
    receipts = sum(row.get("sent") == "deliver_sm" for row in rows)
    wrong = [*check_verdict(verdict, centre.differs, receipts), *check_centre(centre, rows)]
    return wrong if receipts else [*wrong, "log: no receipt was sent"]


def first_port(path):
    line = path.read_text(encoding="utf-8").split("\n", 1)[0]
    return json.loads(line)["port"] if line.startswith("{") else None


def until(done, what, seconds=15):
    ends = time.monotonic() + seconds
    while not (found := done()):
        if time.monotonic() > ends:
            raise TimeoutError(f"{what}: not after {seconds} s")
        time.sleep(0.05)
    return found


def resend_to_ours(ours, folder):
    """The recording to our own test SMSC, which answers as recorded; what is wrong."""
    log, capture = folder / "log.ndjson", folder / "capture.pcapng"
    process = subprocess.Popen(
        [ours, "smsc", "--listen", "127.0.0.1:0", "--recorded", RECORDING / "capture.pcap", "--recorded-port", PORT]
        + ["--enquire-link", "200ms", "--duration", "60s", "--force", "--log", log, "--capture", capture],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
    )
    port = None
    try:
        while port is None:
            line = process.stderr.readline()
            if not line:
                raise RuntimeError("smsc: it does not listen")
            port = line.rsplit(":", 1)[1].strip() if "listening on" in line else None
        verdict = replay(ours, port, folder)
    finally:
        process.send_signal(signal.SIGINT)
        process.communicate(timeout=10)
    events = [json.loads(line) for line in log.read_text(encoding="utf-8").splitlines()]
    receipts = [event for event in events if event["event_type"] == "delivery" and event["kind"] == "receipt"]
    # The messages that Net::SMPP queries and replaces are Kannel's, and our SMSC shows nobody what is another's.
    yield from check_verdict(verdict, {"query_sm": 1, "replace_sm": 1}, len(receipts))
    if not receipts or any(event["status"] != "ESME_ROK" for event in receipts):
        yield f"log: receipts: {receipts}"
    wanted = recorded()
    kinds = Counter(event["event_type"] for event in events)
    if kinds["bound"] != len(wanted) or kinds["unbound"] != len(wanted):
        yield f"log: {len(wanted)} sessions wanted: {dict(kinds)}"
    if {event["why"] for event in events if event["event_type"] == "closed"} != {"fin"}:
        yield "log: closed otherwise than by FIN"
    done = subprocess.run(
        [ours, "records", "--type", "transaction", "--format", "ndjson", "--port", port, capture],
        stdout=subprocess.PIPE,
        timeout=60,
        text=True,
        check=True,
    )
    rows = sorted(map(json.loads, done.stdout.splitlines()), key=lambda row: row["transaction"]["stream_offset"])
    for who, requests in wanted.items():
        came = [row["transaction"] for row in rows if row["system_id"] == who]
        came = [row for row in came if row["asked_by"] == "esme" and row["command"] not in OWN]
        came = [
            facts(
                {
                    "command": row["command"],
                    "dst": row.get("destination_addr", {}).get("value"),
                    "dcs": row.get("data_coding"),
                    "esm": row.get("esm_class"),
                }
            )
            for row in came
        ]
        if came != list(map(facts, requests)):
            yield f"capture: {who}: {came} instead of {list(map(facts, requests))}"


def play_to_kannel(ours, folder):
    """The recording's SMSC played to a Kannel that sends the recorded messages; what is wrong."""
    out = folder / "played.json"
    process = subprocess.Popen(
        [ours, "replay", RECORDING / "capture.pcap", "--as", "smsc", "--listen", "127.0.0.1:0", "--account", "kannel"]
        + ["--speed", "1", "--format", "json", "--duration", "60s", "--output", out, "--force"],
        stdout=subprocess.DEVNULL,
        stderr=subprocess.PIPE,
        text=True,
    )
    try:
        port = None
        while port is None:
            line = process.stderr.readline()
            if not line:
                raise RuntimeError("replay --as smsc: it does not listen")
            port = int(line.rsplit(":", 1)[1]) if "listening on" in line else None
        told = {
            "port": port,
            "system_id": "kannel",
            "password": "other",
            "source": "Kannel",
            "messages": kannel_messages(),
            "reports": 30,
            "linger": 0,
        }
        done = subprocess.run(
            [sys.executable, str(HERE / "peers" / "with_kannel.py"), json.dumps(told)],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            timeout=45,
            text=True,
            check=False,
        )
        (folder / "peer.out").write_text(done.stdout, encoding="utf-8")
        if done.returncode != 0:
            raise RuntimeError(f"Kannel: exit status {done.returncode}: {done.stdout}")
        # It ends by itself, now that everything was played and Kannel unbound.
        process.wait(timeout=15)
    finally:
        if process.poll() is None:
            process.send_signal(signal.SIGINT)
            process.communicate(timeout=10)
    verdict = json.loads(out.read_text(encoding="utf-8"))
    bad = {key: verdict["verdicts"][key] for key in ("different", "missing", "not_sent", "extra")}
    if any(bad.values()):
        yield f"replay: {bad}: {verdict['differences']} {verdict['commands']}"
    answers = [row for row in verdict["commands"] if row["what"] == "answer"]
    if [(row["command"], row["verdicts"]["same"]) for row in answers] != [("deliver_sm", 30)]:
        yield f"replay: 30 receipts are to be answered as they were: {answers}"
    got = json.loads(done.stdout.strip().splitlines()[-1])
    if not got["unbound"]:
        yield "Kannel: it did not get the answer to its unbind"
    # Hexadecimal in the recording's responses, decimal in its receipts and to Kannel.
    with (RECORDING / "truth.ndjson").open(encoding="utf-8") as lines:
        truth = [json.loads(line) for line in lines]
    ids = {row["answered"]: row for row in truth if row["who"] == "kannel" and "answered" in row}
    messages = [row for row in truth if row["who"] == "kannel" and row.get("command") == "submit_sm"]
    delivered = {(row["dst"], str(int(ids[row["seq"]]["message_id"], 16))) for row in messages[:30]}
    reported = {(dst, id_) for dst, type_, id_ in got["reports"] if type_ == "1"}
    if reported != delivered:
        yield f"Kannel: reports of {sorted(reported)} instead of {sorted(delivered)}"


def kannel_messages():
    """What the recorded Kannel was given: text, destination, coding, dlr-mask, and of how many submit_sm it made it."""
    truth = recorded()["kannel"]
    hello = [[row["text"], row["dst"], 0, 31, 1] for row in truth[:30]]
    long = ["".join(row["text"] for row in truth[30:33]), truth[30]["dst"], 0, 0, 3]
    return [*hello, long, [truth[33]["text"], truth[33]["dst"], 2, 0, 1]]
