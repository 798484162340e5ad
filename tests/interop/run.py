#!/usr/bin/env python3
"""Real SMPP clients against `smpp-inspect smsc`: each binds, sends plain, long, UCS2 and failing messages, gets
receipts, queries, enquires, unbinds. Then `smpp-inspect replay` against real message centres, as replay.py says.

    tests/interop/run.py [--install] [--keep FOLDER] [PEER ...]

--install brings the peers by name from their packages (Debian's, PyPI's, npm's, crates.io's); without it they have to
be there already. --keep keeps captures, logs and what the peers said in a folder.

Each peer runs alone against an SMSC of its own, on a free port. It is a program that is told, by one JSON argument, the
port, the account, numbers and texts, and that tells, by one line of JSON, what it got:

    bound, enquired, unbound   whether it was answered with success
    ids                        message ids by kind of message: plain, long (of each part), ucs2
    failed                     command_status of the message that has to fail
    receipts                   state by message id
    query                      message_state that query_sm_resp gave

That is one side. The other sides are the log of the SMSC, and its capture, in which our analyzer must find no error and
no warning but those that are the peer's own, as PEERS says. Exit status 1 if anything is not as it should be.
"""

import argparse
import json
import os
import shutil
import signal
import subprocess
import sys
import tempfile
import time
from dataclasses import dataclass, field
from pathlib import Path

import replay

HERE = Path(__file__).resolve().parent
ROOT = HERE.parent.parent
# What is installed for this user alone, and what cargo builds.
WORK = ROOT / "target" / "interop"

TOLD = {
    "system_id": "interop",
    "password": "secret",
    "source": "447700900100",
    "destination": "447700900123",
    # Of --magic: answered with ESME_RSUBMITFAIL.
    "failing": "333",
    "plain": "Your table is booked for 8 pm.",
    "long": "This text has more characters than one short message takes, so it is cut into parts that the phone puts "
    "together again. " * 3,
    "ucs2": "Ваш столик заказан на 20:00 — 您的桌子已预订",
    # Seconds before the unbind, so that the SMSC enquires as well.
    "linger": 2.5,
}

SUBMIT_FAILED = 0x45
DELIVERED = 2
PARTS = {"plain": 1, "long": 3, "ucs2": 1}


@dataclass
class Peer:
    """A peer: its program, what it cannot do, and what it does wrong."""

    command: list
    # What it cannot do, or not tell, with the reason: by a key of what it tells. Our side is checked all the same.
    cannot: dict = field(default_factory=dict)
    # Message ids that it tells; as many as it sends where nothing else is said.
    parts: dict = field(default_factory=lambda: PARTS)
    # Findings of severity warning or error that are its own: rule id and reason.
    breaks: dict = field(default_factory=dict)


PYTHON = str(WORK / "python" / "bin" / "python")

PEERS = {
    "kannel": Peer(
        [sys.executable, HERE / "peers" / "with_kannel.py"],
        cannot={"query": "the bearerbox has no query_sm"},
        # Reports come for a message, not for its parts.
        parts={"plain": 1, "long": 1, "ucs2": 1},
    ),
    "smpplib": Peer([PYTHON, HERE / "peers" / "with_smpplib.py"]),
    "aiosmpplib": Peer(
        [PYTHON, HERE / "peers" / "with_aiosmpplib.py"],
        cannot={
            "query": "the library has no query_sm",
            "unbound": "it unbinds, and does not wait for the answer",
        },
    ),
    "node-smpp": Peer(["node", HERE / "peers" / "with_node_smpp.js"]),
    "net-smpp": Peer(["perl", HERE / "peers" / "with_net_smpp.pl"]),
    "rusmpp": Peer([WORK / "rusmpp" / "debug" / "interop-rusmpp"]),
}

NODE = {"NODE_PATH": str(WORK / "node" / "node_modules")}

CENTRES = {
    "replay to node-smpp": replay.Centre(["node", HERE / "servers" / "node_smpp.js"]),
    "replay to smpp34": replay.Centre(
        [PYTHON, HERE / "servers" / "smpp34_server.py"],
        shows={"submit_sm"},
        differs={"query_sm": 1, "replace_sm": 1, "data_sm": 1, "submit_multi": 1},
        options=("--window", 1),
        why="the library refuses query_sm, replace_sm, data_sm and submit_multi by itself, and shows nobody; it shows "
        "requests out of order unless each waits for its answer",
    ),
}


def run(*command, timeout=280, **more):
    """Runs a command; its output is shown if it fails."""
    done = subprocess.run(
        [str(part) for part in command],
        stdin=subprocess.DEVNULL,
        stdout=subprocess.PIPE,
        stderr=subprocess.STDOUT,
        timeout=timeout,
        text=True,
        check=False,
        **more,
    )
    if done.returncode != 0:
        raise RuntimeError(f"{command[0]}: exit status {done.returncode}\n{done.stdout}")
    return done.stdout


