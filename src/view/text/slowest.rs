//! SLOWEST: the transactions that took longest, with the frames to look at.

use std::io::{self, Write};

use super::super::figures::millis;
use super::super::page::Page;
use super::super::table::Table;
use crate::report::Report;
use crate::report::model::Place;
use crate::smpp::CommandStatus;

/// Rows shown; JSON has ten.
const MOST: usize = 3;

/// The first few rows.
pub(super) fn write<W: Write>(report: &Report, page: &mut Page<'_, W>) -> io::Result<()> {
    if report.worst.is_empty() {
        return Ok(());
    }
    page.heading("SLOWEST", "transactions; `show FILE FRAME` prints what a frame completes")?;
    let files = report.capture.files.len() > 1;
    let mut table = Table::default()
        .figure("ms")
        .text("session")
        .name("account", 9)
        .text("command")
        .lesser_figure("number", 2)
        .lesser_text("status", 1)
        .text("request")
        .text("response");
    for row in report.worst.iter().take(MOST.min(page.options().rows)) {
        let status = CommandStatus(row.status);
        table.row([
            millis(Some(row.latency_us)),
            page.plain(&row.session).into_owned(),
            page.plain(row.account.as_deref().unwrap_or("-")).into_owned(),
            page.plain(&row.command).into_owned(),
            row.sequence_number.to_string(),
            status.name().map_or_else(|| format!("0x{:08x}", row.status), str::to_owned),
            place(&row.request, files, page),
            place(&row.response, files, page),
        ]);
    }
    for line in table.lines(page.width(), page.options().ascii) {
        page.line(&line)?;
    }
    Ok(())
}

/// `frame 12`, or `gw.pcap19 frame 12` where there are several files.
fn place<W: Write>(place: &Place, files: bool, page: &Page<'_, W>) -> String {
    let frame = format!("frame {}", place.frame);
    if !files {
        return frame;
    }
    let path = place.file.as_deref().unwrap_or("some file");
    let name = path.rsplit(['/', '\\']).next().unwrap_or(path);
    format!("{} {frame}", page.plain(name))
}
