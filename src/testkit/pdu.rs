//! PDUs built octet by octet from the text of SMPP 3.4, with no table in common with the decoder, so that they can
//! judge it. What the functions of this module make breaks no rule of the specification.

/// Builds a PDU from its header on; [`Builder::done`] fills in command_length.
#[derive(Clone, Debug)]
pub struct Builder(Vec<u8>);

impl Builder {
    /// A PDU that consists of its header so far (SMPP 3.4 §3.2).
    #[must_use]
    pub fn new(command_id: u32, command_status: u32, sequence_number: u32) -> Self {
        let mut octets = Vec::with_capacity(160);
        octets.extend([0; 4]);
        octets.extend(command_id.to_be_bytes());
        octets.extend(command_status.to_be_bytes());
        octets.extend(sequence_number.to_be_bytes());
        Self(octets)
    }

    /// An integer of one octet.
    #[must_use]
    pub fn u8(mut self, value: u8) -> Self {
        self.0.push(value);
        self
    }

    /// A C-Octet String: the text and its NUL.
    #[must_use]
    pub fn cstring(mut self, text: &str) -> Self {
        self.0.extend(text.as_bytes());
        self.u8(0)
    }

    /// Octets as they are.
    #[must_use]
    pub fn octets(mut self, octets: &[u8]) -> Self {
        self.0.extend(octets);
        self
    }

    /// TON, NPI and address.
    #[must_use]
    pub fn address(self, address: &Address) -> Self {
        self.u8(address.ton).u8(address.npi).cstring(&address.value)
    }

    /// sm_length and short_message; at most 254 octets.
    #[must_use]
    pub fn short_message(self, text: &[u8]) -> Self {
        let text = &text[..text.len().min(254)];
        self.u8(text.len() as u8).octets(text)
    }

    /// A TLV (SMPP 3.4 §3.2.4.1).
    #[must_use]
    pub fn tlv(mut self, tag: u16, value: &[u8]) -> Self {
        self.0.extend(tag.to_be_bytes());
        self.0.extend((value.len() as u16).to_be_bytes());
        self.octets(value)
    }

    /// The PDU, with its command_length.
    #[must_use]
    pub fn done(mut self) -> Vec<u8> {
        let length = self.0.len() as u32;
        self.0[..4].copy_from_slice(&length.to_be_bytes());
        self.0
    }
}

/// command_id of each PDU that is built here: SMPP 3.4 §5.1.2.1, Table 5-1.
pub mod command {
    /// bind_receiver
    pub const BIND_RECEIVER: u32 = 0x1;
    /// bind_transmitter
    pub const BIND_TRANSMITTER: u32 = 0x2;
    /// query_sm
    pub const QUERY_SM: u32 = 0x3;
    /// submit_sm
    pub const SUBMIT_SM: u32 = 0x4;
    /// deliver_sm
    pub const DELIVER_SM: u32 = 0x5;
    /// unbind
    pub const UNBIND: u32 = 0x6;
    /// replace_sm
    pub const REPLACE_SM: u32 = 0x7;
    /// cancel_sm
    pub const CANCEL_SM: u32 = 0x8;
    /// bind_transceiver
    pub const BIND_TRANSCEIVER: u32 = 0x9;
    /// outbind
    pub const OUTBIND: u32 = 0xB;
    /// enquire_link
    pub const ENQUIRE_LINK: u32 = 0x15;
    /// submit_multi
    pub const SUBMIT_MULTI: u32 = 0x21;
    /// alert_notification
    pub const ALERT_NOTIFICATION: u32 = 0x102;
    /// data_sm
    pub const DATA_SM: u32 = 0x103;
    /// generic_nack, and the bit that makes a response
    pub const RESPONSE: u32 = 0x8000_0000;

    /// The name of a command in the spelling of the specification; empty for one that is not built here.
    #[must_use]
    pub const fn name(id: u32) -> &'static str {
        match id {
            BIND_RECEIVER => "bind_receiver",
            0x8000_0001 => "bind_receiver_resp",
            BIND_TRANSMITTER => "bind_transmitter",
            0x8000_0002 => "bind_transmitter_resp",
            QUERY_SM => "query_sm",
            0x8000_0003 => "query_sm_resp",
            SUBMIT_SM => "submit_sm",
            0x8000_0004 => "submit_sm_resp",
            DELIVER_SM => "deliver_sm",
            0x8000_0005 => "deliver_sm_resp",
            UNBIND => "unbind",
            0x8000_0006 => "unbind_resp",
            REPLACE_SM => "replace_sm",
            0x8000_0007 => "replace_sm_resp",
            CANCEL_SM => "cancel_sm",
            0x8000_0008 => "cancel_sm_resp",
            BIND_TRANSCEIVER => "bind_transceiver",
            0x8000_0009 => "bind_transceiver_resp",
            OUTBIND => "outbind",
            ENQUIRE_LINK => "enquire_link",
            0x8000_0015 => "enquire_link_resp",
            SUBMIT_MULTI => "submit_multi",
            0x8000_0021 => "submit_multi_resp",
            ALERT_NOTIFICATION => "alert_notification",
            DATA_SM => "data_sm",
            0x8000_0103 => "data_sm_resp",
            RESPONSE => "generic_nack",
            _ => "",
        }
    }
}

