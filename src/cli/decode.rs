//! `smpp-inspect decode`: PDUs given by hand.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use clap::{Args, ValueEnum};

use super::dictionaries::Dictionaries;
use super::filter;
use super::output::Output;
use super::redaction::Redaction;
use super::terminal::{self, Color};
use super::timers::Timers;
use super::{DONE, FOUND, Failure};
use crate::dissect::model::{Dissection, Severity};
use crate::dissect::{self, Given, Line, input};
use crate::filter::Filter;
use crate::smpp::text::Charset;
use crate::smpp::{self, Header};
use crate::view;

/// Octets that are read of a file or of standard input: far more than anybody gives by hand.
const MOST: u64 = 64 << 20;

/// Decode PDUs given by hand, field by field
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  smpp-inspect decode 00000010000000150000000000000001\n  smpp-inspect decode \
                        --format json pdus.hex\n  tcpdump -X -r capture.pcap -c 1 | smpp-inspect decode -\n  \
                        printf 'E> 00000010 00000015 00000000 00000001\\n' | smpp-inspect decode --version 3.4 -"
)]
pub(super) struct Arguments {
    /// Hex in any usual form (also dumps and base64), a file of it or of bare PDUs, or - for standard input
    #[arg(value_name = "HEX|FILE|-")]
    input: Vec<String>,
    /// How the PDUs are written
    #[arg(long, value_enum, default_value_t)]
    format: Format,
    /// The version that the session speaks [default: what its bind says]
    #[arg(long, value_enum, value_name = "VERSION")]
    version: Option<Version>,
    /// Who sent octets that do not say it
    #[arg(long, value_enum, value_name = "SIDE")]
    from: Option<From>,
    /// The state of the session before the first PDU; without it nothing that depends on the session is judged
    #[arg(long, value_enum, ignore_case = true, value_name = "STATE")]
    state: Option<State>,
    #[command(flatten)]
    timers: Timers,
    /// Whether the connection went on after the last octet
    #[arg(long, value_enum, default_value_t)]
    end: End,
    /// Keep the PDUs for which an expression holds, such as 'command == submit_sm and status != ok'
    #[arg(short = 'Y', long, value_name = "EXPRESSION", value_parser = filter::of_pdus)]
    filter: Option<Filter>,
    /// What the message centre means by data_coding 0
    #[arg(long, value_name = "CHARSET", value_parser = Charset::named, default_value = "gsm7")]
    default_charset: Charset,
    #[command(flatten)]
    dictionaries: Dictionaries,
    /// Show passwords
    #[arg(long, conflicts_with = "redact")]
    show_secrets: bool,
    #[command(flatten)]
    redaction: Redaction,
    /// Exit with status 1 when any of these was found
    #[arg(long, value_name = "LIST", value_delimiter = ',', value_enum)]
    fail_on: Vec<FailOn>,
    /// When the text has colour
    #[arg(long, value_name = "WHEN", value_enum, default_value_t)]
    color: Color,
    /// Nothing but ASCII in the text; so without asking where the locale is not UTF-8
    #[arg(long)]
    ascii: bool,
}

