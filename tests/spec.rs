//! The tables of `smpp/spec/` against the facts of the specifications in `spec/*.toml`, and the walk against
//! `spec/vectors.toml`: every command and every TLV in every version, with the values that they decode to.

use std::collections::BTreeSet;

use smpp_inspect::smpp::spec::{
    self, COMMANDS, Charset, Command, Field, Kind, Lengths, Pairing, STATUSES, Section, State, States, TLVS,
    TimeUse, Tlv, TlvSet, Versions, values,
};
use smpp_inspect::smpp::{
    CommandId, CommandStatus, Context, Finding, Role, Severity, Span, TlvTag, Value, Version, Visitor, walk,
};
use toml::{Table, Value as Toml};

const VERSIONS: [(Version, &str, &str); 3] =
    [(Version::V33, "3.3", "v33"), (Version::V34, "3.4", "v34"), (Version::V50, "5.0", "v50")];

fn parse(text: &str) -> Table {
    text.parse().expect("TOML")
}

fn rows(table: &Table, name: &str) -> Vec<Table> {
    table[name].as_array().expect("rows").iter().map(|row| row.as_table().expect("a row").clone()).collect()
}

fn text<'a>(table: &'a Table, key: &str) -> &'a str {
    table.get(key).and_then(Toml::as_str).unwrap_or_default()
}

fn names(table: &Table, key: &str) -> BTreeSet<String> {
    let list = table.get(key).and_then(Toml::as_array).cloned().unwrap_or_default();
    list.iter().map(|name| name.as_str().expect("a name").to_owned()).collect()
}

fn number(table: &Table, key: &str) -> Option<u32> {
    table.get(key).and_then(Toml::as_integer).map(|n| u32::try_from(n).expect("a number"))
}

fn versions(row: &Table) -> BTreeSet<Version> {
    let names = names(row, "versions");
    VERSIONS.iter().filter(|(_, name, _)| names.contains(*name)).map(|(version, ..)| *version).collect()
}

fn set(versions: Versions) -> BTreeSet<Version> {
    VERSIONS.iter().map(|(version, ..)| *version).filter(|version| versions.contains(*version)).collect()
}

fn vectors() -> Vec<Table> {
    let table = parse(include_str!("spec/vectors.toml"));
    let mut vectors = rows(&table, "vector");
    vectors.append(&mut rows(&table, "tlv_vector"));
    vectors
}

fn commands() -> Table {
    parse(include_str!("spec/commands.toml"))
}

#[test]
fn the_commands_are_those_of_the_specifications() {
    let rows = rows(&commands(), "command");
    assert_eq!(rows.len(), COMMANDS.len());
    for row in &rows {
        let name = text(row, "name");
        let command =
            spec::command(CommandId(number(row, "id").unwrap())).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(command.name, name);
        assert_eq!(set(command.versions), versions(row), "{name}");
        let other = |key| spec::command(id_of(text(row, key))).expect("the other command").id;
        let pairing = match text(row, "kind") {
            "nack" => Pairing::AnswersAny,
            "notification" => Pairing::OneWay,
            "request" => Pairing::Asks(other("response")),
            "response" => Pairing::Answers(other("request")),
            kind => panic!("{kind}"),
        };
        assert_eq!(command.pairing, pairing, "{name}");
        let from = match text(row, "direction") {
            "both" => None,
            "ESME->MC" => Some(Role::Esme),
            "MC->ESME" => Some(Role::Smsc),
            direction => panic!("{direction}"),
        };
        assert_eq!(command.from, from, "{name}");
        assert_eq!(tags(command.tlvs_v34), listed(row, "tlvs_v34"), "{name}");
        assert_eq!(tags(command.tlvs_v50), listed(row, "tlvs_v50"), "{name}");
        assert_eq!(tags(command.mandatory_v50), listed(row, "tlvs_v50_mandatory"), "{name}");
        let v34 = if row.contains_key("states_v34_accept") { "states_v34_accept" } else { "states_v34" };
        for (allowed, key) in [(command.states_v34, v34), (command.states_v50, "states_v50")] {
            let stated = row.get(key).and_then(Toml::as_table);
            assert_eq!(allowed.is_some(), stated.is_some(), "{name}");
            if let (Some(allowed), Some(stated)) = (allowed, stated) {
                assert_eq!(states(allowed.esme), names(stated, "ESME"), "{name}");
                assert_eq!(states(allowed.smsc), names(stated, "MC"), "{name}");
            }
        }
        assert_section(command.section, row, name);
        let absent =
            row.get("body_when_status_nonzero").and_then(Toml::as_table).cloned().unwrap_or_default();
        for (version, _, key) in VERSIONS {
            assert_eq!(
                command.absent_on_error.contains(version),
                text(&absent, key).contains("absent"),
                "{name}"
            );
        }
    }
}

