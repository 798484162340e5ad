//! The dependency rule of the map in `src/lib.rs`, checked on every path that the sources name: a module uses only
//! modules before it, outside crates are named only where the map says so, and nothing on the way from octets to
//! report performs I/O or reads a clock. Tests inside the sources are exempt.

use std::collections::{BTreeMap, BTreeSet};
use std::fs;
use std::path::{Path, PathBuf};

/// Where each outside crate may be named: in a top module, or in a module and those below it. A crate that is not here may be named nowhere.
const CRATES: &[(&str, &[&str])] = &[
    ("aes", &["redact"]),
    ("base64", &["dissect", "view"]),
    ("clap", &["cli"]),
    ("clap_complete", &["cli"]),
    ("clap_mangen", &["cli"]),
    ("comfy_table", &["view"]),
    ("csv", &["view"]),
    ("encoding_rs", &["smpp"]),
    ("etherparse", &["decap"]),
    ("flate2", &["capture"]),
    ("foldhash", &["decap", "tcp", "session", "report", "smsc", "replay", "pipeline"]),
    ("fpe", &["redact"]),
    ("getrandom", &["redact"]),
    ("hdrhistogram", &["report", "replay::verdict"]),
    ("indicatif", &["cli"]),
    ("jiff", &["time", "view"]),
    ("lz4_flex", &["capture"]),
    ("pcap_parser", &["capture"]),
    ("quick_junit", &["view"]),
    ("regex", &["filter", "replay::rewrite"]),
    ("rustix", &["capture"]),
    ("rustls", &["smsc::server::tls", "replay::driver::tls"]),
    ("rustls_native_certs", &["replay::driver::tls"]),
    ("schemars", &["time", "dissect", "report", "view"]),
    ("serde", &["time", "dissect", "report", "smsc", "view"]),
    ("serde_json", &["view"]),
    ("sha1", &["view"]),
    ("signal_hook", &["cli"]),
    ("strsim", &["cli", "dissect", "filter", "view"]),
    ("terminal_size", &["cli"]),
    ("tokio", &["smsc::server", "replay::driver"]),
    ("tokio_rustls", &["smsc::server::tls", "replay::driver::tls"]),
    ("toml", &["names", "dissect"]),
    ("winnow", &["filter"]),
    ("zstd", &["capture"]),
];

/// Parts of the standard library that touch the world, and where they may be named.
const EFFECTS: &[(&[&str], &[&str])] = &[
    (&["std", "fs"], &["capture", "pipeline", "cli"]),
    (&["std", "net", "TcpListener"], &[]),
    (&["std", "net", "TcpStream"], &[]),
    (&["std", "net", "UdpSocket"], &[]),
    (&["std", "time", "Instant"], &["smsc::server", "pipeline", "cli"]),
    (&["std", "time", "SystemTime"], &["smsc::server", "pipeline", "cli"]),
    (&["std", "io", "stdin"], &["capture", "cli"]),
    (&["std", "io", "stdout"], &["cli"]),
    (&["std", "io", "stderr"], &["cli"]),
    (&["std", "env"], &["cli"]),
    (&["std", "process"], &["cli", "main"]),
    (&["std", "thread"], &["capture", "replay::driver", "pipeline", "cli"]),
];

/// Modules that only `cli` and `main` may use, whatever stands after them.
const EDGE: &[&str] = &["view", "pipeline", "cli", "testkit"];

/// The longest file, in lines; tables of the protocol are as long as the protocol.
const LONGEST: usize = 650;
const TABLES: &[&str] = &["src/smpp/rules.rs", "src/smpp/spec/"];

#[test]
fn modules_use_only_what_stands_before_them() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR"));
    let order = order(&read(&root.join("src/lib.rs")));
    let crates = dependencies(&read(&root.join("Cargo.toml")));
    let sources = sources(root);
    assert!(sources.len() > 20 && order.len() >= 10 && crates.contains("clap"), "the sources were not found");
    let breaches: Vec<String> =
        sources.iter().flat_map(|(file, text)| breaches(file, text, &order, &crates)).collect();
    assert!(breaches.is_empty(), "{}", breaches.join("\n"));
}

