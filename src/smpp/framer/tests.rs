//! Streams cut and lost in tables, and the two properties that everything rests on: how octets are delivered does
//! not show, and each octet is in one PDU or one skipped range.

use proptest::prelude::*;

use super::*;

/// What a framer cut: PDUs by sequence number (`~` before partial ones), skipped octets, lost framing.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
struct Cut {
    pdus: Vec<String>,
    places: Vec<(u64, u64)>,
    skipped: Vec<(Skipped, u64)>,
    lost: Vec<&'static str>,
    in_pdus: u64,
}

impl Framing for Cut {
    fn pdu(&mut self, pdu: &Framed<'_>) {
        let mark = if pdu.partial.is_some() { "~" } else { "" };
        self.pdus.push(format!("{mark}{}", pdu.header.sequence_number));
        self.places.push((pdu.place.frame, pdu.place.offset));
        if pdu.partial.is_none() {
            self.in_pdus += count(pdu.octets.len());
        }
    }

    fn skipped(&mut self, why: Skipped, octets: u64) {
        match self.skipped.last_mut() {
            Some((last, sum)) if *last == why => *sum += octets,
            _ => self.skipped.push((why, octets)),
        }
    }

    fn lost(&mut self, rule: RuleId, _: &[u8], _: Place, _: Timestamp) {
        self.lost.push(rule.rule().id);
    }
}

impl Cut {
    fn accounted(&self) -> u64 {
        self.skipped.iter().fold(self.in_pdus, |sum, (_, octets)| sum + octets)
    }
}

fn pdu(id: u32, sequence: u32, body: &[u8]) -> Vec<u8> {
    let length = 16 + body.len() as u32;
    [length, id, 0, sequence].iter().flat_map(|n| n.to_be_bytes()).chain(body.iter().copied()).collect()
}

fn enquire(sequence: u32) -> Vec<u8> {
    pdu(0x15, sequence, b"")
}

fn submit(sequence: u32, text: &[u8]) -> Vec<u8> {
    let mut body = b"\0\x01\x01447700900001\0\x01\x01447700900123\0\0\0\0\0\0\0\0\0\0".to_vec();
    body.push(text.len() as u8);
    body.extend_from_slice(text);
    pdu(4, sequence, &body)
}

/// Pieces of a stream, each of a frame of its own; `Err(n)`: n octets missing.
fn cut(mid_stream: bool, closed: bool, pieces: &[Result<&[u8], u64>]) -> Cut {
    let mut framer = Framer::new(mid_stream);
    let mut out = Cut::default();
    let mut offset = 0;
    for (frame, piece) in (1..).zip(pieces) {
        let origin = Origin { frame, at: Timestamp::from_nanos(frame.cast_signed()), wait: None };
        match piece {
            Ok(octets) => {
                framer.push(offset, octets, origin, &mut out);
                offset += count(octets.len());
            }
            Err(len) => {
                framer.gap(*len, Missing::Lost, &mut out);
                offset += len;
            }
        }
    }
    framer.finish(closed, &mut out);
    out
}

#[test]
fn several_pdus_in_one_piece_are_all_cut() {
    let stream = [enquire(1), submit(2, b"hello"), enquire(3)].concat();
    let out = cut(false, false, &[Ok(&stream)]);
    assert_eq!(out.pdus, ["1", "2", "3"]);
    assert_eq!(out.in_pdus, count(stream.len()));
}

#[test]
fn a_pdu_stands_in_the_frame_that_completes_it() {
    let stream = [enquire(1), submit(2, b"hello")].concat();
    let out = cut(false, false, &[Ok(&stream[..9]), Ok(&stream[9..40]), Ok(&stream[40..])]);
    assert_eq!(out.places, [(2, 0), (3, 16)]);
}

