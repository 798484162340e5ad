//! The command line as people and scripts meet it: exit statuses, what goes where, what is refused.

use std::io::Write;
use std::net::{Ipv4Addr, SocketAddr};
use std::path::PathBuf;
use std::process::{Command, Output, Stdio};

use smpp_inspect::testkit::file::{Format, Link, capture};
use smpp_inspect::testkit::scenario::{Behaviour, MILLIS, SECONDS, Scenario, Session};

/// Two sessions with 20 messages each: some refused, some never answered.
fn small_capture() -> Vec<u8> {
    let session = |host: u8| {
        let esme = SocketAddr::from((Ipv4Addr::new(10, 0, 0, host), 40_000));
        let smsc = SocketAddr::from((Ipv4Addr::new(10, 0, 1, 1), 2775));
        Session {
            opens_at: i64::from(host) * MILLIS,
            interval: 20 * MILLIS,
            behaviour: vec![Behaviour { refusals: vec![(0x58, 200)], silent: 100, ..Behaviour::default() }],
            gives_up: 2 * SECONDS,
            ..Session::new(esme, smsc, &format!("esme{host}"), 20)
        }
    };
    let scenario =
        Scenario { seed: 7, start: 1_795_341_492 * SECONDS, sessions: vec![session(1), session(2)] };
    capture(&scenario.record().frames, Format::PCAP, Link::Ethernet)
}

/// A folder with that capture as `capture.pcap`, gone when dropped.
struct Folder(tempfile::TempDir);

impl Folder {
    fn new() -> Self {
        let folder = Self(tempfile::tempdir().unwrap());
        folder.put("capture.pcap", &small_capture());
        folder
    }

    fn path(&self, name: &str) -> PathBuf {
        self.0.path().join(name)
    }

    fn put(&self, name: &str, octets: &[u8]) {
        std::fs::write(self.path(name), octets).unwrap();
    }

    #[expect(clippy::disallowed_methods, reason = "a test reads what the command wrote")]
    fn octets(&self, name: &str) -> Vec<u8> {
        std::fs::read(self.path(name)).unwrap()
    }

    fn names(&self) -> Vec<String> {
        let entries = std::fs::read_dir(self.0.path()).unwrap();
        let mut names: Vec<String> =
            entries.map(|entry| entry.unwrap().file_name().into_string().unwrap()).collect();
        names.sort();
        names
    }

    /// The command with `arguments`, run here in a UTF-8 locale.
    fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(env!("CARGO_BIN_EXE_smpp-inspect"));
        command.args(arguments).current_dir(self.0.path()).env("LC_ALL", "C.UTF-8").env_remove("NO_COLOR");
        command
    }

    fn run(&self, arguments: &[&str]) -> Run {
        Run::of(self.command(arguments).stdin(Stdio::null()).output().unwrap())
    }

    fn run_with_input(&self, arguments: &[&str], input: &[u8]) -> Run {
        let mut command = self.command(arguments);
        let mut child =
            command.stdin(Stdio::piped()).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        let mut stdin = child.stdin.take().unwrap();
        let input = input.to_vec();
        let feeder = std::thread::spawn(move || stdin.write_all(&input));
        let output = child.wait_with_output().unwrap();
        // A run that fails early does not read its input to the end.
        let _ = feeder.join().unwrap();
        Run::of(output)
    }
}

/// What a run left behind.
#[derive(Debug)]
struct Run {
    status: i32,
    out: String,
    err: String,
}

impl Run {
    fn of(output: Output) -> Self {
        Self {
            status: output.status.code().unwrap_or(-1),
            out: String::from_utf8(output.stdout).unwrap(),
            err: String::from_utf8(output.stderr).unwrap(),
        }
    }

    fn json(&self) -> serde_json::Value {
        assert_eq!(self.status, 0, "{self:?}");
        serde_json::from_str(&self.out).unwrap()
    }
}

