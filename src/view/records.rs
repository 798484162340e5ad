//! Records as a table that is written while they come: column widths are set beforehand.

use std::io::{self, Write};

use super::figures::{count, millis, short_span};
use super::plain::plain;
use super::text::Options;
use crate::report::model::{Bind, End, EndedBy, Leg, Place, Role, Session, Start, Unanswered};
use crate::report::record::{
    FindingRecord, Owned, PduRecord, Record, RecordOutcome, RecordType, Scribe, SessionRecord, SummaryRecord,
    TransactionRecord,
};
use crate::smpp::{CommandStatus, Header};
use crate::time::Timestamp;

/// Writes records of one type, a line each below a line of titles.
///
/// To a terminal every line is cut to its width, columns that are wanted least being left out first. Elsewhere
/// nothing is cut.
#[derive(Clone, Debug)]
pub struct RecordTable {
    options: Options,
    /// Columns that a line may take.
    width: Option<usize>,
    columns: Vec<Column>,
    /// Whether places name their file.
    files: bool,
}

/// A column: its title, its place among the cells of a row, how wide it is.
#[derive(Clone, Copy, Debug)]
struct Column {
    title: &'static str,
    cell: usize,
    width: usize,
    right: bool,
    /// Left out for want of room, the highest first; 0: never.
    drop: u8,
}

const fn text(title: &'static str, cell: usize, width: usize, drop: u8) -> Column {
    Column { title, cell, width, right: false, drop }
}

const fn figure(title: &'static str, cell: usize, width: usize, drop: u8) -> Column {
    Column { title, cell, width, right: true, drop }
}

const TRANSACTIONS: [Column; 11] = [
    text("time", 0, 15, 0),
    text("session", 1, 7, 5),
    text("side", 2, 8, 8),
    text("account", 3, 12, 0),
    text("from", 4, 4, 6),
    text("command", 5, 16, 0),
    figure("number", 6, 10, 3),
    text("status", 7, 15, 0),
    figure("ms", 8, 7, 0),
    figure("request", 9, 9, 2),
    figure("response", 10, 9, 4),
];

const SESSIONS: [Column; 14] = [
    text("began", 0, 15, 0),
    text("session", 1, 7, 0),
    text("side", 2, 8, 9),
    text("account", 3, 15, 0),
    text("bind", 4, 4, 4),
    text("ESME", 5, 21, 8),
    text("SMSC", 6, 21, 7),
    text("ended", 7, 13, 0),
    figure("lasted", 8, 7, 2),
    figure("PDUs", 9, 9, 1),
    figure("failed", 10, 8, 0),
    figure("unansw", 11, 6, 0),
    figure("p50 ms", 12, 7, 3),
    figure("window", 13, 6, 5),
];

const PDUS: [Column; 10] = [
    text("time", 0, 15, 0),
    text("session", 1, 7, 5),
    text("side", 2, 8, 8),
    text("account", 3, 12, 6),
    text("from", 4, 4, 0),
    text("command", 5, 21, 0),
    figure("number", 6, 10, 3),
    text("status", 7, 15, 4),
    figure("octets", 8, 8, 1),
    figure("frame", 9, 9, 2),
];

const FINDINGS: [Column; 6] = [
    text("time", 0, 15, 0),
    text("session", 1, 7, 5),
    text("account", 2, 12, 6),
    text("severity", 3, 8, 0),
    figure("frame", 4, 9, 2),
    text("finding", 5, 60, 0),
];

const SUMMARIES: [Column; 3] =
    [text("time", 0, 15, 0), figure("frames", 1, 12, 0), text("records", 2, 60, 0)];

impl RecordTable {
    /// A table of records of one type. `files`: there are several, so that places have to name theirs. `terminal`:
    /// lines are cut to the width.
    #[must_use]
    pub fn of(kind: RecordType, options: Options, files: bool, terminal: bool) -> Self {
        match kind {
            RecordType::Transaction => Self::transactions(options, files, terminal),
            RecordType::Session => Self::sessions(options, terminal),
            RecordType::Pdu => {
                let mut table = Self::new(options, &PDUS, files, terminal);
                table.widen(9);
                table
            }
            RecordType::Finding => Self::new(options, &FINDINGS, files, terminal),
            RecordType::Summary => Self::new(options, &SUMMARIES, false, terminal),
        }
    }

