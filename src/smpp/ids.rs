//! The numbers of a PDU header as newtypes with named constants. Unknown numbers are ordinary values.

use std::fmt;

/// command_id: SMPP 3.4 §5.1.2, 5.0 §4.7.5.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandId(pub u32);

impl CommandId {
    /// The bit that makes a response of a request's id.
    pub const RESPONSE: u32 = 0x8000_0000;
    /// generic_nack
    pub const GENERIC_NACK: Self = Self(0x8000_0000);
    /// bind_receiver
    pub const BIND_RECEIVER: Self = Self(0x0000_0001);
    /// bind_transmitter
    pub const BIND_TRANSMITTER: Self = Self(0x0000_0002);
    /// query_sm
    pub const QUERY_SM: Self = Self(0x0000_0003);
    /// submit_sm
    pub const SUBMIT_SM: Self = Self(0x0000_0004);
    /// deliver_sm
    pub const DELIVER_SM: Self = Self(0x0000_0005);
    /// unbind
    pub const UNBIND: Self = Self(0x0000_0006);
    /// replace_sm
    pub const REPLACE_SM: Self = Self(0x0000_0007);
    /// cancel_sm
    pub const CANCEL_SM: Self = Self(0x0000_0008);
    /// bind_transceiver
    pub const BIND_TRANSCEIVER: Self = Self(0x0000_0009);
    /// outbind
    pub const OUTBIND: Self = Self(0x0000_000B);
    /// enquire_link
    pub const ENQUIRE_LINK: Self = Self(0x0000_0015);
    /// submit_multi
    pub const SUBMIT_MULTI: Self = Self(0x0000_0021);
    /// alert_notification
    pub const ALERT_NOTIFICATION: Self = Self(0x0000_0102);
    /// data_sm
    pub const DATA_SM: Self = Self(0x0000_0103);

    /// Whether the response bit is set (generic_nack included).
    #[must_use]
    pub const fn is_response(self) -> bool {
        self.0 & Self::RESPONSE != 0
    }

    /// The id with the response bit set: the response that a request asks for, if it asks for one.
    #[must_use]
    pub const fn response(self) -> Self {
        Self(self.0 | Self::RESPONSE)
    }

    /// The id with the response bit cleared.
    #[must_use]
    pub const fn request(self) -> Self {
        Self(self.0 & !Self::RESPONSE)
    }

    /// bind_receiver, bind_transmitter or bind_transceiver.
    #[must_use]
    pub const fn is_bind(self) -> bool {
        matches!(self, Self::BIND_RECEIVER | Self::BIND_TRANSMITTER | Self::BIND_TRANSCEIVER)
    }
}

/// command_status: SMPP 3.4 §5.1.3, 5.0 §4.7.6.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct CommandStatus(pub u32);

impl CommandStatus {
    /// ESME_ROK: no error.
    pub const OK: Self = Self(0);
}

/// Tag of a TLV: SMPP 3.4 §5.3, 5.0 §4.8.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct TlvTag(pub u16);

/// sequence_number: SMPP 3.4 §5.1.4, 5.0 §4.7.24.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct SequenceNumber(pub u32);

impl fmt::Display for TlvTag {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "0x{:04x}", self.0)
    }
}

impl fmt::Display for SequenceNumber {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}", self.0)
    }
}