#[test]
fn without_a_command_it_is_report() {
    let folder = Folder::new();
    let bare = folder.run(&["capture.pcap"]);
    assert_eq!((bare.status, bare.err.as_str()), (0, ""), "{bare:?}");
    assert!(bare.out.starts_with("capture.pcap, ") && bare.out.contains("\nSESSIONS"), "{}", bare.out);
    for arguments in
        [vec!["report", "capture.pcap"], vec!["-r", "capture.pcap"], vec!["report", "--read", "capture.pcap"]]
    {
        let run = folder.run(&arguments);
        assert_eq!((run.status, run.out.as_str()), (0, bare.out.as_str()), "{arguments:?}");
    }
}

#[test]
fn the_report_counts_what_is_in_the_capture() {
    let report = Folder::new().run(&["--format", "json", "capture.pcap"]).json();
    assert_eq!(report["schema"], "smpp-inspect/report/1");
    assert_eq!(report["sessions"].as_array().unwrap().len(), 2);
    let submits =
        report["transactions"].as_array().unwrap().iter().find(|row| row["command"] == "submit_sm").unwrap();
    assert_eq!(submits["count"], 40);
    assert!(submits["failed"].as_u64().unwrap() > 0 && submits["unanswered"].as_u64().unwrap() > 0);
    assert_eq!(report["octets"]["skipped"], 0);
}

#[test]
fn checksums_are_verified_where_that_is_asked_for() {
    let folder = Folder::new();
    let mut octets = small_capture();
    // The first frame's TTL, behind the headers of file, record and Ethernet.
    octets[24 + 16 + 14 + 8] -= 1;
    folder.put("capture.pcap", &octets);
    let skipped = |arguments: &[&str]| folder.run(arguments).json()["capture"]["skipped_frames"].clone();
    assert_eq!(skipped(&["--format", "json", "capture.pcap"]), serde_json::json!([]));
    let wrong = skipped(&["--format", "json", "--verify-checksums", "capture.pcap"]);
    assert_eq!(wrong, serde_json::json!([{ "reason": "bad_ip_checksum", "count": 1 }]));
}

#[test]
fn a_file_and_standard_input_give_the_same_report_for_any_number_of_threads() {
    let folder = Folder::new();
    for format in ["text", "json"] {
        let mut runs: Vec<String> = ["1", "2", "4", "32"]
            .iter()
            .map(|threads| folder.run(&["--format", format, "--threads", threads, "capture.pcap"]).out)
            .collect();
        let piped = folder.run_with_input(&["--format", format, "-"], &small_capture());
        assert_eq!((piped.status, piped.err.as_str()), (0, ""));
        runs.push(match format {
            "text" => piped.out.replacen("standard input,", "capture.pcap,", 1),
            _ => piped
                .out
                .replacen("\"path\": \"-\"", "\"path\": \"capture.pcap\"", 1)
                .replace("\"file\": \"-\"", "\"file\": \"capture.pcap\""),
        });
        assert!(runs[0].len() > 500);
        assert!(runs.iter().all(|run| *run == runs[0]), "{format}");
    }
}

#[test]
fn an_input_that_cannot_be_read_is_status_2_and_one_line() {
    let folder = Folder::new();
    folder.put("empty.pcap", b"");
    folder.put("notes.txt", b"this is no capture, however long it is");
    for (name, line) in [
        ("absent.pcap", "smpp-inspect: absent.pcap: cannot be opened"),
        ("empty.pcap", "smpp-inspect: empty.pcap: not a capture: empty"),
        ("notes.txt", "smpp-inspect: notes.txt: not a capture: begins with"),
    ] {
        let run = folder.run(&["--format", "json", name]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.starts_with(line) && run.err.lines().count() == 1, "{}", run.err);

        // The others are still reported.
        let run = folder.run(&[name, "capture.pcap"]);
        assert_eq!(run.status, 2);
        assert!(run.out.contains("SESSIONS") && run.err.lines().count() == 1, "{run:?}");
    }
}

