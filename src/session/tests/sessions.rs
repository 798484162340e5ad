//! Binds, roles, versions, sessions one after the other, and the facts of their ends.

use super::super::{LastPdu, Limits, Peak};
use super::script::{Run, check, check_with, command};
use crate::smpp::{CommandId, Role, Version};
use crate::tcp::Side;
use crate::time::Timestamp;

const BOUND: &str = "1.0 > bind_transceiver 1 acme v0x34
                     1.1 < bind_transceiver_resp 1 smsc v0x34
                       = answered bind_transceiver 1 > 100ms";

#[test]
fn a_bind_tells_who_and_what() {
    let heard = check(&format!(
        "{BOUND}
         2.0 > unbind 2
         2.1 < unbind_resp 2
           = answered unbind 2 > 100ms
         2.5 close fin <
           = ended s0 handshake end=unbind by=> esme=> system_id=acme smsc=smsc bind=transceiver version=3.4"
    ));
    let ended = &heard.ended[0];
    assert_eq!(
        (ended.first_at, ended.last_at),
        (Timestamp::from_parts(1, 0), Timestamp::from_parts(2, 100_000_000))
    );
    assert_eq!(ended.end_at, Timestamp::from_parts(2, 500_000_000));
    assert_eq!(ended.idle_before_end_ms, 400);
    assert_eq!(ended.ended_by_role(), Some(Role::Esme));
    assert_eq!((ended.interface_version, ended.sc_interface_version), (Some(0x34), Some(0x34)));
}

#[test]
fn the_version_holds_for_what_follows() {
    let mut run = Run::new(true, Limits::default());
    for (line, version) in [
        ("> enquire_link 9", None),
        ("> bind_transmitter 1 acme v0x50", Some(Version::V50)),
        ("< bind_transmitter_resp 1 smsc v0x34", Some(Version::V34)),
        ("> submit_sm 2", Some(Version::V34)),
        ("> unbind 3", Some(Version::V34)),
        ("< unbind_resp 3", Some(Version::V34)),
        ("> bind_transmitter 1 acme v0x33", Some(Version::V33)),
        ("< bind_transmitter_resp 1 smsc", Some(Version::V33)),
        ("close fin", None),
    ] {
        run.obey(line);
        assert_eq!(run.sessions.version(), version, "{line}");
    }
}

#[test]
fn a_bind_response_alone_sets_no_version() {
    let mut run = Run::new(false, Limits::default());
    run.obey("< bind_transceiver_resp 1 smsc v0x50");
    assert_eq!(run.sessions.version(), None);
}

#[test]
fn roles_are_learnt_from_commands() {
    let (esme, smsc) = (Some(Side::Opener), Some(Side::Accepter));
    for (line, expected) in [
        ("> submit_sm 1", esme),
        ("< submit_sm_resp 1", esme),
        ("> query_sm 1", esme),
        ("< deliver_sm 1", esme),
        ("> deliver_sm_resp 1", esme),
        ("< alert_notification 1", esme),
        ("< outbind 1 smsc", esme),
        ("< bind_receiver_resp 1 smsc", esme),
        ("> deliver_sm 1", smsc),
        ("< bind_receiver 1 acme v0x34", smsc),
        ("> data_sm 1", None),
        ("> data_sm_resp 1", None),
        ("> enquire_link 1", None),
        ("> enquire_link_resp 1", None),
        ("> unbind 1", None),
        ("> unbind_resp 1", None),
        ("> generic_nack 1 0x3", None),
        ("> vendor 1", None),
    ] {
        let mut run = Run::new(false, Limits::default());
        run.obey(line);
        let role = |is| if is { Role::Esme } else { Role::Smsc };
        for side in [Side::Opener, Side::Accepter] {
            assert_eq!(run.sessions.role(side), expected.map(|esme| role(esme == side)), "{line}");
        }
    }
}

#[test]
fn a_bind_overrules_what_commands_say() {
    check(
        "> deliver_sm 1
         < bind_transceiver 1 acme v0x34
         > bind_transceiver_resp 1 smsc
         = answered bind_transceiver 1 < 1ms
         close rst <
         = closed deliver_sm 1 >
         = ended s0 handshake end=rst by=< esme=< system_id=acme smsc=smsc bind=transceiver version=3.4",
    );
    check(
        "> outbind 1 wrong
         = one_way outbind 1 >
         > bind_receiver 1 acme v0x34
         < bind_receiver_resp 1 smsc
         = answered bind_receiver 1 > 1ms
         close idle
         = ended s0 handshake end=idle esme=> system_id=acme smsc=smsc bind=receiver version=3.4",
    );
}