    /// A table of transactions. `files`: there are several, so that places have to name theirs. `terminal`: lines are
    /// cut to the width.
    #[must_use]
    pub fn transactions(options: Options, files: bool, terminal: bool) -> Self {
        let mut table = Self::new(options, &TRANSACTIONS, files, terminal);
        table.widen(9);
        table
    }

    /// Makes room for names of files, where places name theirs, in the cells from `first` on.
    fn widen(&mut self, first: usize) {
        if self.files {
            self.columns
                .iter_mut()
                .filter(|column| column.cell >= first)
                .for_each(|column| column.width = 20);
            self.fit();
        }
    }

    /// A table of sessions.
    #[must_use]
    pub fn sessions(options: Options, terminal: bool) -> Self {
        Self::new(options, &SESSIONS, false, terminal)
    }

    fn new(options: Options, columns: &[Column], files: bool, terminal: bool) -> Self {
        let width = terminal.then_some(usize::from(options.width));
        let mut table = Self { options, width, columns: columns.to_vec(), files };
        if width.is_none()
            && let Some(time) = table.columns.first_mut()
        {
            time.width = 26;
        }
        table.fit();
        table
    }

    /// Leaves out what there is no room for.
    fn fit(&mut self) {
        let Some(width) = self.width else { return };
        while self.columns.iter().map(|column| column.width + 1).sum::<usize>() > width + 1 {
            let least = (0..self.columns.len()).max_by_key(|&at| self.columns[at].drop);
            match least.filter(|&at| self.columns[at].drop > 0) {
                Some(at) => self.columns.remove(at),
                None => return,
            };
        }
    }

