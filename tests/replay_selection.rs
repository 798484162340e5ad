//! `replay` over sockets: what is selected, what two runs have in common, and the other way round, `--as smsc`.

mod replay;

use std::collections::BTreeSet;
use std::io::{BufRead, BufReader, Read};
use std::process::{Child, Command, Stdio};

use replay::{Act, Asked, REQUESTS, Run, SUBMIT, Smsc, command, finish, kill, numbered, start};
use serde_json::Value;

/// The numbers of the requests that came.
fn came(smsc: &Smsc) -> Vec<usize> {
    smsc.of(SUBMIT).iter().map(replay::Seen::number).collect()
}

#[test]
fn a_filter_selects_requests_by_what_they_say_and_by_what_was_answered() {
    let (_folder, capture) = numbered();
    for (filter, wanted) in [
        ("dest_addr == \"447700900007\"", vec![7]),
        ("dest_addr matches \"00[0-4]$\"", vec![0, 1, 2, 3, 4]),
        // Of the response.
        ("message_id == \"old-11\"", vec![11]),
        ("outcome == answered and command == submit_sm", (0..REQUESTS).collect()),
    ] {
        let smsc = Smsc::new(|_: Asked| Act::Answer(0));
        let run = Run::of(&finish(start(&capture, smsc.address, &["--max", "-Y", filter])));
        assert_eq!((run.status, run.count("/planned")), (0, wanted.len() as u64), "{filter}: {}", run.stderr);
        assert_eq!(came(&smsc), wanted, "{filter}");
        run.account(&smsc);
    }
}

#[test]
fn a_filter_that_selects_nothing_sends_nothing_and_says_so() {
    let (_folder, capture) = numbered();
    let smsc = Smsc::new(|_: Asked| Act::Answer(0));
    let output = finish(start(&capture, smsc.address, &["-Y", "outcome == unanswered"]));
    let stderr = String::from_utf8_lossy(&output.stderr);
    assert_eq!(output.status.code(), Some(2), "{stderr}");
    assert!(stderr.contains("nothing is left to send") && stderr.contains("-Y does not hold"), "{stderr}");
    assert!(smsc.of(replay::BIND).is_empty());
}

#[test]
fn sessions_accounts_and_limits_select_on_each_pass() {
    let (_folder, capture) = numbered();
    for (options, wanted) in [
        (&["--limit", "3"][..], vec![0, 1, 2]),
        (&["--session", "s0", "--limit", "1"], vec![0]),
        (&["--account", "shop", "--limit", "2"], vec![0, 1]),
        (&["--system-id", "shop", "--limit", "2", "--loop", "2"], vec![0, 1, 0, 1]),
        (&["--limit", "2", "-Y", "dest_addr matches \"01[0-9]$\""], vec![10, 11]),
    ] {
        let smsc = Smsc::new(|_: Asked| Act::Answer(0));
        let run = Run::of(&finish(start(&capture, smsc.address, &[&["--max"], options].concat())));
        assert_eq!((run.status, came(&smsc)), (0, wanted), "{options:?}: {}", run.stderr);
    }
    for options in
        [&["--session", "s9"][..], &["--account", "other"], &["--side", "operator", "--system-id", "x"]]
    {
        let smsc = Smsc::new(|_: Asked| Act::Answer(0));
        let output = finish(start(&capture, smsc.address, options));
        assert_eq!(output.status.code(), Some(2), "{options:?}");
        assert!(smsc.of(replay::BIND).is_empty(), "{options:?}");
    }
}

#[test]
fn what_differs_between_two_runs_is_noise_and_the_rest_still_counts() {
    let (_folder, capture) = numbered();
    let smsc = Smsc::new(|asked: Asked| match asked.nth {
        // The eighth request fails in both runs, the sixth in the second alone.
        nth if asked.command == SUBMIT && [7, 27, 25].contains(&nth) => Act::Answer(0x45),
        _ => Act::Answer(0),
    });
    let options = ["--max", "--window", "1", "--noise-run", "--fail-on", "different"];
    let run = Run::of(&finish(start(&capture, smsc.address, &options)));
    assert!(run.stderr.contains("everything is sent twice"), "{}", run.stderr);
    let both: Vec<usize> = (0..REQUESTS).chain(0..REQUESTS).collect();
    assert_eq!((run.status, came(&smsc)), (1, both));
    assert_eq!((run.count("/sent"), run.count("/verdicts/different")), (REQUESTS as u64, 1));
    let of = |number: u64| run.requests.iter().find(|line| line["number"] == number).unwrap();
    assert_eq!(of(7)["differences"], serde_json::json!(["command_status"]));
    let noise = serde_json::json!({ "field": "command_status", "why": "noise" });
    assert!(of(5)["expected_differences"].as_array().unwrap().contains(&noise), "{}", of(5));
    assert_eq!(of(5)["verdict"], "expected");
}

