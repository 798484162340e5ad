//! The README does what it says: every command in it runs, and prints what stands below it.
//!
//! In a `console` block a line after `$ ` is a command for the shell, run beside a copy of `samples/`; lines below it
//! are its output, which is compared where there are any. The exit status has to be 0.

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

const SCREEN: &str = "samples/incident/expected.txt";

fn root() -> &'static Path {
    Path::new(env!("CARGO_MANIFEST_DIR"))
}

fn readme() -> String {
    fs::read_to_string(root().join("README.md")).unwrap()
}

/// Contents of the fenced blocks in `language`.
fn blocks<'a>(text: &'a str, language: &str) -> Vec<&'a str> {
    let fence = format!("```{language}\n");
    text.split(&fence).skip(1).map(|rest| rest.split_once("```").expect("a fence has no end").0).collect()
}

/// Commands of a `console` block, each with the output below it.
fn commands(block: &str) -> Vec<(&str, String)> {
    let mut commands: Vec<(&str, String)> = Vec::new();
    for line in block.lines() {
        if let Some(command) = line.strip_prefix("$ ") {
            commands.push((command, String::new()));
        } else {
            let (_, output) = commands.last_mut().expect("output without a command");
            output.push_str(line);
            output.push('\n');
        }
    }
    commands
}

fn copy(from: &Path, to: &Path) {
    fs::create_dir_all(to).unwrap();
    for entry in fs::read_dir(from).unwrap() {
        let from: PathBuf = entry.unwrap().path();
        let to = to.join(from.file_name().unwrap());
        if from.is_dir() {
            copy(&from, &to);
        } else {
            fs::copy(&from, &to).unwrap();
        }
    }
}

#[cfg(unix)]
#[test]
fn every_command_runs_and_prints_what_stands_below_it() {
    let readme = readme();
    let folder = tempfile::tempdir().unwrap();
    copy(&root().join("samples/incident"), &folder.path().join("samples/incident"));
    let binaries = Path::new(env!("CARGO_BIN_EXE_smpp-inspect")).parent().unwrap();
    let path = format!("{}:{}", binaries.display(), std::env::var("PATH").unwrap());
    let mut ran = 0;
    for (command, output) in blocks(&readme, "console").into_iter().flat_map(commands) {
        let done = Command::new("sh")
            .args(["-c", command])
            .current_dir(folder.path())
            .env("PATH", &path)
            .env("LC_ALL", "C.UTF-8")
            .output()
            .unwrap();
        let [out, err] = [&done.stdout, &done.stderr].map(|octets| String::from_utf8_lossy(octets));
        assert_eq!(done.status.code(), Some(0), "{command}\n{err}");
        assert_eq!(err, "", "{command}");
        assert!(output.is_empty() || output == out, "{command}\n{out}");
        ran += 1;
    }
    assert!(ran >= 8, "only {ran} commands found");
}

#[test]
fn every_command_of_the_tool_has_an_example() {
    let readme = readme();
    let help = Command::new(env!("CARGO_BIN_EXE_smpp-inspect")).arg("--help").output().unwrap();
    let help = String::from_utf8(help.stdout).unwrap();
    let listed: Vec<&str> = help
        .split_once("Commands:\n")
        .unwrap()
        .1
        .lines()
        .take_while(|line| !line.is_empty())
        .filter_map(|line| line.split_whitespace().next())
        .collect();
    assert!(listed.contains(&"report"), "{listed:?}");
    for name in listed {
        let example = format!("$ smpp-inspect {name}");
        assert!(
            blocks(&readme, "console").iter().any(|block| block.contains(&example)),
            "{name} has no example"
        );
    }
}

#[test]
fn the_screen_shown_is_the_one_that_the_sample_gives() {
    let mut readme = readme();
    let screen = fs::read_to_string(root().join(SCREEN)).unwrap_or_else(|error| panic!("{SCREEN}: {error}"));
    let (before, rest) = readme.split_once("```text\n").expect("the README shows no screen");
    let (shown, after) = rest.split_once("```").expect("a fence has no end");
    if shown != screen && std::env::var_os("UPDATE_SNAPSHOTS").is_some() {
        readme = format!("{before}```text\n{screen}```{after}");
        fs::write(root().join("README.md"), &readme).unwrap();
    }
    assert_eq!(blocks(&readme, "text")[0], screen);
    assert!(screen.lines().all(|line| line.chars().count() <= 100), "{SCREEN} is wider than 100 columns");
}