    /// Writes the titles.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_titles(&self, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let cells: Vec<&str> = self.columns.iter().map(|column| column.title).collect();
        self.write_line(&cells, out)
    }

    /// Writes a record.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, record: &Record, out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let cells: Vec<String> = match record {
            Record::Transaction(record) => self.transaction(record).into(),
            Record::Session(record) => self.session(record).into(),
            Record::Pdu(record) => self.pdu(record).into(),
            Record::Finding(record) => self.finding(record).into(),
            Record::Summary(record) => self.summary(record).into(),
        };
        let cells: Vec<&str> =
            self.columns.iter().map(|column| cells.get(column.cell).map_or("", String::as_str)).collect();
        self.write_line(&cells, out)
    }

    fn transaction(&self, record: &TransactionRecord) -> [String; 11] {
        let place = |place: &Place| self.place(place);
        let status = match (record.outcome, record.status) {
            (RecordOutcome::Unanswered(why), _) => unanswered(why).to_owned(),
            (RecordOutcome::OneWay, _) => "one way".to_owned(),
            (outcome, status) => {
                let name = named(status.unwrap_or(CommandStatus::OK));
                if outcome == RecordOutcome::Nacked { format!("nack {name}") } else { name }
            }
        };
        let Owned { session, account, side, .. } = &record.of;
        [
            self.time(record.request.at),
            session.clone(),
            self::side(*side).to_owned(),
            account.clone(),
            role(record.asked_by).to_owned(),
            record.command.clone(),
            record.sequence_number.to_string(),
            status,
            millis(record.latency_us),
            place(&record.request),
            record.response.as_ref().map_or_else(|| "-".to_owned(), place),
        ]
    }

    fn session(&self, record: &SessionRecord) -> [String; 14] {
        let Session { bind, first_at, last_at, start, transactions, latency_us, window, .. } =
            &record.session;
        let sum = |of: fn(&crate::report::model::Transactions) -> u64| {
            count(transactions.iter().map(of).fold(0, u64::saturating_add))
        };
        let Owned { session, account, side, esme, smsc, .. } = &record.of;
        let end =
            |end: &crate::report::model::Endpoint| std::net::SocketAddr::new(end.ip, end.port).to_string();
        let lasted =
            first_at.zip(*last_at).map(|(first, last)| last.since(first).nanos().max(0).unsigned_abs());
        [
            match start {
                Start::Midstream => "before".to_owned(),
                Start::Handshake => self.time(*first_at),
            },
            session.clone(),
            self::side(*side).to_owned(),
            account.clone(),
            match bind {
                Some(Bind::Transmitter) => "tx",
                Some(Bind::Receiver) => "rx",
                Some(Bind::Transceiver) => "trx",
                None => "-",
            }
            .to_owned(),
            end(esme),
            end(smsc),
            ended(&record.session),
            lasted.map_or_else(
                || "-".to_owned(),
                |nanos| short_span(std::time::Duration::from_nanos(nanos).as_secs_f64() * 1_000.0),
            ),
            count(record.session.pdus.total),
            sum(|row| row.failed),
            sum(|row| row.unanswered),
            millis(latency_us.p50),
            window.max.map_or_else(|| "-".to_owned(), count),
        ]
    }

    fn pdu(&self, record: &PduRecord) -> [String; 10] {
        let header = Header::parse(&record.octets);
        let Owned { session, account, side, .. } = &record.of;
        [
            self.time(record.place.at),
            session.clone(),
            self::side(*side).to_owned(),
            account.clone(),
            role(record.from.map(Role::from)).to_owned(),
            header.map_or_else(String::new, |header| header.command_id.to_string()),
            header.map_or_else(String::new, |header| header.sequence_number.0.to_string()),
            header
                .filter(|header| {
                    header.command_id.is_response() || header.command_status != CommandStatus::OK
                })
                .map_or_else(|| "-".to_owned(), |header| named(header.command_status)),
            match record.partial {
                None => record.octets.len().to_string(),
                Some(_) => format!("{}+", record.octets.len()),
            },
            self.place(&record.place),
        ]
    }

    fn finding(&self, record: &FindingRecord) -> [String; 6] {
        let rule = record.rule.rule();
        [
            self.time(record.place.at),
            record.of.session.clone(),
            record.of.account.clone(),
            rule.severity.name().to_owned(),
            self.place(&record.place),
            format!("{}: {}", rule.id, record.message),
        ]
    }

    fn summary(&self, record: &SummaryRecord) -> [String; 3] {
        let records: u64 = record.records.iter().map(|(_, count)| *count).fold(0, u64::saturating_add);
        [self.time(record.at), count(record.frames), count(records)]
    }

    fn place(&self, place: &Place) -> String {
        let index =
            place.index.filter(|&index| index > 0).map_or_else(String::new, |index| format!(".{index}"));
        let frame = format!("{}{index}", place.frame);
        match &place.file {
            Some(path) if self.files => {
                format!("{}:{frame}", path.rsplit(['/', '\\']).next().unwrap_or(path))
            }
            _ => frame,
        }
    }

    fn time(&self, at: Option<Timestamp>) -> String {
        let zone = &self.options.zone;
        match (at, self.width) {
            (None, _) => "-".to_owned(),
            (Some(at), Some(_)) => zone.exact_time(at),
            // What is kept may be read on another day.
            (Some(at), None) => format!("{} {}", zone.date(at), zone.exact_time(at)),
        }
    }

    fn write_line(&self, cells: &[&str], out: &mut (impl Write + ?Sized)) -> io::Result<()> {
        let mut line = String::new();
        for (column, cell) in self.columns.iter().zip(cells) {
            let cell = plain(cell, self.options.ascii);
            let long = cell.chars().count() > column.width;
            let cell = match self.width {
                Some(_) if long => {
                    let kept: String = cell.chars().take(column.width.saturating_sub(1)).collect();
                    format!("{kept}{}", if self.options.ascii { "~" } else { "…" })
                }
                _ => cell.into_owned(),
            };
            if !line.is_empty() {
                line.push(' ');
            }
            let width = column.width;
            line.push_str(&if column.right { format!("{cell:>width$}") } else { format!("{cell:<width$}") });
        }
        writeln!(out, "{}", line.trim_end())
    }
}

impl Scribe for RecordTable {
    fn record(&mut self, record: &Record, out: &mut Vec<u8>) {
        // Writing to memory cannot fail.
        let _ = self.write(record, out);
    }
}

const fn role(role: Option<Role>) -> &'static str {
    match role {
        Some(Role::Esme) => "ESME",
        Some(Role::Smsc) => "SMSC",
        None => "-",
    }
}