#[test]
fn a_length_that_cannot_be_loses_framing_until_the_next_plausible_header() {
    for (length, rule) in [
        (8_u32, "header.command_length.too_small"),
        (0x1000_0000, "header.command_length.too_large"),
        (0xFFFF_FFED, "header.command_length.too_large"),
    ] {
        let mut bad = submit(2, b"bad length");
        bad[..4].copy_from_slice(&length.to_be_bytes());
        let stream = [enquire(1), bad.clone(), submit(3, b"good"), enquire(4)].concat();
        let out = cut(false, false, &[Ok(&stream)]);
        assert_eq!(out.pdus, ["1", "3", "4"], "{length}");
        assert_eq!(out.lost, [rule]);
        assert_eq!(out.skipped, [(Skipped::LostFraming, count(bad.len()))]);
    }
}

#[test]
fn an_unknown_command_with_a_sane_length_keeps_framing() {
    let stream = [enquire(1), pdu(0xDEAD, 2, b"whatever"), enquire(3)].concat();
    let out = cut(false, false, &[Ok(&stream)]);
    assert_eq!((out.pdus, out.lost), (vec!["1".to_owned(), "2".into(), "3".into()], vec![]));
    let stream = [enquire(1), pdu(0xDEAD, 2, &[7; 0x1_0000]), enquire(3)].concat();
    let out = cut(false, false, &[Ok(&stream)]);
    assert_eq!(
        (out.pdus, out.lost),
        (vec!["1".to_owned(), "3".into()], vec!["header.command_length.too_large"])
    );
}

#[test]
fn a_header_leads_over_a_hole_of_known_length() {
    let long = submit(1, &[b'a'; 100]);
    let end = count(long.len()) - 60;
    let rest = enquire(2);
    let out = cut(false, false, &[Ok(&long[..30]), Err(end - 30), Ok(&long[long.len() - 60..]), Ok(&rest)]);
    assert_eq!(out.pdus, ["~1", "2"]);
    assert_eq!(out.skipped, [(Skipped::PartialPdu, 90)]);

    let out = cut(false, false, &[Ok(&long[..30]), Err(count(long.len()) - 30), Ok(&rest)]);
    assert_eq!(out.pdus, ["~1", "2"], "the hole ends where the PDU does");
}

#[test]
fn after_a_hole_that_no_header_leads_over_the_next_whole_pdu_is_found() {
    let (first, second) = (submit(1, b"first"), submit(2, b"second"));
    let tail = submit(9, b"a tail of which the start is missing");
    let pieces = [tail[20..].to_vec(), second, enquire(3)].concat();
    let out = cut(false, false, &[Ok(&first), Err(500), Ok(&pieces)]);
    assert_eq!(out.pdus, ["1", "2", "3"]);
    assert_eq!(out.skipped, [(Skipped::AroundGap, count(tail.len()) - 20)]);
}

#[test]
fn a_header_that_a_hole_cuts_is_skipped() {
    let out = cut(false, false, &[Ok(&enquire(1)[..12]), Err(4), Ok(&enquire(2))]);
    assert_eq!((out.pdus, out.skipped), (vec!["2".to_owned()], vec![(Skipped::AroundGap, 12)]));
}

#[test]
fn mid_stream_the_first_whole_pdu_is_found() {
    let stream = [submit(1, b"cut off in front")[25..].to_vec(), submit(2, b"whole")].concat();
    let out = cut(true, false, &[Ok(&stream)]);
    assert_eq!(out.pdus, ["2"]);
    assert_eq!(out.skipped, [(Skipped::MidStream, count(submit(1, b"cut off in front").len()) - 25)]);
}

#[test]
fn an_end_inside_a_pdu_is_a_finding_only_where_the_connection_ended() {
    let whole = submit(1, b"cut off behind");
    for (end, rule, why) in [
        (30, "header.command_length.beyond_capture", Skipped::PartialPdu),
        (7, "header.truncated", Skipped::StreamEnd),
    ] {
        let open = cut(false, false, &[Ok(&whole[..end])]);
        assert_eq!((open.lost, open.skipped), (vec![], vec![(why, count(end))]));
        let closed = cut(false, true, &[Ok(&whole[..end])]);
        assert_eq!((closed.lost, closed.skipped), (vec![rule], vec![(why, count(end))]));
    }
}

