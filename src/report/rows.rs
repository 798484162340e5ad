//! What is complete and leaves a shard: the rows of the report's lists.

use std::cmp::Reverse;

use super::blame::{Blame, answering};
use super::conduct::{conduct, span, spans};
use super::exchanges::{Exchanges, Requests};
use super::model;
use super::tally::Tally;
use crate::decap::Endpoint;
use crate::report::latency::micros;
use crate::session::{BindFrom, BindType, End, SessionEnd, SessionId, Start};
use crate::smpp::framer::Partial;
use crate::smpp::text::Charset;
use crate::smpp::{CommandId, Context, Place, Role};
use crate::tcp::{Health, PerSide, Side};
use crate::time::Timestamp;

/// Something complete, with its place in the order of the capture.
#[derive(Debug)]
pub struct Row {
    /// The frame that completed it; `u64::MAX`: the end of the capture.
    pub frame: u64,
    /// Its connection.
    pub connection: u32,
    /// The thing itself.
    pub what: What,
}

/// What is complete.
#[derive(Debug)]
pub enum What {
    /// A session.
    Session(Box<Ended>),
    /// What a connection still has to say behind its last session.
    Rest(Box<(Who, Tally)>),
}

/// A PDU as it was captured, with what it was judged by.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct SeenPdu<'a> {
    /// Its session.
    pub session: SessionId,
    /// Its side of the connection.
    pub side: Side,
    /// The end that sent it.
    pub source: Endpoint,
    /// The end that received it.
    pub destination: Endpoint,
    /// The sender's role, where it is known.
    pub role: Option<Role>,
    /// What it was judged by: what was known before it.
    pub context: Context,
    /// What data_coding 0 stands for.
    pub default_charset: Charset,
    /// Its octets, at least the header.
    pub octets: &'a [u8],
    /// Why the rest of it is missing, if it is.
    pub partial: Option<Partial>,
    /// Where it stands.
    pub place: Place,
    /// The earliest frame with octets of it.
    pub since: u64,
    /// When it became readable.
    pub at: Timestamp,
}

/// Whose session it is, as far as the session itself says.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Who {
    /// The session.
    pub id: SessionId,
    /// The side that binds; who opened the connection, where nothing says so.
    pub esme: Endpoint,
    /// The message centre.
    pub smsc: Endpoint,
    /// Whether anything says who is who.
    pub has_roles: bool,
    /// Whether the ESME's end, and the message centre's, is the one that captured, or not.
    pub facing: (Facing, Facing),
    /// system_id of the bind, as text.
    pub system_id: Option<String>,
    /// Time of the connection's first frame.
    pub since: Timestamp,
}

/// What the packet types of a cooked capture say of an end.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Facing {
    /// Its frames were sent from here, or frames to it received here.
    pub ours: bool,
    /// Its frames were received here, or frames to it sent from here.
    pub theirs: bool,
}

/// A session that is over.
#[derive(Debug)]
pub struct Ended {
    /// Whose it is.
    pub who: Who,
    /// What the report lists of it, without account, side and legs.
    pub session: model::Session,
    /// Its requests and responses.
    pub exchanges: Exchanges,
    /// What was counted apart for it, where there is a selection.
    pub part: Option<Box<Tally>>,
    /// It was bound: a bind was granted, or it began before the capture.
    pub is_bound: bool,
    /// A bind was granted in the capture.
    pub is_bound_here: bool,
    /// Whether anything of it is reported: a filter may keep nothing.
    pub is_kept: bool,
    /// Its bind was refused.
    pub is_refused: bool,
    /// From its first PDU to its end.
    pub span: (Timestamp, Timestamp),
    /// How bad it is, and its id: what a bounded list keeps, in this order.
    pub(super) rank: Rank,
}

/// Worst first, then by id.
pub(super) type Rank = (Reverse<u64>, SessionId);

/// A session that ended, with what was counted of it.
#[derive(Debug)]
pub struct SessionRow<'a> {
    /// What the correlator knows.
    pub end: &'a SessionEnd,
    /// Its requests and responses.
    pub exchanges: Exchanges,
    /// PDUs with an error.
    pub with_errors: u64,
    /// PDUs with a warning and no error.
    pub with_warnings: u64,
    /// Who opened the connection.
    pub opener: Endpoint,
    /// The other end.
    pub accepter: Endpoint,
    /// What packet types say of them.
    pub facing: PerSide<Facing>,
    /// Time of the connection's first frame.
    pub since: Timestamp,
    /// TCP health of the connection.
    pub health: Health,
    /// What was counted apart for it.
    pub part: Option<Box<Tally>>,
}

