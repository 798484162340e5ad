//! The whole run, from the file to the report, on a capture of 200,000 packets.
//!
//! For a bigger one, and for `tcpdump -r FILE -w /dev/null` beside it: `examples/make_capture.rs`.

mod traffic;

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use smpp_inspect::capture::{Capture, Input};
use smpp_inspect::pipeline::{self, Settings};
use traffic::{PACKETS, write_capture};

fn whole_run(criterion: &mut Criterion) {
    let folder = tempfile::tempdir().expect("a folder for the capture");
    let path = folder.path().join("capture.pcap");
    let octets = write_capture(&path).expect("the capture is written");
    let mut group = criterion.benchmark_group("report");
    group.throughput(Throughput::Bytes(octets)).sample_size(10);
    for threads in [1, 2] {
        let settings = Settings { threads, ..Settings::default() };
        group.bench_function(format!("{threads} threads"), |bencher| {
            bencher.iter(|| {
                let capture = Capture::open(vec![Input::File(path.clone())]);
                let outcome = pipeline::run(capture, &settings, &mut |_, _| ());
                assert_eq!(outcome.report.capture.frames, PACKETS);
                black_box(outcome.report)
            });
        });
    }
    group.finish();
}

criterion_group!(benches, whole_run);
criterion_main!(benches);
