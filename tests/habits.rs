//! What hands that know tshark type is done, or answered by one line that names our way.

use std::path::Path;
use std::process::{Command, Output};

fn run(arguments: &[&str]) -> Output {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples/recording");
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    command.current_dir(folder).args(arguments).env("LC_ALL", "C.UTF-8").output().unwrap()
}

const FILE: &str = "capture.pcap";

#[test]
fn what_is_done_another_way_is_answered_by_one_line_that_names_it() {
    for (arguments, ways) in [
        (&["-r", FILE, "-T", "fields", "-e", "smpp.command_id"][..], &["records --format csv -e"][..]),
        (&["-r", FILE, "-Y", "smpp and tcp.port == 2775", "-T", "json"], &["records --format ndjson"]),
        (&["-r", FILE, "-T", "json"], &["records --format ndjson", "show --format json"]),
        (&["-r", FILE, "-T", "ek", "-n"], &["records --format ecs", "--format ndjson"]),
        (&["-r", FILE, "-T", "pdml"], &["records", "show"]),
        (&["records", FILE, "-T", "fields", "-e", "smpp.command_id"], &["--format csv -e"]),
        (&["-r", FILE, "-w", "out.pcap"], &["extract FILE -Y EXPRESSION -o OUT.pcapng"]),
        (&["records", "-r", FILE, "-w", "out.pcap"], &["extract"]),
        (&["-r", FILE, "-q", "-z", "io,stat,1"], &["report", "records --format csv"]),
        (&["-r", FILE, "-z", "conv,tcp"], &["records --type session"]),
        (&["-r", FILE, "-z", "expert"], &["records --type finding"]),
        (&["-r", FILE, "-e", "smpp.command_id"], &["records --format csv -e"]),
        (&["-r", FILE, "-V"], &["show FILE FRAME"]),
        (&["records", FILE, "-V"], &["show FILE FRAME"]),
        (&["-r", FILE, "-x"], &["show FILE FRAME"]),
        (&["show", FILE, "20", "-x"], &["show FILE FRAME"]),
    ] {
        let output = run(arguments);
        let said = String::from_utf8(output.stderr).unwrap();
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
        assert!(output.stdout.is_empty(), "{arguments:?}");
        assert!(ways.iter().all(|way| said.contains(way)), "{arguments:?}: {said}");
        assert_eq!(said.lines().count(), 1, "{arguments:?}: {said}");
        assert!(said.starts_with("smpp-inspect: -"), "{arguments:?}: {said}");
    }
}

#[test]
fn what_is_the_same_here_is_done() {
    let plain = run(&[FILE]);
    assert!(plain.status.success() && !plain.stdout.is_empty());
    for arguments in
        [&["-r", FILE, "-n"][..], &["-n", "-q", FILE], &["-d", "tcp.port==12775,smpp", "-r", FILE]]
    {
        let output = run(arguments);
        assert!(output.status.success(), "{arguments:?}: {output:?}");
        assert_eq!(output.stdout, plain.stdout, "{arguments:?}");
    }
    let version = run(&["-V"]);
    assert!(version.status.success() && version.stdout.starts_with(b"smpp-inspect "));
    let records = run(&["records", "-n", "-r", FILE, "-d", "tcp.port==12775,smpp"]);
    assert_eq!(records.stdout, run(&["records", FILE]).stdout);
    assert_eq!(records.stdout, run(&["records", FILE, "-Y", "smpp"]).stdout);
    let wrong = run(&["-d", "tcp.port==12775,http", "-r", FILE]);
    assert_eq!(wrong.status.code(), Some(2));
    assert!(String::from_utf8(wrong.stderr).unwrap().contains("only smpp is decoded"));
}
