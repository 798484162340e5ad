//! What can be asked for: fields and TLVs from the tables of the protocol, and what is known about a PDU beside its
//! octets. Each under our name, and under Wireshark's where it has one.

use std::fmt::Write;
use std::sync::LazyLock;

use crate::smpp::spec::{self, COMMANDS, Kind, Section, TLVS, Values};
use crate::smpp::{Severity, TlvTag};

/// Something that a filter asks facts for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Fact {
    /// Mandatory fields and TLVs of that name: integers, or octets (of C-Octet Strings without the NUL).
    Named(&'static str),
    /// Some bits of an integer field, shifted down.
    Bits(&'static str, u32),
    /// The octets of TLVs with that tag.
    Tlv(TlvTag),
    /// Tags of all TLVs.
    TlvTag,
    /// Lengths of all TLVs.
    TlvLength,
    /// command_id.
    CommandId,
    /// command_status.
    CommandStatus,
    /// command_length.
    CommandLength,
    /// sequence_number.
    SequenceNumber,
    /// 1 for requests, nothing for responses.
    Request,
    /// 1 for responses, nothing for requests.
    Response,
    /// The text of the message, decoded, UTF-8.
    Text,
    /// Who sent it: place in [`ROLES`].
    From,
    /// Ids of the rules that it breaks.
    FindingRule,
    /// Severities of the rules that it breaks: places in [`SEVERITIES`].
    FindingSeverity,
    /// Number of the frame that completed it.
    FrameNumber,
    /// When it became readable.
    FrameTime,
    /// Number of the TCP connection, Wireshark's tcp.stream.
    Stream,
    /// Addresses of the sender, the receiver, or both.
    Address(End),
    /// Ports of the sender, the receiver, or both.
    Port(End),
    /// Id of the session: `s7`.
    Session,
    /// system_id that the session's ESME is bound with.
    SystemId,
    /// Time from a request to its response, in nanoseconds.
    Latency,
    /// What became of a request: place in [`OUTCOMES`].
    Outcome,
    /// Account of the session.
    Account,
    /// What the peer is to us: place in [`SIDES`].
    Side,
}

/// An end of a connection, as of one PDU.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum End {
    /// The sender.
    Source,
    /// The receiver.
    Destination,
    /// Both.
    Either,
}

/// What has to be known for a field to have a value. A greater level knows all that a smaller one does.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum Level {
    /// The octets of a PDU, and who sent it.
    Pdu,
    /// The capture that it stands in.
    Capture,
    /// Whose session it is, and what became of a request: of records.
    Record,
}

impl Fact {
    /// What has to be known for it.
    #[must_use]
    pub const fn level(self) -> Level {
        match self {
            Self::Named(_)
            | Self::Bits(..)
            | Self::Tlv(_)
            | Self::TlvTag
            | Self::TlvLength
            | Self::CommandId
            | Self::CommandStatus
            | Self::CommandLength
            | Self::SequenceNumber
            | Self::Request
            | Self::Response
            | Self::Text
            | Self::From
            | Self::FindingRule
            | Self::FindingSeverity => Level::Pdu,
            Self::FrameNumber
            | Self::FrameTime
            | Self::Stream
            | Self::Address(_)
            | Self::Port(_)
            | Self::Session
            | Self::SystemId => Level::Capture,
            Self::Latency | Self::Outcome | Self::Account | Self::Side => Level::Record,
        }
    }
}

impl Fact {
    /// Whether a session as a whole has it.
    #[must_use]
    pub const fn is_of_sessions(self) -> bool {
        matches!(
            self,
            Self::FrameTime
                | Self::Stream
                | Self::Address(_)
                | Self::Port(_)
                | Self::Session
                | Self::SystemId
                | Self::Account
                | Self::Side
        )
    }
}

/// The values of [`Fact::From`].
pub const ROLES: &[&str] = &["esme", "smsc"];

/// The values of [`Fact::FindingSeverity`], the least first.
pub const SEVERITIES: &[&str] = &["note", "warning", "error"];

/// The values of [`Fact::Outcome`].
pub const OUTCOMES: &[&str] = &["answered", "nacked", "unanswered", "one_way"];

/// The values of [`Fact::Side`].
pub const SIDES: &[&str] = &["customer", "operator"];