#[test]
fn only_a_bind_is_enough_to_blame_the_direction() {
    check(
        "> submit_sm 1
         > deliver_sm 2
         < submit_sm 3",
    );
    check(&format!(
        "{BOUND}
         < submit_sm 1
           = finding session.pdu_wrong_direction <
         > submit_sm_resp 1
           = answered submit_sm 1 < 1ms
         > deliver_sm 2
           = finding session.pdu_wrong_direction >
         > alert_notification 2
           = finding session.pdu_wrong_direction >
           = one_way alert_notification 2 >
         > submit_sm 3
         < deliver_sm_resp 3
           = finding session.pdu_wrong_direction <
           = unsolicited deliver_sm_resp 3 < wrong_type
         > query_sm_resp 4
           = finding session.pdu_wrong_direction >
         tick 30
           = unsolicited query_sm_resp 4 > unmatched
         < bind_transceiver 9 other v0x34
           = finding session.pdu_wrong_direction <
         > data_sm 10
         < data_sm 10
         > unbind 11
         < unbind 11
         < enquire_link 12
         > enquire_link 12"
    ));
}

#[test]
fn the_message_of_a_wrong_direction_names_the_roles() {
    let heard = check(&format!("{BOUND}\n< submit_sm 1\n= finding session.pdu_wrong_direction <"));
    assert_eq!(heard.messages, ["submit_sm from the SMSC; only an ESME sends it"]);
}

#[test]
fn a_bind_after_unbind_opens_another_session() {
    check(&format!(
        "{BOUND}
         1.2 > submit_sm 2
         1.3 > unbind 3
         1.4 < unbind_resp 3
           = answered unbind 3 > 100ms
         1.5 > bind_receiver 4 other v0x50
           = closed submit_sm 2 >
           = ended s0 handshake end=unbind by=> esme=> system_id=acme smsc=smsc bind=transceiver version=3.4
         1.6 < bind_receiver_resp 4 smsc
           = answered bind_receiver 4 > 100ms s0.1
         1.7 < submit_sm_resp 2
         tick 2.0
           = unsolicited submit_sm_resp 2 < given_up s0.1
         close rst <
           = ended s0.1 handshake end=rst by=< esme=> system_id=other smsc=smsc bind=receiver version=5.0"
    ));
}

#[test]
fn a_refused_bind_makes_way_for_the_next() {
    check(
        "1.0 > bind_transceiver 1 acme v0x34
         1.1 < bind_transceiver_resp 1 0xe
           = answered bind_transceiver 1 > 100ms 0xe
         1.2 > enquire_link 2
         1.3 < enquire_link_resp 2
           = answered enquire_link 2 > 100ms
         1.4 > bind_transceiver 3 acme v0x34
           = ended s0 handshake esme=> system_id=acme asked=transceiver refused=0xe version=3.4
         1.5 < generic_nack 3 0x3
           = nacked bind_transceiver 3 > 100ms 0x3 s0.1
         1.6 > bind_transmitter 4 acme v0x34
           = ended s0.1 handshake esme=> system_id=acme asked=transceiver refused=0x3 version=3.4
         1.7 < bind_transmitter_resp 4 smsc
           = answered bind_transmitter 4 > 100ms s0.2
         1.8 close fin >
           = ended s0.2 handshake end=fin by=> esme=> system_id=acme smsc=smsc bind=transmitter version=3.4",
    );
}

#[test]
fn a_bind_tried_again_before_the_answer_is_the_same_session() {
    check(
        "1.0 > bind_transceiver 1 acme v0x34
         2.0 > bind_receiver 2 acme2 v0x50
         2.1 < bind_transceiver_resp 1 0x5
           = answered bind_transceiver 1 > 1100ms 0x5
         2.2 < bind_receiver_resp 2 smsc
           = answered bind_receiver 2 > 200ms
         close idle
           = ended s0 handshake end=idle esme=> system_id=acme2 smsc=smsc bind=receiver version=5.0",
    );
}

#[test]
fn a_second_bind_in_a_bound_session_changes_nothing() {
    check(&format!(
        "{BOUND}
         > bind_receiver 2 other v0x50
         < bind_receiver_resp 2 nobody v0x50
         = answered bind_receiver 2 > 1ms
         > bind_receiver 3 other v0x50
         < bind_receiver_resp 3 0x5
         = answered bind_receiver 3 > 1ms 0x5
         close idle
         = ended s0 handshake end=idle esme=> system_id=acme smsc=smsc bind=transceiver version=3.4"
    ));
}