/// An address with its type of number and numbering plan.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Address {
    /// Type of number: SMPP 3.4 §5.2.5.
    pub ton: u8,
    /// Numbering plan: §5.2.6.
    pub npi: u8,
    /// The number or name; at most 20 characters.
    pub value: String,
}

impl Address {
    /// An international number of digits: TON 1, NPI 1.
    #[must_use]
    pub fn international(digits: impl Into<String>) -> Self {
        Self { ton: 1, npi: 1, value: digits.into() }
    }

    /// A name: TON 5, NPI 0.
    #[must_use]
    pub fn name(name: impl Into<String>) -> Self {
        Self { ton: 5, npi: 0, value: name.into() }
    }
}

/// The fields of submit_sm and deliver_sm that a scenario varies.
#[derive(Clone, Debug)]
pub struct Message<'a> {
    /// source_addr with TON and NPI.
    pub source: &'a Address,
    /// destination_addr with TON and NPI.
    pub destination: &'a Address,
    /// esm_class: SMPP 3.4 §5.2.12.
    pub esm_class: u8,
    /// registered_delivery: §5.2.17.
    pub registered_delivery: u8,
    /// data_coding: §5.2.19.
    pub data_coding: u8,
    /// At most 254 octets.
    pub short_message: &'a [u8],
}

/// A bind of `command_id`: SMPP 3.4 §4.1.1, §4.1.3, §4.1.5.
#[must_use]
pub fn bind(command_id: u32, sequence_number: u32, system_id: &str, password: &str) -> Vec<u8> {
    Builder::new(command_id, 0, sequence_number)
        .cstring(system_id)
        .cstring(password)
        .cstring("")
        .u8(0x34)
        .u8(0)
        .u8(0)
        .cstring("")
        .done()
}

/// The response to a bind of `command_id`: §4.1.2, §4.1.4, §4.1.6. A refusal has no body.
#[must_use]
pub fn bind_resp(command_id: u32, command_status: u32, sequence_number: u32, system_id: &str) -> Vec<u8> {
    let pdu = Builder::new(command_id | command::RESPONSE, command_status, sequence_number);
    if command_status != 0 {
        return pdu.done();
    }
    pdu.cstring(system_id).tlv(0x0210, &[0x34]).done()
}

/// submit_sm: §4.4.1.
#[must_use]
pub fn submit_sm(sequence_number: u32, message: &Message<'_>) -> Vec<u8> {
    message_pdu(command::SUBMIT_SM, sequence_number, message).done()
}

/// submit_sm_resp: §4.4.2. No body with a status other than 0.
#[must_use]
pub fn submit_sm_resp(command_status: u32, sequence_number: u32, message_id: &str) -> Vec<u8> {
    id_resp(command::SUBMIT_SM, command_status, sequence_number, message_id)
}

/// deliver_sm without a receipt: §4.6.1.
#[must_use]
pub fn deliver_sm(sequence_number: u32, message: &Message<'_>) -> Vec<u8> {
    message_pdu(command::DELIVER_SM, sequence_number, message).done()
}

/// deliver_sm_resp: §4.6.2; its message_id is unused.
#[must_use]
pub fn deliver_sm_resp(command_status: u32, sequence_number: u32) -> Vec<u8> {
    id_resp(command::DELIVER_SM, command_status, sequence_number, "")
}

/// The state that a receipt reports: §5.2.28 and Appendix B.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Final {
    /// DELIVRD, 2.
    Delivered,
    /// EXPIRED, 3.
    Expired,
    /// UNDELIV, 5.
    Undeliverable,
    /// REJECTD, 8.
    Rejected,
}

impl Final {
    const fn number_and_text(self) -> (u8, &'static str) {
        match self {
            Self::Delivered => (2, "DELIVRD"),
            Self::Expired => (3, "EXPIRED"),
            Self::Undeliverable => (5, "UNDELIV"),
            Self::Rejected => (8, "REJECTD"),
        }
    }
}