#[test]
fn the_search_does_not_take_text_for_a_header() {
    // A length and a known command_id inside a text, but no body that decodes.
    let decoy =
        submit(2, b"\0\0\0\x40\0\0\0\x04\0\0\0\0\0\0\0\x01 and so on and on, longer than it says it is");
    let stream = [decoy[20..].to_vec(), submit(3, b"real")].concat();
    assert_eq!(cut(true, false, &[Ok(&stream)]).pdus, ["3"]);
}

fn stream() -> impl Strategy<Value = Vec<u8>> {
    let piece = prop_oneof![
        4 => (1..50_u32, prop::collection::vec(any::<u8>(), 0..40)).prop_map(|(n, text)| submit(n, &text)),
        3 => (1..50_u32).prop_map(enquire),
        1 => (1..50_u32, prop::collection::vec(any::<u8>(), 0..9)).prop_map(|(n, body)| pdu(0xBEEF, n, &body)),
        1 => prop::collection::vec(prop_oneof![3 => Just(0_u8), 1 => any::<u8>()], 0..40),
        1 => (1..50_u32, 0..60_usize).prop_map(|(n, at)| { let mut x = submit(n, b"cut"); x.truncate(at); x }),
    ];
    prop::collection::vec(piece, 0..12).prop_map(|pieces| pieces.concat())
}

fn pieces<'a>(stream: &'a [u8], cuts: &[usize]) -> Vec<Result<&'a [u8], u64>> {
    let mut at: Vec<usize> = cuts.iter().map(|cut| cut % (stream.len() + 1)).collect();
    at.extend([0, stream.len()]);
    at.sort_unstable();
    at.windows(2).map(|pair| Ok(&stream[pair[0]..pair[1]])).collect()
}

proptest! {
    #[test]
    fn how_octets_are_delivered_does_not_show(stream in stream(), cuts in prop::collection::vec(any::<usize>(), 0..20), mid_stream in any::<bool>()) {
        let whole = cut(mid_stream, true, &[Ok(&stream)]);
        let mut other = cut(mid_stream, true, &pieces(&stream, &cuts));
        let single = cut(mid_stream, true, &stream.chunks(1).map(Ok).collect::<Vec<_>>());
        prop_assert_eq!(&whole.pdus, &other.pdus);
        prop_assert_eq!(&whole.skipped, &other.skipped);
        prop_assert_eq!(&whole.lost, &other.lost);
        other.places = single.places.clone();
        prop_assert_eq!(other, single);
    }

    #[test]
    fn each_octet_is_in_a_pdu_or_skipped(stream in stream(), cuts in prop::collection::vec((any::<usize>(), 0..90_u64), 0..8), mid_stream in any::<bool>(), closed in any::<bool>()) {
        let at: Vec<usize> = cuts.iter().map(|(at, _)| *at).collect();
        let mut parts = pieces(&stream, &at);
        for (turn, (_, gap)) in cuts.iter().enumerate() {
            parts.insert((turn * 2 + 1).min(parts.len()), Err(*gap));
        }
        let out = cut(mid_stream, closed, &parts);
        prop_assert_eq!(out.accounted(), count(stream.len()));
    }

    #[test]
    fn a_clean_stream_is_cut_whole_however_it_is_delivered(sequences in prop::collection::vec(1..1_000_u32, 1..20), cuts in prop::collection::vec(any::<usize>(), 0..20)) {
        let stream: Vec<u8> = sequences.iter().flat_map(|&n| if n % 3 == 0 { enquire(n) } else { submit(n, &[b'x'; 9]) }).collect();
        let out = cut(false, true, &pieces(&stream, &cuts));
        prop_assert_eq!(out.pdus, sequences.iter().map(u32::to_string).collect::<Vec<_>>());
        prop_assert_eq!((out.skipped, out.lost), (vec![], vec![]));
    }
}