#[test]
fn every_outside_crate_has_its_place() {
    let crates = dependencies(&read(&Path::new(env!("CARGO_MANIFEST_DIR")).join("Cargo.toml")));
    let placed: BTreeSet<String> = CRATES.iter().map(|(name, _)| (*name).to_owned()).collect();
    let homeless: Vec<&String> = crates.difference(&placed).collect();
    assert!(homeless.is_empty(), "Cargo.toml names crates that have no place in CRATES: {homeless:?}");
}

#[test]
fn no_file_is_too_long() {
    let long: Vec<String> = sources(Path::new(env!("CARGO_MANIFEST_DIR")))
        .into_iter()
        .filter(|(file, _)| !TABLES.iter().any(|table| file.starts_with(table)))
        .map(|(file, text)| (file, text.lines().count()))
        .filter(|&(_, lines)| lines > LONGEST)
        .map(|(file, lines)| format!("{file}: {lines} lines, at most {LONGEST}"))
        .collect();
    assert!(long.is_empty(), "{}", long.join("\n"));
}

/// What `text`, the source at `file` (`src/tcp/stream.rs`), names and may not.
fn breaches(file: &str, text: &str, order: &[String], crates: &BTreeSet<String>) -> Vec<String> {
    let module = module(file);
    let own = module.first().map_or("lib", String::as_str);
    let rank = |name: &str| order.iter().position(|module| module == name);
    let mut found = BTreeSet::new();
    for path in paths(&tokens(text)) {
        let Some(first) = path.first() else { continue };
        let full = match first.as_str() {
            "crate" => path[1..].to_vec(),
            "smpp_inspect" if own == "main" => path[1..].to_vec(),
            "super" => {
                let up = path.iter().take_while(|part| *part == "super").count();
                let mut full = module[..module.len().saturating_sub(up)].to_vec();
                full.extend_from_slice(&path[up..]);
                full
            }
            _ => {
                for (effect, places) in EFFECTS {
                    if path.len() >= effect.len()
                        && path.iter().zip(*effect).all(|(part, want)| part == want)
                        && !has_place(places, &module)
                    {
                        found.insert(format!("{file}: names {}, a matter of {places:?}", effect.join("::")));
                    }
                }
                let place = CRATES.iter().find(|(name, _)| name == first).map(|(_, places)| *places);
                if crates.contains(first) && !place.is_some_and(|places| has_place(places, &module)) {
                    found.insert(format!(
                        "{file}: names {first}, a matter of {:?}",
                        place.unwrap_or_default()
                    ));
                }
                continue;
            }
        };
        let Some(used) = full.first().filter(|used| *used != own) else { continue };
        // Anything else at the root of the crate is no module of the map.
        let Some(used_rank) = rank(used) else { continue };
        let allowed = match own {
            "main" => used == "cli",
            "lib" => true,
            "cli" => rank("cli").is_some_and(|own| used_rank < own),
            // What a fuzz target runs is the whole path.
            "testkit" if file == "src/testkit/fuzz.rs" => used != "cli",
            "testkit" => !EDGE.contains(&used.as_str()),
            // Recorded PDUs are handed to it.
            "smsc" => ["time", "num", "smpp", "session"].contains(&used.as_str()),
            "replay" => ["time", "num", "smpp", "session", "smsc"].contains(&used.as_str()),
            own => rank(own).is_some_and(|own| used_rank < own) && !EDGE.contains(&used.as_str()),
        };
        if !allowed {
            found.insert(format!("{file}: {own} uses {used}, which does not stand before it"));
        }
    }
    found.into_iter().collect()
}

/// Whether a module is one of the places, or below one.
fn has_place(places: &[&str], module: &[String]) -> bool {
    let own = if module.is_empty() { "lib".to_owned() } else { module.join("::") };
    places
        .iter()
        .any(|place| own.strip_prefix(place).is_some_and(|rest| rest.is_empty() || rest.starts_with("::")))
}

/// `src/tcp/stream.rs` as `tcp::stream`, `src/tcp/mod.rs` as `tcp`, `src/lib.rs` as nothing.
fn module(file: &str) -> Vec<String> {
    let path = file.trim_start_matches("src/").trim_end_matches(".rs").trim_end_matches("/mod");
    path.split('/').filter(|part| *part != "lib").map(str::to_owned).collect()
}