#[test]
fn the_bodies_are_those_of_the_specifications() {
    let table = commands();
    for row in &rows(&table, "command") {
        let command = spec::command(CommandId(number(row, "id").unwrap())).unwrap();
        assert_fields(command.body, &rows_or_none(row, "fields"), command);
    }
    let structures = rows(&table, "structure");
    let item = |list: &Field| match list.kind {
        Kind::List { item, .. } => item,
        _ => panic!("{}", list.name),
    };
    let multi = spec::command(CommandId::SUBMIT_MULTI).unwrap();
    for structure in &structures {
        match text(structure, "name") {
            "dest_address" => {
                let [entry] = item(&spec::fields::DEST_ADDRESS) else { panic!("one entry") };
                let Kind::OneOf { flag, cases, .. } = &entry.kind else { panic!("cases") };
                assert_eq!(flag.name, text(structure, "selector"));
                let variants = rows(structure, "variant");
                assert_eq!(cases.len(), variants.len());
                for ((case, fields), variant) in cases.iter().zip(&variants) {
                    assert_eq!(Some(u32::from(*case)), number(variant, "selector_value"));
                    assert_fields(fields, &rows(variant, "fields"), multi);
                }
            }
            "unsuccess_sme" => {
                assert_fields(item(&spec::fields::UNSUCCESS_SME), &rows(structure, "fields"), multi)
            }
            "message_details" => {
                let command = spec::command(CommandId::QUERY_LAST_MSGS_RESP).unwrap();
                assert_fields(item(&spec::fields::MESSAGE_DETAILS), &rows(structure, "fields"), command);
            }
            other => panic!("{other}"),
        }
    }
}

#[test]
fn the_tlvs_are_those_of_the_specifications() {
    let rows = rows(&parse(include_str!("spec/tlvs.toml")), "tlv");
    assert_eq!(rows.len(), TLVS.len());
    for row in &rows {
        let name = text(row, "name");
        let tag = TlvTag(u16::try_from(number(row, "tag").unwrap()).unwrap());
        let tlv: &Tlv = spec::tlv(tag).unwrap_or_else(|| panic!("{name}"));
        assert_eq!(tlv.name(), name);
        assert_eq!(set(tlv.versions()), versions(row), "{name}");
        assert_eq!(tlv.repeat, row["multiple"].as_bool().unwrap(), "{name}");
        assert_eq!(tlv.lengths_v34, row.get("len_v34").map(lengths), "{name}");
        // 5.0 prints 16 octets for a format of 17.
        let accepted = row.get("accept_v50").is_some().then_some(Lengths::Either(16, 17));
        assert_eq!(tlv.lengths_v50, accepted.or_else(|| row.get("len_v50").map(lengths)), "{name}");
        assert_section(tlv.field.section, row, name);
        for command in COMMANDS {
            let carried = |key| names(row, key).contains(command.name);
            assert_eq!(command.tlvs_v34.contains(tag), carried("carried_by_v34"), "{name} {}", command.name);
            assert_eq!(command.tlvs_v50.contains(tag), carried("carried_by_v50"), "{name} {}", command.name);
        }
    }
}

#[test]
fn the_statuses_are_those_of_the_specifications() {
    let rows = rows(&parse(include_str!("spec/command_status.toml")), "status");
    assert_eq!(rows.len(), STATUSES.len());
    for row in &rows {
        let value = CommandStatus(number(row, "value").unwrap());
        let status = spec::status(value).unwrap_or_else(|| panic!("{}", text(row, "name")));
        assert_eq!((status.value, status.name), (value, text(row, "name")));
        assert_eq!(set(status.versions), versions(row), "{}", status.name);
        assert_eq!(format!("{:?}", status.retry).to_lowercase(), text(row, "retry_class"), "{}", status.name);
        assert_eq!(value.name(), Some(status.name));
    }
}

#[test]
fn the_values_are_those_of_the_specifications() {
    let table = parse(include_str!("spec/values.toml"));
    let mut compared = 0;
    for values in values::all() {
        let stated = table[values.name].as_table().unwrap();
        for group in values.groups {
            let part = if group.name.is_empty() { stated } else { stated[group.name].as_table().unwrap() };
            let entries = rows(part, "entries");
            assert_eq!(group.entries.len(), entries.len(), "{}", values.name);
            for (entry, row) in group.entries.iter().zip(&entries) {
                let from = number(row, "value").or(number(row, "from")).unwrap();
                let to = number(row, "value").or(number(row, "to")).unwrap();
                assert_eq!(
                    (entry.from, entry.to, entry.name),
                    (from, to, text(row, "name")),
                    "{}",
                    values.name
                );
                if row.contains_key("versions") {
                    assert_eq!(set(entry.versions), versions(row), "{} {from}", values.name);
                } else {
                    assert_eq!(entry.versions, Versions::SINCE_34, "{} {from}", values.name);
                }
                compared += 1;
            }
        }
    }
    assert!(compared > 250, "{compared}");
}

