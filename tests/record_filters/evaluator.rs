//! The evaluator: expressions as the documentation describes them, asked of the JSON of a record.

use std::net::IpAddr;

use serde_json::Value;

/// What values a field has.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Kind {
    Number,
    Text,
    Octets,
    Address,
    Time,
    Span,
    Choice,
}

/// A record, and rule and severity of what is wrong with its PDU.
pub(crate) struct Subject<'a> {
    pub(crate) record: &'a Value,
    pub(crate) findings: &'a [(String, String)],
    /// The record of the PDU that a finding is about.
    pub(crate) pdu: Option<&'a Value>,
}

/// An expression, joined by words.
pub(crate) enum Expression {
    Or(Vec<Self>),
    Xor(Vec<Self>),
    And(Vec<Self>),
    Not(Box<Self>),
    Test { field: String, mask: Option<u64>, operator: &'static str, values: Vec<(Word, Word)> },
}

/// A value as it is written.
#[derive(Clone, Debug, PartialEq)]
pub(crate) struct Word {
    text: String,
    is_quoted: bool,
}

/// A value of a record, or of an expression.
#[derive(Clone, Debug, PartialEq, PartialOrd)]
enum Item {
    Number(u64),
    Octets(Vec<u8>),
    Address(IpAddr),
    Nanos(i128),
}

/// Operators by their spellings, longest first.
const OPERATORS: &[(&str, &str)] = &[
    ("===", "==="),
    ("!==", "!=="),
    ("==", "=="),
    ("!=", "!="),
    ("<=", "<="),
    (">=", ">="),
    ("<", "<"),
    (">", ">"),
    ("~", "matches"),
];

const WORDS: &[(&str, &str)] = &[
    ("contains", "contains"),
    ("matches", "matches"),
    ("eq", "=="),
    ("any_eq", "=="),
    ("ne", "!="),
    ("all_ne", "!="),
    ("all_eq", "==="),
    ("any_ne", "!=="),
    ("lt", "<"),
    ("le", "<="),
    ("gt", ">"),
    ("ge", ">="),
];

impl Expression {
    pub(crate) fn parse(text: &str) -> Self {
        let mut parser = Parser { rest: text };
        let expression = parser.or();
        assert_eq!(parser.rest.trim(), "", "{text}");
        expression
    }

    pub(crate) fn holds(&self, subject: &Subject<'_>) -> bool {
        match self {
            Self::Or(parts) => parts.iter().any(|part| part.holds(subject)),
            Self::And(parts) => parts.iter().all(|part| part.holds(subject)),
            Self::Xor(parts) => parts.iter().filter(|part| part.holds(subject)).count() % 2 == 1,
            Self::Not(part) => !part.holds(subject),
            Self::Test { field, mask, operator, values } => {
                let (kind, mut items) = look_up(field, subject);
                if let Some(mask) = mask {
                    items.iter_mut().for_each(|item| {
                        if let Item::Number(number) = item {
                            *number &= mask;
                        }
                    });
                }
                let any = |holds: &dyn Fn(&Item) -> bool| items.iter().any(holds);
                let Some((first, _)) = values.first() else {
                    return any(&|item| mask.is_none() || *item != Item::Number(0));
                };
                let equals = |item: &Item| equal(item, kind, field, first);
                let order = |item: &Item| {
                    let literal = literal(kind, field, first);
                    (std::mem::discriminant(item) == std::mem::discriminant(&literal))
                        .then(|| item.partial_cmp(&literal))
                        .flatten()
                };
                // Of another type than the literal, it neither equals nor differs.
                let is_alike = |item: &Item| matches!(item, Item::Address(_)) || order(item).is_some();
                match *operator {
                    "==" => any(&equals),
                    "!==" => any(&|item| is_alike(item) && !equals(item)),
                    "!=" => !items.is_empty() && items.iter().all(|item| is_alike(item) && !equals(item)),
                    "===" => !items.is_empty() && items.iter().all(equals),
                    "<" => any(&|item| order(item).is_some_and(|order| order.is_lt())),
                    "<=" => any(&|item| order(item).is_some_and(|order| order.is_le())),
                    ">" => any(&|item| order(item).is_some_and(|order| order.is_gt())),
                    ">=" => any(&|item| order(item).is_some_and(|order| order.is_ge())),
                    "in" => any(&|item| {
                        values.iter().any(|(from, to)| {
                            if from == to {
                                return equal(item, kind, field, from);
                            }
                            *item >= literal(kind, field, from) && *item <= literal(kind, field, to)
                        })
                    }),
                    "contains" => any(&|item| match (item, literal(kind, field, first)) {
                        (Item::Octets(octets), Item::Octets(part)) => {
                            octets.windows(part.len()).any(|window| window == part)
                        }
                        _ => false,
                    }),
                    "matches" => {
                        let pattern = format!("(?i){}", first.text);
                        let pattern = regex::bytes::Regex::new(&pattern).unwrap();
                        any(&|item| matches!(item, Item::Octets(octets) if pattern.is_match(octets)))
                    }
                    other => panic!("{other}"),
                }
            }
        }
    }

