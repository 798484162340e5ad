//! Pairing: outcomes, latencies, responses that answer nothing, bounds.

use super::super::Limits;
use super::script::{Run, check, check_with};
use crate::smpp::CommandStatus;
use crate::time::{Duration, Timestamp};

#[test]
fn latency_is_response_less_request() {
    check(
        "12.003 > submit_sm 7
         12.010 < submit_sm_resp 7
              = answered submit_sm 7 > 7ms
         13.000 > submit_sm 8
         13.250 < submit_sm_resp 8 0x58
              = answered submit_sm 8 > 250ms 0x58
         14.000 < deliver_sm 8
         14.000 > deliver_sm_resp 8
              = answered deliver_sm 8 < 0ms",
    );
}

#[test]
fn responses_pair_in_any_order() {
    check(
        "1.0 > submit_sm 1
         1.1 > submit_sm 2
         1.2 > enquire_link 3
         1.3 < enquire_link_resp 3
           = answered enquire_link 3 > 100ms
         1.4 < submit_sm_resp 2
           = answered submit_sm 2 > 300ms
         1.5 < submit_sm_resp 1
           = answered submit_sm 1 > 500ms",
    );
}

#[test]
fn each_side_numbers_alone() {
    check(
        "1.0 > submit_sm 5
         1.1 < deliver_sm 5
         1.2 > enquire_link 6
         1.3 < enquire_link 6
         1.4 > deliver_sm_resp 5
           = answered deliver_sm 5 < 300ms
         1.5 < submit_sm_resp 5
           = answered submit_sm 5 > 500ms
         1.6 > enquire_link_resp 6
           = answered enquire_link 6 < 300ms
         1.7 < enquire_link_resp 6
           = answered enquire_link 6 > 500ms",
    );
}

#[test]
fn numbers_wrap_and_need_not_be_legal() {
    check(
        "> submit_sm 0x7fffffff
         > submit_sm 1
         > submit_sm 0
         > submit_sm 0xffffffff
         < submit_sm_resp 0xffffffff
         = answered submit_sm 4294967295 > 1ms
         < submit_sm_resp 0
         = answered submit_sm 0 > 3ms
         < submit_sm_resp 0x7fffffff
         = answered submit_sm 2147483647 > 6ms
         < submit_sm_resp 1
         = answered submit_sm 1 > 6ms",
    );
}

#[test]
fn unknown_commands_pair_by_the_response_bit() {
    check(
        "> vendor 1
         < vendor_resp 1
         = answered vendor 1 > 1ms",
    );
}

#[test]
fn one_way_commands_wait_for_nothing() {
    let heard = check(
        "< outbind 1 smsc
         = one_way outbind 1 <
         < alert_notification 2
         = one_way alert_notification 2 <
         < alert_notification 2
         = one_way alert_notification 2 <",
    );
    assert!(heard.ended[0].accepter_window.is_none());
}

#[test]
fn a_nack_answers_any_command_of_the_other_side() {
    check(
        "1.0 > submit_sm 1
         1.1 < deliver_sm 1
         1.2 < generic_nack 1 0x3
           = nacked submit_sm 1 > 200ms 0x3
         1.3 > generic_nack 1 0x8
           = nacked deliver_sm 1 < 200ms 0x8",
    );
}

#[test]
fn a_nack_without_number_answers_nothing() {
    check(
        "> submit_sm 0
         < generic_nack 0 0x2
         = unsolicited generic_nack 0 < without_number
         < submit_sm_resp 0
         = answered submit_sm 0 > 2ms",
    );
}

#[test]
fn partial_pdus_pair() {
    check(
        "> submit_sm 1 partial
         < submit_sm_resp 1
         = answered submit_sm 1 > 1ms partial_request
         > submit_sm 2
         < submit_sm_resp 2 partial
         = answered submit_sm 2 > 1ms partial_response",
    );
}

#[test]
fn late_is_longer_than_the_timeout() {
    check(
        "1.000 > submit_sm 1
         1.000 > submit_sm 2
         11.000 < submit_sm_resp 1
           = answered submit_sm 1 > 10000ms
         11.001 < submit_sm_resp 2
           = answered submit_sm 2 > 10001ms late",
    );
}

