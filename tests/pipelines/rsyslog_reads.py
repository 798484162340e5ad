"""rsyslog reads records with the configuration of docs/pipelines.md: all of them, and those that failed.

    python3 tests/pipelines/rsyslog_reads.py SMPP_INSPECT
"""

import json
import pathlib
import re
import subprocess
import sys
import tempfile
import time

root = pathlib.Path(__file__).resolve().parents[2]
binary = str(pathlib.Path(sys.argv[1]).resolve())
capture = str(root / "samples/incident/capture.pcap")
configuration = re.search(r"```rsyslog\n(.*?)```", (root / "docs/pipelines.md").read_text(), re.S).group(1)
version = subprocess.run(["rsyslogd", "-v"], check=True, capture_output=True, text=True).stdout.split()[1]


def lines(path):
    return path.read_text().splitlines() if path.exists() else []


records = subprocess.run(
    [binary, "records", "--format", "ndjson", "--type", "transaction,session,pdu,finding,summary", capture],
    check=True,
    capture_output=True,
    text=True,
).stdout
expected = [json.loads(line) for line in records.splitlines()]
failed = [
    " ".join([record["@timestamp"], record["session"], of["command"], of["status"]["name"]])
    for record in expected
    if (of := record.get("transaction")) and of.get("status", {}).get("code", 0) > 0
]
with tempfile.TemporaryDirectory() as folder:
    folder = pathlib.Path(folder)
    file = folder / "rsyslog.conf"
    file.write_text(configuration.replace("/var/log/smpp", str(folder)).replace("/var/spool/rsyslog", str(folder)))
    (folder / "records.ndjson").write_text(records)
    server = subprocess.Popen(["rsyslogd", "-n", "-f", str(file), "-i", str(folder / "pid")])
    try:
        end = time.monotonic() + 30
        while len(lines(folder / "all.ndjson")) < len(expected) and time.monotonic() < end:
            time.sleep(0.2)
    finally:
        server.terminate()
        server.wait()
    found = [json.loads(line) for line in lines(folder / "all.ndjson")]
    for record in found:
        del record["metadata"]
    assert len(expected) > 1000 and found == expected, (len(found), len(expected))
    assert len(failed) > 100 and lines(folder / "failed.log") == failed, len(failed)
print(f"rsyslog {version}: {len(found)} records, {len(failed)} transactions that failed")