/// The place of a severity in [`SEVERITIES`].
#[must_use]
pub const fn severity(severity: Severity) -> u8 {
    match severity {
        Severity::Note => 0,
        Severity::Warning => 1,
        Severity::Error => 2,
    }
}

/// What values a field has.
#[derive(Clone, Copy, Debug)]
pub enum Type {
    /// Integers, some of which have names.
    Integer(Names),
    /// Characters, in whatever coding they have.
    Text,
    /// Octets.
    Octets,
    /// IP addresses.
    Address,
    /// Moments.
    Time,
    /// Spans of time, in nanoseconds.
    Span,
    /// One of these, in this order.
    Choice(&'static [&'static str]),
}

/// Where the names of integers stand.
#[derive(Clone, Copy, Debug)]
pub enum Names {
    /// They have none.
    None,
    /// Names of commands.
    Commands,
    /// Names of statuses.
    Statuses,
    /// A table of values, or the group of it with this mask.
    Values(&'static Values, Option<u32>),
}

/// A field.
#[derive(Clone, Debug)]
pub struct Field {
    /// Our name.
    pub name: &'static str,
    /// Other names, Wireshark's among them, separated by blanks.
    pub aliases: String,
    /// Its values.
    pub kind: Type,
    /// What it stands for.
    pub fact: Fact,
    /// What it is for.
    pub doc: &'static str,
    /// Where it is defined.
    pub section: Option<Section>,
}

impl Field {
    /// Whether `name` is one of its names, in any case.
    #[must_use]
    pub fn is_named(&self, name: &str) -> bool {
        self.name.eq_ignore_ascii_case(name)
            || self.aliases.split(' ').any(|alias| alias.eq_ignore_ascii_case(name))
    }
}

/// Every field: what is known beside the tables first, then the tables' by name.
pub static FIELDS: LazyLock<Vec<Field>> = LazyLock::new(all);

/// The field of that name; for `tlv.0xNNNN` the octets of any tag.
#[must_use]
pub fn named(name: &str) -> Option<Field> {
    let field = FIELDS.iter().find(|field| field.is_named(name)).cloned();
    field.or_else(|| tagged(name))
}

/// Our name of what a fact stands for; `tlv` for a TLV by its tag.
#[must_use]
pub fn name_of(fact: Fact) -> Option<&'static str> {
    match fact {
        Fact::Tlv(_) => Some("tlv"),
        _ => FIELDS.iter().find(|field| field.fact == fact).map(|field| field.name),
    }
}

/// The name nearest to `name`, if one is near.
#[must_use]
pub fn suggestion(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    let bare = name.strip_prefix("smpp.").unwrap_or(&name);
    let near = FIELDS.iter().flat_map(|field| {
        let of = |spelling: &str| strsim::jaro_winkler(spelling, bare);
        let whole = strsim::jaro_winkler(field.name, &name).max(of(field.name));
        let aliases = field.aliases.split(' ').map(|alias| of(alias.strip_prefix("smpp.").unwrap_or(alias)));
        // The end of a dotted name is as good as the whole.
        let ends = field.name.rsplit('.').take(1).map(of).map(|likeness| likeness * 0.99);
        [(aliases.chain(ends).fold(whole, f64::max), field.name)]
    });
    near.filter(|(likeness, _)| *likeness > 0.84).max_by(|a, b| a.0.total_cmp(&b.0)).map(|(_, name)| name)
}

/// What to say to a name of Wireshark's that we lack.
#[must_use]
pub fn our_way(name: &str) -> Option<&'static str> {
    let name = name.to_ascii_lowercase();
    WIRESHARK.iter().find(|(theirs, _)| name.starts_with(theirs)).map(|(_, ours)| *ours)
}