#[test]
fn a_response_captured_before_its_request_pairs_without_latency() {
    check(
        "1.000 < submit_sm_resp 1
         1.100 > submit_sm 1
             = answered submit_sm 1 > early",
    );
    // Pushed in order, but with times that run backwards.
    check(
        "1.000 > submit_sm 1
         0.990 < submit_sm_resp 1
             = answered submit_sm 1 > early
         2.000 > submit_sm 2
         1.000 < submit_sm_resp 2
             = answered submit_sm 2 > early",
    );
}

#[test]
fn a_response_pushed_first_but_captured_later_has_its_latency() {
    check(
        "1.010 < submit_sm_resp 1
         1.000 > submit_sm 1
             = answered submit_sm 1 > 10ms
         2.000 < submit_sm_resp 2
         2.000 > submit_sm 2
             = answered submit_sm 2 > 0ms",
    );
}

#[test]
fn a_response_too_early_answers_nothing() {
    check(
        "1.000 < submit_sm_resp 1
         1.101 > submit_sm 1
             = finding response.unmatched <
             = unsolicited submit_sm_resp 1 < unmatched
         1.200 < submit_sm_resp 2
         tick 1.300
         tick 1.301
             = finding response.unmatched <
             = unsolicited submit_sm_resp 2 < unmatched",
    );
}

#[test]
fn early_responses_keep_to_their_command() {
    check(
        "1.000 < submit_sm_resp 1
         1.001 < generic_nack 2 0x3
         1.010 > enquire_link 1
         1.020 > query_sm 2
             = nacked query_sm 2 > 0x3 early
         1.150 < enquire_link_resp 1
             = finding response.unmatched <
             = unsolicited submit_sm_resp 1 < unmatched
             = answered enquire_link 1 > 140ms",
    );
}

#[test]
fn an_early_response_of_a_reused_number_takes_the_newer_request() {
    check(
        "1.000 < enquire_link_resp 1
         1.001 > submit_sm 1
         1.002 > enquire_link 1
             = superseded submit_sm 1 >
             = finding session.sequence_number.reused >
             = answered enquire_link 1 > early",
    );
}

#[test]
fn a_reused_number_supersedes() {
    let heard = check(
        "< enquire_link 1
         > enquire_link_resp 1
         = answered enquire_link 1 < 1ms
         > submit_sm 5
         > submit_sm 5
         = superseded submit_sm 5 >
         = finding session.sequence_number.reused >
         < submit_sm_resp 5
         = answered submit_sm 5 > 1ms
         < submit_sm_resp 5
         = finding response.duplicate <
         = unsolicited submit_sm_resp 5 < duplicate
         > submit_sm 5
         < submit_sm_resp 5
         = answered submit_sm 5 > 1ms",
    );
    assert_eq!(heard.findings[0].1.frame, 4, "the finding is at the second request");
    assert_eq!(heard.messages[0], "number 5 is still that of the unanswered request submit_sm in frame 3");
}

#[test]
fn reuse_is_no_fault_where_the_answers_are_not_captured() {
    check(
        "> submit_sm 5
         > submit_sm 5
         = superseded submit_sm 5 >",
    );
    check(
        "< enquire_link 1
         > submit_sm 5
         gap <
         > submit_sm 5
         = reply_in_gap submit_sm 5 >
         finish 1
         = capture_ended submit_sm 5 >
         = capture_ended enquire_link 1 <
         = ended s0 handshake end=capture_end esme=>",
    );
}

#[test]
fn a_response_of_another_type_leaves_the_request_open() {
    let heard = check(
        "1.0 > submit_sm 5
         1.1 < enquire_link_resp 5
           = finding response.wrong_type <
           = unsolicited enquire_link_resp 5 < wrong_type
         1.2 < submit_sm_resp 5
           = answered submit_sm 5 > 200ms
         1.3 > submit_sm 6
         gap >
         1.4 < enquire_link_resp 6
           = unsolicited enquire_link_resp 6 < wrong_type
         1.5 < submit_sm_resp 6
           = answered submit_sm 6 > 200ms",
    );
    assert_eq!(
        heard.messages,
        ["response enquire_link_resp has the number 5 of the request submit_sm in frame 1"]
    );
}

#[test]
fn duplicates_are_told_from_strangers() {
    check(
        "1.0 > submit_sm 5
         1.1 < submit_sm_resp 5
           = answered submit_sm 5 > 100ms
         1.2 < submit_sm_resp 5 0x45
           = finding response.duplicate <
           = unsolicited submit_sm_resp 5 < duplicate
         1.3 < generic_nack 5 0x3
           = finding response.duplicate <
           = unsolicited generic_nack 5 < duplicate
         1.4 < enquire_link_resp 5
         1.5 < submit_sm_resp 6
         1.6 > submit_sm_resp 5
           = finding response.unmatched <
           = unsolicited enquire_link_resp 5 < unmatched
         tick 2.0
           = finding response.unmatched <
           = unsolicited submit_sm_resp 6 < unmatched
           = finding response.unmatched >
           = unsolicited submit_sm_resp 5 > unmatched",
    );
}

