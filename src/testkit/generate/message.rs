//! User data that fit their esm_class and data_coding.

use super::{Draw, Rng};
use crate::smpp::text::{Charset, Coding};
use crate::smpp::{CommandId, Version};

/// Octets of one short message, and septets: 3GPP TS 23.040 §9.2.3.16.
const NETWORK: [usize; 2] = [140, 160];

/// What the extension table of the GSM alphabet defines: 3GPP TS 23.038 §6.2.1.1.
const EXTENDED: &[u8] = &[0x0A, 0x14, 0x28, 0x29, 0x2F, 0x3C, 0x3D, 0x3E, 0x40, 0x65];

/// What a receipt or an intermediate notification reports: text and TLVs agree.
pub(super) struct Receipt {
    id: u64,
    /// message_state.
    pub(super) state: u8,
    stat: &'static str,
    /// Year, month, day, hour, minute, submitted and done.
    dates: [[u64; 5]; 2],
}

impl Receipt {
    pub(super) fn of_final_state(rng: &mut Rng) -> Self {
        let states =
            [(2, "DELIVRD"), (3, "EXPIRED"), (4, "DELETED"), (5, "UNDELIV"), (6, "ACCEPTD"), (8, "REJECTD")];
        let state = *rng.pick(&states);
        Self::of(rng, state)
    }

    pub(super) fn of_intermediate_state(rng: &mut Rng) -> Self {
        Self::of(rng, (1, "ENROUTE"))
    }

    fn of(rng: &mut Rng, (state, stat): (u8, &'static str)) -> Self {
        let mut date = || {
            let draw = [(20, 20), (1, 12), (1, 28), (0, 24), (0, 60)];
            draw.map(|(from, bound)| from + rng.below(bound))
        };
        let dates = [date(), date()];
        Self { id: rng.below(10_000_000_000), state, stat, dates }
    }

    /// receipted_message_id.
    pub(super) fn id_and_nul(&self) -> Vec<u8> {
        format!("{:010}\0", self.id).into_bytes()
    }

    /// In the form of SMPP 3.4 Appendix B.
    fn text(&self) -> Vec<u8> {
        let [submitted, done] = self.dates.map(|date| date.map(|part| format!("{part:02}")).concat());
        let delivered = u8::from(self.state == 2);
        format!(
            "id:{:010} sub:001 dlvrd:{delivered:03} submit date:{submitted} done date:{done} stat:{} err:000 text:hello",
            self.id, self.stat
        )
        .into_bytes()
    }
}

impl Draw<'_> {
    /// User data as esm_class and data_coding say.
    pub(super) fn message(&mut self) -> Vec<u8> {
        if let Some(receipt) = &self.receipt {
            return receipt.text();
        }
        let coding = Coding::of(self.data_coding as u8, Some(self.version));
        let charset = if coding.compressed { Charset::Octets } else { coding.charset };
        let mut message = Vec::new();
        // 3.3 has no headers: esm_class is reserved there.
        if self.esm_class & 0x40 != 0 && self.version != Version::V33 {
            message = self.header(charset);
        }
        let most = self.most(coding, message.len());
        let room = 1 + self.below(most - message.len());
        let has_languages = !message.is_empty();
        let mut text = match charset {
            Charset::Gsm7 => self.gsm7(room, has_languages),
            Charset::Ascii => (0..room).map(|_| self.rng.below(0x80) as u8).collect(),
            Charset::Ucs2 => self.ucs2(room.div_ceil(2).min((most - message.len()) / 2)),
            _ => self.octets(room),
        };
        // A NUL at the end would be taken for that of a C-Octet String.
        if let Some(last) = text.last_mut() {
            *last = (*last).max(1);
        }
        message.append(&mut text);
        message
    }

    /// Octets that user data may have, `header` octets of header included: what the field holds and, where the message
    /// centre has to send them over GSM, what fits into one message there.
    fn most(&mut self, coding: Coding, header: usize) -> usize {
        let most = match self.version {
            _ if self.rng.chance(900) => 40,
            Version::V33 => 160,
            Version::V34 => 254,
            Version::V50 => 255,
        };
        let to_network =
            matches!(self.command.id, CommandId::SUBMIT_SM | CommandId::SUBMIT_MULTI | CommandId::REPLACE_SM);
        let [octets, septets] = NETWORK;
        match (to_network && !self.in_payload, coding.is_characters()) {
            (false, _) => most,
            (true, false) => most.min(octets),
            // A header is of octets.
            (true, true) => most.min(septets - (header * 8).div_ceil(7) + header),
        }
    }

    /// A user data header: 3GPP TS 23.040 §9.2.3.24.
    fn header(&mut self, charset: Charset) -> Vec<u8> {
        let mut octet = || self.rng.bits() as u8;
        let (any, more) = ([octet(), octet(), octet(), octet()], [octet(), octet(), octet(), octet()]);
        let total = 1 + self.rng.below(255);
        let part = 1 + self.rng.below(total);
        let (total, part) = (total as u8, part as u8);
        let mut elements = Vec::new();
        match self.rng.below(3) {
            0 => elements.extend([0x00, 3, any[0], total, part]),
            1 => elements.extend([0x08, 4, any[0], any[1], total, part]),
            _ => {}
        }
        match self.rng.below(6) {
            0 => elements.extend([0x04, 2, more[0], more[1]]),
            1 => elements.extend([0x05, 4, more[0], more[1], more[2], more[3]]),
            2 => elements.extend([0x70, 3, more[0], more[1], more[2]]),
            // All languages but Spanish have both tables.
            3 if charset == Charset::Gsm7 => {
                elements.extend([0x24, 1, 1 + any[2] % 13]);
                elements.extend([0x25, 1, *self.rng.pick(&[1, 3, 4, 13])]);
            }
            _ => {}
        }
        let mut header = vec![elements.len() as u8];
        header.append(&mut elements);
        header
    }

    /// The default alphabet, one septet an octet; `has_languages`: none of its extension table, which others may replace.
    fn gsm7(&mut self, length: usize, has_languages: bool) -> Vec<u8> {
        let mut text = Vec::with_capacity(length);
        while text.len() < length {
            let left = length - text.len();
            match self.rng.below(0x80) as u8 {
                0x1B if left > 1 && !has_languages => text.extend([0x1B, *self.rng.pick(EXTENDED)]),
                0x1B => text.push(0x20),
                septet => text.push(septet),
            }
        }
        text
    }

    /// UCS2 has no surrogates.
    fn ucs2(&mut self, characters: usize) -> Vec<u8> {
        let mut text = Vec::new();
        for _ in 0..characters {
            let [high, low] = (self.rng.bits() as u16).to_be_bytes();
            text.extend([if high & 0xF8 == 0xD8 { 0x04 } else { high }, low]);
        }
        text
    }
}