#[test]
fn a_capture_cut_off_is_analysed_up_to_there() {
    let folder = Folder::new();
    let whole = small_capture();
    let half = &whole[..whole.len() / 2];
    folder.put("half.pcap", half);
    let run = folder.run(&["half.pcap"]);
    assert_eq!(run.status, 0);
    assert!(run.out.contains("SESSIONS"), "{}", run.out);
    assert!(run.err.starts_with("smpp-inspect: half.pcap: ") && run.err.lines().count() == 1, "{}", run.err);
    let report = folder.run(&["--format", "json", "half.pcap"]).json();
    assert!(report["capture"]["files"][0]["damage"].is_string());
    assert!(report["pdus"]["total"].as_u64().unwrap() > 10);
    assert_eq!(folder.run(&["--fail-on", "damage", "half.pcap"]).status, 1);

    let piped = folder.run_with_input(&["-"], half);
    assert_eq!((piped.status, piped.err.lines().count()), (0, 1), "{piped:?}");

    // A header and no frames is a capture too.
    folder.put("header.pcap", &whole[..24]);
    let run = folder.run(&["header.pcap"]);
    assert_eq!((run.status, run.err.as_str()), (0, ""));
    assert!(run.out.contains("no frames"), "{}", run.out);
}

#[test]
fn fail_on_sets_the_exit_status_and_nothing_else() {
    let folder = Folder::new();
    let bare = folder.run(&["capture.pcap"]).out;
    for (list, status) in
        [("failed", 1), ("unanswered", 1), ("error", 0), ("error,damage,gaps", 0), ("error,failed", 1)]
    {
        let run = folder.run(&["--fail-on", list, "capture.pcap"]);
        assert_eq!((run.status, &run.out), (status, &bare), "{list}");
    }
    // An input that could not be read weighs more.
    assert_eq!(folder.run(&["--fail-on", "failed", "capture.pcap", "absent.pcap"]).status, 2);
}

#[test]
fn wrong_usage_is_status_2_with_nothing_on_standard_output() {
    let folder = Folder::new();
    for arguments in [
        vec![],
        vec!["--format", "yaml", "capture.pcap"],
        vec!["--port", "0x10", "capture.pcap"],
        vec!["--threads", "0", "capture.pcap"],
        vec!["--timeout", "0", "capture.pcap"],
        vec!["--fail-on", "rain", "capture.pcap"],
        vec!["--tz", "Middle-earth/Shire", "capture.pcap"],
        vec!["report"],
        vec!["schema"],
    ] {
        let run = folder.run(&arguments);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{arguments:?}");
        assert!(!run.err.is_empty());
    }
}

#[test]
fn an_output_file_appears_whole_and_never_over_another_unasked() {
    let folder = Folder::new();
    let report = folder.run(&["--format", "json", "capture.pcap"]).out;
    let run = folder.run(&["--format", "json", "-o", "out.json", "capture.pcap"]);
    assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (0, "", ""));
    assert_eq!(std::fs::read_to_string(folder.path("out.json")).unwrap(), report);

    folder.put("out.json", b"mine");
    let run = folder.run(&["-o", "out.json", "capture.pcap"]);
    assert_eq!(run.status, 2);
    assert_eq!(run.err, "smpp-inspect: out.json: is there already, only --force overwrites it\n");
    assert_eq!(folder.octets("out.json"), b"mine");
    assert_eq!(folder.run(&["--format", "json", "--force", "-o", "out.json", "capture.pcap"]).status, 0);
    assert_eq!(std::fs::read_to_string(folder.path("out.json")).unwrap(), report);

    for path in ["capture.pcap", "./capture.pcap", "absent/out.json", "."] {
        let run = folder.run(&["--force", "-o", path, "capture.pcap"]);
        assert_eq!((run.status, run.out.as_str(), run.err.lines().count()), (2, "", 1), "{run:?}");
    }
    assert_eq!(folder.octets("capture.pcap"), small_capture());
    // With nothing read there is nothing to write.
    assert_eq!(folder.run(&["-o", "none.json", "absent.pcap"]).status, 2);
    assert_eq!(folder.names(), ["capture.pcap", "out.json"]);
}