#[test]
fn sixty_four_answers_are_remembered() {
    let mut run = Run::new(true, Limits::default());
    for n in 1..=70 {
        run.obey(&format!("> submit_sm {n}"));
        run.obey(&format!("< submit_sm_resp {n}"));
    }
    for n in [6, 7, 70] {
        run.obey(&format!("< submit_sm_resp {n}"));
    }
    run.obey("tick 9");
    let told: Vec<_> = run.heard.unsolicited.iter().map(|u| (u.sequence_number.0, u.why.name())).collect();
    assert_eq!(told, [(7, "duplicate"), (70, "duplicate"), (6, "unmatched")]);
}

#[test]
fn a_gap_of_the_asking_side_excuses_the_response() {
    check(
        "1.0 > submit_sm 1
         1.1 < submit_sm_resp 1
           = answered submit_sm 1 > 100ms
         gap >
         1.2 < submit_sm_resp 2
         1.3 < submit_sm_resp 1
         1.4 > enquire_link_resp 9
           = unsolicited submit_sm_resp 2 < in_gap
         tick 2.0
           = unsolicited submit_sm_resp 1 < in_gap
           = finding response.unmatched >
           = unsolicited enquire_link_resp 9 > unmatched",
    );
}

#[test]
fn responses_from_before_the_capture_are_no_fault() {
    check_with(
        false,
        Limits::default(),
        "1.0 < submit_sm_resp 1 0x58
         1.1 > deliver_sm_resp 1
         tick 2.0
           = unsolicited submit_sm_resp 1 < before_capture
           = unsolicited deliver_sm_resp 1 > before_capture",
    );
    // What the capture itself shows is judged all the same.
    check_with(
        false,
        Limits::default(),
        "1.0 > submit_sm 1
         1.1 < submit_sm_resp 1
           = answered submit_sm 1 > 100ms
         1.2 < submit_sm_resp 1
           = finding response.duplicate <
           = unsolicited submit_sm_resp 1 < duplicate",
    );
}

#[test]
fn the_end_of_the_capture_tells_timed_out_from_open() {
    check(
        "1.000 > submit_sm 1
         2.000 > submit_sm 2
         2.001 > submit_sm 3
         3.000 < deliver_sm 1
         finish 12.0
           = timed_out submit_sm 1 >
           = capture_ended submit_sm 2 >
           = capture_ended submit_sm 3 >
           = capture_ended deliver_sm 1 <
           = ended s0 handshake end=capture_end esme=>",
    );
}

#[test]
fn a_gap_after_the_request_may_hold_the_reply_however_it_ends() {
    for (last, other) in
        [("finish 3.0", "capture_ended"), ("finish 90.0", "timed_out"), ("close rst <", "closed")]
    {
        let by = if last.starts_with("close") { "end=rst by=<" } else { "end=capture_end" };
        check(&format!(
            "1.0 > submit_sm 1
             1.1 > submit_sm 2
             gap >
             1.2 < deliver_sm 1
             gap <
             1.3 < submit_sm_resp 1
               = answered submit_sm 1 > 300ms
             1.4 > submit_sm 3
             {last}
               = reply_in_gap submit_sm 2 >
               = {other} submit_sm 3 >
               = {other} deliver_sm 1 <
               = ended s0 handshake {by} esme=>"
        ));
    }
    check(
        "1.0 > submit_sm 1
         gap <
         tick 3602.0
           = reply_in_gap submit_sm 1 >",
    );
}

#[test]
fn requests_expire_at_ticks_only() {
    check(
        "1.0 > submit_sm 1
         1.0 > submit_sm 2
         1.5 > submit_sm 3
         3700.0 > submit_sm 4
         3700.1 < submit_sm_resp 1
           = answered submit_sm 1 > 3699100ms late
         tick 3601.0
         tick 3601.001
           = timed_out submit_sm 2 >
         tick 3700.0
           = timed_out submit_sm 3 >
         3701.0 < submit_sm_resp 3
         3701.1 < submit_sm_resp 4
           = answered submit_sm 4 > 1100ms
         tick 3702.0
           = unsolicited submit_sm_resp 3 < given_up",
    );
}