impl Row {
    /// The row of a session that ended at `frame`.
    #[must_use]
    pub fn session(frame: u64, row: SessionRow<'_>) -> Self {
        let end = row.end;
        let (_, failed, unanswered) = row.exchanges.totals();
        let trouble = failed
            .saturating_add(unanswered)
            .saturating_add(row.with_errors)
            .saturating_add(row.exchanges.unsolicited_total());
        let session = session(&row);
        let who = Who {
            system_id: session.system_id.clone().filter(|name| !name.is_empty()),
            since: row.since,
            ..Who::new(end.id, end.esme, row.opener, row.accepter, row.facing)
        };
        let ended = Ended {
            who,
            session,
            is_bound: !end.refused && (end.bind.is_some() || end.start == Start::MidStream),
            is_bound_here: !end.refused && end.bind.is_some(),
            is_kept: true,
            is_refused: end.refused,
            span: (end.first_at, end.end_at),
            rank: (Reverse(trouble), end.id),
            exchanges: row.exchanges,
            part: row.part,
        };
        Self { frame, connection: end.id.connection.0, what: What::Session(Box::new(ended)) }
    }
}

impl Who {
    /// Of a session whose ESME is at `esme`, where that is known; without a system_id and a time.
    #[must_use]
    pub const fn new(
        id: SessionId,
        esme: Option<Side>,
        opener: Endpoint,
        accepter: Endpoint,
        facing: PerSide<Facing>,
    ) -> Self {
        // Who opens the connection binds, unless something said otherwise.
        let (esme_end, smsc_end, facing) = match esme {
            Some(Side::Accepter) => (accepter, opener, (facing.accepter, facing.opener)),
            Some(Side::Opener) | None => (opener, accepter, (facing.opener, facing.accepter)),
        };
        Self {
            id,
            esme: esme_end,
            smsc: smsc_end,
            has_roles: esme.is_some(),
            facing,
            system_id: None,
            since: Timestamp::MIN,
        }
    }
}

fn session(row: &SessionRow<'_>) -> model::Session {
    let end = row.end;
    // Who opens the connection binds, unless something said otherwise.
    let esme_side = end.esme.unwrap_or(Side::Opener);
    let window = end.window();
    let ends = PerSide { opener: endpoint(row.opener), accepter: endpoint(row.accepter) };
    let answers = PerSide { opener: &end.opener_answers, accepter: &end.accepter_answers };
    let mut blame = Blame::default();
    for (_, requests) in row.exchanges.by_command() {
        blame.merge(&requests.blame);
    }
    model::Session {
        id: end.id.to_string(),
        connection: end.id.connection.0,
        esme: *ends.of(esme_side),
        smsc: *ends.of(esme_side.other()),
        account: None,
        account_from: None,
        side: None,
        system_id: end.system_id.as_deref().map(text),
        system_id_from: end.system_id.is_some().then_some(model::SystemIdFrom::Bind),
        bind: end.bind.map(|bind| match bind {
            BindType::Transmitter => model::Bind::Transmitter,
            BindType::Receiver => model::Bind::Receiver,
            BindType::Transceiver => model::Bind::Transceiver,
        }),
        bind_from: end.bind_from.map(|from| match from {
            BindFrom::Bind => model::BindFrom::Bind,
            BindFrom::Response => model::BindFrom::Response,
            BindFrom::Inferred => model::BindFrom::Inferred,
        }),
        interface_version: end.interface_version,
        first_at: Some(end.first_at),
        last_at: Some(end.last_at),
        start: match end.start {
            Start::Handshake => model::Start::Handshake,
            Start::MidStream => model::Start::Midstream,
        },
        end: end.end.map(|end| match end {
            End::Unbind => model::End::Unbind,
            End::Fin => model::End::Fin,
            End::Rst => model::End::Rst,
            End::Idle => model::End::Idle,
            End::CaptureEnd => model::End::CaptureEnd,
        }),
        ended_by: match end.ended_by_role() {
            _ if end.end == Some(End::Rst) && row.health.rst.is_some_and(|rst| rst.is_forged()) => {
                Some(model::EndedBy::Middlebox)
            }
            Some(Role::Esme) => Some(model::EndedBy::Esme),
            Some(Role::Smsc) => Some(model::EndedBy::Smsc),
            None => None,
        },
        idle_before_end_ms: Some(milliseconds(end.idle_before_end_ms)),
        last_pdus: end.last_pdus.iter().map(|pdu| pdu.command.to_string()).collect(),
        pdus: model::SessionPdus {
            total: end.pdus(),
            with_errors: row.with_errors,
            with_warnings: row.with_warnings,
            by_command: command_ids(end.by_command.iter().copied()),
        },
        transactions: transactions(&row.exchanges, None),
        latency_us: row.exchanges.latencies().summary(),
        blame: blame.figures(),
        answers: model::Answers {
            esme: answering(answers.of(esme_side)),
            smsc: answering(answers.of(esme_side.other())),
        },
        unsolicited: unsolicited(&row.exchanges),
        statuses: statuses(&row.exchanges, None),
        window: model::Window {
            max: window.map(|(_, peak)| u64::from(peak.count)),
            max_at: window.map(|(_, peak)| peak.at),
            asked_by: window.and_then(|(side, _)| end.role(side)).map(model::Role::from),
        },
        rate: model::Rate {
            peak_per_s: end.rate.map(|rate| u64::from(rate.count)),
            peak_at: end.rate.map(|rate| rate.at),
        },
        conduct: conduct(end, esme_side),
        tcp: model::SessionTcp {
            retransmitted: row.health.retransmitted,
            out_of_order: row.health.out_of_order,
            gaps: row.health.gaps,
            gap_octets: row.health.gap_octets,
            zero_windows: row.health.zero_windows,
            duplicate_frames: row.health.duplicate_frames,
            copies: u64::from(row.health.copies) + 1,
            duplicate_acks: row.health.duplicate_acks,
            rtt_us: row.health.handshake_rtt.map(span),
            data_rtt_us: model::DataRtt {
                esme: spans(row.health.acknowledged_after.of(esme_side)),
                smsc: spans(row.health.acknowledged_after.of(esme_side.other())),
            },
            rst: row.health.rst.map(|rst| model::Rst {
                by: if rst.side == esme_side { model::Role::Esme } else { model::Role::Smsc },
                ttl_fits: rst.ttl_fits,
                ip_id_fits: rst.ip_id_fits,
            }),
        },
    }
}

