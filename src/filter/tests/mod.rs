//! Filters against an evaluator written apart, their errors, their bounds.

mod agreement;
mod errors;

use crate::dissect::{Given, Line, dissect};
use crate::smpp::Role;

use super::Filter;

/// A PDU with this body.
fn pdu(command: u32, status: u32, number: u32, body: &[u8]) -> Vec<u8> {
    let length = u32::try_from(16 + body.len()).unwrap();
    let mut octets: Vec<u8> =
        [length, command, status, number].iter().flat_map(|n| n.to_be_bytes()).collect();
    octets.extend_from_slice(body);
    octets
}

/// A TLV.
fn tlv(tag: u16, value: &[u8]) -> Vec<u8> {
    let length = u16::try_from(value.len()).unwrap();
    [&tag.to_be_bytes()[..], &length.to_be_bytes(), value].concat()
}

/// What the body of submit_sm and deliver_sm says.
struct Sm<'a> {
    service_type: &'a str,
    source: (u8, u8, &'a str),
    dest: (u8, u8, &'a str),
    esm_class: u8,
    validity: &'a str,
    registered: u8,
    coding: u8,
    text: &'a [u8],
    tlvs: Vec<u8>,
}

impl Sm<'_> {
    fn body(&self) -> Vec<u8> {
        let mut body = [self.service_type.as_bytes(), &[0, self.source.0, self.source.1]].concat();
        body.extend_from_slice(self.source.2.as_bytes());
        body.extend([0, self.dest.0, self.dest.1]);
        body.extend_from_slice(self.dest.2.as_bytes());
        body.extend([0, self.esm_class, 0, 1, 0]);
        body.extend_from_slice(self.validity.as_bytes());
        body.extend([0, self.registered, 0, self.coding, 0, u8::try_from(self.text.len()).unwrap()]);
        body.extend_from_slice(self.text);
        body.extend_from_slice(&self.tlvs);
        body
    }
}

const PLAIN: Sm<'_> = Sm {
    service_type: "",
    source: (1, 1, "447700900001"),
    dest: (1, 1, "447700900123"),
    esm_class: 0,
    validity: "",
    registered: 1,
    coding: 0,
    text: b"Your code is 4711",
    tlvs: Vec::new(),
};

/// One session with a PDU of most kinds, some of them broken.
fn lines() -> Vec<Line> {
    let ucs2: Vec<u8> = "code 1234 ž".encode_utf16().flat_map(u16::to_be_bytes).collect();
    let part = [&[5, 0, 3, 0x2a, 2, 1][..], &ucs2].concat();
    let vendor = [tlv(0x1400, b"1234567890123456789"), tlv(0x0204, &[0, 7])].concat();
    let sar = [tlv(0x020c, &[0, 9]), tlv(0x020e, &[2]), tlv(0x020f, &[1])].concat();
    let receipt = b"id:00ab12 sub:001 dlvrd:001 submit date:2611220958 done date:2611220959 stat:DELIVRD err:000 text:Your";
    let of_receipt = [tlv(0x001e, b"00ab12\0"), tlv(0x0427, &[2]), tlv(0x0423, &[3, 0, 0x0b])].concat();
    let multi =
        b"\0\x01\x01111\0\x02\x01\x01\x01447700900777\0\x02friends\0\x00\x00\x00\0\0\x00\x00\x00\x00\x02hi";
    let esme = vec![
        pdu(9, 0, 1, b"acme\0secret\0VMA\0\x34\x01\x01^4477\0"),
        pdu(4, 0, 2, &PLAIN.body()),
        pdu(
            4,
            0,
            3,
            &Sm {
                service_type: "CMT",
                source: (5, 0, "MyBank"),
                esm_class: 0x40,
                validity: "000001000000000R",
                registered: 0x11,
                coding: 8,
                text: &part,
                tlvs: vendor,
                ..PLAIN
            }
            .body(),
        ),
        pdu(
            4,
            0,
            4,
            &Sm { dest: (1, 1, "+33612345678"), text: b"hello", registered: 0, tlvs: sar, ..PLAIN }.body(),
        ),
        pdu(0x21, 0, 5, multi),
        pdu(
            0x103,
            0,
            6,
            &[&b"\0\x01\x01111\0\x01\x00222\0\0\0\x04"[..], &tlv(0x0424, b"\x00\x01\x02binary")].concat(),
        ),
        pdu(0x15, 0, 7, b""),
        pdu(3, 0, 8, b"00ab12\0\x01\x01447700900001\0"),
        pdu(0x8000_0005, 0, 900, b"\0"),
        // source_addr has no end.
        pdu(4, 0, 9, b"\0\x01\x01447700900001447700900001"),
        pdu(0x0001_0200, 0, 10, b"\x01\x02"),
        pdu(6, 0, 11, b""),
    ];
    let smsc = vec![
        pdu(0x8000_0009, 0, 1, &[&b"SMSC01\0"[..], &tlv(0x0210, &[0x50])].concat()),
        pdu(0x8000_0004, 0, 2, b"00ab12\0"),
        pdu(0x8000_0004, 0x58, 3, &[&b"\0"[..], &tlv(0x001d, b"too fast\0")].concat()),
        pdu(0x8000_0004, 0x45, 4, b""),
        pdu(5, 0, 900, &Sm { esm_class: 4, registered: 0, text: receipt, tlvs: of_receipt, ..PLAIN }.body()),
        pdu(0x8000_0003, 0, 8, b"00ab12\x002611220959000000\0\x02\x05"),
        pdu(0x8000_0021, 0, 5, b"m5\0\x01\x01\x01447700900777\0\x00\x00\x00\x0b"),
        pdu(0x8000_0015, 0, 7, b""),
        pdu(0x8000_0000, 3, 10, b""),
        pdu(0x102, 0, 901, &[&b"\x01\x01447700900123\0\x01\x01111\0"[..], &tlv(0x0422, &[1])].concat()),
        pdu(4, 0x0400, 902, &PLAIN.body()),
    ];
    let from = |role, pdus: Vec<Vec<u8>>| {
        pdus.into_iter().map(move |octets| Line { from: Some(role), at: None, octets })
    };
    from(Role::Esme, esme).chain(from(Role::Smsc, smsc)).collect()
}

/// Places of the PDUs that `filter` keeps.
fn kept(filter: &str) -> Vec<u32> {
    let filter: Filter = filter.parse().unwrap_or_else(|error| panic!("{filter}: {error}"));
    let given = Given { is_closed: true, filter: Some(&filter), ..Given::default() };
    dissect(&lines(), given).pdus.iter().map(|pdu| pdu.index).collect()
}