#[derive(Clone, Copy, Debug, Default, ValueEnum)]
enum Format {
    /// A tree for each PDU
    #[default]
    Text,
    /// For programs; `smpp-inspect schema decode` describes it
    Json,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum Version {
    #[value(name = "3.3")]
    V33,
    #[value(name = "3.4")]
    V34,
    #[value(name = "5.0")]
    V50,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum State {
    /// Connected, not bound
    #[value(name = "OPEN")]
    Open,
    /// The message centre has sent outbind
    #[value(name = "OUTBOUND")]
    Outbound,
    /// Bound as transmitter
    #[value(name = "BOUND_TX")]
    BoundTx,
    /// Bound as receiver
    #[value(name = "BOUND_RX")]
    BoundRx,
    /// Bound as transceiver
    #[value(name = "BOUND_TRX")]
    BoundTrx,
    /// Unbound, the connection still open
    #[value(name = "UNBOUND")]
    Unbound,
}

#[derive(Clone, Copy, Debug, ValueEnum)]
enum From {
    Esme,
    Smsc,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
enum End {
    /// What is not all there may come
    #[default]
    Open,
    /// Nothing follows
    Closed,
}

/// What makes a run exit with status 1.
#[derive(Clone, Copy, Debug, ValueEnum)]
enum FailOn {
    /// Findings of severity error
    Error,
    /// Findings of severity warning or error
    Warning,
    /// Any finding
    Note,
}

impl Arguments {
    /// Decodes and prints.
    pub(super) fn run(self) -> Result<u8, Failure> {
        let dictionary = self.dictionaries.read()?;
        let lines = self.lines()?;
        let redactor = self.redaction.redactor()?;
        let given = Given {
            version: self.version.map(|version| match version {
                Version::V33 => smpp::Version::V33,
                Version::V34 => smpp::Version::V34,
                Version::V50 => smpp::Version::V50,
            }),
            from: self.from.map(|from| match from {
                From::Esme => smpp::Role::Esme,
                From::Smsc => smpp::Role::Smsc,
            }),
            state: self.state.map(|state| match state {
                State::Open => smpp::spec::State::Open,
                State::Outbound => smpp::spec::State::Outbound,
                State::BoundTx => smpp::spec::State::BoundTx,
                State::BoundRx => smpp::spec::State::BoundRx,
                State::BoundTrx => smpp::spec::State::BoundTrx,
                State::Unbound => smpp::spec::State::Unbound,
            }),
            timers: self.timers.limits(),
            is_closed: self.end == End::Closed,
            secrets: self.show_secrets,
            filter: self.filter.as_ref(),
            default_charset: self.default_charset,
            redactor: redactor.as_deref(),
        };
        let mut dissection = dissect::dissect(&lines, given);
        dictionary.apply(&mut dissection);
        Output::Stdout.write(|mut out| match self.format {
            Format::Json => view::json::write_dissection(&dissection, &mut out),
            Format::Text => view::tree::write_dissection(
                &dissection,
                &terminal::options(self.color, self.ascii),
                &mut out,
            ),
        })?;
        Ok(if self.fail_on.iter().any(|what| what.is_in(&dissection)) { FOUND } else { DONE })
    }

    fn lines(&self) -> Result<Vec<Line>, Failure> {
        let (place, octets) = match self.input.as_slice() {
            [] if io::stdin().is_terminal() => {
                return Err(Failure::new("decode", "hex, a file, or - for standard input is needed"));
            }
            [] => ("standard input".to_owned(), read(io::stdin().lock())?),
            [one] if one == "-" => ("standard input".to_owned(), read(io::stdin().lock())?),
            [one] if Path::new(one).is_file() => {
                #[expect(clippy::disallowed_methods, reason = "PDUs given by hand are read here")]
                let file = std::fs::File::open(one).map_err(|error| Failure::new(one, error))?;
                (one.clone(), read(file)?)
            }
            [one] if is_path(one) => {
                return Err(Failure::new(
                    one,
                    "no such file, and no octets: hex, base64 or a dump is needed",
                ));
            }
            hex => ("decode".to_owned(), hex.join(" ").into_bytes()),
        };
        if is_capture(&octets) {
            let what =
                "a capture: `smpp-inspect show FILE FRAME` decodes its PDUs, and decode those given by hand";
            return Err(Failure::new(place, what));
        }
        let lines = match std::str::from_utf8(&octets) {
            Ok(text) if !text.contains('\0') => {
                input::parse(text).map_err(|what| Failure::new(&place, what))?
            }
            // What is no text is the PDUs themselves.
            _ => vec![Line { from: None, at: None, octets }],
        };
        if lines.is_empty() {
            return Err(Failure::new(place, "no octets: hex, base64 or a dump is needed"));
        }
        Ok(payloads(lines))
    }
}

/// Whether `word` is the name of a file rather than octets: it has the dot of a suffix, or begins as a path does.
fn is_path(word: &str) -> bool {
    let is_suffixed = Path::new(word).extension().is_some();
    (is_suffixed || word.starts_with(['/', '~', '.'])) && input::parse(word).is_err()
}

/// Whether the octets begin as pcap, pcapng, gzip or Zstandard do: no PDU is of such a length.
fn is_capture(octets: &[u8]) -> bool {
    const MAGICS: [&[u8]; 7] = [
        &[0xA1, 0xB2, 0xC3, 0xD4],
        &[0xD4, 0xC3, 0xB2, 0xA1],
        &[0xA1, 0xB2, 0x3C, 0x4D],
        &[0x4D, 0x3C, 0xB2, 0xA1],
        &[0x0A, 0x0D, 0x0D, 0x0A],
        &[0x1F, 0x8B, 0x08],
        &[0x28, 0xB5, 0x2F, 0xFD],
    ];
    MAGICS.iter().any(|magic| octets.starts_with(magic))
}

/// The lines, with what packets carry in their place: dumps of tcpdump and Wireshark have the headers of the network.
fn payloads(lines: Vec<Line>) -> Vec<Line> {
    let is_pdu = |line: &Line| line.from.is_some() || begins_like_a_pdu(&line.octets);
    let carried: Vec<Line> = lines
        .iter()
        .filter_map(|line| {
            if is_pdu(line) {
                return Some(line.clone());
            }
            input::payload(&line.octets).map(|octets| Line { octets, ..line.clone() })
        })
        .collect();
    // Packets that carry nothing have no PDUs; what is no packet is shown as it is.
    if carried.is_empty() { lines } else { carried }
}

fn begins_like_a_pdu(octets: &[u8]) -> bool {
    Header::parse(octets).is_some_and(|header| smpp::spec::command(header.command_id).is_some())
}

fn read(from: impl Read) -> Result<Vec<u8>, Failure> {
    let mut octets = Vec::new();
    from.take(MOST).read_to_end(&mut octets).map_err(|error| Failure::new("decode", error))?;
    Ok(octets)
}

impl FailOn {
    fn is_in(self, dissection: &Dissection) -> bool {
        let least = match self {
            Self::Error => Severity::Error,
            Self::Warning => Severity::Warning,
            Self::Note => Severity::Note,
        };
        dissection.findings.iter().any(|finding| finding.severity <= least)
    }
}
