"""DuckDB reads records with the SQL statement of docs/pipelines.md and finds what the report counts.

    python3 tests/pipelines/duckdb_reads.py SMPP_INSPECT
"""

import json
import os
import pathlib
import re
import subprocess
import sys
import tempfile

import duckdb

root = pathlib.Path(__file__).resolve().parents[2]
binary = str(pathlib.Path(sys.argv[1]).resolve())
capture = str(root / "samples/incident/capture.pcap")


def run(*arguments):
    return subprocess.run([binary, *arguments, capture], check=True, capture_output=True).stdout


sql = re.search(r"```sql\n(.*?)```", (root / "docs/pipelines.md").read_text(), re.S).group(1)
report = json.loads(run("report", "--format", "json"))
with tempfile.TemporaryDirectory() as folder:
    os.chdir(folder)
    pathlib.Path("records.ndjson").write_bytes(
        run("records", "--format", "ndjson", "--type", "transaction,session,pdu,finding,summary")
    )
    found = {}
    for command, _, count, _ in duckdb.sql(sql).fetchall():
        found[command] = found.get(command, 0) + count
    doubled = duckdb.sql("select count(*) - count(distinct id) from 'records.ndjson'").fetchall()[0][0]
    os.chdir(root)
expected = {}
for row in report["transactions"]:
    expected[row["command"]] = expected.get(row["command"], 0) + row["count"]
assert expected and found == expected, (found, expected)
assert doubled == 0, doubled
print(f"DuckDB {duckdb.__version__}: {sum(found.values())} transactions, as the report counts")
