//! What vendors put into the ranges that the specification leaves to them: names and types of TLVs, names of statuses. The
//! same numbers mean different things at different vendors, so a dictionary is chosen, never guessed.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::explain::{self, Entry};
use super::model::{Dissection, Status, Tlv, Value};
use crate::smpp::spec::{self, is_vendor_status};
use crate::smpp::{CommandStatus, TlvTag};

/// TLVs and statuses of a vendor, by number.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Dictionary {
    tlvs: BTreeMap<u16, VendorTlv>,
    statuses: BTreeMap<u32, VendorStatus>,
}

/// Dictionaries that come with the tool: name and content.
const PROFILES: &[(&str, &str)] = &[
    ("india-dlt", include_str!("profiles/india-dlt.toml")),
    ("osmocom", include_str!("profiles/osmocom.toml")),
];

/// The names of the dictionaries that come with the tool.
pub fn profiles() -> impl Iterator<Item = &'static str> {
    PROFILES.iter().map(|(name, _)| *name)
}

#[derive(Debug, Deserialize)]
#[serde(deny_unknown_fields)]
struct File {
    #[serde(default)]
    tlv: Vec<VendorTlv>,
    #[serde(default)]
    status: Vec<VendorStatus>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VendorTlv {
    tag: u16,
    name: String,
    #[serde(rename = "type", default)]
    kind: Kind,
    /// Octets at most.
    length: Option<u32>,
    /// What the numbers mean.
    #[serde(default)]
    values: BTreeMap<String, String>,
    doc: Option<String>,
}

#[derive(Clone, Debug, PartialEq, Eq, Deserialize)]
#[serde(deny_unknown_fields)]
struct VendorStatus {
    value: u32,
    name: String,
}

/// How a value is read; Kannel's words count too.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
enum Kind {
    /// Hex.
    #[default]
    #[serde(alias = "octetstring")]
    Octets,
    /// Characters, with or without a NUL.
    #[serde(alias = "nulterminatedstring")]
    Text,
    /// A number of up to 4 octets.
    Integer,
}

impl Dictionary {
    /// One that comes with the tool.
    ///
    /// # Errors
    ///
    /// There is none of that name.
    pub fn profile(name: &str) -> Result<Self, String> {
        let found = PROFILES.iter().find(|(profile, _)| *profile == name);
        let (_, text) = found
            .ok_or_else(|| format!("no profile, there are {}", profiles().collect::<Vec<_>>().join(", ")))?;
        Self::parse(text)
    }

    /// Reads a dictionary: tables `[[tlv]]` with `tag`, `name` and perhaps `type` (`octets`, `text`, `integer`), `length`,
    /// `values` and `doc`, and tables `[[status]]` with `value` and `name`.
    ///
    /// # Errors
    ///
    /// What is wrong with the text, and in which line; a number that the specification defines itself.
    pub fn parse(text: &str) -> Result<Self, String> {
        let file: File =
            toml::from_str(text).map_err(|error| error.to_string().trim_end().replace('\n', " "))?;
        let mut dictionary = Self::default();
        for tlv in file.tlv {
            if spec::tlv(TlvTag(tlv.tag)).is_some() {
                return Err(format!(
                    "tag 0x{:04x}: the specification defines it, a vendor's is needed",
                    tlv.tag
                ));
            }
            dictionary.tlvs.insert(tlv.tag, tlv);
        }
        for status in file.status {
            if spec::status(CommandStatus(status.value)).is_some() {
                let value = status.value;
                return Err(format!(
                    "status 0x{value:08x}: the specification defines it, a vendor's is needed"
                ));
            }
            dictionary.statuses.insert(status.value, status);
        }
        Ok(dictionary)
    }

    /// The same with all of `other`, which wins where both say something.
    #[must_use]
    pub fn with(mut self, other: Self) -> Self {
        self.tlvs.extend(other.tlvs);
        self.statuses.extend(other.statuses);
        self
    }

