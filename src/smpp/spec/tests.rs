//! What holds for the tables as such; `tests/spec.rs` compares them with the facts of the specifications.

use std::collections::BTreeSet;

use super::*;
use crate::smpp::Version;

/// Every field, those within lists and TLVs included.
fn all_fields() -> Vec<&'static Field> {
    let mut all = fields::FIELDS.to_vec();
    all.extend(TLVS.iter().map(|tlv| &tlv.field));
    all
}

fn is_snake_case(name: &str) -> bool {
    !name.is_empty()
        && name.chars().all(|c| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '_')
        && !name.starts_with('_')
        && !name.ends_with('_')
}

fn unique<T: Ord>(items: impl IntoIterator<Item = T>) -> bool {
    let mut seen = BTreeSet::new();
    items.into_iter().all(|item| seen.insert(item))
}

#[test]
fn names_are_unique_and_snake_case() {
    assert!(unique(COMMANDS.iter().map(|command| command.name)));
    assert!(unique(TLVS.iter().map(|tlv| tlv.name())));
    assert!(unique(STATUSES.iter().map(|status| status.name)));
    assert!(unique(values::all().map(|values| values.name)));
    let names =
        COMMANDS.iter().flat_map(|command| [command.name].into_iter().chain(command.aliases.iter().copied()));
    let names = names.chain(values::all().map(|values| values.name));
    let names = names.chain(
        all_fields()
            .into_iter()
            .flat_map(|field| [field.name].into_iter().chain(field.aliases.iter().copied())),
    );
    for name in names {
        assert!(is_snake_case(name), "{name}");
    }
    for status in &STATUSES {
        assert!(status.name.starts_with("ESME_R"), "{}", status.name);
    }
    // A body has no name twice, and no field has the name of an item's field in it.
    for command in COMMANDS {
        assert!(unique(command.body.iter().map(|field| field.name)), "{}", command.name);
    }
}

#[test]
fn numbers_are_unique_and_are_found() {
    assert!(unique(COMMANDS.iter().map(|command| command.id)));
    assert!(unique(TLVS.iter().map(|tlv| tlv.tag)));
    assert!(unique(STATUSES.iter().map(|status| status.value)));
    for row in COMMANDS {
        assert_eq!(command(row.id).map(|found| found.name), Some(row.name));
    }
    for row in TLVS {
        assert_eq!(tlv(row.tag).map(Tlv::name), Some(row.name()));
    }
    for row in &STATUSES {
        assert_eq!(status(row.value).map(|found| found.name), Some(row.name));
    }
}

#[test]
fn numbers_of_no_row_are_not_found() {
    let ids: BTreeSet<_> = COMMANDS.iter().map(|command| command.id.0).collect();
    for id in
        (0..0x2000).flat_map(|id| [id, id | CommandId::RESPONSE]).chain([0x7FFF_FFFF, u32::MAX, 0x0001_0200])
    {
        assert_eq!(command(CommandId(id)).is_some(), ids.contains(&id), "{id:#x}");
    }
    let tags: BTreeSet<_> = TLVS.iter().map(|tlv| tlv.tag.0).collect();
    for tag in 0..=u16::MAX {
        assert_eq!(tlv(TlvTag(tag)).is_some(), tags.contains(&tag), "{tag:#x}");
        assert_eq!(TlvSet::only(TlvTag(tag)).is_empty(), !tags.contains(&tag), "{tag:#x}");
    }
    let statuses: BTreeSet<_> = STATUSES.iter().map(|status| status.value.0).collect();
    for value in (0..0x2000).chain([u32::MAX]) {
        assert_eq!(status(CommandStatus(value)).is_some(), statuses.contains(&value), "{value:#x}");
    }
}