#[test]
fn a_gap_that_may_hide_the_unbind_makes_a_second_bind_the_next_session() {
    let heard = check(&format!(
        "{BOUND}
         gap >
         > bind_receiver 2 other v0x34
         = ended s0 handshake esme=> system_id=acme smsc=smsc bind=transceiver version=3.4
         < bind_receiver_resp 2 smsc
         = answered bind_receiver 2 > 1ms s0.1
         gap <
         gap <
         close idle
         = ended s0.1 handshake end=idle esme=> system_id=other smsc=smsc bind=receiver version=3.4"
    ));
    let gaps: Vec<_> = heard.ended.iter().map(|s| (s.opener_gaps, s.accepter_gaps)).collect();
    assert_eq!(gaps, [(1, 0), (0, 2)]);
}

#[test]
fn a_bind_response_captured_before_the_next_bind_belongs_to_it() {
    check(&format!(
        "{BOUND}
         1.2 > unbind 2
         1.3 < unbind_resp 2
           = answered unbind 2 > 100ms
         1.40 < bind_receiver_resp 3 smsc
         1.40 < enquire_link_resp 99
         1.41 > bind_receiver 3 acme v0x34
           = finding response.unmatched <
           = unsolicited enquire_link_resp 99 < unmatched
           = ended s0 handshake end=unbind by=> esme=> system_id=acme smsc=smsc bind=transceiver version=3.4
           = answered bind_receiver 3 > early s0.1
         close idle
           = ended s0.1 handshake end=idle esme=> system_id=acme bind=receiver version=3.4"
    ));
}

#[test]
fn mid_stream_sessions_know_what_they_can() {
    check_with(
        false,
        Limits::default(),
        "1.0 > submit_sm 1
         1.1 < submit_sm_resp 1
           = answered submit_sm 1 > 100ms
         close rst >
           = ended s0 midstream end=rst by=> esme=>",
    );
    // The response to a bind before the capture tells the type, the unbind_resp that the session is over.
    check_with(
        false,
        Limits::default(),
        "1.0 < bind_transmitter_resp 1 smsc v0x34
         2.0 < unbind_resp 7
           = unsolicited bind_transmitter_resp 1 < before_capture
         finish 3.0
           = unsolicited unbind_resp 7 < before_capture
           = ended s0 midstream end=unbind by=> esme=> smsc=smsc bind=transmitter from=response",
    );
    // The first unbind seen ends a session of unknown bind; the next one is seen from its beginning.
    check_with(
        false,
        Limits::default(),
        "1.0 < deliver_sm 1
         1.1 > unbind 2
         1.2 < unbind_resp 2
           = answered unbind 2 > 100ms
         1.3 > bind_receiver 3 acme v0x34
           = closed deliver_sm 1 <
           = ended s0 midstream end=unbind by=> esme=>
         1.4 < bind_receiver_resp 3 smsc
           = answered bind_receiver 3 > 100ms s0.1
         1.5 < submit_sm_resp 9
         finish 2.0
           = finding response.unmatched <
           = unsolicited submit_sm_resp 9 < unmatched s0.1
           = ended s0.1 handshake end=capture_end esme=> system_id=acme smsc=smsc bind=receiver version=3.4",
    );
}

#[test]
fn an_unbind_wins_over_what_closes_the_connection() {
    for (unbind, close, end) in [
        ("> unbind 9", "close rst <", "end=unbind by=>"),
        ("< unbind 9", "close fin >", "end=unbind by=<"),
        ("> unbind 9", "close idle", "end=unbind by=>"),
        ("> enquire_link 9", "close rst <", "end=rst by=<"),
        ("> unbind 9", "finish 5", "end=capture_end"),
    ] {
        let side = unbind.split_at(1).0;
        let name = if unbind.contains("unbind") { "unbind" } else { "enquire_link" };
        let why = if close == "finish 5" { "capture_ended" } else { "closed" };
        check(&format!(
            "{BOUND}
             {unbind}
             {close}
             = {why} {name} 9 {side}
             = ended s0 handshake {end} esme=> system_id=acme smsc=smsc bind=transceiver version=3.4"
        ));
    }
    check(&format!(
        "{BOUND}
         > unbind 9
         < unbind_resp 9
         = answered unbind 9 > 1ms
         finish 5
         = ended s0 handshake end=unbind by=> esme=> system_id=acme smsc=smsc bind=transceiver version=3.4"
    ));
}