    /// Shows kind and operator of every test.
    pub(crate) fn each_test(&self, see: &mut dyn FnMut(Kind, &'static str)) {
        match self {
            Self::Or(parts) | Self::Xor(parts) | Self::And(parts) => {
                parts.iter().for_each(|part| part.each_test(see));
            }
            Self::Not(part) => part.each_test(see),
            Self::Test { field, mask, operator, .. } => {
                let nothing = Value::Null;
                let (kind, _) = look_up(field, &Subject { record: &nothing, findings: &[], pdu: None });
                see(kind, operator);
                if mask.is_some() {
                    see(kind, "&");
                }
            }
        }
    }
}

struct Parser<'a> {
    rest: &'a str,
}

impl Parser<'_> {
    fn or(&mut self) -> Expression {
        self.joined(&["||", "or"], Self::xor, Expression::Or)
    }

    fn xor(&mut self) -> Expression {
        self.joined(&["^^", "xor"], Self::and, Expression::Xor)
    }

    fn and(&mut self) -> Expression {
        self.joined(&["&&", "and"], Self::not, Expression::And)
    }

    fn joined(
        &mut self,
        by: &[&str],
        part: fn(&mut Self) -> Expression,
        join: fn(Vec<Expression>) -> Expression,
    ) -> Expression {
        let mut parts = vec![part(self)];
        while by.iter().any(|word| self.takes(word)) {
            parts.push(part(self));
        }
        if parts.len() == 1 { parts.remove(0) } else { join(parts) }
    }

    fn not(&mut self) -> Expression {
        if self.takes("not") || (!self.rest.trim_start().starts_with("!=") && self.takes("!")) {
            return Expression::Not(Box::new(self.not()));
        }
        if self.takes("(") {
            let inner = self.or();
            assert!(self.takes(")"), "{}", self.rest);
            return inner;
        }
        self.test()
    }

    fn test(&mut self) -> Expression {
        let field = self.word().text.to_ascii_lowercase();
        let has_mask = !self.rest.trim_start().starts_with("&&") && self.takes("&");
        let mask = has_mask.then(|| number(&self.word().text).unwrap());
        if self.takes("in") {
            assert!(self.takes("{"));
            let mut values = Vec::new();
            while !self.takes("}") {
                let from = self.word();
                let to = if self.takes("..") { self.word() } else { from.clone() };
                values.push((from, to));
                self.takes(",");
            }
            return Expression::Test { field, mask, operator: "in", values };
        }
        let signs = OPERATORS.iter().find(|(spelling, _)| self.takes(spelling));
        let operator = signs.or_else(|| WORDS.iter().find(|(spelling, _)| self.takes(spelling)));
        let Some((_, operator)) = operator else {
            return Expression::Test { field, mask, operator: "exists", values: Vec::new() };
        };
        let value = self.word();
        Expression::Test { field, mask, operator, values: vec![(value.clone(), value)] }
    }

    /// Takes a sign, or a whole word.
    fn takes(&mut self, sign: &str) -> bool {
        let rest = self.rest.trim_start();
        let is_word = sign.ends_with(|c: char| c.is_alphanumeric());
        match rest.strip_prefix(sign) {
            Some(rest) if !is_word || !rest.starts_with(is_part) => {
                self.rest = rest;
                true
            }
            _ => false,
        }
    }

