//! The seeds of the fuzz targets, and mutations of them, on stable Rust.

use std::fs;
use std::path::Path;

use smpp_inspect::testkit::{
    Rng, fuzz, fuzz_as_smsc, fuzz_pdu, fuzz_replay, fuzz_session, fuzz_smsc, fuzz_tcp, fuzz_text,
};

/// The body of a target.
type Body = fn(&[u8]);

/// A seed: its name and its octets.
type Seed = (String, Vec<u8>);

/// The targets of `fuzz/`, by the names of their seeds.
const TARGETS: [(&str, Body); 11] = [
    ("report", fuzz::report),
    ("capture", fuzz::capture_files),
    ("decap", fuzz::decap),
    ("tcp", fuzz_tcp::tcp),
    ("framer", fuzz_pdu::framer),
    ("pdu", fuzz_pdu::pdu),
    ("session", fuzz_session::session),
    ("text", fuzz_text::text_of),
    ("smsc", fuzz_smsc::smsc),
    ("replay", fuzz_replay::replay),
    ("as_smsc", fuzz_as_smsc::as_smsc),
];

#[expect(clippy::disallowed_methods, reason = "the rule is for the path of the data; tests read their files")]
fn seeds(target: &str) -> Vec<Seed> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
    let mut seeds: Vec<_> = fs::read_dir(folder)
        .unwrap()
        .map(|entry| entry.unwrap().path())
        .map(|path| (path.file_name().unwrap().to_string_lossy().into_owned(), fs::read(&path).unwrap()))
        .collect();
    seeds.sort();
    seeds
}

#[test]
fn every_seed_ends_without_a_panic_and_its_octets_add_up() {
    for (target, body) in TARGETS {
        let seeds = seeds(target);
        assert!(seeds.len() >= 20, "{} seeds", seeds.len());
        for (name, octets) in seeds {
            println!("{target} {name}");
            body(&octets);
        }
    }
}

/// The PDUs of `spec/vectors.toml`, the first of each command, and all of a version as streams.
fn vectors() -> [Vec<Seed>; 2] {
    let table: toml::Table = include_str!("spec/vectors.toml").parse().unwrap();
    let [mut pdus, mut streams]: [Vec<Seed>; 2] = Default::default();
    for row in table["vector"].as_array().unwrap() {
        let text = |key: &str| row[key].as_str().unwrap();
        let octets: Vec<u8> = (0..text("hex").len())
            .step_by(2)
            .map(|at| u8::from_str_radix(&text("hex")[at..at + 2], 16).unwrap())
            .collect();
        let name = format!("vector_{}", text("command"));
        let stream = format!("vectors_{}", text("version"));
        match streams.iter_mut().find(|(name, _)| *name == stream) {
            Some((_, stream)) => stream.extend(&octets),
            None => streams.push((stream, [&[0x21, 7][..], &octets].concat())),
        }
        if !pdus.iter().any(|(other, _)| *other == name) {
            pdus.push((name, octets));
        }
    }
    [pdus, streams]
}

/// Sessions with the test SMSC: a bind, then each PDU alone; and all that ask about messages, by options.
fn conversations(pdus: &[Seed]) -> Vec<Seed> {
    let bind = b"\0\0\0\x1b\0\0\0\x09\0\0\0\0\0\0\0\x01acme\0\0\0\x50\0\0\0".as_slice();
    let mut seeds: Vec<Seed> = pdus
        .iter()
        .filter(|(name, _)| !name.contains("_resp"))
        .map(|(name, octets)| (name.clone(), fuzz_smsc::script(0, &[bind, octets])))
        .collect();
    let all: Vec<&[u8]> = std::iter::once(bind)
        .chain(pdus.iter().filter(|(name, _)| name.contains("_sm")).map(|(_, octets)| &octets[..]))
        .collect();
    for setup in [0, 1, 2, 4, 8, 16, 32, 63] {
        seeds.push((format!("options_{setup}"), fuzz_smsc::script(setup, &all)));
    }
    seeds
}

/// `UPDATE_SEEDS=1 cargo test --test fuzz_seeds` writes them, and the dictionary, anew.
#[test]
fn seeds_that_are_made_are_up_to_date() {
    let [pdus, streams] = vectors();
    for (target, made) in [
        ("decap", fuzz::decap_seeds()),
        ("session", fuzz_session::session_seeds()),
        ("text", fuzz_text::seeds()),
        ("smsc", conversations(&pdus)),
        ("replay", fuzz_replay::seeds()),
        ("as_smsc", fuzz_as_smsc::seeds()),
        ("pdu", [fuzz_pdu::pdu_seeds(), pdus].concat()),
        ("framer", [fuzz_pdu::framer_seeds(), streams].concat()),
    ] {
        let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds").join(target);
        if std::env::var_os("UPDATE_SEEDS").is_some() {
            fs::create_dir_all(&folder).unwrap();
            for (name, octets) in &made {
                fs::write(folder.join(name), octets).unwrap();
            }
        }
        let kept = seeds(target);
        for seed in made {
            assert!(kept.contains(&seed), "{target} {}", seed.0);
        }
    }
}

#[test]
fn the_dictionary_is_that_of_the_tables() {
    let file = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/pdu.dict");
    if std::env::var_os("UPDATE_SEEDS").is_some() {
        fs::write(&file, fuzz_pdu::dictionary()).unwrap();
    }
    assert_eq!(fs::read_to_string(file).unwrap(), fuzz_pdu::dictionary());
}

#[test]
fn changed_seeds_do_so_too() {
    for (target, body) in TARGETS {
        change(&seeds(target), body);
    }
}

fn change(seeds: &[Seed], body: Body) {
    let mut rng = Rng::new(99);
    for turn in 0..3_000 {
        let (name, octets) = rng.pick(seeds);
        let mut octets = octets.clone();
        for _ in 0..=rng.below(6) {
            let at = rng.below(octets.len() as u64) as usize;
            match rng.below(4) {
                0 => octets[at] = rng.bits() as u8,
                1 => octets[at] ^= 1 << rng.below(8),
                2 => octets.truncate(at.max(8)),
                _ => {
                    let from = rng.below(octets.len() as u64) as usize;
                    let part = octets[from..octets.len().min(from + 40)].to_vec();
                    octets.splice(at..at, part);
                }
            }
        }
        println!("turn {turn}: {name}");
        body(&octets);
    }
}