#[test]
fn the_oldest_is_given_up_beyond_the_bound() {
    let limits = Limits { outstanding: 2, ..Limits::default() };
    let heard = check_with(
        true,
        limits,
        "> submit_sm 1
         > submit_sm 2
         < deliver_sm 1
         < deliver_sm 2
         > submit_sm 3
         = timed_out submit_sm 1 >
         < submit_sm_resp 1
         < submit_sm_resp 2
         = answered submit_sm 2 > 5ms
         > submit_sm 4
         finish 9
         = unsolicited submit_sm_resp 1 < given_up
         = capture_ended submit_sm 3 >
         = capture_ended submit_sm 4 >
         = capture_ended deliver_sm 1 <
         = capture_ended deliver_sm 2 <
         = ended s0 handshake end=capture_end esme=>",
    );
    assert_eq!(heard.ended[0].given_up, 1);
}

#[test]
fn bounds_of_nothing_still_account_for_all() {
    let limits = Limits { outstanding: 0, held: 0, ..Limits::default() };
    check_with(
        true,
        limits,
        "> submit_sm 1
         = timed_out submit_sm 1 >
         < submit_sm_resp 1
         = unsolicited submit_sm_resp 1 < given_up",
    );
}

#[test]
fn held_responses_are_bounded() {
    let limits = Limits { held: 2, ..Limits::default() };
    check_with(
        true,
        limits,
        "< submit_sm_resp 1
         < submit_sm_resp 2
         < submit_sm_resp 3
         = finding response.unmatched <
         = unsolicited submit_sm_resp 1 < unmatched
         > submit_sm 3
         = answered submit_sm 3 > early
         > submit_sm 2
         = answered submit_sm 2 > early",
    );
}

#[test]
fn quiet_means_nothing_open_and_nothing_held() {
    let mut run = Run::new(true, Limits::default());
    for (line, quiet) in [
        ("1.0 > submit_sm 1", false),
        ("1.1 < submit_sm_resp 1", true),
        ("1.2 < submit_sm_resp 2", false),
        ("tick 1.25", false),
        ("tick 2.0", true),
        ("2.1 < deliver_sm 2", false),
        ("tick 4000", true),
    ] {
        run.obey(line);
        assert_eq!(run.sessions.is_quiet(), quiet, "{line}");
    }
}

#[test]
fn the_transaction_names_its_response() {
    let heard = check("1.0 > submit_sm 1\n1.5 < generic_nack 1 0x3\n= nacked submit_sm 1 > 500ms 0x3");
    let transaction = heard.transactions[0];
    let response = transaction.response.unwrap();
    assert_eq!((transaction.place.frame, response.place.frame), (1, 2));
    assert!(response.command.is_response());
    assert_eq!(response.at.since(transaction.at), Duration::from_millis(500));
    assert_eq!(transaction.outcome.status(), Some(CommandStatus(3)));
}

#[test]
fn many_open_requests_come_out_in_order() {
    let mut run = Run::new(true, Limits::default());
    for n in 0..5_000_u32 {
        // Every number once, in no order that the table could keep by itself.
        run.obey(&format!("> submit_sm {}", n.wrapping_mul(2_654_435_761) >> 1));
    }
    for n in (0..5_000_u32).step_by(2) {
        run.obey(&format!("< submit_sm_resp {}", n.wrapping_mul(2_654_435_761) >> 1));
    }
    run.obey("finish 20");
    run.check_sums();
    let left: Vec<_> = run.heard.transactions[2_500..].iter().map(|t| t.place.frame).collect();
    assert_eq!(left, (0..2_500).map(|n| 2 * n + 2).collect::<Vec<_>>());
}

#[test]
fn extreme_times_and_numbers_neither_panic_nor_lose_anything() {
    let mut run = Run::new(true, Limits::default());
    for at in [i64::MIN, i64::MAX, 0, i64::MIN, i64::MIN + 1, i64::MAX] {
        for pdu in [
            "> submit_sm 0xffffffff",
            "< deliver_sm 0",
            "> deliver_sm_resp 0",
            "< enquire_link_resp 0xffffffff",
        ] {
            run.at = Timestamp::from_nanos(at);
            run.obey(pdu);
        }
        run.sessions.tick(Timestamp::from_nanos(at), &mut run.heard);
    }
    run.sessions.finish(Timestamp::MIN, &mut run.heard);
    run.check_sums();
}
