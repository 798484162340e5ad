//! The options of `replay`.

use std::net::SocketAddr;
use std::path::PathBuf;

use clap::{Args, ValueEnum};

use super::super::filter::of_records;
use super::super::identity::Certificate;
use super::super::reading::Reading;
use crate::filter::Filter;
use crate::replay::rewrite::{Mapping, SetTlv, tag};
use crate::smpp::TlvTag;
use crate::smsc::{Extra, span};
use crate::time::Duration;

/// Send captured requests once more, to a test SMSC, and say what it answers differently
#[derive(Debug, Args)]
#[command(
    after_help = "Nothing is sent before the plan was shown and agreed to. Outside this machine the host has to be repeated \
                  with --allow-host, and destinations are replaced, or listed with --dest-allow.\n\nExamples:\n  \
                  smpp-inspect replay capture.pcap --to 127.0.0.1:2776\n  smpp-inspect replay capture.pcap --to \
                  127.0.0.1:2776 --max --window 100 --yes --fail-on different\n  smpp-inspect replay capture.pcap --to \
                  lab.example:2775 --allow-host lab.example --test-numbers --bind-as test --password-env SMPP_PASSWORD\n  \
                  smpp-inspect replay capture.pcap --as smsc --account acme",
    mut_arg("tls_cert", |arg| arg.conflicts_with("to").help("Have --as smsc speak TLS, with this certificate chain in PEM"))
)]
pub(in crate::cli) struct Arguments {
    #[command(flatten)]
    pub(super) reading: Reading,
    /// The test SMSC
    #[arg(long, value_name = "HOST:PORT", required_unless_present = "role")]
    pub(super) to: Option<String>,
    /// Play the SMSC's side of the capture instead, to an ESME under test that binds to --listen
    #[arg(long = "as", value_name = "ROLE", value_enum, conflicts_with_all = ["to", "bind_as", "password_env",
        "password_file", "use_captured_credentials", "binds", "allow_host", "map_dest", "map_source", "test_numbers",
        "keep_destinations", "dest_allow", "expect_system_id", "rate_cap", "rate", "max_gap", "window", "passes", "limit",
        "step", "linger", "noise_run", "filter", "since", "until", "registered_delivery", "keep_times", "set_tlv", "drop_tlv", "raw", "tls"])]
    pub(super) role: Option<Role>,
    /// Where --as smsc listens; port 0: one that is free
    #[arg(long, value_name = "ADDRESS:PORT", default_value = "127.0.0.1:2775", conflicts_with = "to")]
    pub(super) listen: SocketAddr,
    /// What --as smsc does with requests that the capture does not have: ok (messages are accepted), nack
    /// (ESME_RSYSERR) or drop (not answered)
    #[arg(long, value_name = "WHAT", default_value = "ok", conflicts_with = "to")]
    pub(super) extra: Extra,
    #[command(flatten)]
    pub(super) certificate: Certificate,
    /// Who binds [default: the system_id of the captured bind]
    #[arg(long, value_name = "ID", conflicts_with = "use_captured_credentials")]
    pub(super) bind_as: Option<String>,
    /// The environment variable with the password
    #[arg(long, value_name = "NAME", conflicts_with_all = ["password_file", "use_captured_credentials"])]
    pub(super) password_env: Option<String>,
    /// The file with the password in its first line
    #[arg(long, value_name = "FILE", conflicts_with = "use_captured_credentials")]
    pub(super) password_file: Option<PathBuf>,
    /// Bind with system_id and password of the captured bind
    #[arg(long)]
    pub(super) use_captured_credentials: bool,
    /// system_type of the bind, by default one that says what this is
    #[arg(long, value_name = "TEXT", default_value = "REPLAY")]
    pub(super) system_type: String,
    /// Merge all sessions onto so many
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) binds: Option<u32>,
    /// Allow a target outside this machine, repeating its host
    #[arg(long, value_name = "HOST")]
    pub(super) allow_host: Vec<String>,
    /// Destinations that match wholly become what the template says: 4477(\d+)=99977$1
    #[arg(long, value_name = "REGEX=TEMPLATE")]
    pub(super) map_dest: Vec<Mapping>,
    /// The same for sources
    #[arg(long, value_name = "REGEX=TEMPLATE")]
    pub(super) map_source: Vec<Mapping>,
    /// Replace destinations by numbers of +999, which is not assigned, of the same length
    #[arg(long, conflicts_with = "keep_destinations")]
    pub(super) test_numbers: bool,
    /// Send to the captured destinations, outside this machine only to those of --dest-allow
    #[arg(long)]
    pub(super) keep_destinations: bool,
    /// Destinations that may be sent to, numbers or their beginnings with *; others are left out
    #[arg(long, value_name = "NUMBER,...", value_delimiter = ',')]
    pub(super) dest_allow: Vec<String>,
    /// Stop before the first request unless the SMSC calls itself so
    #[arg(long, value_name = "ID")]
    pub(super) expect_system_id: Option<String>,
    /// Requests a second outside this machine, at most [default: 100]
    #[arg(long, value_name = "N", value_parser = rate)]
    pub(super) rate_cap: Option<f64>,
    /// Send without asking
    #[arg(short, long)]
    pub(super) yes: bool,
    /// Show the plan, and open nothing
    #[arg(long)]
    pub(super) dry_run: bool,
    /// So many times faster than captured
    #[arg(long, value_name = "FACTOR", value_parser = factor, conflicts_with_all = ["rate", "max"])]
    pub(super) speed: Option<f64>,
    /// Requests a second, evenly
    #[arg(long, value_name = "N[/s]", value_parser = rate, conflicts_with = "max")]
    pub(super) rate: Option<f64>,
    /// As fast as possible
    #[arg(long)]
    pub(super) max: bool,
    /// Shorten longer pauses of the capture to this
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub(super) max_gap: Option<Duration>,
    /// Requests of a session that may wait for their response [default: as captured; above its speed 10000]
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u32).range(1..=10_000))]
    pub(super) window: Option<u32>,
    /// Times through the capture
    #[arg(long = "loop", value_name = "N", default_value_t = 1, value_parser = clap::value_parser!(u32).range(1..=1_000_000))]
    pub(super) passes: u32,
    /// Only requests for which an expression holds, together with their responses: 'dest_addr matches "^4477"'
    #[arg(short = 'Y', long, value_name = "EXPRESSION", value_parser = of_records)]
    pub(super) filter: Option<Filter>,
    /// Only the first so many requests of each pass
    #[arg(short = 'c', long, value_name = "N")]
    pub(super) limit: Option<u64>,
    /// Stop sending after this long
    #[arg(long, value_name = "SPAN", value_parser = span)]
    pub(super) duration: Option<Duration>,
    /// Send a request for each line of standard input
    #[arg(long, requires = "yes")]
    pub(super) step: bool,
    /// Stay bound so long after the last response, for receipts
    #[arg(long, value_name = "SPAN", value_parser = span, default_value = "0")]
    pub(super) linger: Duration,
    /// Silence after which enquire_link is sent; 0: never
    #[arg(long, value_name = "SPAN", default_value = "30s", value_parser = span)]
    pub(super) enquire_link: Duration,
    /// What to do when a connection is lost; what was sent is not sent again
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    pub(super) on_disconnect: OnDisconnect,
    /// What becomes of the wish for receipts
    #[arg(long, value_name = "WHAT", value_enum, default_value_t)]
    pub(super) registered_delivery: Receipts,
    /// Leave absolute times as they are, rather than moving them by the time since the capture
    #[arg(long)]
    pub(super) keep_times: bool,
    /// Set a TLV: 0x1400=0a0b, source_port=0950
    #[arg(long, value_name = "TAG=HEX")]
    pub(super) set_tlv: Vec<SetTlv>,
    /// Drop a TLV
    #[arg(long, value_name = "TAG", value_parser = tag)]
    pub(super) drop_tlv: Vec<TlvTag>,
    /// Send requests with errors, too, as they were
    #[arg(long)]
    pub(super) raw: bool,
    /// Speak TLS
    #[arg(long)]
    pub(super) tls: bool,
    /// Certificates to trust, in PEM [default: the system's]
    #[arg(long, value_name = "FILE", requires = "tls")]
    pub(super) ca_file: Option<PathBuf>,
    /// Believe every certificate
    #[arg(long, requires = "tls", conflicts_with = "ca_file")]
    pub(super) insecure: bool,
    /// A field of responses that may differ
    #[arg(long, value_name = "FIELD")]
    pub(super) ignore: Vec<String>,
    /// Send everything twice: what differs between the two runs counts as no difference. With a file, which an earlier
    /// run wrote with --format ndjson: nor does what differed there from the capture, and it is sent once
    #[arg(long, value_name = "FILE", num_args = 0..=1, require_equals = true, conflicts_with = "step")]
    pub(super) noise_run: Option<Option<PathBuf>>,
    /// How the result is written
    #[arg(long, value_enum, default_value_t)]
    pub(super) format: Format,
    /// Write to FILE, which appears when it is complete
    #[arg(short, long, value_name = "FILE")]
    pub(super) output: Option<PathBuf>,
    /// Overwrite the file that -o names
    #[arg(long)]
    pub(super) force: bool,
    /// Exit with status 1 when a response is different or missing, or a request was not sent
    #[arg(long, value_name = "WHAT", value_enum)]
    pub(super) fail_on: Option<FailOn>,
    /// Nothing on standard error but errors
    #[arg(short, long)]
    pub(super) quiet: bool,
}