/// Counts by command, as `by_command` lists them.
pub(super) fn command_ids(rows: impl Iterator<Item = (CommandId, u64)>) -> Vec<model::CommandIdCount> {
    rows.map(|(command, count)| model::CommandIdCount {
        command: command.to_string(),
        command_id: command.0,
        count,
    })
    .collect()
}

/// The `transactions` of a session, an account or a leg.
pub(super) fn transactions(exchanges: &Exchanges, leg: Option<model::Leg>) -> Vec<model::Transactions> {
    let rows = exchanges.by_command().into_iter();
    rows.map(|(command, requests)| of_command(command, leg, requests)).collect()
}

/// The `unsolicited` of a session, or of all.
pub(super) fn unsolicited(exchanges: &Exchanges) -> Vec<model::CommandCount> {
    exchanges
        .unsolicited_by_command()
        .into_iter()
        .map(|(command, count)| model::CommandCount { command: command.to_string(), count })
        .collect()
}

/// The `statuses` of a session, an account or a leg.
pub(super) fn statuses(exchanges: &Exchanges, leg: Option<model::Leg>) -> Vec<model::Status> {
    exchanges
        .by_status()
        .into_iter()
        .map(|((command, status), (count, latencies))| model::Status {
            command: command.to_string(),
            leg,
            status: status.0,
            name: status.name().map(str::to_owned),
            count,
            latency_us: latencies.summary(),
        })
        .collect()
}

fn of_command(command: CommandId, leg: Option<model::Leg>, requests: &Requests) -> model::Transactions {
    model::Transactions {
        command: command.to_string(),
        leg,
        count: requests.count,
        answered: requests.answered,
        nacked: requests.nacked,
        failed: requests.failed,
        unanswered: requests.unanswered.total(),
        unanswered_why: requests
            .unanswered
            .iter()
            .map(|(why, count)| model::WhyCount { why, count })
            .collect(),
        latency_us: requests.latencies().summary(),
        blame: requests.blame.figures(),
    }
}

fn milliseconds(whole: u64) -> f64 {
    micros(whole.saturating_mul(1_000))
}

const fn endpoint(endpoint: Endpoint) -> model::Endpoint {
    model::Endpoint { ip: endpoint.ip, port: endpoint.port }
}

/// Octets of a C-Octet String as text: printable ASCII as it is, everything else as `\xNN`.
pub fn text(octets: &[u8]) -> String {
    octets.escape_ascii().to_string()
}