fn named(status: CommandStatus) -> String {
    status.name().map_or_else(|| format!("0x{:08x}", status.0), str::to_owned)
}

const fn side(side: Option<Leg>) -> &'static str {
    match side {
        Some(Leg::Customer) => "customer",
        Some(Leg::Operator) => "operator",
        None => "-",
    }
}

const fn unanswered(why: Unanswered) -> &'static str {
    match why {
        Unanswered::Closed => "- closed",
        Unanswered::CaptureEnded => "- capture ended",
        Unanswered::TimedOut => "- timed out",
        Unanswered::Superseded => "- superseded",
        Unanswered::ReplyInGap => "- reply in gap",
        Unanswered::Evicted => "- evicted",
    }
}

fn ended(session: &Session) -> String {
    let how = match session.end {
        None => "bound anew",
        Some(End::Unbind) => "unbind",
        Some(End::Fin) => "FIN",
        Some(End::Rst) => "RST",
        Some(End::Idle) => "idle",
        Some(End::CaptureEnd) => return "still open".to_owned(),
    };
    let by = match session.ended_by {
        Some(EndedBy::Esme) => " ESME",
        Some(EndedBy::Smsc) => " SMSC",
        Some(EndedBy::Middlebox) => " middlebox",
        None => "",
    };
    format!("{how}{by}")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::report::model::{AccountFrom, Endpoint};
    use crate::time::Duration;

    fn record(account: &str) -> Record {
        let end = |port| Endpoint { ip: "10.0.0.1".parse().unwrap(), port };
        let place = |frame, millis| Place {
            file: Some("captures/gw.pcap19".to_owned()),
            frame,
            index: Some(1),
            at: Some(Timestamp::from_parts(1_795_341_492, 0).plus(Duration::from_millis(millis))),
            connection: 7,
            offset: None,
            field: None,
        };
        Record::Transaction(Box::new(TransactionRecord {
            of: Owned {
                session: "s7".to_owned(),
                connection: 7,
                since: Timestamp::default(),
                esme: end(40_000),
                smsc: end(2775),
                account: account.to_owned(),
                account_from: AccountFrom::Names,
                system_id: None,
                side: Some(Leg::Operator),
            },
            asked_by: Some(Role::Esme),
            source: end(40_000),
            destination: end(2775),
            stream_offset: 0,
            request_pdu: None,
            response_pdu: None,
            command: "submit_sm".to_owned(),
            sequence_number: 4_000_000_000,
            outcome: RecordOutcome::Nacked,
            status: Some(CommandStatus(0x58)),
            latency_us: Some(41_000.0),
            is_late: false,
            request: place(12, 3),
            response: Some(place(14, 44)),
        }))
    }

    fn lines(table: &RecordTable, account: &str) -> String {
        let mut out = Vec::new();
        table.write_titles(&mut out).unwrap();
        table.write(&record(account), &mut out).unwrap();
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn a_terminal_gets_lines_of_its_width_and_a_file_gets_everything() {
        let account = "an account whose name is long\x1b[31m";
        for width in [80, 100, 120, 200] {
            for files in [false, true] {
                let options = Options { width, ascii: true, ..Options::default() };
                let text = lines(&RecordTable::transactions(options.clone(), files, true), account);
                assert!(text.is_ascii() && !text.contains('\x1b'), "{text}");
                for line in text.lines() {
                    assert!(line.len() <= usize::from(width), "{width}: {line}");
                }
                let [titles, row] = text.lines().collect::<Vec<_>>()[..] else { panic!("{text}") };
                assert_eq!(titles.find("command"), row.find("submit_sm"), "{text}");
                let whole = lines(&RecordTable::transactions(options, files, false), account);
                for part in [
                    "2026-11-22 09:58:12.003000",
                    "long\\x1b[31m",
                    "nack ESME_RTHROTTLED",
                    "4000000000",
                    "14.1",
                ] {
                    assert!(whole.contains(part), "{part}: {whole}");
                }
                assert_eq!(whole.contains("gw.pcap19:12.1"), files);
                assert!(!whole.contains("captures/"));
            }
        }
    }
}