impl Arguments {
    /// The test SMSC.
    pub(super) fn to(&self) -> &str {
        self.to.as_deref().unwrap_or_default()
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum Role {
    /// The message centre
    Smsc,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum OnDisconnect {
    /// Bind again, up to five times without a response in between
    #[default]
    Rebind,
    /// The session is over
    Stop,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Receipts {
    /// As captured
    #[default]
    Keep,
    /// None are asked for
    Off,
    /// They are asked for, of every final state
    On,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Format {
    /// For people
    #[default]
    Table,
    /// One document
    Json,
    /// A line for each request as it is done
    Ndjson,
    /// Test cases, for continuous integration
    Junit,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub(super) enum FailOn {
    /// Different, missing, not sent
    Different,
}

/// `100`, `0.5/s`.
fn rate(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix("/s").unwrap_or(text).parse().ok();
    number.filter(|rate| (0.001..=1e6).contains(rate)).ok_or_else(|| "0.001 to 1000000 is needed".to_owned())
}

/// `5`, `0.5`, `2x`.
fn factor(text: &str) -> Result<f64, String> {
    let number = text.strip_suffix('x').unwrap_or(text).parse().ok();
    number
        .filter(|factor| (0.001..=1e6).contains(factor))
        .ok_or_else(|| "0.001 to 1000000 is needed".to_owned())
}