#[test]
fn every_vector_decodes_to_its_values() {
    let vectors = vectors();
    assert_eq!(vectors.len(), 197);
    for vector in &vectors {
        let name = format!("{} {}", text(vector, "command"), text(vector, "version"));
        let pdu = octets(text(vector, "hex"));
        let (version, ..) =
            VERSIONS.into_iter().find(|(_, name, _)| *name == text(vector, "version")).unwrap();
        let from = Some(if text(vector, "from") == "E" { Role::Esme } else { Role::Smsc });
        let mut tree = Tree::default();
        let facts = walk(&pdu, Context { version: Some(version), from }, &mut tree);

        assert_eq!(facts.command.map(|command| command.name), Some(text(vector, "command")));
        let fields = vector.get("fields").and_then(Toml::as_table).cloned().unwrap_or_default();
        // The vectors of TLVs state the TLVs only.
        if !vector.contains_key("tlv") {
            assert_eq!(tree.fields, fields, "{name}");
        }
        assert_eq!(tree.tlvs, rows_or_none(vector, "tlvs"), "{name}");
        let found = tree.findings.iter().map(|finding| finding.rule.rule());
        let found: BTreeSet<_> =
            found.filter(|rule| rule.severity != Severity::Note).map(|rule| rule.id.to_owned()).collect();
        assert_eq!(found, names(vector, "also"), "{name}");
        assert_eq!(tree.covered.max(16), pdu.len() as u32, "{name}: fields and TLVs tile the body");
        assert_eq!(facts.errors, 0);
    }
}

#[test]
fn a_vector_has_no_finding_either_when_its_version_is_unknown() {
    for vector in &vectors() {
        if text(vector, "version") == "3.3" || vector.contains_key("also") {
            continue;
        }
        let mut tree = Tree::default();
        walk(&octets(text(vector, "hex")), Context::default(), &mut tree);
        let found: Vec<_> =
            tree.findings.iter().filter(|f| f.rule.rule().severity != Severity::Note).collect();
        assert!(found.is_empty(), "{} {}: {found:?}", text(vector, "command"), text(vector, "version"));
    }
}

/// The values of a PDU in the form of the vectors.
#[derive(Default)]
struct Tree {
    fields: Table,
    items: Option<Vec<Toml>>,
    tlvs: Vec<Table>,
    findings: Vec<Finding>,
    covered: u32,
}

impl Visitor for Tree {
    fn field(&mut self, field: &'static Field, value: Value<'_>, span: Span) {
        self.cover(span);
        let value = match value {
            Value::Integer(value) => Toml::Integer(i64::from(value)),
            Value::Text(octets) => Toml::String(octets.iter().copied().map(char::from).collect()),
            Value::Octets(octets) => Toml::String(format!("hex:{}", hex(octets))),
        };
        let fields = match self.items.as_mut().and_then(|items| items.last_mut()) {
            Some(item) => item.as_table_mut().unwrap(),
            None => &mut self.fields,
        };
        fields.insert(field.name.to_owned(), value);
    }

    fn list(&mut self, _: &'static Field, _: u32) {
        self.items = Some(Vec::new());
    }

    fn item(&mut self, _: &'static Field, index: u32) {
        let items = self.items.as_mut().unwrap();
        assert_eq!(items.len(), index as usize);
        items.push(Toml::Table(Table::new()));
    }

    fn list_end(&mut self, field: &'static Field, _: Span) {
        self.fields.insert(field.name.to_owned(), Toml::Array(self.items.take().unwrap()));
    }

    fn tlv(&mut self, tag: TlvTag, known: Option<&'static Tlv>, octets: &[u8], _: Value<'_>, span: Span) {
        self.cover(span);
        assert_eq!(known.map(|tlv| tlv.tag), Some(tag));
        let mut row = Table::new();
        row.insert("name".to_owned(), Toml::String(tag.name().unwrap().to_owned()));
        row.insert("value".to_owned(), Toml::String(hex(octets)));
        self.tlvs.push(row);
    }

    fn finding(&mut self, finding: Finding) {
        self.findings.push(finding);
    }
}

impl Tree {
    fn cover(&mut self, span: Span) {
        assert_eq!(span.start, self.covered.max(16));
        self.covered = span.end;
    }
}

fn id_of(name: &str) -> CommandId {
    COMMANDS.iter().find(|command| command.name == name).unwrap_or_else(|| panic!("{name}")).id
}

fn rows_or_none(table: &Table, key: &str) -> Vec<Table> {
    if table.contains_key(key) { rows(table, key) } else { Vec::new() }
}

