//! What `extract` writes, as tshark reads it: the same PDUs as in the capture that it was taken from, without complaint.

use std::path::Path;
use std::process::Command;

fn tshark(arguments: &[&str]) -> Option<String> {
    let Ok(output) = Command::new("tshark").args(arguments).output() else {
        assert!(std::env::var_os("TSHARK").is_none(), "tshark is needed");
        return None;
    };
    assert!(output.status.success(), "{}", String::from_utf8_lossy(&output.stderr));
    let said = String::from_utf8_lossy(&output.stderr).to_lowercase();
    assert!(!["cut short", "damaged", "corrupt"].iter().any(|word| said.contains(word)), "{said}");
    Some(String::from_utf8(output.stdout).unwrap())
}

fn commands(path: &str) -> Option<Vec<String>> {
    let said = tshark(&["-r", path, "-d", "tcp.port==2775,smpp", "-T", "fields", "-e", "smpp.command_id"])?;
    let mut commands: Vec<String> =
        said.split(['\n', ',']).filter(|id| !id.is_empty()).map(str::to_owned).collect();
    commands.sort();
    Some(commands)
}

fn extract(capture: &str, out: &Path, more: &[&str]) -> i32 {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    let output = command.args(["extract", capture, "--force", "-o"]).arg(out).args(more).output().unwrap();
    output.status.code().unwrap()
}

#[test]
fn tshark_counts_the_same_pdus_in_whole_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    for sample in std::fs::read_dir("samples").unwrap() {
        let capture = sample.unwrap().path().join("capture.pcap");
        let capture = capture.to_str().unwrap();
        // The last record of some is cut, which tshark complains of.
        if !Path::new(capture).is_file() || capture.contains("cut-file") {
            continue;
        }
        if extract(capture, &out, &[]) != 0 {
            continue;
        }
        let Some(before) = commands(capture) else { return };
        assert_eq!(Some(before), commands(out.to_str().unwrap()), "{capture}");
    }
}

#[test]
fn findings_are_comments_and_tokens_change_no_count() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let path = out.to_str().unwrap();
    let capture = "samples/hard-dcs/capture.pcap";
    for how in [&[][..], &["--repair"], &["--redact"]] {
        assert_eq!(extract(capture, &out, how), 0);
        let Some(comments) = tshark(&["-r", path, "-T", "fields", "-e", "frame.comment"]) else { return };
        assert!(comments.lines().filter(|line| line.contains(": ")).count() >= 4, "{how:?}: {comments}");
        assert_eq!(commands(capture), commands(path), "{how:?}");
    }
}

#[test]
fn a_filter_keeps_pdus_transactions_or_sessions() {
    let folder = tempfile::tempdir().unwrap();
    let out = folder.path().join("out.pcapng");
    let capture = "samples/bad-network/capture.pcap";
    let sizes = ["pdu", "transaction", "session"].map(|keep| {
        let how = ["-Y", "command == submit_sm", "-c", "1", "--keep", keep];
        assert_eq!(extract(capture, &out, &how), 0, "{keep}");
        std::fs::metadata(&out).unwrap().len()
    });
    assert!(sizes[0] < sizes[1] && sizes[1] < sizes[2], "{sizes:?}");
    assert_eq!(extract(capture, &out, &["-Y", "frame.number == 0"]), 1);
}

#[test]
fn what_gives_its_octets_once_is_refused() {
    let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
    let folder = tempfile::tempdir().unwrap();
    let output = command.current_dir(&folder).args(["extract", "-", "-o", "out.pcapng"]).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8_lossy(&output.stderr).contains("more than once"));
    assert!(std::fs::read_dir(&folder).unwrap().next().is_none());
}