/// Modules in the order that `lib.rs` declares them.
fn order(lib: &str) -> Vec<String> {
    lib.lines()
        .filter_map(|line| line.strip_prefix("pub mod ")?.strip_suffix(';'))
        .map(str::to_owned)
        .collect()
}

/// Crates under `[dependencies]`, as sources spell them.
fn dependencies(manifest: &str) -> BTreeSet<String> {
    let manifest: toml::Table = manifest.parse().unwrap();
    manifest["dependencies"].as_table().unwrap().keys().map(|name| name.replace('-', "_")).collect()
}

/// Every source by its path from the root, without those that are tests alone.
fn sources(root: &Path) -> BTreeMap<String, String> {
    let mut sources = BTreeMap::new();
    let mut folders = vec![root.join("src")];
    while let Some(folder) = folders.pop() {
        for entry in fs::read_dir(&folder).unwrap() {
            let path = entry.unwrap().path();
            if path.is_dir() {
                folders.push(path);
            } else if path.extension().is_some_and(|extension| extension == "rs") {
                let name = path.strip_prefix(root).unwrap().to_str().unwrap().replace('\\', "/");
                sources.insert(name, read(&path));
            }
        }
    }
    let tests: Vec<PathBuf> =
        sources.iter().flat_map(|(file, text)| test_modules(Path::new(file), text)).collect();
    sources.retain(|file, _| {
        !tests.iter().any(|test| Path::new(file).starts_with(test) || Path::new(file) == test)
    });
    sources
}

fn read(path: &Path) -> String {
    fs::read_to_string(path).unwrap_or_else(|error| panic!("{}: {error}", path.display()))
}

/// Files and folders that `#[cfg(test)] mod name;` in `file` brings in.
fn test_modules(file: &Path, text: &str) -> Vec<PathBuf> {
    let folder = match file.file_stem().and_then(|stem| stem.to_str()) {
        Some("mod" | "lib" | "main") => file.parent().unwrap().to_owned(),
        _ => file.with_extension(""),
    };
    let lines: Vec<&str> = text.lines().map(str::trim).collect();
    lines
        .windows(2)
        .filter(|pair| pair[0] == "#[cfg(test)]")
        .filter_map(|pair| pair[1].trim_start_matches("pub(crate) ").strip_prefix("mod ")?.strip_suffix(';'))
        .flat_map(|name| [folder.join(name), folder.join(format!("{name}.rs"))])
        .collect()
}

/// Identifiers, `::` and single punctuation marks, without comments, literals and `#[cfg(test)]` items.
fn tokens(text: &str) -> Vec<String> {
    let chars: Vec<char> = text.chars().collect();
    let mut tokens: Vec<String> = Vec::new();
    let mut at = 0;
    while at < chars.len() {
        let rest = &chars[at..];
        at += match rest {
            ['/', '/', ..] => rest.iter().position(|&c| c == '\n').unwrap_or(rest.len()),
            ['/', '*', ..] => {
                rest.windows(2).position(|pair| pair == ['*', '/']).map_or(rest.len(), |end| end + 2)
            }
            ['r' | 'b' | 'c', ..] if raw_string(rest).is_some() => raw_string(rest).unwrap(),
            ['"', ..] => string(rest),
            ['\'', '\\', _, ..] => 3 + rest[3..].iter().position(|&c| c == '\'').map_or(0, |end| end + 1),
            ['\'', _, '\'', ..] => 3,
            [':', ':', ..] => {
                tokens.push("::".to_owned());
                2
            }
            [c, ..] if c.is_alphanumeric() || *c == '_' => {
                let end = rest.iter().position(|c| !c.is_alphanumeric() && *c != '_').unwrap_or(rest.len());
                tokens.push(rest[..end].iter().collect());
                end
            }
            [c, ..] if c.is_whitespace() => 1,
            [c, ..] => {
                tokens.push(c.to_string());
                1
            }
            [] => 1,
        };
    }
    without_tests(&tokens)
}

