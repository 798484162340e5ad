//! The command line: one file per command, files opened, exit status.
//!
//! | exit status | |
//! |---|---|
//! | 0 | done; also when whoever reads the output closed it |
//! | 1 | done, and something that `--fail-on` names was found; or `show` and `explain` found nothing |
//! | 2 | usage, an output that could not be written, or an input that could not be read at all |
//! | 3 | replay could not connect or bind |
//! | 130, 143 | interrupted, terminated; what was done is reported |
//!
//! Errors go to standard error as `smpp-inspect: place: fact`.

mod decode;
mod dictionaries;
mod explain;
mod extract;
mod filter;
mod habits;
mod identity;
mod interrupt;
mod lateness;
mod learning;
mod outflow;
mod output;
mod progress;
mod reading;
mod recorded;
mod records;
mod redaction;
mod replay;
mod report;
mod schema;
mod selecting;
mod shell;
mod show;
mod smsc;
mod terminal;
mod timers;
mod tokenize;

use std::fmt;
use std::io;
use std::path::Path;
use std::process::ExitCode;

use clap::{CommandFactory, Parser, Subcommand};

use crate::view::plain;

/// What happened to the SMPP traffic in a capture.
#[derive(Debug, Parser)]
#[command(
    name = "smpp-inspect",
    version,
    max_term_width = 100,
    args_conflicts_with_subcommands = true,
    subcommand_negates_reqs = true,
    arg_required_else_help = true,
    override_usage = "smpp-inspect [OPTIONS] FILE...\n       smpp-inspect COMMAND ...",
    after_help = "Without a command it is report:\n  smpp-inspect capture.pcap\n  smpp-inspect --format json -o report.json \
                  capture.pcap\n  smpp-inspect help report"
)]
struct CommandLine {
    #[command(subcommand)]
    command: Option<Command>,
    #[command(flatten)]
    report: report::Arguments,
}

#[derive(Debug, Subcommand)]
enum Command {
    Report(Box<report::Arguments>),
    Records(Box<records::Arguments>),
    Replay(Box<replay::Arguments>),
    Show(Box<show::Arguments>),
    Decode(Box<decode::Arguments>),
    Explain(explain::Arguments),
    Extract(Box<extract::Arguments>),
    Schema(schema::Arguments),
    Smsc(Box<smsc::Arguments>),
    Completions(shell::Completions),
    Man(shell::Man),
    Tokenize(tokenize::Arguments),
}

/// Exit status of a run that did what it was asked.
const DONE: u8 = 0;
/// Exit status when `--fail-on` names something that was found.
const FOUND: u8 = 1;
/// Exit status of wrong usage, and of inputs and outputs that fail.
const FAILED: u8 = 2;

/// Why a run could not go on: reads `place: fact`.
#[derive(Debug)]
struct Failure(String);

impl Failure {
    fn new(place: impl fmt::Display, fact: impl fmt::Display) -> Self {
        Self(format!("{place}: {fact}"))
    }
}

/// Parses the command line, runs the command and says how it ended.
#[must_use]
pub fn main() -> ExitCode {
    if habits::asks_for_details(std::env::args_os()) {
        complain(&format!("-V: {}", habits::DETAILS));
        return ExitCode::from(FAILED);
    }
    let arguments = CommandLine::parse();
    let status = match arguments.command {
        Some(Command::Report(arguments)) => arguments.run(),
        Some(Command::Records(arguments)) => arguments.run(),
        Some(Command::Replay(arguments)) => arguments.run(),
        Some(Command::Show(arguments)) => arguments.run(),
        Some(Command::Decode(arguments)) => arguments.run(),
        Some(Command::Explain(arguments)) => arguments.run(),
        Some(Command::Extract(arguments)) => arguments.run(),
        Some(Command::Schema(arguments)) => arguments.run(),
        Some(Command::Smsc(arguments)) => arguments.run(),
        Some(Command::Completions(arguments)) => arguments.run(),
        Some(Command::Man(arguments)) => arguments.run(),
        Some(Command::Tokenize(arguments)) => arguments.run(),
        None => {
            let word = arguments.report.first_input();
            let status = arguments.report.run();
            if let Some(hint) = word.as_deref().and_then(misspelt) {
                complain(&hint);
            }
            status
        }
    };
    ExitCode::from(status.unwrap_or_else(|Failure(what)| {
        complain(&what);
        FAILED
    }))
}

/// Says which command was meant where the first word is none, and no file either.
fn misspelt(word: &Path) -> Option<String> {
    let text = word.to_str().filter(|_| !word.exists())?;
    let near = nearest_command(text)?;
    Some(format!("{text}: no command either; did you mean {near}?"))
}

/// The command that is nearly `word`.
fn nearest_command(word: &str) -> Option<String> {
    let mut tool = CommandLine::command();
    tool.build();
    let likeness = |name: &str| strsim::jaro_winkler(name, word);
    let names = tool.get_subcommands().map(|command| command.get_name().to_owned());
    let near = names.filter(|name| likeness(name) > 0.8);
    near.max_by(|a, b| likeness(a).total_cmp(&likeness(b)))
}

/// One line on standard error. Names of files and the like reach the terminal with control characters escaped.
fn complain(what: &str) {
    use io::Write;
    // With standard error closed there is nobody left to tell.
    let _ = writeln!(io::stderr(), "smpp-inspect: {}", plain(what, !terminal::is_utf8()));
}

/// Whoever reads the output may stop reading: that is no failure.
fn unless_closed(result: io::Result<()>) -> io::Result<()> {
    result.or_else(|error| if error.kind() == io::ErrorKind::BrokenPipe { Ok(()) } else { Err(error) })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_command_is_suggested_for_what_is_nearly_one() {
        for (word, near) in
            [("recods", "records"), ("exlpain", "explain"), ("reprot", "report"), ("extarct", "extract")]
        {
            assert_eq!(nearest_command(word).as_deref(), Some(near), "{word}");
        }
        assert_eq!(nearest_command("monday.pcap"), None);
        assert_eq!(misspelt(Path::new("Cargo.toml")), None);
    }

    #[test]
    fn the_command_line_is_consistent() {
        CommandLine::command().debug_assert();
    }

    #[test]
    fn every_command_has_an_example_in_its_help() {
        for command in CommandLine::command().get_subcommands() {
            let help = command.get_after_help().map(ToString::to_string).unwrap_or_default();
            let call = format!("\n  smpp-inspect {}", command.get_name());
            assert!(help.contains(&call), "{}", command.get_name());
        }
    }
}
