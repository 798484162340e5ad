//! The seeds of the fuzz targets, and mutations of them, on stable Rust.

use std::fs;
use std::path::Path;

use smpp_inspect::testkit::{Rng, fuzz, fuzz_tcp};

/// The body of a target.
type Body = fn(&[u8]);

/// The targets of `fuzz/`, by the names of their seeds.
const TARGETS: [(&str, Body); 4] = [
    ("report", fuzz::report),
    ("capture", fuzz::capture_files),
    ("decap", fuzz::decap),
    ("tcp", fuzz_tcp::tcp),
];

#[expect(clippy::disallowed_methods, reason = "the rule is for the path of the data; tests read their files")]
fn seeds(target: &str) -> Vec<(String, Vec<u8>)> {
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

/// `UPDATE_SEEDS=1 cargo test --test fuzz_seeds` writes them anew.
#[test]
fn decap_has_a_seed_of_every_network() {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("fuzz/seeds/decap");
    if std::env::var_os("UPDATE_SEEDS").is_some() {
        fs::create_dir_all(&folder).unwrap();
        for (name, octets) in fuzz::decap_seeds() {
            fs::write(folder.join(name), octets).unwrap();
        }
    }
    let kept = seeds("decap");
    for seed in fuzz::decap_seeds() {
        assert!(kept.contains(&seed), "{}", seed.0);
    }
}

#[test]
fn changed_seeds_do_so_too() {
    for (target, body) in TARGETS {
        change(&seeds(target), body);
    }
}

fn change(seeds: &[(String, Vec<u8>)], body: Body) {
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