    fn word(&mut self) -> Word {
        let rest = self.rest.trim_start();
        let raw = rest.starts_with("r\"");
        let rest = if raw { &rest[1..] } else { rest };
        if let Some(quote) = rest.chars().next().filter(|c| matches!(c, '"' | '\'')) {
            let (mut text, mut characters) = (String::new(), rest[1..].char_indices());
            while let Some((at, c)) = characters.next() {
                match c {
                    _ if c == quote => {
                        self.rest = &rest[at + 2..];
                        return Word { text, is_quoted: true };
                    }
                    '\\' if !raw => {
                        let (_, next) = characters.next().unwrap();
                        if !matches!(next, '"' | '\'' | '\\') {
                            text.push('\\');
                        }
                        text.push(next);
                    }
                    _ => text.push(c),
                }
            }
            panic!("no end of {rest}");
        }
        // Of a range the first value ends at its dots.
        let end = rest.find(|c| !is_part(c)).unwrap_or(rest.len());
        let end = rest[..end].find("..").unwrap_or(end);
        self.rest = &rest[end..];
        assert!(end > 0, "a word is needed: {rest}");
        Word { text: rest[..end].to_owned(), is_quoted: false }
    }
}

fn is_part(c: char) -> bool {
    c.is_alphanumeric() || "_.:+-/".contains(c)
}

/// Whether a value equals a literal; of a network, whether it is in it.
fn equal(item: &Item, kind: Kind, field: &str, word: &Word) -> bool {
    let Item::Address(address) = item else { return *item == literal(kind, field, word) };
    let (network, bits) = word.text.split_once('/').unwrap_or((&word.text, "128"));
    let bits: usize = bits.parse().unwrap();
    let binary = |address: IpAddr| match address {
        IpAddr::V4(address) => format!("4{:032b}", u32::from(address)),
        IpAddr::V6(address) => format!("6{:0128b}", u128::from(address)),
    };
    let (have, want) = (binary(*address), binary(network.parse().unwrap()));
    have.chars().take(1 + bits).eq(want.chars().take(1 + bits))
}

fn literal(kind: Kind, field: &str, word: &Word) -> Item {
    let text = word.text.as_str();
    match kind {
        Kind::Number => Item::Number(number(text).unwrap_or_else(|| of_name(text))),
        Kind::Text => Item::Octets(text.as_bytes().to_vec()),
        Kind::Octets if word.is_quoted => Item::Octets(text.as_bytes().to_vec()),
        Kind::Octets => {
            Item::Octets(unhex(&text.trim_start_matches("0x").replace([':', '-', '.'], "")).unwrap())
        }
        Kind::Address => Item::Address(text.split('/').next().unwrap().parse().unwrap()),
        Kind::Time => Item::Nanos(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond()),
        Kind::Span => {
            let unit = text.trim_start_matches(|c: char| c.is_ascii_digit() || c == '.');
            let figures: f64 = text.strip_suffix(unit).unwrap().parse().unwrap();
            let nanos = match unit {
                "ns" => 1.0,
                "us" => 1e3,
                "ms" => 1e6,
                "s" => 1e9,
                "min" => 6e10,
                _ => panic!("{text}"),
            };
            nanoseconds(figures * nanos)
        }
        Kind::Choice => place(field, text),
    }
}

#[expect(clippy::cast_possible_truncation, reason = "spans of a few minutes")]
fn nanoseconds(nanos: f64) -> Item {
    Item::Nanos(nanos.round() as i128)
}

fn number(text: &str) -> Option<u64> {
    match text {
        "true" => Some(1),
        "false" => Some(0),
        _ => match text.strip_prefix("0x") {
            Some(digits) => u64::from_str_radix(digits, 16).ok(),
            None => text.parse().ok(),
        },
    }
}

fn unhex(digits: &str) -> Option<Vec<u8>> {
    let pairs = (0..digits.len()).step_by(2);
    pairs.map(|at| u8::from_str_radix(digits.get(at..at + 2)?, 16).ok()).collect()
}