#[test]
fn what_differed_from_the_capture_in_an_earlier_run_is_noise_and_the_rest_still_counts() {
    let (folder, capture) = numbered();
    let to = |fails: &'static [usize]| {
        Smsc::new(move |asked: Asked| {
            Act::Answer(if asked.command == SUBMIT && fails.contains(&asked.nth) { 0x45 } else { 0 })
        })
    };
    let earlier = folder.path().join("before.ndjson");
    let (old, new) = (to(&[5]), to(&[5, 7]));
    let run = |smsc: &Smsc, options: &[&str]| {
        finish(start(&capture, smsc.address, &[&["--max", "--window", "1"], options].concat()))
    };
    std::fs::write(&earlier, &run(&old, &["--limit", "19"]).stdout).unwrap();
    let noise = format!("--noise-run={}", earlier.display());
    let run_with = Run::of(&run(&new, &[&noise, "--fail-on", "different"]));
    assert_eq!((run_with.status, came(&new)), (1, (0..REQUESTS).collect()), "sent once");
    let of = |number: u64| run_with.requests.iter().find(|line| line["number"] == number).unwrap();
    assert_eq!((of(5)["verdict"].as_str(), of(7)["verdict"].as_str()), (Some("expected"), Some("different")));
    assert_eq!(run_with.count("/verdicts/different"), 1);
    assert!(run_with.stderr.contains("1 requests are not in the run before"), "{}", run_with.stderr);
    // What is no such file is refused before anything is opened.
    std::fs::write(&earlier, "{}").unwrap();
    let silent = to(&[]);
    let output = run(&silent, &[&noise]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("before.ndjson: line 1: "), "{said}");
    let output = run(&silent, &["--noise-run", earlier.to_str().unwrap()]);
    let said = String::from_utf8_lossy(&output.stderr);
    assert!(output.status.code() == Some(2) && said.contains("--noise-run=FILE"), "{said}");
    assert!(silent.of(replay::BIND).is_empty());
}

/// The SMSC that is played has the name of the captured one, which has to be allowed.
const NAMED: &[&str] = &["--max", "--expect-system-id", "production"];

/// `--as smsc` of a capture on a port of its own, which is told.
fn play(
    capture: &std::path::Path,
    options: &[&str],
) -> (Child, String, BufReader<std::process::ChildStderr>) {
    let base = [capture.to_str().unwrap(), "--as", "smsc", "--listen", "127.0.0.1:0"];
    let mut child = command(&[&base, options].concat()).stderr(Stdio::piped()).spawn().unwrap();
    let mut stderr = BufReader::new(child.stderr.take().unwrap());
    let mut line = String::new();
    while !line.contains("listening on ") {
        line.clear();
        assert!(stderr.read_line(&mut line).unwrap() > 0, "it does not listen");
    }
    let address = line.trim().rsplit(' ').next().unwrap().to_owned();
    (child, address, stderr)
}

fn lines(child: Child) -> (Option<i32>, Vec<Value>) {
    let output = finish(child);
    let text = String::from_utf8(output.stdout).unwrap();
    (output.status.code(), text.lines().map(|line| serde_json::from_str(line).unwrap()).collect())
}

#[test]
fn the_smsc_of_a_capture_answers_as_it_did_and_ends_when_all_was_played() {
    let (_folder, capture) = numbered();
    let (smsc, address, _stderr) = play(&capture, &["--max", "--format", "ndjson", "--fail-on", "different"]);
    let run = Run::of(&finish(start(&capture, address.parse().unwrap(), NAMED)));
    // Message ids are those of the capture, too.
    assert_eq!((run.status, run.count("/verdicts/same")), (0, REQUESTS as u64), "{}", run.summary);
    let (status, mut played) = lines(smsc);
    let summary = played.pop().unwrap();
    assert_eq!((status, played.len()), (Some(0), REQUESTS + 2));
    assert_eq!(summary["requests"], (REQUESTS + 2) as u64);
    for (document, values) in [("played", played.clone()), ("played-summary", vec![summary])] {
        let schema =
            Command::new(env!("CARGO_BIN_EXE_smpp-inspect")).args(["schema", document]).output().unwrap();
        let validator = jsonschema::validator_for(&serde_json::from_slice(&schema.stdout).unwrap()).unwrap();
        for value in &values {
            assert!(validator.is_valid(value), "{document}: {value}");
        }
    }
    let frames: BTreeSet<u64> = played.iter().map(|line| line["pcap"]["frame"].as_u64().unwrap()).collect();
    assert_eq!(frames.len(), played.len(), "each is told once");
    for line in &played {
        let wanted = if line["command"] == "bind_transceiver" { "expected" } else { "same" };
        assert_eq!(
            (line["what"].as_str(), line["verdict"].as_str()),
            (Some("request"), Some(wanted)),
            "{line}"
        );
    }
    let text = serde_json::to_string(&played).unwrap();
    assert!(!text.contains("Pa55word"), "no password is told");
}