#[test]
fn a_refused_unbind_ends_nothing() {
    for answer in ["unbind_resp 9 0x8", "generic_nack 9 0x3"] {
        let (how, status) =
            if answer.starts_with("generic") { ("nacked", "0x3") } else { ("answered", "0x8") };
        check(&format!(
            "{BOUND}
             > unbind 9
             < {answer}
             = {how} unbind 9 > 1ms {status}
             close fin <
             = ended s0 handshake end=fin by=< esme=> system_id=acme smsc=smsc bind=transceiver version=3.4"
        ));
    }
}

#[test]
fn a_connection_without_pdus_is_no_session() {
    let mut run = Run::new(true, Limits::default());
    for line in ["gap >", "tick 9", "close fin >", "finish 10"] {
        run.obey(line);
    }
    assert!(run.heard.lines.is_empty());
}

#[test]
fn pdus_after_the_close_open_another_session() {
    check(
        "> submit_sm 1
         close rst >
         = closed submit_sm 1 >
         = ended s0 handshake end=rst by=> esme=>
         < submit_sm_resp 1
         finish 1
         = finding response.unmatched <
         = unsolicited submit_sm_resp 1 < unmatched s0.1
         = ended s0.1 handshake end=capture_end esme=>",
    );
}

#[test]
fn counts_are_by_command_and_partial_pdus_apart() {
    let heard = check(
        "> submit_sm 1
         > submit_sm 2
         < submit_sm_resp 2 partial
         = answered submit_sm 2 > 1ms partial_response
         < generic_nack 1 0x3
         = nacked submit_sm 1 > 3ms 0x3
         > bind_receiver 3 acme partial
         < bind_receiver_resp 3 smsc
         = answered bind_receiver 3 > 1ms partial_request",
    );
    let ended = &heard.ended[0];
    let expected = [("submit_sm", 2), ("generic_nack", 1), ("bind_receiver_resp", 1)];
    assert_eq!(ended.by_command, expected.map(|(name, count)| (command(name), count)));
    assert_eq!((ended.pdus(), ended.partial_pdus, ended.other_pdus), (4, 2, 0));
}

#[test]
fn different_commands_are_bounded() {
    use super::super::{Seen, Sessions};
    use crate::smpp::{CommandStatus, Header, Place, SequenceNumber};
    let mut heard = super::script::Heard::default();
    let mut sessions = Sessions::new(crate::tcp::ConnectionNumber(3), true, Limits::default());
    for id in 0x2_0000..0x2_0100_u32 {
        let header = Header {
            command_length: 16,
            command_id: CommandId(id),
            command_status: CommandStatus::OK,
            sequence_number: SequenceNumber(id),
        };
        let place = Place { frame: u64::from(id), index: 0, offset: 0 };
        let seen = Seen {
            side: Side::Opener,
            header,
            at: Timestamp::default(),
            begun: Timestamp::default(),
            wait: None,
            place,
            whole: true,
            tlvs: false,
            bind: None,
        };
        sessions.push(&seen, &mut NoNames(&mut heard));
    }
    sessions.finish(Timestamp::default(), &mut NoNames(&mut heard));
    let ended = &heard.ended[0];
    assert_eq!(ended.by_command.len(), Limits::COMMANDS);
    assert_eq!((ended.pdus(), ended.other_pdus), (256, 192));
    assert_eq!(ended.id.to_string(), "s3");
}

/// Keeps the ends only: the scripts have no names for made-up commands.
struct NoNames<'a>(&'a mut super::script::Heard);

impl super::super::Sink for NoNames<'_> {
    fn transaction(&mut self, _: &super::super::Transaction) {}
    fn unsolicited(&mut self, _: &super::super::Unsolicited) {}
    fn finding(
        &mut self,
        _: crate::smpp::RuleId,
        _: crate::smpp::Place,
        _: Timestamp,
        _: Side,
        _: &dyn std::fmt::Display,
    ) {
    }
    fn ended(&mut self, session: super::super::SessionEnd) {
        self.0.ended.push(session);
    }
}

