//! What shards are told, and where they put what is complete.

use std::sync::Arc;

use super::desk::Desk;
use crate::names::Names;
use crate::redact::Redactor;
use crate::report::{Row, Sieve};
use crate::session::Limits as SessionLimits;
use crate::smpp::text::Charset;
use crate::tcp::Limits as TcpLimits;

/// What is the same for all connections.
#[derive(Clone, Debug)]
pub(super) struct Setup {
    /// Ports on which everything is SMPP until proven otherwise, as inclusive ranges.
    pub(super) ports: Vec<(u16, u16)>,
    /// Whether SMPP is looked for on other ports.
    pub(super) detect: bool,
    pub(super) tcp: TcpLimits,
    pub(super) session: SessionLimits,
    /// The frame whose PDUs are to be picked out.
    pub(super) show: Option<u64>,
    /// Who redacts what leaves.
    pub(super) redactor: Option<Arc<Redactor>>,
    /// What is told of peers.
    pub(super) names: Arc<Names>,
    /// Whether each connection is counted apart, so that sessions can be selected.
    pub(super) apart: bool,
    /// What leaves one by one.
    pub(super) singly: Singly,
    /// What alone is counted of sessions.
    pub(super) sieve: Option<Arc<Sieve>>,
    /// What the message centres mean by data_coding 0.
    pub(super) default_charset: Charset,
}

/// What leaves the shards one by one.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Singly {
    pub(super) transactions: bool,
    pub(super) pdus: bool,
    pub(super) findings: bool,
    /// Whether findings have their PDUs with them.
    pub(super) with_pdus: bool,
    pub(super) sessions: bool,
    /// Bounds that are reached, for summaries.
    pub(super) limits: bool,
}

impl Singly {
    /// What a sieve judges.
    pub(super) fn sifted(sifts: bool) -> Self {
        Self { transactions: sifts, findings: sifts, with_pdus: sifts, ..Self::default() }
    }
}

/// Where all shards of a thread put what is complete.
#[derive(Default)]
pub(super) struct Out {
    /// What the report is made of.
    pub(super) rows: Vec<Row>,
    /// Who makes records, where any are wanted.
    pub(super) desk: Option<Desk>,
    /// The frame that is worked at; `u64::MAX`: the end of the capture.
    pub(super) frame: u64,
}