#[test]
fn a_reader_that_goes_away_is_no_failure() {
    let folder = Folder::new();
    for arguments in
        [vec!["--format", "json", "capture.pcap"], vec!["capture.pcap"], vec!["schema", "report"]]
    {
        let mut child =
            folder.command(&arguments).stdout(Stdio::piped()).stderr(Stdio::piped()).spawn().unwrap();
        drop(child.stdout.take());
        let output = child.wait_with_output().unwrap();
        assert_eq!(output.status.code(), Some(0), "{arguments:?}");
        assert!(output.stderr.is_empty());
    }
}

#[cfg(target_os = "linux")]
#[test]
fn an_output_that_cannot_be_written_is_status_2() {
    let folder = Folder::new();
    let full = std::fs::OpenOptions::new().write(true).open("/dev/full").unwrap();
    let output = folder.command(&["capture.pcap"]).stdout(full).output().unwrap();
    assert_eq!(output.status.code(), Some(2));
    assert!(String::from_utf8(output.stderr).unwrap().starts_with("smpp-inspect: standard output: "));
}

#[test]
fn text_is_plain_where_nobody_asked_for_more() {
    let folder = Folder::new();
    let bare = folder.run(&["capture.pcap"]);
    assert!(!bare.out.contains('\x1b') && bare.out.lines().all(|line| line.chars().count() <= 100));
    assert!(folder.run(&["--color", "always", "capture.pcap"]).out.contains('\x1b'));
    assert!(!folder.run(&["--color", "never", "capture.pcap"]).out.contains('\x1b'));

    for (name, value) in [("LC_ALL", "C"), ("LC_ALL", "de_DE.ISO-8859-1")] {
        let output = folder.command(&["capture.pcap"]).env(name, value).output().unwrap();
        assert!(output.stdout.is_ascii() && !output.stdout.is_empty());
    }
    assert!(folder.run(&["--ascii", "capture.pcap"]).out.is_ascii());
}

#[test]
fn names_of_files_cannot_steer_the_terminal() {
    let run = Folder::new().run(&["a\x1b[2Jb.pcap"]);
    assert_eq!(run.status, 2);
    assert!(run.err.contains("a\\x1b[2Jb.pcap") && !run.err.contains('\x1b'), "{}", run.err);
}

#[test]
fn max_sessions_bounds_the_list_and_not_the_totals() {
    let folder = Folder::new();
    let all = folder.run(&["--format", "json", "capture.pcap"]).json();
    let one = folder.run(&["--format", "json", "--max-sessions", "1", "capture.pcap"]).json();
    assert_eq!((one["sessions"].as_array().unwrap().len(), &one["sessions_omitted"]), (1, &1.into()));
    assert_eq!(one["sessions"][0], all["sessions"][0]);
    assert_eq!(one["transactions"], all["transactions"]);
    assert_eq!(one["pdus"], all["pdus"]);
}

#[test]
fn help_has_examples_and_version_is_of_the_package() {
    let folder = Folder::new();
    for arguments in [vec!["--help"], vec!["report", "--help"], vec!["schema", "-h"], vec!["help", "report"]]
    {
        let run = folder.run(&arguments);
        assert_eq!(run.status, 0);
        assert!(run.out.contains("  smpp-inspect "), "{}", run.out);
        assert!(run.out.lines().all(|line| line.chars().count() <= 100));
    }
    assert_eq!(folder.run(&["--version"]).out, format!("smpp-inspect {}\n", env!("CARGO_PKG_VERSION")));
}

#[test]
fn what_is_smpp_may_be_named_instead_of_found() {
    let folder = Folder::new();
    let sessions = |arguments: &[&str]| {
        let all = [&["--format", "json", "capture.pcap"], arguments].concat();
        folder.run(&all).json()["sessions"].as_array().unwrap().len()
    };
    // The capture's port is 2775.
    assert_eq!(sessions(&["--port", "9"]), 2);
    assert_eq!(sessions(&["--port", "9", "--detect", "off"]), 0);
    assert_eq!(sessions(&["--port", "9", "--detect", "off", "-d", "tcp.port==2775,smpp"]), 2);
    assert_eq!(sessions(&["--detect", "off"]), 2);
    let wrong = folder.run(&["-d", "tcp.port==2775,http", "capture.pcap"]);
    assert_eq!(wrong.status, 2);
    assert!(wrong.err.contains("only smpp is decoded"), "{}", wrong.err);
}

