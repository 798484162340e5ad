//! `--recorded` and what goes with it: another message centre, to do the same.

use std::path::PathBuf;

use clap::Args;

use super::interrupt::Interrupt;
use super::reading::{complain_of, ports};
use super::{Failure, complain};
use crate::capture::{Capture, Input};
use crate::pipeline::{self, Settings};
use crate::report::Selection;
use crate::smsc::{Extra, Recording};

/// What was recorded.
#[derive(Debug, Args)]
pub(super) struct Recorded {
    /// Answer as a message centre did in this capture: status and latency of the most similar recorded request, and its
    /// receipts; may be given several times
    #[arg(long, value_name = "FILE")]
    recorded: Vec<PathBuf>,
    /// Ports on which everything in these captures is SMPP; elsewhere SMPP is recognised
    #[arg(long, value_name = "N[,N-M]", value_delimiter = ',', value_parser = ports, default_value = "2775,3550",
        requires = "recorded")]
    recorded_port: Vec<(u16, u16)>,
    /// Only sessions of this account, by its system_id or its address; may be given several times
    #[arg(long, value_name = "ACCOUNT", requires = "recorded")]
    recorded_account: Vec<String>,
    /// What is done with requests that were not recorded: ok (answered as without a recording), nack (ESME_RSYSERR) or
    /// drop (not answered)
    #[arg(long, value_name = "WHAT", default_value = "ok", requires = "recorded")]
    extra: Extra,
}

impl Recorded {
    /// Reads the captures, if there are any.
    ///
    /// # Errors
    /// One cannot be read, or they have no request.
    pub(super) fn read(&self, interrupt: &Interrupt, quiet: bool) -> Result<Option<Recording>, Failure> {
        let Some(first) = self.recorded.first() else { return Ok(None) };
        let inputs = self.recorded.iter().map(|path| Input::from_argument(path)).collect();
        let settings = Settings {
            ports: self.recorded_port.clone(),
            selection: Selection { accounts: self.recorded_account.clone(), ..Selection::default() },
            interrupt: interrupt.flag(),
            ..Settings::default()
        };
        let capture = Capture::open(inputs).with_interrupt(interrupt.flag());
        let (recording, outcome) = pipeline::recording(capture, &settings, self.extra, &mut |_, _| {});
        if complain_of(&outcome) {
            return Err(Failure::new(first.display(), "the recording cannot be read"));
        }
        if recording.is_empty() {
            let what = "no request of an ESME in it that is answered as recorded (see --recorded-port)";
            return Err(Failure::new(first.display(), what));
        }
        if recording.left_out > 0 {
            complain(&format!("{} recorded requests found no room", recording.left_out));
        }
        if !quiet {
            complain(&format!("{} recorded requests", recording.len()));
        }
        Ok(Some(recording))
    }
}