fn tags(set: TlvSet) -> BTreeSet<&'static str> {
    set.iter().map(Tlv::name).collect()
}

/// The TLVs of a list. failed_broadcast_area_identifier has no tag of its own.
fn listed(row: &Table, key: &str) -> BTreeSet<&'static str> {
    names(row, key)
        .iter()
        .map(|name| name.strip_prefix("failed_").unwrap_or(name))
        .map(|name| TLVS.iter().find(|tlv| tlv.name() == name).unwrap_or_else(|| panic!("{name}")).name())
        .collect()
}

fn states(states: States) -> BTreeSet<String> {
    [
        (State::Open, "OPEN"),
        (State::Outbound, "OUTBOUND"),
        (State::BoundTx, "BOUND_TX"),
        (State::BoundRx, "BOUND_RX"),
        (State::BoundTrx, "BOUND_TRX"),
        (State::Unbound, "UNBOUND"),
    ]
    .into_iter()
    .filter(|(state, _)| states.contains(*state))
    .map(|(_, name)| name.to_owned())
    .collect()
}

fn assert_section(section: Section, row: &Table, name: &str) {
    let stated = row["spec"].as_table().unwrap();
    let have = [section.v33, section.v34, section.v50];
    assert_eq!(have, ["v33", "v34", "v50"].map(|key| text(stated, key)), "{name}");
}

fn lengths(value: &Toml) -> Lengths {
    let table = value.as_table().unwrap();
    let octets = |key| number(table, key).map(|n| u16::try_from(n).unwrap());
    if let Some(either) = table.get("one_of").and_then(Toml::as_array) {
        let [a, b] = either.as_slice() else { panic!("{value}") };
        return Lengths::Either(a.as_integer().unwrap() as u16, b.as_integer().unwrap() as u16);
    }
    octets("exact")
        .map_or_else(|| Lengths::Between(octets("min").unwrap(), octets("max").unwrap()), Lengths::Exact)
}

/// Compares the fields of a body or an item with their rows, in each version that has them.
fn assert_fields(fields: &[&Field], rows: &[Table], command: &Command) {
    assert_eq!(
        fields.iter().map(|field| field.name).collect::<Vec<_>>(),
        rows.iter().map(|row| text(row, "name")).collect::<Vec<_>>(),
        "{}",
        command.name
    );
    for (field, row) in fields.iter().zip(rows) {
        let what = format!("{} {}", command.name, field.name);
        assert_eq!(field.secret, row.get("secret").is_some(), "{what}");
        let values = field.values.map_or("", |values| values.name);
        let known = values::all().any(|values| values.name == text(row, "values"));
        assert_eq!(values, if known { text(row, "values") } else { "" }, "{what}");
        for (at, (_, _, key)) in VERSIONS.into_iter().enumerate() {
            let Some(length) = row.get(&format!("len_{key}")).and_then(Toml::as_table) else { continue };
            let kind = row.get(&format!("type_{key}")).unwrap_or(&row["type"]).as_str().unwrap();
            match &field.kind {
                Kind::U8 | Kind::U16 | Kind::U32 => {
                    assert_eq!(
                        (kind, number(length, "exact")),
                        ("Integer", Some(field.kind.min_len())),
                        "{what}"
                    );
                }
                Kind::CString { max, charset_v33 } => {
                    let charset = match kind {
                        "C-Octet String (Decimal)" => Charset::Decimal,
                        "C-Octet String (Hex)" => Charset::Hex,
                        _ => Charset::Any,
                    };
                    // deliver_sm_resp of 3.4 has one octet only; a rule of its own judges that.
                    let exact = number(length, "exact").map(|_| 65);
                    assert_eq!(Some(u32::from(max[at])), exact.or(number(length, "max")), "{what}");
                    assert!(key != "v33" || charset == *charset_v33, "{what}");
                }
                Kind::Time(of) => {
                    assert_eq!(text(row, "values"), "time_format", "{what}");
                    assert_eq!(
                        length.contains_key("exact"),
                        *of == TimeUse::UnusedIn34 && key == "v34",
                        "{what}"
                    );
                }
                Kind::Octets { length: counter } => {
                    assert_eq!(counter.name, text(length, "counted_by"), "{what}")
                }
                Kind::List { count, .. } => assert_eq!(count.name, text(length, "repeat"), "{what}"),
                Kind::Rest | Kind::OneOf { .. } => panic!("{what}"),
            }
        }
    }
}

fn hex(octets: &[u8]) -> String {
    octets.iter().map(|octet| format!("{octet:02X}")).collect()
}

fn octets(hex: &str) -> Vec<u8> {
    let digits: Vec<_> = hex.chars().map(|c| c.to_digit(16).expect("hex")).collect();
    digits.chunks_exact(2).map(|pair| (pair[0] * 16 + pair[1]) as u8).collect()
}