/// Names of numbers, as the specification has them.
const NAMES: &[(&str, u64)] = &[
    ("generic_nack", 0x8000_0000),
    ("bind_receiver", 1),
    ("bind_transmitter", 2),
    ("query_sm", 3),
    ("submit_sm", 4),
    ("deliver_sm", 5),
    ("unbind", 6),
    ("replace_sm", 7),
    ("cancel_sm", 8),
    ("bind_transceiver", 9),
    ("enquire_link", 0x15),
    ("submit_multi", 0x21),
    ("data_sm", 0x103),
    ("broadcast_sm", 0x111),
    ("submit_sm_resp", 0x8000_0004),
    ("deliver_sm_resp", 0x8000_0005),
    ("ok", 0),
    ("throttled", 0x58),
    ("ESME_RTHROTTLED", 0x58),
    ("RSYSERR", 8),
    ("ESME_RINVDSTADR", 0x0b),
    ("ESME_RSUBMITFAIL", 0x45),
    ("alphanumeric", 5),
    ("DELIVERED", 2),
    ("UNDELIVERABLE", 5),
    ("UDHI", 1),
];

fn of_name(name: &str) -> u64 {
    let found = NAMES.iter().find(|(known, _)| known.eq_ignore_ascii_case(name));
    found.unwrap_or_else(|| panic!("{name}: no such name")).1
}

/// The order of a choice's values.
fn place(field: &str, value: &str) -> Item {
    let values: &[&str] = match field {
        "from" => &["esme", "smsc"],
        "finding.severity" => &["note", "warning", "error"],
        "outcome" => &["answered", "nacked", "unanswered", "one_way"],
        "side" | "leg" => &["customer", "operator"],
        _ => panic!("{field}"),
    };
    Item::Number(values.iter().position(|known| *known == value).unwrap() as u64)
}

/// Tags that the tables name.
const TAGS: &[(u64, &str)] = &[
    (0x001e, "receipted_message_id"),
    (0x0204, "user_message_reference"),
    (0x0210, "sc_interface_version"),
    (0x0423, "network_error_code"),
    (0x0424, "message_payload"),
    (0x0427, "message_state"),
];

const NUMBERS: &[&str] = &[
    "source_addr_ton",
    "source_addr_npi",
    "dest_addr_ton",
    "dest_addr_npi",
    "data_coding",
    "esm_class",
    "registered_delivery",
    "sm_length",
    "priority_flag",
    "protocol_id",
    "interface_version",
    "number_of_dests",
    "message_state",
    "sc_interface_version",
    "sar_msg_ref_num",
    "sar_total_segments",
    "user_message_reference",
    "broadcast_rep_num",
    "replace_if_present_flag",
    "error_code",
];

const TEXTS: &[&str] = &[
    "source_addr",
    "destination_addr",
    "service_type",
    "message_id",
    "pdu.system_id",
    "system_type",
    "validity_period",
    "address_range",
    "receipted_message_id",
    "additional_status_info_text",
    "final_date",
    "schedule_delivery_time",
    "dl_name",
];

const OCTETS: &[&str] =
    &["short_message", "message_payload", "network_error_code", "broadcast_frequency_interval"];