/// Names of Wireshark's, or their beginnings, and our way.
const WIRESHARK: &[(&str, &str)] = &[
    ("smpp.password", "passwords are not looked at"),
    ("smpp.dlist_resp", "ask for no_unsuccess or error_status_code"),
    ("smpp.dlist", "ask for number_of_dests, dl_name or destination_addr"),
    ("smpp.opt_param", "ask for a TLV by name or as tlv.0xNNNN"),
    ("smpp.vendor_op", "ask for the vendor's TLV as tlv.0xNNNN"),
    ("smpp.reserved_op", "ask for the TLV as tlv.0xNNNN"),
    ("smpp.dcs.", "ask for bits of data_coding, as in data_coding & 0xf0 == 0xf0"),
    ("smpp.msg_wait.", "ask for bits of ms_msg_wait_facilities"),
    ("smpp.callback_num.", "ask for bits of callback_num_pres_ind"),
    ("smpp.network_error.", "ask for octets, as in network_error_code == 03:00:0b"),
    ("smpp.its_session.", "ask for octets, as in its_session_info == 01:02"),
    ("smpp.alert_on_message_delivery_null", "ask for alert_on_message_delivery"),
    ("smpp.broadcast_content_type.", "ask for octets of broadcast_content_type"),
    ("smpp.broadcast_frequency_interval.", "ask for octets of broadcast_frequency_interval"),
    ("smpp.broadcast_area_identifier.", "ask for octets of broadcast_area_identifier"),
    (
        "smpp.message_payload.duplicate",
        "ask for finding.rule, as in finding.rule contains \"message_payload\"",
    ),
    ("smpp.smsc_addr", SMPP_PLUS),
    ("smpp.msc_addr", SMPP_PLUS),
    ("smpp.mo_mt_flag", SMPP_PLUS),
    ("smpp.sm_id", SMPP_PLUS),
    ("smpp.length_auth", SMPP_PLUS),
    ("smpp.service_id", SMPP_PLUS),
    ("smpp.operation_result", SMPP_PLUS),
    ("smpp.notify_mode", SMPP_PLUS),
    ("smpp.delivery_result", SMPP_PLUS),
    ("frame.time_", "times between PDUs are no field of a PDU"),
    ("tcp.analysis.", "the report counts what TCP did, under tcp"),
    ("tcp.flags", "filters are asked of PDUs, and TCP's flags are no part of them"),
    ("tcp.", "of TCP there are tcp.stream, tcp.port, tcp.srcport and tcp.dstport"),
    ("ip.", "of IP there are ip.addr, ip.src and ip.dst"),
    ("ipv6.", "of IP there are ip.addr, ip.src and ip.dst, for both versions"),
    ("eth.", "filters are asked of PDUs: ask for ip.addr"),
    ("frame.", "of frames there are frame.number and frame.time"),
];

const SMPP_PLUS: &str =
    "the vendor's commands 0x01000001 and 0x01000002 are not laid out; ask for command_id";

/// Wireshark's names of what has another name with us.
const OTHER_NAMES: &[(&str, &str)] = &[
    ("destination_addr", "dest_addr"),
    ("short_message", "smpp.message"),
    ("billing_identification", "smpp.billing_id"),
    ("dest_port", "smpp.destination_port"),
    ("dest_addr_np_information", "smpp.dest_addr_np_info"),
    ("alert_on_message_delivery", "smpp.alert_on_message_delivery_type"),
    ("schedule_delivery_time", "smpp.schedule_delivery_time_r"),
    ("validity_period", "smpp.validity_period_r"),
    ("final_date", "smpp.final_date_r"),
    ("broadcast_end_time", "smpp.broadcast_end_time_r"),
    ("esm_class.mode", "smpp.esm.submit.msg_mode"),
    ("esm_class.type", "smpp.esm.submit.msg_type"),
    ("esm_class.features", "smpp.esm.submit.features"),
    ("registered_delivery.receipt", "smpp.regdel.receipt"),
    ("registered_delivery.sme_ack", "smpp.regdel.acks"),
    ("registered_delivery.intermediate", "smpp.regdel.notif"),
];

/// A field that no table of the protocol has.
fn known(name: &'static str, aliases: &str, kind: Type, fact: Fact, doc: &'static str) -> Field {
    Field { name, aliases: aliases.to_owned(), kind, fact, doc, section: None }
}

