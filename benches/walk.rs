//! One PDU through the walk with a visitor that keeps nothing, all rules of single PDUs judged.

use std::hint::black_box;

use criterion::{Criterion, Throughput, criterion_group, criterion_main};
use smpp_inspect::smpp::{Context, Role, Silent, Version, walk};

/// A PDU of 200 octets: `text` fills what the TLVs leave.
fn message(command: u8, esm_class: u8, data_coding: u8, text: &[u8], tlvs: &[u8]) -> Vec<u8> {
    let mut body = b"\0\x01\x01447700900001\0\x01\x01447700900123\0".to_vec();
    body.extend([esm_class, 0, 0, 0, 0, 1, 0, data_coding, 0]);
    let length = 200 - 16 - 1 - body.len() - tlvs.len();
    body.push(length as u8);
    body.extend(text.iter().cycle().take(length));
    body.extend(tlvs);
    let mut pdu = [0, 0, 0, 200, 0, 0, 0, command, 0, 0, 0, 0, 0, 0, 0, 7].to_vec();
    pdu.append(&mut body);
    assert_eq!(pdu.len(), 200);
    pdu
}

fn one_pdu(criterion: &mut Criterion) {
    // user_message_reference and source_port.
    let two: &[u8] = &[0x02, 0x04, 0, 2, 0x12, 0x34, 0x02, 0x0A, 0, 2, 0x0B, 0x84];
    // A text of whole characters needs an even number of octets.
    let even: &[u8] = &[0x02, 0x04, 0, 2, 0x12, 0x34, 0x00, 0x05, 0, 1, 1];
    let reference = &two[..6];
    let receipted = b"\0\x1E\0\x0b0123456789\0\x04\x27\0\x01\x02";
    let receipt =
        b"id:0123456789 sub:001 dlvrd:001 submit date:2611270210 done date:2611270211 stat:DELIVRD err:000 text:";
    let hello = b"Your code is 482913. It is valid for ten minutes; do not pass it on. ";
    let cyrillic = b"\x04\x1F\x04\x40\x04\x38\x04\x32\x04\x35\x04\x42\0\x20";
    let part: Vec<u8> = [b"\x05\0\x03\x2A\x03\x01".as_slice(), &hello.repeat(2)].concat();
    let receipt: Vec<u8> = [receipt.as_slice(), &hello[..20]].concat();
    let esme = Context { version: Some(Version::V34), from: Some(Role::Esme) };
    let smsc = Context { version: Some(Version::V34), from: Some(Role::Smsc) };
    let resp = b"\0\0\0\x1B\x80\0\0\x04\0\0\0\0\0\0\0\x070123456789\0".to_vec();
    let mut group = criterion.benchmark_group("walk");
    for (name, pdu, context) in [
        ("submit_sm, GSM 7-bit, two TLVs", message(4, 0, 0, hello, two), esme),
        ("submit_sm, UCS2, two TLVs", message(4, 0, 8, cyrillic, even), esme),
        ("submit_sm, a part of three, one TLV", message(4, 0x40, 0, &part, reference), esme),
        ("deliver_sm, a receipt, two TLVs", message(5, 4, 0, &receipt, receipted), smsc),
        ("submit_sm, version unknown", message(4, 0, 0, hello, two), Context::default()),
        ("submit_sm_resp", resp, smsc),
    ] {
        group.throughput(Throughput::Bytes(pdu.len() as u64));
        group.bench_function(name, |bencher| bencher.iter(|| walk(black_box(&pdu), context, &mut Silent)));
        let facts = walk(&pdu, context, &mut Silent);
        assert!(facts.laid_out && facts.errors + facts.warnings == 0, "{name}: {facts:?}");
    }
    group.finish();
}

criterion_group!(benches, one_pdu);
criterion_main!(benches);