/// Kind and values of a field.
fn look_up(name: &str, subject: &Subject<'_>) -> (Kind, Vec<Item>) {
    let record = subject.record;
    let event_type = record["event_type"].as_str().unwrap_or("pdu");
    let own = &record[if event_type == "session" { "session_info" } else { event_type }];
    // A finding has the fields of its PDU, and two of its own.
    let body = match event_type {
        "finding" => subject.pdu.map_or(&Value::Null, |pdu| &pdu["pdu"]),
        _ => own,
    };
    let is_transaction = event_type == "transaction";
    let numbers = |values: &[&Value]| -> Vec<Item> {
        values.iter().filter_map(|value| value.as_u64()).map(Item::Number).collect()
    };
    let texts = |values: &[&Value]| -> Vec<Item> {
        let texts = values.iter().filter_map(|value| value.as_str());
        texts.map(|text| Item::Octets(text.as_bytes().to_vec())).collect()
    };
    let addresses = |keys: &[&str]| -> Vec<Item> {
        let texts = keys.iter().filter_map(|key| record[*key].as_str());
        texts.map(|text| Item::Address(text.parse().unwrap())).collect()
    };
    let choices = |values: &[&Value]| -> Vec<Item> {
        values.iter().filter_map(|value| value.as_str()).map(|value| place(name, value)).collect()
    };
    let commands = || -> Vec<u64> {
        if is_transaction {
            let id = body["command"].as_str().map(|name| number(name).unwrap_or_else(|| of_name(name)));
            let response = match body["outcome"].as_str() {
                Some("answered") => id.map(|id| id | 0x8000_0000),
                Some("nacked") => Some(0x8000_0000),
                _ => None,
            };
            id.into_iter().chain(response).collect()
        } else {
            body["command_id"].as_u64().into_iter().collect()
        }
    };
    let kind_of = |is: bool| {
        commands().into_iter().filter(move |id| (*id >= 0x8000_0000) == is).map(|_| Item::Number(1))
    };
    let name = name.strip_prefix("smpp.").map_or(name, |bare| match bare {
        "system_id" => "pdu.system_id",
        "command_id" => "command",
        "command_status" => "status",
        "message" => "short_message",
        "message_text" => "text",
        "opt_param_tag" => "tlv.tag",
        "opt_param_len" => "tlv.length",
        "regdel.receipt" => "registered_delivery.receipt",
        "esm.submit.msg_type" => "esm_class.type",
        "esm.submit.features" => "esm_class.features",
        _ => bare,
    });
    let times = |values: &[&Value]| -> Vec<Item> {
        let texts = values.iter().filter_map(|value| value.as_str());
        texts.map(|text| Item::Nanos(text.parse::<jiff::Timestamp>().unwrap().as_nanosecond())).collect()
    };
    let bits = |field: &str, mask: u64, shift: u32| {
        let items = named(field, body, Kind::Number).into_iter();
        let items = items.filter_map(|item| match item {
            Item::Number(number) => Some(Item::Number((number & mask) >> shift)),
            _ => None,
        });
        (Kind::Number, items.collect())
    };
    match name {
        "command" | "command_id" => (Kind::Number, commands().into_iter().map(Item::Number).collect()),
        "status" | "command_status" => (Kind::Number, numbers(&[&body["status"]["code"]])),
        "command_length" | "sequence_number" => (Kind::Number, numbers(&[&body[name]])),
        "request" => (Kind::Number, kind_of(false).collect()),
        "response" => (Kind::Number, kind_of(true).collect()),
        "text" => (Kind::Text, texts(&[&body["text"]["text"]])),
        "from" => (Kind::Choice, choices(&[&body["from"], &body["asked_by"]])),
        "finding" | "finding.rule" => {
            let rules = subject.findings.iter().map(|(rule, _)| Item::Octets(rule.as_bytes().to_vec()));
            (Kind::Text, rules.chain(texts(&[&own["rule"]])).collect())
        }
        "finding.severity" => {
            let severities = subject.findings.iter().map(|(_, severity)| place(name, severity));
            (Kind::Choice, severities.chain(choices(&[&own["severity"]])).collect())
        }
        "tlv.tag" | "tlv.length" => {
            let key = if name == "tlv.tag" { "tag" } else { "length" };
            (Kind::Number, tlvs(body).iter().filter_map(|tlv| tlv[key].as_u64()).map(Item::Number).collect())
        }
        "frame.number" => {
            let frames = record["pcap"]["frames"].as_array().map_or(&[][..], Vec::as_slice);
            (Kind::Number, numbers(&frames.iter().collect::<Vec<_>>()))
        }
        "frame.time" if is_transaction => (Kind::Time, times(&[&body["request_at"], &body["response_at"]])),
        "frame.time" if event_type == "session" => (Kind::Time, times(&[&own["first_at"], &own["last_at"]])),
        "frame.time" => (Kind::Time, times(&[&record["@timestamp"]])),
        "tcp.stream" => (Kind::Number, numbers(&[&record["tcp_stream"]])),
        "ip.addr" | "ipv6.addr" => (Kind::Address, addresses(&["src_ip", "dest_ip"])),
        "ip.src" | "ipv6.src" => (Kind::Address, addresses(&["src_ip"])),
        "ip.dst" | "ipv6.dst" => (Kind::Address, addresses(&["dest_ip"])),
        "tcp.port" => (Kind::Number, numbers(&[&record["src_port"], &record["dest_port"]])),
        "tcp.srcport" => (Kind::Number, numbers(&[&record["src_port"]])),
        "tcp.dstport" => (Kind::Number, numbers(&[&record["dest_port"]])),
        "session" | "system_id" | "account" => (Kind::Text, texts(&[&record[name]])),
        "side" | "leg" => (Kind::Choice, choices(&[&record["side"]])),
        "outcome" => (Kind::Choice, choices(&[&body["outcome"]])),
        "latency" => {
            let nanos = body["latency_us"].as_f64().map(|micros| nanoseconds(micros * 1e3));
            (Kind::Span, nanos.into_iter().collect())
        }
        "esm_class.type" => bits("esm_class", 0x3c, 2),
        "esm_class.mode" => bits("esm_class", 0x03, 0),
        "esm_class.features" => bits("esm_class", 0xc0, 6),
        "registered_delivery.receipt" => bits("registered_delivery", 0x03, 0),
        "registered_delivery.sme_ack" => bits("registered_delivery", 0x0c, 2),
        "registered_delivery.intermediate" => bits("registered_delivery", 0x10, 4),
        _ => {
            let known = name.strip_prefix("tlv.").unwrap_or(name);
            let known = if known == "dest_addr" { "destination_addr" } else { known };
            if let Some(tag) = known.strip_prefix("0x").map_or_else(|| known.parse().ok(), |_| number(known))
            {
                return match TAGS.iter().find(|(of, _)| *of == tag) {
                    Some((_, name)) => look_up(name, subject),
                    None => {
                        let octets = tlvs(body).into_iter().filter(|tlv| tlv["tag"] == tag);
                        (Kind::Octets, octets.map(|tlv| Item::Octets(hex_of(tlv))).collect())
                    }
                };
            }
            let kinds = [(Kind::Number, NUMBERS), (Kind::Text, TEXTS), (Kind::Octets, OCTETS)];
            let (kind, _) = kinds
                .into_iter()
                .find(|(_, names)| names.contains(&known))
                .unwrap_or_else(|| panic!("{name}: ?"));
            (kind, named(known, body, kind))
        }
    }
}