fn all() -> Vec<Field> {
    let number = Type::Integer(Names::None);
    let mut fields = vec![
        known(
            "command",
            "command_id smpp.command_id",
            Type::Integer(Names::Commands),
            Fact::CommandId,
            "Which PDU it is, by number or name.",
        ),
        known(
            "status",
            "command_status smpp.command_status",
            Type::Integer(Names::Statuses),
            Fact::CommandStatus,
            "What a response says became of the request, by number or name; ok is 0.",
        ),
        known(
            "command_length",
            "smpp.command_length",
            number,
            Fact::CommandLength,
            "Octets that the PDU says it has.",
        ),
        known(
            "sequence_number",
            "smpp.sequence_number",
            number,
            Fact::SequenceNumber,
            "Joins a request and its response.",
        ),
        known("request", "smpp.request", number, Fact::Request, "1 for requests; responses have none."),
        known("response", "smpp.response", number, Fact::Response, "1 for responses; requests have none."),
        known(
            "text",
            "smpp.message_text",
            Type::Text,
            Fact::Text,
            "The text of the message, decoded as its data_coding says.",
        ),
        known("from", "", Type::Choice(ROLES), Fact::From, "Who sent it: esme or smsc."),
        known("finding", "finding.rule", Type::Text, Fact::FindingRule, "Rules that the PDU breaks, by id."),
        known(
            "finding.severity",
            "",
            Type::Choice(SEVERITIES),
            Fact::FindingSeverity,
            "How bad its findings are: note, warning or error, in this order.",
        ),
        known("tlv.tag", "smpp.opt_param_tag", number, Fact::TlvTag, "Tags of its TLVs."),
        known(
            "tlv.length",
            "smpp.opt_param_len",
            number,
            Fact::TlvLength,
            "Lengths of its TLVs, in octets of the value.",
        ),
        known("frame.number", "", number, Fact::FrameNumber, "Number of the frame that completed the PDU."),
        known(
            "frame.time",
            "",
            Type::Time,
            Fact::FrameTime,
            "When the PDU became readable, as in \"2026-11-22T09:58:12Z\".",
        ),
        known("tcp.stream", "", number, Fact::Stream, "Number of the TCP connection."),
        known(
            "ip.addr",
            "ipv6.addr",
            Type::Address,
            Fact::Address(End::Either),
            "Addresses of sender and receiver; a network matches all in it.",
        ),
        known("ip.src", "ipv6.src", Type::Address, Fact::Address(End::Source), "Address of the sender."),
        known(
            "ip.dst",
            "ipv6.dst",
            Type::Address,
            Fact::Address(End::Destination),
            "Address of the receiver.",
        ),
        known("tcp.port", "", number, Fact::Port(End::Either), "Ports of sender and receiver."),
        known("tcp.srcport", "", number, Fact::Port(End::Source), "Port of the sender."),
        known("tcp.dstport", "", number, Fact::Port(End::Destination), "Port of the receiver."),
        known("session", "", Type::Text, Fact::Session, "Id of the session, as in s7."),
        known(
            "system_id",
            "",
            Type::Text,
            Fact::SystemId,
            "system_id that the session is bound with; smpp.system_id is that of a PDU.",
        ),
        known(
            "latency",
            "",
            Type::Span,
            Fact::Latency,
            "Time from a request to its response, as in 500ms; of records of transactions.",
        ),
        known(
            "outcome",
            "",
            Type::Choice(OUTCOMES),
            Fact::Outcome,
            "What became of a request: answered, nacked, unanswered or one_way; of records of transactions.",
        ),
        known("account", "", Type::Text, Fact::Account, "Account of the session; of records."),
        known("side", "leg", Type::Choice(SIDES), Fact::Side, "What the peer is to us; of records."),
    ];
    let mut tables = Vec::new();
    for command in COMMANDS {
        command.body.iter().for_each(|field| of_table(field, &mut tables));
    }
    for tlv in TLVS {
        of_table(&tlv.field, &mut tables);
        if let Some(field) =
            tables.iter_mut().find(|field: &&mut Field| field.fact == Fact::Named(tlv.name()))
        {
            // Writing to a string cannot fail.
            let _ = write!(field.aliases, " tlv.0x{:04x} tlv.{}", tlv.tag.0, tlv.name());
        }
    }
    older_names(&mut tables);
    for field in &mut tables {
        for (_, theirs) in OTHER_NAMES.iter().filter(|(ours, _)| *ours == field.name) {
            // As above.
            let _ = write!(field.aliases, " {theirs}");
        }
    }
    tables.sort_by_key(|field| field.name);
    fields.append(&mut tables);
    fields
}