/// What a receipt says about a message.
#[derive(Clone, Debug)]
pub struct Receipt<'a> {
    /// source_addr of the message: the receipt goes there.
    pub source: &'a Address,
    /// destination_addr of the message: the receipt comes from there.
    pub destination: &'a Address,
    /// Number of the message; ten decimal digits as text.
    pub message_id: u64,
    /// When it was submitted, nanoseconds since the epoch.
    pub submitted_at: i64,
    /// When it reached its final state.
    pub done_at: i64,
    /// That state.
    pub state: Final,
    /// Network specific error, three digits.
    pub error: u16,
    /// The text of the message; its first 20 octets are quoted.
    pub text: &'a [u8],
}

/// deliver_sm with a delivery receipt: §4.6.1, §2.11, Appendix B.
#[must_use]
pub fn receipt(sequence_number: u32, receipt: &Receipt<'_>) -> Vec<u8> {
    let (number, stat) = receipt.state.number_and_text();
    let delivered = u8::from(receipt.state == Final::Delivered);
    let id = message_id(receipt.message_id);
    let quoted = &receipt.text[..receipt.text.len().min(20)];
    let text = format!(
        "id:{id} sub:001 dlvrd:{delivered:03} submit date:{} done date:{} stat:{stat} err:{:03} text:{}",
        minute(receipt.submitted_at),
        minute(receipt.done_at),
        receipt.error,
        String::from_utf8_lossy(quoted),
    );
    let message = Message {
        source: receipt.destination,
        destination: receipt.source,
        esm_class: 0x04,
        registered_delivery: 0,
        data_coding: 0,
        short_message: text.as_bytes(),
    };
    let mut id = id.into_bytes();
    id.push(0);
    message_pdu(command::DELIVER_SM, sequence_number, &message).tlv(0x001E, &id).tlv(0x0427, &[number]).done()
}

/// A message's number as ten decimal digits, the form of Appendix B.
#[must_use]
pub fn message_id(number: u64) -> String {
    format!("{:010}", number % 10_000_000_000)
}

/// data_sm with its text in message_payload: §4.7.1.
#[must_use]
pub fn data_sm(sequence_number: u32, message: &Message<'_>) -> Vec<u8> {
    Builder::new(command::DATA_SM, 0, sequence_number)
        .cstring("")
        .address(message.source)
        .address(message.destination)
        .u8(message.esm_class)
        .u8(message.registered_delivery)
        .u8(message.data_coding)
        .tlv(0x0424, message.short_message)
        .done()
}

/// data_sm_resp: §4.7.2.
#[must_use]
pub fn data_sm_resp(command_status: u32, sequence_number: u32, message_id: &str) -> Vec<u8> {
    id_resp(command::DATA_SM, command_status, sequence_number, message_id)
}

/// submit_multi to each of `destinations`: §4.5.1.
#[must_use]
pub fn submit_multi(sequence_number: u32, message: &Message<'_>, destinations: &[Address]) -> Vec<u8> {
    let mut pdu = Builder::new(command::SUBMIT_MULTI, 0, sequence_number)
        .cstring("")
        .address(message.source)
        .u8(destinations.len() as u8);
    for destination in destinations {
        pdu = pdu.u8(1).address(destination);
    }
    after_addresses(pdu, message).done()
}

/// submit_multi_resp without failures: §4.5.2.
#[must_use]
pub fn submit_multi_resp(command_status: u32, sequence_number: u32, message_id: &str) -> Vec<u8> {
    let pdu = Builder::new(command::SUBMIT_MULTI | command::RESPONSE, command_status, sequence_number);
    if command_status != 0 {
        return pdu.done();
    }
    pdu.cstring(message_id).u8(0).done()
}

/// query_sm: §4.8.1.
#[must_use]
pub fn query_sm(sequence_number: u32, message_id: &str, source: &Address) -> Vec<u8> {
    Builder::new(command::QUERY_SM, 0, sequence_number).cstring(message_id).address(source).done()
}

/// query_sm_resp of a message that is on its way: §4.8.2.
#[must_use]
pub fn query_sm_resp(command_status: u32, sequence_number: u32, message_id: &str) -> Vec<u8> {
    let pdu = Builder::new(command::QUERY_SM | command::RESPONSE, command_status, sequence_number);
    if command_status != 0 {
        return pdu.done();
    }
    pdu.cstring(message_id).cstring("").u8(1).u8(0).done()
}