    /// What `word`, a number or a name, stands for with this vendor.
    #[must_use]
    pub fn explain(&self, word: &str) -> Vec<Entry> {
        let number = explain::number(word);
        let is_meant = |name: &str, own: u32| number == Some(own) || name.eq_ignore_ascii_case(word.trim());
        let tlvs = self.tlvs.values().filter(|tlv| is_meant(&tlv.name, tlv.tag.into())).map(|tlv| {
            let kind = match tlv.kind {
                Kind::Octets => "octets",
                Kind::Text => "text",
                Kind::Integer => "integer",
            };
            let mut facts = vec![("type".to_owned(), kind.to_owned())];
            facts.extend(tlv.length.map(|most| ("octets".to_owned(), format!("at most {most}"))));
            if !tlv.values.is_empty() {
                let values: Vec<String> =
                    tlv.values.iter().map(|(value, name)| format!("{value} {name}")).collect();
                facts.push(("values".to_owned(), values.join("; ")));
            }
            Entry {
                kind: "TLV",
                title: format!("{} 0x{:04x}", tlv.name, tlv.tag),
                doc: tlv.doc.clone().unwrap_or_else(|| "of a vendor".to_owned()),
                facts,
            }
        });
        let statuses = self.statuses.values().filter(|status| is_meant(&status.name, status.value));
        tlvs.chain(statuses.map(|status| Entry {
            kind: "status",
            title: format!("{} 0x{:08x} ({})", status.name, status.value, status.value),
            doc: "of a vendor".to_owned(),
            facts: Vec::new(),
        }))
        .collect()
    }

    /// Names what the specification leaves to vendors.
    pub fn apply(&self, dissection: &mut Dissection) {
        for pdu in &mut dissection.pdus {
            self.name_status(&mut pdu.command_status);
            pdu.tlvs.iter_mut().for_each(|tlv| self.name_tlv(tlv));
        }
    }

    fn name_status(&self, status: &mut Status) {
        if let Some(known) = self.statuses.get(&status.value)
            && status.name.is_none()
            && (is_vendor_status(CommandStatus(status.value))
                || spec::status(CommandStatus(status.value)).is_none())
        {
            status.name = Some(known.name.clone());
        }
    }