#[test]
fn an_esme_that_does_otherwise_is_told_from_the_captured_one() {
    let (folder, capture) = numbered();
    let other = folder.path().join("other.pcap");
    std::fs::write(&other, replay::session(REQUESTS + 5, 10_000_000)).unwrap();
    let (smsc, address, _stderr) =
        play(&capture, &["--max", "--format", "json", "--extra", "nack", "--fail-on", "different"]);
    let run = Run::of(&finish(start(&other, address.parse().unwrap(), NAMED)));
    assert_eq!(run.count("/verdicts/different"), 5, "what was not captured is refused: {}", run.summary);
    let output = finish(smsc);
    assert_eq!(output.status.code(), Some(1));
    let summary: Value = serde_json::from_slice(&output.stdout).unwrap();
    assert_eq!(summary["verdicts"]["extra"], 5, "{summary}");
    assert_eq!(summary["extra_requests"], 5);
}

#[test]
fn it_says_when_nobody_is_bound_and_there_is_more_to_come() {
    let (_folder, capture) = numbered();
    let (smsc, address, mut stderr) = play(&capture, &["--max", "--format", "json"]);
    let run =
        Run::of(&finish(start(&capture, address.parse().unwrap(), &[NAMED, &["--limit", "5"]].concat())));
    assert_eq!(run.count("/verdicts/same"), 5, "{}", run.summary);
    let mut said = String::new();
    while !said
        .contains("nobody is bound now, and 15 requests and deliveries of the capture are still to come")
    {
        assert!(stderr.read_line(&mut said).unwrap() > 0, "{said}");
    }
    kill(&smsc, "-INT");
    let summary: Value = serde_json::from_slice(&finish(smsc).stdout).unwrap();
    assert_eq!(summary["verdicts"]["missing"], 15, "{summary}");
}

#[test]
fn interrupted_it_tells_what_did_not_come() {
    let (_folder, capture) = numbered();
    for (format, wanted) in [("table", "submit_sm"), ("junit", "it did not come")] {
        let (smsc, _address, mut stderr) = play(&capture, &["--format", format]);
        kill(&smsc, "-INT");
        let output = finish(smsc);
        let mut said = String::new();
        stderr.read_to_string(&mut said).unwrap();
        assert_eq!(output.status.code(), Some(130), "{said}");
        let text = String::from_utf8(output.stdout).unwrap();
        assert!(text.contains(wanted), "{text}");
    }
}

#[test]
fn the_smsc_of_a_capture_speaks_tls() {
    let (folder, capture) = numbered();
    let made = rcgen::generate_simple_self_signed(vec!["localhost".to_owned()]).unwrap();
    let file = |name: &str, text: String| {
        let path = folder.path().join(name);
        std::fs::write(&path, text).unwrap();
        path.to_str().unwrap().to_owned()
    };
    let cert = file("cert.pem", made.cert.pem());
    let key = file("key.pem", made.signing_key.serialize_pem());
    let (smsc, address, _stderr) =
        play(&capture, &["--max", "--format", "json", "--tls-cert", &cert, "--tls-key", &key]);
    let to = format!("localhost:{}", address.rsplit_once(':').unwrap().1);
    let base = [capture.to_str().unwrap(), "--to", &to, "--yes", "--format", "ndjson"];
    let run = [&base, NAMED, &["--tls", "--ca-file", &cert]].concat();
    let run = Run::of(&finish(command(&run).spawn().unwrap()));
    assert_eq!((run.status, run.count("/verdicts/same")), (0, REQUESTS as u64), "{}", run.stderr);
    let summary: Value = serde_json::from_slice(&finish(smsc).stdout).unwrap();
    assert_eq!(summary["verdicts"]["same"], (REQUESTS + 1) as u64, "all but the bind: {summary}");
}

#[test]
fn a_certificate_is_for_as_smsc_and_has_to_be_one() {
    let (folder, capture) = numbered();
    let empty = folder.path().join("empty.pem");
    std::fs::write(&empty, "nothing").unwrap();
    let tls = ["--tls-cert", empty.to_str().unwrap(), "--tls-key", empty.to_str().unwrap()];
    for (role, wanted) in
        [(&["--as", "smsc"][..], "none in PEM"), (&["--to", "127.0.0.1:9"], "cannot be used with")]
    {
        let arguments = [&[capture.to_str().unwrap()], role, &tls].concat();
        let output = finish(command(&arguments).stderr(Stdio::piped()).spawn().unwrap());
        let said = String::from_utf8(output.stderr).unwrap();
        assert!(output.status.code() == Some(2) && said.contains(wanted), "{role:?}: {said}");
    }
}