#[test]
fn show_gives_the_pdus_of_a_frame_and_says_where_there_are_none() {
    let folder = Folder::new();
    let report = folder.run(&["--format", "json", "capture.pcap"]).json();
    // The first frames are a handshake; the fourth has the bind.
    let none = folder.run(&["show", "capture.pcap", "1"]);
    assert_eq!((none.status, none.out.as_str()), (1, ""));
    let frames = report["capture"]["frames"].as_u64().unwrap();
    let start = format!("smpp-inspect: capture.pcap: no PDU ends in frame 1 of {frames}, frame ");
    let next = none.err.strip_prefix(&start).unwrap().split(' ').next().unwrap().to_owned();
    let shown = folder.run(&["show", "capture.pcap", &next]);
    assert_eq!(shown.status, 0, "{shown:?}");
    assert!(shown.out.contains("system_id") && shown.out.contains("\"esme1\""), "{}", shown.out);
    assert!(!shown.out.contains("password  \""), "{}", shown.out);
    let json = folder.run(&["show", "--format", "json", "capture.pcap", &format!("{next}.0")]).json();
    assert_eq!(json["pdus"][0]["command"], "bind_transceiver");
    assert_eq!(folder.run(&["show", "capture.pcap", &format!("{next}.9")]).status, 1);
    assert_eq!(folder.run(&["show", "nowhere.pcap", "1"]).status, 2);
}

#[test]
fn explain_knows_words_and_suggests_others() {
    let folder = Folder::new();
    let known = folder.run(&["explain", "0x58"]);
    assert_eq!(known.status, 0);
    assert!(known.out.starts_with("ESME_RTHROTTLED 0x00000058 (88)"), "{}", known.out);
    let near = folder.run(&["explain", "RTHROTLED"]);
    assert_eq!((near.status, near.out.as_str()), (1, ""));
    assert!(near.err.ends_with("did you mean ESME_RTHROTTLED?\n"), "{}", near.err);
}

#[test]
fn an_input_is_not_overwritten_however_it_was_handed_over() {
    let folder = Folder::new();
    std::fs::create_dir(folder.path("ring")).unwrap();
    folder.put("ring/gw.pcap0", &small_capture());
    let refused = |run: Run| {
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.contains("is an input, an output needs another path"), "{}", run.err);
    };
    for command in ["report", "extract"] {
        refused(folder.run(&[command, "ring", "--force", "-o", "ring/gw.pcap0"]));
    }
    #[cfg(unix)]
    {
        let input = std::fs::OpenOptions::new().read(true).open(folder.path("capture.pcap")).unwrap();
        let mut command = folder.command(&["-", "--force", "-o", "capture.pcap"]);
        refused(Run::of(command.stdin(input).output().unwrap()));
        // A pipe is no file.
        let piped = folder.run_with_input(&["-", "-o", "piped.txt"], &small_capture());
        assert_eq!(piped.status, 0, "{piped:?}");
    }
    assert_eq!(folder.octets("ring/gw.pcap0"), small_capture());
    assert_eq!(folder.octets("capture.pcap"), small_capture());
    // The report of an earlier run is no input.
    for arguments in [&["ring", "-o", "ring/report.txt"][..], &["ring", "-o", "ring/report.txt", "--force"]] {
        assert_eq!(folder.run(arguments).status, 0, "{arguments:?}");
    }
}