#[test]
fn the_last_ten_pdus_are_kept() {
    let heard = check(
        "1 > submit_sm 1
         2 < submit_sm_resp 1
         = answered submit_sm 1 > 1000ms
         3 > enquire_link 2",
    );
    let last: Vec<_> = heard.ended[0].last_pdus.iter().map(|pdu| pdu.place.frame).collect();
    assert_eq!(last, [1, 2, 3]);
    let heard = check(
        "1 > submit_sm 1
         2 > submit_sm 2
         3 > submit_sm 3
         4 > submit_sm 4
         5 > submit_sm 5
         6 > submit_sm 6
         7 > submit_sm 7
         8 > submit_sm 8
         9 > submit_sm 9
         10 > submit_sm 10
         11 > submit_sm 11
         12 < submit_sm_resp 2
         = answered submit_sm 2 > 10000ms",
    );
    let last: Vec<_> = heard.ended[0].last_pdus.iter().map(|pdu| pdu.place.frame).collect();
    assert_eq!(last, (3..=12).collect::<Vec<_>>());
    let LastPdu { command, side, at, .. } = heard.ended[0].last_pdus[9];
    assert_eq!((command, side, at.second()), (CommandId::SUBMIT_SM.response(), Side::Accepter, 12));
}

#[test]
fn the_window_is_the_most_that_waited_and_when_first() {
    let heard = check(
        "1 > submit_sm 1
         2 > submit_sm 2
         3 < submit_sm_resp 1
         = answered submit_sm 1 > 2000ms
         4 > submit_sm 3
         5 > enquire_link 4
         6 < submit_sm_resp 2
         = answered submit_sm 2 > 4000ms
         7 > submit_sm 5
         8 < deliver_sm 1",
    );
    let ended = &heard.ended[0];
    let opener = Peak { count: 3, at: Timestamp::from_parts(5, 0) };
    let accepter = Peak { count: 1, at: Timestamp::from_parts(8, 0) };
    assert_eq!((ended.opener_window, ended.accepter_window), (Some(opener), Some(accepter)));
    assert_eq!(ended.window(), Some((Side::Opener, opener)));
}

#[test]
fn the_larger_window_counts_and_of_equals_the_esmes() {
    let cases = [
        ("> enquire_link 1", Some((Side::Opener, 1))),
        ("< enquire_link 1", Some((Side::Accepter, 1))),
        ("< outbind 1 smsc\n= one_way outbind 1 <", None),
        ("> deliver_sm 1\n< enquire_link 1", Some((Side::Accepter, 1))),
        ("> deliver_sm 1\n> deliver_sm 2\n< enquire_link 1", Some((Side::Opener, 2))),
        ("> submit_sm 1\n< enquire_link 1\n< deliver_sm 2", Some((Side::Accepter, 2))),
        ("< enquire_link 1\n> enquire_link 1", Some((Side::Opener, 1))),
    ];
    for (script, expected) in cases {
        let heard = check(script);
        assert_eq!(heard.ended[0].window().map(|(side, peak)| (side, peak.count)), expected, "{script}");
    }
}

#[test]
fn a_lost_request_does_not_fill_the_window_for_good() {
    let heard = check(
        "1 > submit_sm 1
         2 > submit_sm 2
         2.5 < submit_sm_resp 2
         = answered submit_sm 2 > 500ms
         20 > submit_sm 3
         21 < submit_sm_resp 3
         = answered submit_sm 3 > 1000ms
         22 > submit_sm 4
         23 > submit_sm 5
         24 < submit_sm_resp 1
         = answered submit_sm 1 > 23000ms late",
    );
    assert_eq!(heard.ended[0].opener_window, Some(Peak { count: 2, at: Timestamp::from_parts(2, 0) }));
}

#[test]
fn all_count_in_the_window_of_a_peer_that_answers_nothing() {
    let heard = check("1 > submit_sm 1\n20 > submit_sm 2\n40 > submit_sm 3");
    assert_eq!(heard.ended[0].opener_window, Some(Peak { count: 3, at: Timestamp::from_parts(40, 0) }));
}

#[test]
fn the_rate_is_of_both_sides() {
    let heard = check(
        "1.1 > submit_sm 1
         1.2 < deliver_sm 1
         1.3 > enquire_link 2
         2.1 > submit_sm 3
         2.2 < deliver_sm 2
         2.3 < alert_notification 3
         = one_way alert_notification 3 <
         2.4 < submit_sm_resp 1
         = answered submit_sm 1 > 1300ms",
    );
    assert_eq!(heard.ended[0].rate, Some(Peak { count: 3, at: Timestamp::from_parts(2, 0) }));
}

#[test]
fn a_system_id_is_cut_at_64_octets() {
    let heard = check(&format!("> bind_receiver 1 {} v0x34", "x".repeat(100)));
    assert_eq!(heard.ended[0].system_id.as_deref(), Some(&[b'x'; 64][..]));
}