/// TLVs of a record, those of a response among them.
fn tlvs(body: &Value) -> Vec<&Value> {
    ["tlvs", "response_tlvs"].iter().filter_map(|key| body[*key].as_array()).flatten().collect()
}

fn hex_of(tlv: &Value) -> Vec<u8> {
    unhex(tlv["hex"].as_str().unwrap()).unwrap()
}

/// Values of mandatory fields and TLVs of a name.
fn named(name: &str, body: &Value, kind: Kind) -> Vec<Item> {
    let name = if name == "pdu.system_id" { "system_id" } else { name };
    let item = |value: &Value| match (value, kind) {
        (Value::Number(number), _) => number.as_u64().map(Item::Number),
        (Value::String(text), Kind::Octets) => unhex(text).map(Item::Octets),
        (Value::String(text), _) => Some(Item::Octets(text.as_bytes().to_vec())),
        _ => None,
    };
    let mut items: Vec<Item> = match body["fields"].as_array() {
        Some(fields) => {
            let of_name = fields.iter().filter(|field| {
                let field = field["name"].as_str().unwrap();
                field.rsplit('.').next() == Some(name)
            });
            of_name.filter_map(|field| item(&field["value"])).collect()
        }
        // A transaction has the fields that people ask for, in places of their own.
        None => {
            let value = match name {
                "source_addr" | "destination_addr" => &body[name]["value"],
                "source_addr_ton" => &body["source_addr"]["ton"],
                "source_addr_npi" => &body["source_addr"]["npi"],
                "dest_addr_ton" => &body["destination_addr"]["ton"],
                "dest_addr_npi" => &body["destination_addr"]["npi"],
                _ => &body[name],
            };
            if name == "user_message_reference" { Vec::new() } else { item(value).into_iter().collect() }
        }
    };
    for tlv in tlvs(body) {
        if tlv["name"] == name {
            let octets = || match (kind, hex_of(tlv)) {
                (Kind::Text, octets) => {
                    let end = octets.iter().position(|octet| *octet == 0).unwrap_or(octets.len());
                    octets[..end].to_vec()
                }
                (_, octets) => octets,
            };
            items.push(tlv["value"].as_u64().map_or_else(|| Item::Octets(octets()), Item::Number));
        }
    }
    items
}
