//! What hands that know tshark and tcpdump type: done where it is one thing with us, else answered with our way.

use std::ffi::OsString;

use clap::Args;

use super::Failure;

/// Flags of tshark and tcpdump.
#[derive(Debug, Args)]
pub(super) struct Habits {
    /// Names are never resolved
    #[arg(short = 'n', hide = true)]
    numeric: bool,
    /// Nothing but what was asked for is printed anyway
    #[arg(short = 'q', hide = true)]
    quiet: bool,
    /// What tshark prints
    #[arg(short = 'T', hide = true, value_name = "FORM")]
    form: Option<String>,
    /// Where tcpdump writes packets
    #[arg(short = 'w', hide = true, value_name = "FILE")]
    write: Option<OsString>,
    /// What tshark counts
    #[arg(short = 'z', hide = true, value_name = "STATISTICS")]
    statistics: Vec<String>,
    /// Octets beside what they mean
    #[arg(short = 'x', hide = true)]
    octets: bool,
}

/// The answer to tshark's `-V`, which is the version with us.
pub(super) const DETAILS: &str =
    "show prints the trees of PDUs: smpp-inspect show FILE FRAME, or show FILE -Y EXPRESSION";

impl Habits {
    /// Answers what is not done.
    ///
    /// # Errors
    /// The way that it is done with us.
    pub(super) fn answer(&self) -> Result<(), Failure> {
        let answer = |flag: &str, way: &str| Err(Failure::new(flag, way));
        match self.form.as_deref() {
            None => {}
            Some("fields") => {
                return answer(
                    "-T fields",
                    "smpp-inspect records --format csv -e session,transaction.command has columns by the paths of keys",
                );
            }
            Some("json" | "jsonraw") => {
                return answer(
                    "-T json",
                    "smpp-inspect records --format ndjson has lines of JSON, show --format json trees",
                );
            }
            Some("ek") => {
                return answer(
                    "-T ek",
                    "smpp-inspect records --format ecs has lines for Elasticsearch, --format ndjson our own",
                );
            }
            Some(_) => {
                return answer("-T", "smpp-inspect records has lines by --format, show has trees of PDUs");
            }
        }
        if self.write.is_some() {
            return answer(
                "-w",
                "smpp-inspect extract writes packets: extract FILE -Y EXPRESSION -o OUT.pcapng",
            );
        }
        if let Some(statistics) = self.statistics.first() {
            return match statistics.split(',').next() {
                Some("io") => answer(
                    "-z io,stat",
                    "smpp-inspect report has counts and rates, records --format csv what a series is made of",
                ),
                Some("conv" | "endpoints") => {
                    answer("-z", "smpp-inspect records --type session has a line for each session")
                }
                Some("expert") => answer(
                    "-z expert",
                    "smpp-inspect report counts findings, records --type finding lists them",
                ),
                _ => answer("-z", "smpp-inspect report has the statistics"),
            };
        }
        if self.octets {
            return answer(
                "-x",
                "smpp-inspect show has the octets of PDUs: show FILE FRAME, or show FILE -Y EXPRESSION",
            );
        }
        // Nothing is resolved, and nothing else printed.
        let _ = (self.numeric, self.quiet);
        Ok(())
    }
}

/// Whether `-V` stands among other arguments, where it does not ask for the version.
pub(super) fn asks_for_details(arguments: impl Iterator<Item = OsString>) -> bool {
    let arguments: Vec<OsString> = arguments.skip(1).collect();
    arguments.len() > 1 && arguments.iter().any(|argument| argument == "-V")
}