fn string(rest: &[char]) -> usize {
    let mut at = 1;
    while at < rest.len() && rest[at] != '"' {
        at += if rest[at] == '\\' { 2 } else { 1 };
    }
    at + 1
}

/// Length of the raw string that `rest` begins with.
fn raw_string(rest: &[char]) -> Option<usize> {
    let start = rest.iter().position(|c| !matches!(c, 'r' | 'b' | 'c'))?;
    if start > 2 || !rest[..start].contains(&'r') {
        return None;
    }
    let hashes = rest[start..].iter().take_while(|c| **c == '#').count();
    if rest.get(start + hashes) != Some(&'"') {
        return None;
    }
    let end: Vec<char> = std::iter::once('"').chain(std::iter::repeat_n('#', hashes)).collect();
    let body = start + hashes + 1;
    let length = rest[body..].windows(end.len()).position(|window| window == end)?;
    Some(body + length + end.len())
}

/// `tokens` without items under `#[cfg(test)]`: up to the closing brace, or a semicolon before any brace.
fn without_tests(tokens: &[String]) -> Vec<String> {
    const MARK: [&str; 7] = ["#", "[", "cfg", "(", "test", ")", "]"];
    let mut kept = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        if tokens[at..].len() < MARK.len() || tokens[at..].iter().zip(MARK).any(|(token, mark)| token != mark)
        {
            kept.push(tokens[at].clone());
            at += 1;
            continue;
        }
        at += MARK.len();
        let mut depth = 0;
        while at < tokens.len() {
            match tokens[at].as_str() {
                "{" => depth += 1,
                "}" => depth -= 1,
                _ => {}
            }
            at += 1;
            if depth == 0 && matches!(tokens[at - 1].as_str(), "}" | ";") {
                break;
            }
        }
    }
    kept
}

/// Every path of at least two parts, and every crate in `use name;`; braces are multiplied out.
fn paths(tokens: &[String]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    let mut at = 0;
    while at < tokens.len() {
        // `::name` begins a path too, unless what is before `::` belongs to it.
        let before = at.checked_sub(2).map_or("", |before| tokens[before].as_str());
        let goes_on = at > 0 && tokens[at - 1] == "::" && (is_name(before) || before == ">");
        let begins = is_name(&tokens[at]) && !goes_on;
        let longer = tokens.get(at + 1).is_some_and(|token| token == "::");
        let used = at > 0 && tokens[at - 1] == "use";
        if begins && (longer || used) {
            at = tree(tokens, at, &[], &mut found);
        } else {
            at += 1;
        }
    }
    found
}

/// Reads one path or use tree at `at`; returns where it ends.
fn tree(tokens: &[String], mut at: usize, prefix: &[String], found: &mut Vec<Vec<String>>) -> usize {
    let mut path = prefix.to_vec();
    loop {
        match tokens.get(at).map(String::as_str) {
            Some("{") if path.len() > prefix.len() || !prefix.is_empty() => {
                at += 1;
                while tokens.get(at).is_some_and(|token| token != "}") {
                    let next = tree(tokens, at, &path, found);
                    at = next.max(at + 1);
                    // Past `as name` and the comma.
                    while tokens.get(at).is_some_and(|token| token != "," && token != "}") {
                        at += 1;
                    }
                    if tokens.get(at).is_some_and(|token| token == ",") {
                        at += 1;
                    }
                }
                return at + 1;
            }
            Some(name) if is_name(name) || name == "*" => {
                path.push(name.to_owned());
                at += 1;
                if tokens.get(at).is_some_and(|token| token == "::") {
                    at += 1;
                    continue;
                }
            }
            _ => {}
        }
        found.push(path);
        return at;
    }
}

fn is_name(token: &str) -> bool {
    token.chars().next().is_some_and(|c| c.is_alphabetic() || c == '_')
}

mod the_checker_itself {
    use super::*;

    fn found(file: &str, text: &str) -> Vec<String> {
        let order: Vec<String> =
            ["time", "capture", "tcp", "smpp", "report", "view", "pipeline", "cli", "testkit"]
                .map(str::to_owned)
                .to_vec();
        let crates = ["clap", "etherparse", "serde_json", "surprise"].map(str::to_owned).into();
        breaches(file, text, &order, &crates)
    }