#[test]
fn a_directory_without_a_capture_is_an_input_that_could_not_be_read() {
    let folder = Folder::new();
    std::fs::create_dir_all(folder.path("deep/er")).unwrap();
    folder.put("deep/er/gw.pcap", &small_capture());
    std::fs::create_dir(folder.path("ring")).unwrap();
    folder.put("ring/gw.pcap", &small_capture());
    let nothing =
        "smpp-inspect: deep: no capture in this directory: its files are read, not its subdirectories\n";
    for arguments in [
        &["deep"][..],
        &["records", "deep"],
        &["show", "deep", "1"],
        &["extract", "deep", "-o", "none.pcapng"],
    ] {
        let run = folder.run(arguments);
        assert_eq!((run.status, run.out.as_str(), run.err.as_str()), (2, "", nothing), "{arguments:?}");
    }
    assert!(!folder.names().contains(&"none.pcapng".to_owned()));
    // The others are still reported, and a file that was named before makes no directory empty.
    let others = folder.run(&["deep", "ring"]);
    assert_eq!((others.status, others.err.as_str()), (2, nothing));
    assert!(others.out.contains("SESSIONS"), "{}", others.out);
    let twice = folder.run(&["ring/gw.pcap", "ring"]);
    assert_eq!(twice.status, 0, "{twice:?}");
}

#[test]
fn nothing_is_extracted_of_what_could_not_be_read() {
    let folder = Folder::new();
    folder.put("notes.txt", b"this is no capture, however long it is");
    for input in ["notes.txt", "absent.pcap"] {
        let run = folder.run(&["extract", input, "-o", "out.pcapng"]);
        assert_eq!((run.status, run.out.as_str()), (2, ""), "{run:?}");
        assert!(run.err.starts_with(&format!("smpp-inspect: {input}: ")), "{}", run.err);
        assert_eq!(run.err.lines().count(), 1, "{}", run.err);
    }
    assert_eq!(folder.names(), ["capture.pcap", "notes.txt"]);
}

