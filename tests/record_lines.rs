//! Lines of PDUs are written without making documents of them: they are, octet for octet, what the model gives.

use std::fs;
use std::path::{Path, PathBuf};

use proptest::prelude::*;
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Given, Settings};
use smpp_inspect::report::model::{AccountFrom, Endpoint, Leg};
use smpp_inspect::report::record::{Owned, PduRecord, Record, RecordType, Scribe, ShownPdu};
use smpp_inspect::smpp::framer::Partial;
use smpp_inspect::smpp::spec::COMMANDS;
use smpp_inspect::smpp::text::Charset;
use smpp_inspect::smpp::{Context, Place, Role, Version};
use smpp_inspect::tcp::Side;
use smpp_inspect::testkit::Rng;
use smpp_inspect::testkit::generate::generate;
use smpp_inspect::time::Timestamp;
use smpp_inspect::view::record::{Documents, Lines, Options, Shape, write_line};

const TYPES: [RecordType; 4] =
    [RecordType::Pdu, RecordType::Transaction, RecordType::Session, RecordType::Finding];

fn options() -> impl Iterator<Item = Options> {
    [false, true].into_iter().flat_map(|texts| [false, true].map(|secrets| Options { texts, secrets }))
}

fn captures() -> Vec<PathBuf> {
    let samples = Path::new(env!("CARGO_MANIFEST_DIR")).join("samples");
    let folders = fs::read_dir(samples).unwrap().map(|entry| entry.unwrap().path());
    let files = folders.filter(|path| path.is_dir()).flat_map(|path| fs::read_dir(path).unwrap());
    let paths = files.map(|entry| entry.unwrap().path());
    paths.filter(|path| path.file_name().unwrap().to_str().unwrap().starts_with("capture.")).collect()
}

/// What `serde_json` writes of the document of each record.
fn by_the_model(records: &[Record], options: Options) -> Vec<String> {
    let mut documents = Documents::new(options);
    let line = |record| {
        let mut line = Vec::new();
        write_line(&documents.of(record), &mut line).unwrap();
        String::from_utf8(line).unwrap()
    };
    records.iter().map(line).collect()
}

#[test]
fn every_line_of_every_sample_is_what_the_model_gives() {
    let mut pdus = 0;
    for path in captures() {
        let open = || Capture::open(vec![Input::from_argument(&path)]);
        for threads in [1, 3] {
            let settings = Settings { threads, ..Settings::default() };
            let mut records: Vec<Record> = Vec::new();
            let mut keep = |record: &Record| {
                records.push(record.clone());
                true
            };
            pipeline::records(open(), &settings, &TYPES, &mut keep, &mut |_, _| {});
            pdus += records.iter().filter(|record| record.kind() == RecordType::Pdu).count();
            for options in options() {
                let mut lines = Vec::new();
                let mut take = |given: Given<'_>| {
                    if let Given::Written(records) = given {
                        let text = |octets: &[u8]| String::from_utf8(octets.to_vec()).unwrap();
                        lines.extend(records.iter().map(|(_, octets)| text(octets)));
                    }
                    true
                };
                let hire = || -> Box<dyn Scribe> { Box::new(Lines::new(Shape::Native, options)) };
                pipeline::written(open(), &settings, &TYPES, &hire, &mut take, &mut |_, _| {});
                let wanted = by_the_model(&records, options);
                assert_eq!(lines.len(), wanted.len(), "{}", path.display());
                for (line, wanted) in lines.iter().zip(&wanted) {
                    assert_eq!(line, wanted, "{}", path.display());
                }
            }
        }
    }
    assert!(pdus > 10_000, "{pdus}");
}

fn owned(account: &str, has_system_id: bool, since: i64, side: Option<Leg>) -> Owned {
    let end = |ip: &str, port| Endpoint { ip: ip.parse().unwrap(), port };
    Owned {
        session: "s7.2".to_owned(),
        connection: 7,
        since: Timestamp::from_nanos(since),
        esme: end("10.0.0.1", 40_000),
        smsc: end("2001:db8::1", 2775),
        account: account.to_owned(),
        account_from: AccountFrom::Names,
        system_id: has_system_id.then(|| account.to_owned()),
        side,
    }
}

/// The line of a PDU, and what the model gives.
fn both(pdu: &ShownPdu<'_>, options: Options) -> (String, String) {
    let mut lines = Lines::new(Shape::Native, options);
    let stamp = lines.stamp(pdu.of, pdu.source, pdu.destination);
    let mut line = Vec::new();
    lines.pdu(&ShownPdu { stamp: &stamp, ..pdu.clone() }, &mut line);
    let record: PduRecord = pdu.record();
    let wanted = by_the_model(&[Record::Pdu(Box::new(record))], options);
    (String::from_utf8(line).unwrap(), wanted.concat())
}

proptest! {
    #[test]
    fn lines_of_any_pdus_are_what_the_model_gives(
        seed: u64,
        edits in prop::collection::vec((any::<usize>(), any::<u8>(), 0_u8..4), 0..6),
        (account, file) in (".{0,12}", prop::option::of(".{0,12}")),
        (nanos, offset, frame, index) in (any::<i64>(), any::<u64>(), any::<u64>(), any::<u32>()),
        (known, from, timed, smsc_sent, cut) in any::<(bool, bool, bool, bool, bool)>(),
        side in prop::option::of(prop::bool::ANY),
    ) {
        let mut rng = Rng::new(seed);
        let side = side.map(|ours| if ours { Leg::Operator } else { Leg::Customer });
        let of = owned(&account, known, nanos, side);
        let (source, destination) = if smsc_sent { (of.smsc, of.esme) } else { (of.esme, of.smsc) };
        for command in COMMANDS {
            let version = [Version::V33, Version::V34, Version::V50]
                .into_iter()
                .find(|version| command.versions.contains(*version))
                .unwrap();
            let generated = generate(&mut rng, command, version);
            let mut octets = generated.octets;
            for (at, octet, edit) in &edits {
                let at = at % octets.len();
                match edit {
                    0 => octets[at] = *octet,
                    1 => octets.insert(at, *octet),
                    2 if octets.len() > 17 => drop(octets.remove(at)),
                    _ => octets.truncate(at.max(16)),
                }
            }
            let pdu = ShownPdu {
                of: &of,
                stamp: &Default::default(),
                from: from.then_some(if smsc_sent { Role::Smsc } else { Role::Esme }),
                by: if smsc_sent { Side::Accepter } else { Side::Opener },
                source,
                destination,
                context: Context { version: known.then_some(version), from: Some(generated.from) },
                default_charset: if known { Charset::Gsm7 } else { Charset::Latin1 },
                octets: octets.into(),
                text_token: timed.then(|| account.clone().into()),
                partial: cut.then_some(Partial::Gap),
                place: Place { frame, index, offset },
                at: if timed { Timestamp::from_nanos(nanos) } else { Timestamp::default() },
                since: frame,
                file: file.as_deref(),
                frame,
            };
            for options in options() {
                let (line, wanted) = both(&pdu, options);
                prop_assert_eq!(line, wanted);
            }
        }
    }
}