    #[test]
    fn finds_planted_breaches() {
        for (file, text) in [
            ("src/tcp/mod.rs", "use crate::smpp::Role;"),
            ("src/tcp/stream.rs", "use super::super::smpp::Role;"),
            ("src/tcp/stream.rs", "use crate::{time::Timestamp, smpp::{Role, Side}};"),
            ("src/tcp/mod.rs", "fn f() -> crate::report::Report { g() }"),
            ("src/time.rs", "fn f(x: super::tcp::Side) {}"),
            ("src/tcp/mod.rs", "use etherparse::SlicedPacket;"),
            ("src/tcp/mod.rs", "fn f() { ::etherparse::f() }"),
            ("src/smpp/mod.rs", "use surprise;"),
            ("src/cli/mod.rs", "fn f() { serde_json::to_string(&1) }"),
            ("src/tcp/mod.rs", "use std::{fmt, time::{Duration, Instant}};"),
            ("src/smpp/mod.rs", "fn f() { std::fs::read(\"x\") }"),
            ("src/report/mod.rs", "use crate::view::text;"),
            ("src/pipeline/mod.rs", "use crate::view::text;"),
            ("src/view/mod.rs", "use crate::testkit::Scenario;"),
            ("src/testkit/pdu.rs", "use crate::pipeline::run;"),
            ("src/main.rs", "fn main() { smpp_inspect::pipeline::run() }"),
            ("src/tcp/mod.rs", "const Q: char = '\\''; const S: &str = r#\"\"\"#; use crate::smpp::Role;"),
        ] {
            assert_eq!(found(file, text).len(), 1, "{file}: {text}");
        }
    }

    #[test]
    fn finds_nothing_where_nothing_is_wrong() {
        for (file, text) in [
            ("src/smpp/mod.rs", "use crate::tcp::Side; use super::time::Timestamp; mod reader;"),
            ("src/tcp/stream.rs", "use super::Side; use super::super::time; use crate::tcp::stream;"),
            (
                "src/tcp/mod.rs",
                "// crate::smpp::Role\n/* crate::smpp */ /// [`crate::smpp::Role`]\nfn f() {}",
            ),
            (
                "src/tcp/mod.rs",
                "const S: &str = \"\\\"crate::smpp::Role\"; const R: &str = r\"crate::smpp::x\";",
            ),
            ("src/tcp/mod.rs", "#[cfg(test)]\nmod tests { use crate::smpp::Role; fn f() { {} } }\nfn g() {}"),
            ("src/tcp/mod.rs", "#[cfg(test)]\nuse crate::smpp::Role;\nuse crate::time::Timestamp;"),
            ("src/tcp/mod.rs", "use std::net::IpAddr; use std::time::Duration;"),
            ("src/view/json.rs", "use serde_json::Value as Json; use crate::report::Report;"),
            ("src/cli/mod.rs", "use clap::{Parser, Args as A}; use crate::{view, pipeline::run};"),
            ("src/testkit/mod.rs", "use crate::smpp::Header;"),
            ("src/testkit/fuzz.rs", "use crate::pipeline::run;"),
            ("src/main.rs", "fn main() { smpp_inspect::cli::main() }"),
            ("src/tcp/mod.rs", "fn f<'a>(x: &'a str) -> Vec<&'a str> { x.split('\"').collect::<Vec<_>>() }"),
        ] {
            assert_eq!(found(file, text), Vec::<String>::new(), "{file}: {text}");
        }
    }

    #[test]
    fn modules_of_tests_are_no_sources() {
        let text = "#[cfg(test)]\nmod snapshot;\nmod table;\n";
        let tests = test_modules(Path::new("src/view/mod.rs"), text);
        assert_eq!(tests, [PathBuf::from("src/view/snapshot"), PathBuf::from("src/view/snapshot.rs")]);
        assert_eq!(
            test_modules(Path::new("src/tcp/stream.rs"), text)[1],
            PathBuf::from("src/tcp/stream/snapshot.rs")
        );
    }
}
