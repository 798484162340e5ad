//! What an ESME has to send, and the receipts for it.

use super::pdu::{self, Address, Final, Message, command};

/// What kind of request.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Kind {
    Submit,
    Data,
    Query,
    Cancel,
    Replace,
    Multi,
}

/// A request that an ESME has to send.
#[derive(Clone, Debug)]
pub(super) struct Job {
    pub(super) kind: Kind,
    pub(super) source: Address,
    pub(super) destination: Address,
    pub(super) esm_class: u8,
    pub(super) text: Vec<u8>,
    pub(super) wants_receipt: bool,
    /// The message that query, cancel and replace name.
    pub(super) about: u64,
    /// At a gateway: the session and number of the request that this one passes on.
    pub(super) origin: Option<Box<(usize, u32, Job)>>,
}

/// A receipt to be sent.
#[derive(Debug)]
pub(super) struct Due {
    pub(super) job: Job,
    pub(super) message_id: u64,
    pub(super) submitted_at: i64,
    pub(super) state: Final,
    /// At a gateway: where to pass it on, with what id.
    pub(super) onward: Option<(usize, u64)>,
}

impl Job {
    /// The text without the user data header that the parts of a long message have.
    fn words(&self) -> &[u8] {
        self.text.get(if self.esm_class & 0x40 != 0 { 6 } else { 0 }..).unwrap_or_default()
    }

    /// Its PDU.
    pub(super) fn request(&self, sequence: u32) -> Vec<u8> {
        let message = Message {
            source: &self.source,
            destination: &self.destination,
            esm_class: self.esm_class,
            registered_delivery: u8::from(self.wants_receipt),
            data_coding: 0,
            short_message: &self.text,
        };
        let about = pdu::message_id(self.about);
        match self.kind {
            Kind::Submit => pdu::submit_sm(sequence, &message),
            Kind::Data => pdu::data_sm(sequence, &message),
            Kind::Query => pdu::query_sm(sequence, &about, &self.source),
            Kind::Cancel => pdu::cancel_sm(sequence, &about, &self.source, &self.destination),
            Kind::Replace => pdu::replace_sm(sequence, &about, &self.source, &self.text),
            Kind::Multi => {
                let second = Address::international("447700900999");
                pdu::submit_multi(sequence, &message, &[self.destination.clone(), second])
            }
        }
    }

    /// The response to it; `id` is the number that a new message gets.
    pub(super) fn response(&self, sequence: u32, status: u32, id: u64) -> Vec<u8> {
        let id = pdu::message_id(id);
        match self.kind {
            Kind::Submit => pdu::submit_sm_resp(status, sequence, &id),
            Kind::Data => pdu::data_sm_resp(status, sequence, &id),
            Kind::Query => pdu::query_sm_resp(status, sequence, &pdu::message_id(self.about)),
            Kind::Cancel => pdu::header_only(command::CANCEL_SM | command::RESPONSE, status, sequence),
            Kind::Replace => pdu::header_only(command::REPLACE_SM | command::RESPONSE, status, sequence),
            Kind::Multi => pdu::submit_multi_resp(status, sequence, &id),
        }
    }
}

impl Due {
    /// The deliver_sm that carries it.
    pub(super) fn receipt(&self, sequence: u32, now: i64) -> Vec<u8> {
        pdu::receipt(
            sequence,
            &pdu::Receipt {
                source: &self.job.source,
                destination: &self.job.destination,
                message_id: self.message_id,
                submitted_at: self.submitted_at,
                done_at: now,
                state: self.state,
                error: if self.state == Final::Delivered { 0 } else { 27 },
                text: self.job.words(),
            },
        )
    }
}

/// What people and programs write.
pub(super) const TEXTS: [&str; 8] = [
    "Your code is 482913. It is valid for 10 minutes.",
    "Dinner at eight? Bring the good bread.",
    "Parcel 3051 will arrive today between 14:00 and 16:00.",
    "Reminder: your appointment is tomorrow at 09:30. Reply C to confirm.",
    "Low balance: 1.20 left on your account.",
    "Gate change: flight BA 117 now boards at gate 22.",
    "Thank you for your order. We will tell you when it is on its way.",
    "ok",
];

/// The first part of a message in two parts.
pub(super) const LONG: &str = "This is the first part of a message that does not fit into one short message, as \
                    they are sent every day by shops, banks and people with much to say, ";