def install():
    """Brings the peers."""
    packages = ["kannel", "libnet-smpp-perl", "libjson-pp-perl", "python3-venv"]
    if not shutil.which("npm"):
        packages.append("npm")
    environment = os.environ | {"DEBIAN_FRONTEND": "noninteractive"}
    run("apt-get", "update", "-qq", env=environment)
    run("apt-get", "install", "-y", "-qq", "--no-install-recommends", *packages, env=environment)
    if not Path(PYTHON).exists():
        run(sys.executable, "-m", "venv", WORK / "python")
    run(PYTHON, "-m", "pip", "install", "-q", "smpplib", "aiosmpplib", "smpp34")
    (WORK / "node").mkdir(parents=True, exist_ok=True)
    run("npm", "install", "--silent", "--no-fund", "--no-audit", "--prefix", WORK / "node", "smpp")


def build():
    """Builds our program, and the peer that has to be built; returns the path of ours."""
    run("cargo", "build", "--manifest-path", HERE / "rusmpp" / "Cargo.toml", "--target-dir", WORK / "rusmpp",
        timeout=1200)
    command = ["cargo", "build", "--bin", "smpp-inspect", "--message-format", "json"]
    done = subprocess.run(
        command, cwd=ROOT, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=1200, text=True, check=False
    )
    if done.returncode != 0:
        raise RuntimeError(f"cargo build: exit status {done.returncode}\n{done.stderr}")
    for line in done.stdout.splitlines():
        message = json.loads(line)
        if message.get("executable"):
            return message["executable"]
    raise RuntimeError("cargo build told no executable")


class Smsc:
    """A test SMSC of its own for one peer."""

    def __init__(self, ours, folder):
        self.log, self.capture = folder / "log.ndjson", folder / "capture.pcapng"
        self.process = subprocess.Popen(
            [ours, "smsc", "--listen", "127.0.0.1:0", "--account", f"{TOLD['system_id']}:{TOLD['password']}"]
            + ["--magic", "--receipt-delay", "300ms", "--enquire-link", "100ms", "--duration", "60s", "--force"]
            + ["--log", self.log, "--capture", self.capture],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            text=True,
        )
        line = self.process.stderr.readline()
        if "listening on" not in line:
            raise RuntimeError(f"smsc: {line}")
        self.port = int(line.rsplit(":", 1)[1])

    def stop(self):
        self.process.send_signal(signal.SIGINT)
        self.process.communicate(timeout=10)

    def events(self):
        with self.log.open(encoding="utf-8") as lines:
            return [json.loads(line) for line in lines]


def check_peer(peer, told):
    """What is wrong with what the peer got."""
    for key in ("bound", "enquired", "unbound"):
        if key not in peer.cannot and told.get(key) is not True:
            yield f"{key}: {told.get(key)}"
    if told["failed"] != SUBMIT_FAILED:
        yield f"failed: status {told['failed']:#x} instead of {SUBMIT_FAILED:#x}"
    if "query" not in peer.cannot and told.get("query") != DELIVERED:
        yield f"query: message_state {told.get('query')} instead of {DELIVERED}"
    for kind, count in peer.parts.items():
        ids = told["ids"][kind]
        if len(ids) != count:
            yield f"{kind}: ids {ids} instead of {count}"
    ids = {one for kind in told["ids"].values() for one in kind}
    if told["receipts"] != dict.fromkeys(ids, "DELIVRD"):
        yield f"receipts: {told['receipts']} of {sorted(ids)}"


def check_log(peer, told, events):
    """What is wrong with what the SMSC saw."""
    requests = [event for event in events if event["event_type"] == "request"]
    submitted = [event for event in requests if event["command"] == "submit_sm"]
    accepted = [event["message_id"] for event in submitted if event["status"] == "ESME_ROK"]
    refused = [event["status"] for event in submitted if event["status"] != "ESME_ROK"]
    ids = {one for kind in told["ids"].values() for one in kind}
    if len(set(accepted)) != sum(PARTS.values()) or not ids <= set(accepted):
        yield f"log: accepted {accepted}, the peer knows {sorted(ids)}"
    if refused != ["ESME_RSUBMITFAIL"]:
        yield f"log: refused {refused}"
    wanted = {"bind_transceiver", "enquire_link", "unbind"}
    if "query" not in peer.cannot:
        wanted.add("query_sm")
    for command in sorted(wanted):
        statuses = {event.get("status") for event in requests if event["command"] == command}
        if statuses != {"ESME_ROK"}:
            yield f"log: {command}: statuses {statuses or 'none: it never came'}"
    delivered = [event for event in events if event["event_type"] == "delivery"]
    receipts = sum(event["kind"] == "receipt" for event in delivered)
    wanted = len(told["receipts"])
    if receipts < wanted or any(event["status"] != "ESME_ROK" for event in delivered):
        yield f"log: {receipts} receipts acknowledged, {wanted} wanted: {delivered}"
    if any("rule" in event for event in requests):
        yield f"log: refused for a rule: {[event for event in requests if 'rule' in event]}"
    if [event["event_type"] for event in events].count("unbound") != 1:
        yield "log: not unbound once"
    closed = [event["why"] for event in events if event["event_type"] == "closed"]
    if closed != ["fin"]:
        yield f"log: closed {closed}"