/// Adds the names that earlier versions have, where they are not the name of another field, or of several.
fn older_names(fields: &mut [Field]) {
    let bodies = COMMANDS.iter().flat_map(|command| command.body.iter().copied());
    let mut older: Vec<(&str, &'static str)> = bodies
        .chain(TLVS.iter().map(|tlv| &tlv.field))
        .flat_map(|field| field.aliases.iter().map(|alias| (*alias, field.name)))
        .collect();
    older.sort_unstable();
    older.dedup();
    for (alias, of) in &older {
        let is_taken = older.iter().filter(|(other, _)| other == alias).count() > 1
            || fields.iter().any(|field| field.is_named(alias));
        if let Some(field) = fields.iter_mut().find(|field| field.fact == Fact::Named(of) && !is_taken) {
            // Writing to a string cannot fail.
            let _ = write!(field.aliases, " {alias}");
        }
    }
}

/// Adds a field of the tables and what it is made of, unless it is there.
fn of_table(field: &'static spec::Field, fields: &mut Vec<Field>) {
    match &field.kind {
        Kind::List { item, .. } => return item.iter().for_each(|field| of_table(field, fields)),
        Kind::OneOf { cases, .. } => {
            cases.iter().flat_map(|(_, inner)| *inner).for_each(|field| of_table(field, fields));
        }
        _ => {}
    }
    if field.secret {
        return;
    }
    let fact = Fact::Named(field.name);
    if fields.iter().any(|known| known.fact == fact) {
        return;
    }
    let kind = match &field.kind {
        Kind::CString { .. } | Kind::Time(_) => Type::Text,
        Kind::Octets { .. } | Kind::Rest | Kind::List { .. } => Type::Octets,
        Kind::U8 | Kind::U16 | Kind::U32 | Kind::OneOf { .. } => {
            let is_status = field.slot == Some(spec::Slot::ErrorStatusCode);
            let names = if is_status {
                Names::Statuses
            } else {
                field.values.map_or(Names::None, |values| Names::Values(values, None))
            };
            Type::Integer(names)
        }
    };
    // The name without a prefix is that of the session's.
    let (name, aliases) = if field.name == "system_id" {
        ("smpp.system_id", "pdu.system_id".to_owned())
    } else {
        (field.name, format!("smpp.{}", field.name))
    };
    fields.push(Field { name, aliases, kind, fact, doc: field.doc, section: Some(field.section) });
    let groups = field.values.filter(|_| matches!(kind, Type::Integer(_))).into_iter();
    for (values, group) in groups.flat_map(|values| values.groups.iter().map(move |group| (values, group))) {
        if !group.name.is_empty()
            && let Some(&(name, _)) = BITS.iter().find(|(_, of)| *of == (field.name, group.name))
        {
            fields.push(Field {
                name,
                aliases: format!("smpp.{name}"),
                kind: Type::Integer(Names::Values(values, Some(group.mask))),
                fact: Fact::Bits(field.name, group.mask),
                doc: "Some bits of the field, shifted down.",
                section: Some(field.section),
            });
        }
    }
}

/// Parts of bit fields that have a name, and the field and group that they are.
const BITS: &[(&str, (&str, &str))] = &[
    ("esm_class.mode", ("esm_class", "mode")),
    ("esm_class.type", ("esm_class", "type")),
    ("esm_class.features", ("esm_class", "features")),
    ("registered_delivery.receipt", ("registered_delivery", "receipt")),
    ("registered_delivery.sme_ack", ("registered_delivery", "sme_ack")),
    ("registered_delivery.intermediate", ("registered_delivery", "intermediate")),
];

/// `tlv.0x1400`, `tlv.5120`, of tags that no table has.
fn tagged(name: &str) -> Option<Field> {
    let tag = name.to_ascii_lowercase();
    let tag = tag.strip_prefix("smpp.").unwrap_or(&tag).strip_prefix("tlv.")?.to_owned();
    let tag = match tag.strip_prefix("0x") {
        Some(digits) => u16::from_str_radix(digits, 16).ok()?,
        None => tag.parse().ok()?,
    };
    // A tag of the tables in another spelling: 0x1d for 0x001d.
    let tabled = format!("tlv.0x{tag:04x}");
    let field = FIELDS.iter().find(|field| field.is_named(&tabled)).cloned();
    Some(field.unwrap_or_else(|| {
        known("tlv", "", Type::Octets, Fact::Tlv(TlvTag(tag)), "The octets of the TLVs with this tag.")
    }))
}