    fn name_tlv(&self, tlv: &mut Tlv) {
        let Some(known) = self.tlvs.get(&tlv.tag).filter(|_| tlv.name.is_none()) else { return };
        tlv.name = Some(known.name.clone());
        tlv.meaning.clone_from(&known.doc);
        if let Some(most) = known.length.filter(|most| tlv.length > *most) {
            tlv.meaning = Some(format!("{} octets, at most {most} by the dictionary", tlv.length));
            return;
        }
        let Value::Text(hex) = &tlv.value else { return };
        let octets: Vec<u8> = (0..hex.len() / 2)
            .filter_map(|at| u8::from_str_radix(hex.get(at * 2..at * 2 + 2)?, 16).ok())
            .collect();
        match known.kind {
            Kind::Octets => {}
            Kind::Text => {
                let text = octets.strip_suffix(&[0]).unwrap_or(&octets);
                if text.iter().all(|octet| matches!(octet, b' '..=b'~')) {
                    tlv.value = Value::Text(String::from_utf8_lossy(text).into_owned());
                }
            }
            Kind::Integer if (1..=4).contains(&octets.len()) => {
                let number = octets.iter().fold(0_u32, |number, octet| number << 8 | u32::from(*octet));
                tlv.value = Value::Number(number);
                if let Some(meaning) = known.values.get(&number.to_string()) {
                    tlv.meaning = Some(meaning.clone());
                }
            }
            Kind::Integer => {}
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::dissect::{Given, dissect, input};

    /// Name, value and meaning of a TLV.
    type Shown = (Option<String>, Value, Option<String>);

    /// A submit_sm_resp with a vendor's status and TLVs 0x1400, 0x1401 and 0x1402.
    fn named(dictionary: &Dictionary) -> (Option<String>, Vec<Shown>) {
        let hex =
            "00000029 80000004 00000401 00000001 00 1400 0004 31323334 1401 0001 07 1402 0003 616200 0000";
        let length = hex.replace(' ', "").len() / 2;
        let hex = hex.replacen("00000029", &format!("{length:08x}"), 1);
        let mut dissection = dissect(&input::parse(&hex).unwrap(), Given::default());
        dictionary.apply(&mut dissection);
        let pdu = dissection.pdus.remove(0);
        let tlvs = pdu.tlvs.into_iter().map(|tlv| (tlv.name, tlv.value, tlv.meaning)).collect();
        (pdu.command_status.name, tlvs)
    }

    #[test]
    fn a_dictionary_names_what_vendors_define() {
        let dictionary = Dictionary::parse(
            "[[tlv]]\ntag = 0x1400\nname = \"entity\"\ntype = \"nulterminatedstring\"\nlength = 30\n\
             [[tlv]]\ntag = 0x1401\nname = \"route\"\ntype = \"integer\"\nvalues = { 7 = \"premium\" }\n\
             [[tlv]]\ntag = 0x1402\nname = \"short\"\nlength = 2\n\
             [[status]]\nvalue = 0x401\nname = \"ACME_BLOCKED\"\n",
        );
        let (status, tlvs) = named(&dictionary.unwrap());
        assert_eq!(status.as_deref(), Some("ACME_BLOCKED"));
        let name = |name: &str| Some(name.to_owned());
        assert_eq!(tlvs[0], (name("entity"), Value::Text("1234".to_owned()), None));
        assert_eq!(tlvs[1], (name("route"), Value::Number(7), name("premium")));
        let long = name("3 octets, at most 2 by the dictionary");
        assert_eq!(tlvs[2], (name("short"), Value::Text("616200".to_owned()), long));
        assert_eq!(named(&Dictionary::default()).1[0].0, None);
    }

    #[test]
    fn a_vendors_words_are_explained_by_number_and_by_name() {
        let dictionary = Dictionary::parse(
            "[[tlv]]\ntag = 0x1500\nname = \"route\"\ntype = \"integer\"\nlength = 1\nvalues = { 1 = \"cheap\" }\n\
             [[status]]\nvalue = 0x500\nname = \"NO_CREDIT\"\n",
        )
        .unwrap();
        let [tlv] = &dictionary.explain("0x1500")[..] else { panic!("one TLV") };
        assert_eq!((tlv.kind, tlv.title.as_str()), ("TLV", "route 0x1500"));
        let facts: Vec<(&str, &str)> =
            tlv.facts.iter().map(|(what, said)| (what.as_str(), said.as_str())).collect();
        assert_eq!(facts, [("type", "integer"), ("octets", "at most 1"), ("values", "1 cheap")]);
        assert_eq!(dictionary.explain("Route"), dictionary.explain("5376"));
        assert_eq!(dictionary.explain("no_credit")[0].title, "NO_CREDIT 0x00000500 (1280)");
        assert_eq!(dictionary.explain("submit_sm"), []);
    }

    #[test]
    fn every_profile_is_read_and_the_later_dictionary_wins() {
        for name in profiles() {
            assert!(!Dictionary::profile(name).unwrap().tlvs.is_empty(), "{name}");
        }
        let own = Dictionary::parse("[[tlv]]\ntag = 0x1401\nname = \"own\"").unwrap();
        let (_, tlvs) = named(&Dictionary::profile("india-dlt").unwrap().with(own));
        let names: Vec<_> = tlvs.iter().filter_map(|(name, ..)| name.as_deref()).collect();
        assert_eq!(names, ["PE_ID", "own", "PE_TM_chain_hash"]);
    }

    #[test]
    fn what_is_wrong_with_a_dictionary_is_said() {
        for (text, what) in [
            ("[[tlv]]\ntag = 0x0427\nname = \"mine\"", "tag 0x0427: the specification defines it"),
            ("[[status]]\nvalue = 88\nname = \"mine\"", "status 0x00000058: the specification defines it"),
            ("[[tlv]]\ntag = 0x1400", "missing field `name`"),
            ("[[tlv]]\ntag = 70000\nname = \"x\"", "line 2"),
            ("[[tvl]]\ntag = 1", "unknown field `tvl`"),
        ] {
            let error = Dictionary::parse(text).unwrap_err();
            assert!(error.contains(what) && !error.contains('\n'), "{error}");
        }
        assert_eq!(Dictionary::profile("none").unwrap_err(), "no profile, there are india-dlt, osmocom");
    }
}