/// cancel_sm: §4.9.1.
#[must_use]
pub fn cancel_sm(sequence_number: u32, message_id: &str, source: &Address, destination: &Address) -> Vec<u8> {
    Builder::new(command::CANCEL_SM, 0, sequence_number)
        .cstring("")
        .cstring(message_id)
        .address(source)
        .address(destination)
        .done()
}

/// replace_sm: §4.10.1.
#[must_use]
pub fn replace_sm(sequence_number: u32, message_id: &str, source: &Address, text: &[u8]) -> Vec<u8> {
    Builder::new(command::REPLACE_SM, 0, sequence_number)
        .cstring(message_id)
        .address(source)
        .cstring("")
        .cstring("")
        .u8(0)
        .u8(0)
        .short_message(text)
        .done()
}

/// A PDU that is only its header: enquire_link, unbind, their responses, cancel_sm_resp, replace_sm_resp, and
/// generic_nack (command_id [`command::RESPONSE`]).
#[must_use]
pub fn header_only(command_id: u32, command_status: u32, sequence_number: u32) -> Vec<u8> {
    Builder::new(command_id, command_status, sequence_number).done()
}

/// outbind: §4.1.7.
#[must_use]
pub fn outbind(sequence_number: u32, system_id: &str, password: &str) -> Vec<u8> {
    Builder::new(command::OUTBIND, 0, sequence_number).cstring(system_id).cstring(password).done()
}

/// alert_notification: §4.12.1.
#[must_use]
pub fn alert_notification(sequence_number: u32, source: &Address, esme: &Address) -> Vec<u8> {
    Builder::new(command::ALERT_NOTIFICATION, 0, sequence_number).address(source).address(esme).done()
}

fn message_pdu(command_id: u32, sequence_number: u32, message: &Message<'_>) -> Builder {
    let pdu = Builder::new(command_id, 0, sequence_number)
        .cstring("")
        .address(message.source)
        .address(message.destination);
    after_addresses(pdu, message)
}

/// esm_class up to short_message, the same in submit_sm, deliver_sm and submit_multi.
fn after_addresses(pdu: Builder, message: &Message<'_>) -> Builder {
    pdu.u8(message.esm_class)
        .u8(0)
        .u8(0)
        .cstring("")
        .cstring("")
        .u8(message.registered_delivery)
        .u8(0)
        .u8(message.data_coding)
        .u8(0)
        .short_message(message.short_message)
}

fn id_resp(command_id: u32, command_status: u32, sequence_number: u32, message_id: &str) -> Vec<u8> {
    let pdu = Builder::new(command_id | command::RESPONSE, command_status, sequence_number);
    if command_status != 0 {
        return pdu.done();
    }
    pdu.cstring(message_id).done()
}

/// YYMMDDhhmm in UTC.
fn minute(at: i64) -> String {
    let minutes = at.div_euclid(60_000_000_000);
    let (days, minute_of_day) = (minutes.div_euclid(1_440), minutes.rem_euclid(1_440));
    // Days since 0000-03-01 into a date, by eras of 400 years (Howard Hinnant, "chrono-compatible low-level date
    // algorithms").
    let shifted = days + 719_468;
    let (era, day_of_era) = (shifted.div_euclid(146_097), shifted.rem_euclid(146_097));
    let year_of_era = (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 { month_from_march + 3 } else { month_from_march - 9 };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    format!("{:02}{month:02}{day:02}{:02}{:02}", year.rem_euclid(100), minute_of_day / 60, minute_of_day % 60)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_submit_sm_is_the_octets_of_the_specification() {
        // The example of SMPP 3.4 §4.4.1's layout with every field set out by hand.
        let source = Address::international("447700900001");
        let destination = Address::international("447700900123");
        let message = Message {
            source: &source,
            destination: &destination,
            esm_class: 0,
            registered_delivery: 0,
            data_coding: 0,
            short_message: b"hello",
        };
        let mut expected = vec![0, 0, 0, 0x3E, 0, 0, 0, 4, 0, 0, 0, 0, 0, 0, 0, 1, 0, 1, 1];
        expected.extend(b"447700900001\0\x01\x01447700900123\0");
        expected.extend([0, 0, 0, 0, 0, 0, 0, 0, 0, 5]);
        expected.extend(b"hello");
        assert_eq!(submit_sm(1, &message), expected);
    }

    #[test]
    fn minutes_are_those_of_the_calendar() {
        assert_eq!(minute(0), "7001010000");
        assert_eq!(minute(951_782_400_000_000_000), "0002290000");
        assert_eq!(minute(1_795_390_032_000_000_000), "2611222327");
    }
}