#[test]
fn what_is_nearly_a_command_or_a_file_is_told_from_one() {
    let folder = Folder::new();
    let run = folder.run(&["recods", "capture.pcap"]);
    assert_eq!(run.status, 2);
    assert!(
        run.err.ends_with("smpp-inspect: recods: no command either; did you mean records?\n"),
        "{}",
        run.err
    );
    let run = folder.run(&["man", "recods"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert_eq!(run.err, "smpp-inspect: recods: no such command; did you mean records?\n");
    for word in ["monday.hex", "/nowhere/monday"] {
        let run = folder.run(&["decode", word]);
        assert_eq!((run.status, run.out.as_str()), (2, ""));
        assert!(run.err.starts_with(&format!("smpp-inspect: {word}: no such file")), "{}", run.err);
    }
    assert_eq!(folder.run(&["decode", "00000010.00000015.00000000.00000001"]).status, 0);
}

#[test]
fn columns_of_csv_are_keys_of_the_records() {
    let folder = Folder::new();
    let run = folder.run(&["records", "--format", "csv", "-e", "session,transaction.comand", "capture.pcap"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    let said = "smpp-inspect: -e: transaction.comand: no key of a transaction record; did you mean transaction.command?\n";
    assert_eq!(run.err, said);
    // What an error says besides its number stands in a column of its own.
    let errors = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/hard-errresp/capture.pcap");
    let run = folder.run(&["records", "--format", "csv", errors]);
    assert!(run.out.lines().next().unwrap().ends_with(",transaction.response_tlvs"), "{}", run.out);
    assert!(run.out.contains("network_error_code"), "{}", run.out);
    let run = folder.run(&["records", "-e", "session", "capture.pcap"]);
    assert_eq!((run.status, run.out.as_str()), (2, ""));
    assert!(run.err.starts_with("smpp-inspect: -e: names the columns of --format csv"), "{}", run.err);
}

/// Requests that a report has of what is selected, over all commands.
fn requests(folder: &Folder, arguments: &[&str]) -> u64 {
    let run = folder.run(&[&["--format", "json"], arguments].concat());
    let report = run.json();
    let rows = report["transactions"].as_array().unwrap();
    rows.iter().map(|row| row["count"].as_u64().unwrap()).sum()
}

#[test]
fn accounts_and_sides_select_the_same_in_every_command() {
    let folder = Folder::new();
    // A gateway between customers and operators that nobody names: who is who is seen once all was read.
    let incident = concat!(env!("CARGO_MANIFEST_DIR"), "/samples/incident/capture.pcap");
    for (selection, filter) in [
        (["--account", "10.40.7.21"], "account == \"10.40.7.21\""),
        (["--side", "operator"], "side == operator"),
        (["--side", "customer"], "side == customer"),
    ] {
        let listed = |how: &[&str]| {
            let run = folder.run(&[&["records", "--format", "csv", "-e", "session", incident], how].concat());
            assert_eq!((run.status, run.err.as_str()), (0, ""), "{how:?}");
            run.out.lines().count() as u64 - 1
        };
        let wanted = requests(&folder, &[incident, selection[0], selection[1]]);
        assert!(wanted > 900, "{selection:?}");
        // When the first enquire_link of two sessions that began before the capture is answered, nobody knows yet who
        // binds to whom.
        let told = wanted - if filter == "side == operator" { 2 } else { 0 };
        assert_eq!(listed(&selection), told, "{selection:?}");
        assert_eq!(listed(&["-Y", filter]), told, "{filter}");
        assert_eq!(requests(&folder, &[incident, "-Y", filter]), told, "{filter}");
        let replayed =
            [&["replay", incident, "--to", "127.0.0.1:2776", "--bind-as", "x", "--dry-run"], &selection[..]];
        let plan = folder.run(&replayed.concat());
        assert!(plan.status == 0 && plan.out.contains("submit_sm"), "{plan:?}");
        let extracted =
            folder.run(&[&["extract", incident, "-o", "part.pcapng", "--force"], &selection[..]].concat());
        assert_eq!(extracted.status, 0, "{extracted:?}");
        assert_eq!(requests(&folder, &["part.pcapng"]), wanted, "{selection:?}");
    }
    // Of a stream that is said.
    let octets = folder.octets("capture.pcap");
    let live = folder.run_with_input(&["records", "--side", "operator", "-"], &octets);
    assert!(live.err.contains("--side: of what comes as it is read"), "{}", live.err);
    let told = folder.run_with_input(&["records", "--side", "operator", "--local", "10.0.0.1", "-"], &octets);
    assert_eq!((told.status, told.err.as_str()), (0, ""));
    assert!(told.out.lines().count() > 10, "{}", told.out);
}

#[test]
fn show_says_when_where_and_between_whom_and_what_is_damaged() {
    let folder = Folder::new();
    let run =
        folder.run(&["show", "capture.pcap", "-Y", "command == submit_sm && tcp.stream == 0", "-c", "1"]);
    assert_eq!(run.status, 0, "{run:?}");
    let way = run.out.lines().nth(1).unwrap();
    let (time, ends) = way.split_once(" UTC, s0, ").unwrap();
    assert!(time.starts_with("  2026-11-22 ") && time.len() == "  2026-11-22 09:58:12.000000".len(), "{way}");
    assert_eq!(ends, "10.0.0.1:40000 to 10.0.1.1:2775");
    let json = folder.run(&[
        "show",
        "--format",
        "json",
        "capture.pcap",
        "-Y",
        "command == submit_sm && tcp.stream == 0",
        "-c",
        "1",
    ]);
    let pdu = json.json()["pdus"][0].clone();
    assert_eq!((pdu["session"].as_str(), pdu["from"].as_str()), (Some("s0"), Some("esme")));
    assert_eq!(
        (pdu["source"]["ip"].as_str(), pdu["destination"]["port"].as_u64()),
        (Some("10.0.0.1"), Some(2775))
    );

    let frame = pdu["frame"].as_u64().unwrap();
    let by_number = folder.run(&["show", "capture.pcap", &frame.to_string()]);
    assert_eq!(by_number.out.lines().nth(1), Some(way));
    let beyond = folder.run(&["show", "capture.pcap", &format!("{frame}.9")]);
    assert_eq!(beyond.status, 1);
    let said = format!("smpp-inspect: capture.pcap: frame {frame} has no PDU 9, its last one is {frame}.0\n");
    assert_eq!(beyond.err, said);

    folder.put("half.pcap", &small_capture()[..8_000]);
    let half = folder.run(&["show", "half.pcap", &frame.to_string()]);
    assert_eq!((half.status, &half.out), (0, &by_number.out));
    assert!(half.err.starts_with("smpp-inspect: half.pcap: record"), "{}", half.err);
}
