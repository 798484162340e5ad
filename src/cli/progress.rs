//! Progress on standard error: only on a terminal, and only of runs that take a while.

use std::io::{self, IsTerminal};
use std::time::{Duration, Instant};

use indicatif::{ProgressBar, ProgressStyle};

/// Runs shorter than this show nothing.
const PATIENCE: Duration = Duration::from_secs(1);

/// Shows how much has been read; leaves no trace when dropped.
pub(super) struct Progress {
    began: Instant,
    shows: bool,
    bar: Option<ProgressBar>,
}

impl Progress {
    pub(super) fn new() -> Self {
        #[expect(clippy::disallowed_methods, reason = "how long the run takes, not capture time")]
        let began = Instant::now();
        Self { began, shows: io::stderr().is_terminal(), bar: None }
    }

    /// `read` octets have been read, of `of` where known.
    pub(super) fn update(&mut self, read: u64, of: Option<u64>) {
        if !self.shows {
            return;
        }
        match &self.bar {
            Some(bar) => bar.set_position(read),
            None if self.began.elapsed() >= PATIENCE => self.bar = Some(bar(read, of)),
            None => {}
        }
    }
}

impl Drop for Progress {
    fn drop(&mut self) {
        if let Some(bar) = &self.bar {
            bar.finish_and_clear();
        }
    }
}

fn bar(read: u64, of: Option<u64>) -> ProgressBar {
    let (bar, template) = match of {
        Some(of) => {
            (ProgressBar::new(of), "[{wide_bar}] {decimal_bytes} of {decimal_total_bytes}, {eta} left")
        }
        None => (ProgressBar::no_length(), "{decimal_bytes} read, {decimal_bytes_per_sec}"),
    };
    // The templates are constants that the tests try.
    if let Ok(style) = ProgressStyle::with_template(template) {
        bar.set_style(style.progress_chars("=> "));
    }
    bar.set_position(read);
    bar
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_templates_can_be_parsed() {
        for of in [None, Some(9)] {
            let bar = bar(4, of);
            assert_eq!((bar.position(), bar.length()), (4, of));
        }
        for template in
            ["[{wide_bar}] {decimal_bytes} of {decimal_total_bytes}, {eta} left", "{decimal_bytes}"]
        {
            assert!(ProgressStyle::with_template(template).is_ok());
        }
    }
}
