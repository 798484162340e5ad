//! `smpp-inspect decode`: PDUs given by hand.

use std::io::{self, IsTerminal, Read};
use std::path::Path;

use clap::{Args, ValueEnum};

use super::dictionaries::Dictionaries;
use super::output::Output;
use super::terminal::{self, Color};
use super::{DONE, FOUND, Failure};
use crate::dissect::model::{Dissection, Severity};
use crate::dissect::{self, Given, Line, input};
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
    /// Whether the connection went on after the last octet
    #[arg(long, value_enum, default_value_t)]
    end: End,
    /// What the message centre means by data_coding 0
    #[arg(long, value_name = "CHARSET", value_parser = Charset::named, default_value = "gsm7")]
    default_charset: Charset,
    #[command(flatten)]
    dictionaries: Dictionaries,
    /// Show passwords
    #[arg(long)]
    show_secrets: bool,
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
            is_closed: self.end == End::Closed,
            secrets: self.show_secrets,
            default_charset: self.default_charset,
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
            hex => ("decode".to_owned(), hex.join(" ").into_bytes()),
        };
        let lines = match std::str::from_utf8(&octets) {
            Ok(text) if !text.contains('\0') => {
                input::parse(text).map_err(|what| Failure::new(&place, what))?
            }
            // What is no text is the PDUs themselves.
            _ => vec![Line { from: None, at: None, octets }],
        };
        match lines.as_slice() {
            [] => Err(Failure::new(place, "no octets: hex, base64 or a dump is needed")),
            // A dump of a packet has headers before its PDUs.
            [Line { from: None, octets, .. }] if !begins_like_a_pdu(octets) => match input::payload(octets) {
                Some(octets) => Ok(vec![Line { from: None, at: None, octets }]),
                None => Ok(lines),
            },
            _ => Ok(lines),
        }
    }
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
