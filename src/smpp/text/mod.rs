//! The text of a message: what its data_coding says ([`dcs`]), the header before it ([`udh`]), its characters
//! ([`gsm7`]), whether they fit ([`forensics`]), and the text of a delivery receipt ([`receipt`]).
//!
//! [`UserData`] finds the text in a PDU, without an allocation; [`text`] makes characters of it, for people to read.

mod charsets;
pub mod dcs;
pub mod forensics;
pub mod gsm7;
mod judge;
mod likely;
mod national;
pub mod receipt;
pub mod udh;

pub use charsets::{AsDeclared, Text, text};
pub use dcs::{Charset, Coding};
pub use receipt::Receipt;
pub use udh::UserDataHeader;

use super::reader::{Reader, slice};
use super::spec::{Slot, TlvSlot};
use super::{Facts, Version};

/// UDHI of esm_class: the user data begins with a header.
pub const UDHI: u8 = 0x40;

/// The user data of a message, taken apart.
#[derive(Clone, Debug)]
pub struct UserData<'a> {
    /// What data_coding says; `None` where the command has none (replace_sm).
    pub coding: Option<Coding>,
    /// The header, if esm_class promises one.
    pub header: Header<'a>,
    /// The octets of the text: what stands after the header, or all where the header does not fit.
    pub text: Reader<'a>,
    /// Whether it is message_payload; otherwise short_message.
    pub is_payload: bool,
}

/// The header of user data.
#[derive(Clone, Debug)]
pub enum Header<'a> {
    /// None promised.
    None,
    /// A header that fits.
    Whole(UserDataHeader<'a>),
    /// A header is promised, and what is there is not as long as its length says.
    Overrun,
}

impl<'a> UserData<'a> {
    /// The user data of the PDU that `facts` are about, in a session of `version` where data_coding 0 means
    /// `default_charset`: short_message, or message_payload when that is empty or absent. `None` when there are none.
    #[inline]
    #[must_use]
    pub fn of(
        facts: &Facts,
        pdu: &'a [u8],
        version: Option<Version>,
        default_charset: Charset,
    ) -> Option<Self> {
        let short = facts.span(Slot::ShortMessage).filter(|span| span.end > span.start);
        let span = match short {
            Some(span) => span,
            // 3.3 has no message_payload.
            None if version == Some(Version::V33) => return None,
            None => facts.tlv(TlvSlot::MessagePayload)?.value,
        };
        let mut text = Reader::new(slice(pdu, span), span.start);
        if text.is_empty() {
            return None;
        }
        let promised = facts.esm_class().unwrap_or(0) & UDHI != 0;
        let header = match promised.then(|| UserDataHeader::take(&mut text)) {
            None => Header::None,
            Some(Some(header)) => Header::Whole(header),
            Some(None) => Header::Overrun,
        };
        let coding = facts
            .data_coding()
            .map(|data_coding| Coding::of(data_coding, version).with_default(data_coding, default_charset));
        Some(Self { coding, header, text, is_payload: short.is_none() })
    }

    /// Octets of the header, the one of its length included.
    #[must_use]
    pub fn header_len(&self) -> u32 {
        match &self.header {
            Header::Whole(header) => header.len(),
            Header::None | Header::Overrun => 0,
        }
    }

    /// Bits between the header and a packed text: 0 to 6.
    #[must_use]
    pub fn fill_bits(&self) -> u8 {
        u8::try_from(gsm7::fill_bits(self.header_len())).unwrap_or(0)
    }

    /// The national languages that the header puts in force.
    #[must_use]
    pub fn shifts(&self) -> gsm7::Shifts {
        match &self.header {
            Header::Whole(header) => header.shifts(),
            Header::None | Header::Overrun => gsm7::Shifts::default(),
        }
    }
}
