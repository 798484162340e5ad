//! PDUs a second that leave as lines of JSON, from the file to the octets that would be written.

mod traffic;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Given, Settings};
use smpp_inspect::report::record::{RecordType, Scribe};
use smpp_inspect::view::record::{Lines, Options, Shape};
use traffic::{PACKETS, write_capture};

/// Reads the capture, and counts the records of a type and their octets.
fn read(path: &std::path::Path, kind: RecordType, threads: usize) -> (u64, usize) {
    let settings = Settings { threads, ..Settings::default() };
    let capture = Capture::open(vec![Input::from_argument(path)]);
    let (mut records, mut octets) = (0, 0);
    let mut take = |given: Given<'_>| {
        if let Given::Written(written) = given {
            records += written.len() as u64;
            octets += written.iter().map(|(_, line)| black_box(line).len()).sum::<usize>();
        }
        true
    };
    let hire = || -> Box<dyn Scribe> { Box::new(Lines::new(Shape::Native, Options::default())) };
    pipeline::written(capture, &settings, &[kind], &hire, &mut take, &mut |_, _| ());
    (records, octets)
}

fn lines(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the capture");
    let path = folder.path().join("capture.pcap");
    write_capture(&path).expect("the capture is written");
    for (name, kind) in [("pdus", RecordType::Pdu), ("transactions", RecordType::Transaction)] {
        let (records, octets) = read(&path, kind, 1);
        assert!(records > PACKETS / 10 && octets > 10_000_000, "{records} records, {octets} octets");
        let mut group = criterion.benchmark_group(name);
        group.throughput(Throughput::Elements(records)).sample_size(10);
        for threads in [1, 2] {
            group.bench_function(format!("{threads} threads"), |bencher| {
                bencher.iter(|| assert_eq!(read(&path, kind, threads), (records, octets)));
            });
        }
        group.finish();
    }
}

criterion_group!(benches, lines);
criterion_main!(benches);