def check_capture(ours, peer, told, events, smsc):
    """What is wrong with the capture, in the eyes of our analyzer."""
    command = [ours, "report", "--format", "json", "--fail-on", "warning", "--port", str(smsc.port), str(smsc.capture)]
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, timeout=60, text=True, check=False)
    if done.returncode not in (0, 1):
        yield f"report: exit status {done.returncode}: {done.stderr}"
        return
    report = json.loads(done.stdout)
    found = {
        finding["rule"]: finding
        for finding in report["findings"]
        if finding["severity"] in ("warning", "error")
    }
    for rule in sorted(set(found) - set(peer.breaks)):
        yield f"capture: {found[rule]}"
    for rule in sorted(set(peer.breaks) - set(found)):
        yield f"capture: {rule} is said to be the peer's own, and was not found"
    if (done.returncode == 1) != bool(found):
        yield f"report: exit status {done.returncode} with findings {sorted(found)}"
    asked = {row["command"]: row for row in report["transactions"]}
    unanswered = [command for command, row in asked.items() if row["unanswered"]]
    if unanswered:
        yield f"capture: not answered: {unanswered}"
    counts = {command: row["count"] for command, row in asked.items()}
    submitted = sum(PARTS.values()) + 1
    if counts.get("submit_sm") != submitted or counts.get("deliver_sm", 0) < len(told["receipts"]):
        yield f"capture: {submitted} submit_sm wanted, and a deliver_sm for each receipt: {counts}"
    enquired = sum(event.get("command") == "enquire_link" for event in events)
    if counts.get("enquire_link", 0) <= enquired:
        yield f"capture: {enquired} enquire_link of the peer's, none of ours: {counts}"


def converse(ours, name, folder):
    """One peer against an SMSC; what is wrong."""
    peer = PEERS[name]
    folder.mkdir(parents=True, exist_ok=True)
    smsc = Smsc(ours, folder)
    try:
        argument = json.dumps(TOLD | {"port": smsc.port})
        done = subprocess.run(
            [str(part) for part in peer.command] + [argument],
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            timeout=45,
            text=True,
            check=False,
            env=os.environ | NODE,
        )
    except subprocess.TimeoutExpired as late:
        return [f"the peer was not done after {late.timeout} s"]
    finally:
        smsc.stop()
    (folder / "peer.out").write_text(done.stdout + done.stderr, encoding="utf-8")
    if done.returncode != 0 or not done.stdout.strip():
        return [f"the peer ended with status {done.returncode}: {done.stdout}{done.stderr}"]
    told = json.loads(done.stdout.strip().splitlines()[-1])
    events = smsc.events()
    return [
        *check_peer(peer, told),
        *check_log(peer, told, events),
        *check_capture(ours, peer, told, events, smsc),
    ]


def play(ours, name, folder):
    """A replay; what is wrong, and what has to be known."""
    folder.mkdir(parents=True, exist_ok=True)
    try:
        if name in CENTRES:
            centre = CENTRES[name]
            return replay.resend(ours, centre, folder, NODE), [centre.why] if centre.why else []
        return list(REPLAYS[name](ours, folder)), []
    except (RuntimeError, TimeoutError, subprocess.TimeoutExpired) as error:
        return [str(error)], []


def verify(ours, name, folder):
    """A peer, or a replay: what is wrong, and what has to be known."""
    if name not in PEERS:
        return play(ours, name, folder)
    notes = [f"{what}: {why}" for what, why in PEERS[name].cannot.items()]
    notes += [f"{rule} is its own: {why}" for rule, why in PEERS[name].breaks.items()]
    return converse(ours, name, folder), notes


REPLAYS = {"replay to smsc": replay.resend_to_ours, "replay as smsc": replay.play_to_kannel}
ALL = [*PEERS, *CENTRES, *REPLAYS]


def main():
    arguments = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    arguments.add_argument("--install", action="store_true", help="bring the peers from their packages")
    arguments.add_argument("--keep", type=Path, metavar="FOLDER", help="where captures and logs are kept")
    arguments.add_argument("peers", nargs="*", metavar="PEER", help=", ".join(ALL))
    arguments = arguments.parse_args()
    unknown = set(arguments.peers) - set(ALL)
    if unknown:
        sys.exit(f"no such peer: {', '.join(sorted(unknown))}; there are {', '.join(ALL)}")
    if arguments.install:
        install()
    ours = build()
    failed = []
    with tempfile.TemporaryDirectory() as temporary:
        folder = arguments.keep or Path(temporary)
        for name in arguments.peers or ALL:
            began = time.monotonic()
            wrong, notes = verify(ours, name, folder / name.replace(" ", "-"))
            verdict = "FAILED" if wrong else "ok"
            print(f"{name:20} {verdict:6} {time.monotonic() - began:5.1f} s  {'; '.join(notes)}".rstrip(), flush=True)
            for one in wrong:
                print(f"    {one}", flush=True)
            if wrong:
                failed.append(name)
    count = len(arguments.peers or ALL)
    print(f"interop: {count - len(failed)} passed, {len(failed)} failed")
    sys.exit(1 if failed else 0)


if __name__ == "__main__":
    main()