#[test]
fn pairings_point_at_each_other() {
    for row in COMMANDS {
        match row.pairing {
            Pairing::Asks(response) => {
                assert_eq!(response, row.id.response(), "{}", row.name);
                assert_eq!(command(response).unwrap().pairing, Pairing::Answers(row.id), "{}", row.name);
                assert!(!row.is_response());
            }
            Pairing::Answers(request) => {
                assert_eq!(command(request).unwrap().pairing, Pairing::Asks(row.id), "{}", row.name);
                assert!(row.is_response());
            }
            Pairing::OneWay => assert!(command(row.id.response()).is_none(), "{}", row.name),
            Pairing::AnswersAny => assert_eq!(row.id, CommandId::GENERIC_NACK),
        }
    }
}

#[test]
fn a_response_comes_from_the_side_that_was_asked() {
    for row in COMMANDS {
        if let Pairing::Asks(response) = row.pairing {
            assert_eq!(
                command(response).unwrap().from,
                row.from.map(crate::smpp::Role::other),
                "{}",
                row.name
            );
        }
    }
}

/// Every counter of a list or an octet string stands before it, is kept, and is an integer.
fn counters_are_earlier(fields: &[&'static Field], before: &mut Vec<&'static str>) {
    for field in fields {
        match &field.kind {
            Kind::Octets { length: counter } | Kind::List { count: counter, .. } => {
                assert!(before.contains(&counter.name), "{}", field.name);
                assert!(counter.slot.is_some() && matches!(counter.kind, Kind::U8), "{}", counter.name);
            }
            _ => {}
        }
        match &field.kind {
            Kind::List { item, .. } => counters_are_earlier(item, &mut before.clone()),
            Kind::OneOf { flag, cases, .. } => {
                assert!(matches!(flag.kind, Kind::U8));
                for (_, fields) in *cases {
                    counters_are_earlier(fields, &mut before.clone());
                }
            }
            _ => {}
        }
        before.push(field.name);
    }
}

#[test]
fn every_length_field_is_earlier_in_the_same_body() {
    for command in COMMANDS {
        counters_are_earlier(command.body, &mut Vec::new());
    }
}

#[test]
fn every_field_of_a_body_is_listed() {
    for command in COMMANDS {
        for field in command.body {
            assert!(fields::FIELDS.iter().any(|listed| std::ptr::eq(*listed, *field)), "{}", field.name);
        }
    }
}

#[test]
fn every_row_has_a_section_and_a_doc() {
    let complete = |name: &str, section: Section, doc: &str, versions: Versions| {
        assert!(!doc.is_empty() && doc.ends_with('.') || doc.len() > 3, "{name}");
        for version in [Version::V33, Version::V34, Version::V50] {
            if versions.contains(version) {
                assert_eq!(section.of(version).0, version, "{name} {version}");
            }
        }
    };
    for command in COMMANDS {
        complete(command.name, command.section, command.doc, command.versions);
    }
    for tlv in TLVS {
        complete(tlv.name(), tlv.field.section, tlv.field.doc, tlv.versions());
    }
    for status in &STATUSES {
        complete(status.name, status.section, status.doc, status.versions);
    }
    for command in COMMANDS {
        for field in command.body {
            complete(field.name, field.section, field.doc, command.versions);
        }
    }
}

#[test]
fn every_tlv_that_a_command_lists_exists_in_that_version() {
    for command in COMMANDS {
        for tlv in command.tlvs_v34.iter() {
            assert!(tlv.lengths_v34.is_some(), "{} {}", command.name, tlv.name());
        }
        for tlv in command.tlvs_v50.iter() {
            assert!(tlv.lengths_v50.is_some(), "{} {}", command.name, tlv.name());
        }
        assert!(command.mandatory_v50.without(command.tlvs_v50).is_empty(), "{}", command.name);
        assert!(command.versions.contains(Version::V34) || command.tlvs_v34.is_empty(), "{}", command.name);
    }
}

#[test]
fn every_tlv_but_congestion_state_is_listed_by_a_command() {
    let listed =
        COMMANDS.iter().fold(TlvSet::NONE, |all, command| all.or(command.tlvs_v34).or(command.tlvs_v50));
    let unlisted: Vec<_> =
        TLVS.iter().filter(|tlv| !listed.contains(tlv.tag)).map(|tlv| tlv.name()).collect();
    assert_eq!(unlisted, ["congestion_state"]);
}

#[test]
fn slots_are_used_by_one_name_each() {
    let slots: BTreeSet<_> = fields::FIELDS
        .iter()
        .filter_map(|field| Some((format!("{:?}", field.slot?), field.name.trim_end_matches("_flag"))))
        .map(|(slot, name)| (slot, name.trim_start_matches("replace_if_present").to_owned()))
        .collect();
    assert!(unique(slots.iter().map(|(slot, _)| slot)), "{slots:?}");
    let tlvs: Vec<_> = TLVS.iter().filter_map(|tlv| tlv.slot).map(TlvSlot::place).collect();
    assert!(unique(tlvs.iter()));
    assert_eq!(tlvs.len(), TlvSlot::COUNT);
}

#[test]
fn passwords_are_secret_and_nothing_else_is() {
    let secrets: BTreeSet<_> =
        all_fields().iter().filter(|field| field.secret).map(|field| field.name).collect();
    assert_eq!(secrets.into_iter().collect::<Vec<_>>(), ["password"]);
}

#[test]
fn values_are_allowed_in_the_versions_that_define_them() {
    for (values, value, versions) in [
        (&values::TON, 6, Versions::SINCE_34),
        (&values::TON, 7, Versions::NONE),
        (&values::NPI, 2, Versions::NONE),
        (&values::PRIORITY_FLAG, 1, Versions::ALL),
        (&values::PRIORITY_FLAG, 4, Versions::ONLY_50),
        (&values::DATA_CODING, 0x18, Versions::ONLY_33),
        (&values::DATA_CODING, 0x80, Versions::NONE),
        (&values::DATA_CODING, 8, Versions::ALL),
        (&values::REGISTERED_DELIVERY, 1, Versions::ALL),
        (&values::REGISTERED_DELIVERY, 3, Versions::ONLY_50),
        (&values::REGISTERED_DELIVERY, 0x20, Versions::NONE),
        (&values::ESM_CLASS_SUBMIT, 0x04, Versions::ONLY_50),
        (&values::ESM_CLASS_DELIVER, 0x04, Versions::SINCE_34),
        (&values::MESSAGE_STATE, 0, Versions::ONLY_50),
        (&values::BROADCAST_CONTENT_TYPE, 0x100, Versions::SINCE_34),
        (&values::BROADCAST_CONTENT_TYPE, 0x101, Versions::NONE),
    ] {
        assert_eq!(values.allowed(value), versions, "{} {value:#x}", values.name);
    }
}

#[test]
fn a_bit_field_means_something_in_each_of_its_parts() {
    let parts: Vec<_> = values::ESM_CLASS_SUBMIT
        .meanings(0x43, Some(Version::V34))
        .map(|(group, name)| (group.name, name))
        .collect();
    assert_eq!(
        parts,
        [("mode", "Store and Forward"), ("type", "Default (normal message)"), ("features", "UDHI")]
    );
    assert_eq!(values::MESSAGE_STATE.meaning(2, None), Some("DELIVERED"));
    assert_eq!(values::MESSAGE_STATE.meaning(9, Some(Version::V34)), None);
}

#[test]
fn names_print_as_the_specification_spells_them() {
    assert_eq!(CommandId::SUBMIT_SM.to_string(), "submit_sm");
    assert_eq!(CommandId(0x0A).to_string(), "0x0000000a");
    assert_eq!(CommandStatus::RTHROTTLED.to_string(), "ESME_RTHROTTLED");
    assert_eq!(CommandStatus(0x400).to_string(), "0x00000400 (vendor)");
    assert_eq!(CommandStatus(0x200).to_string(), "0x00000200 (reserved)");
    assert_eq!(TlvTag::MESSAGE_PAYLOAD.name(), Some("message_payload"));
}
