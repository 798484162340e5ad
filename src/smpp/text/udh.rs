//! The user data header: information elements before the text, 3GPP TS 23.040 §9.2.3.24.

use super::gsm7::{Language, Shifts};
use crate::smpp::Span;
use crate::smpp::reader::Reader;

/// A row of the table of information elements.
#[derive(Debug)]
pub struct Known {
    /// First identifier.
    pub from: u8,
    /// Last identifier.
    pub to: u8,
    /// What it is.
    pub name: &'static str,
    /// Whether it may stand in a header more than once; of reserved ones and those of a protocol inside, nothing is
    /// known, and they may.
    pub repeatable: bool,
    /// Whether nobody may use it.
    pub reserved: bool,
    /// Octets of its value, where that is fixed and a receiver ignores an element of another length.
    pub length: Option<u8>,
}

/// The element with this identifier.
#[must_use]
pub fn known(id: u8) -> &'static Known {
    ELEMENTS.iter().find(|row| (row.from..=row.to).contains(&id)).unwrap_or(&UNKNOWN)
}

/// A user data header that fits into the user data.
#[derive(Clone, Debug)]
pub struct UserDataHeader<'a> {
    elements: Reader<'a>,
}

/// One information element.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Element<'a> {
    /// Its identifier.
    pub id: u8,
    /// Its value.
    pub value: &'a [u8],
    /// All its octets, identifier and length included.
    pub span: Span,
}

/// What an element of the right length says.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Meaning {
    /// A part of a longer message.
    Part(Part),
    /// Ports of applications.
    Ports {
        /// The receiver's.
        destination: u16,
        /// The sender's.
        source: u16,
    },
    /// The language of the extension table.
    SingleShift(u8),
    /// The language of the main table.
    LockingShift(u8),
}

/// Which part of which message.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Part {
    /// Number of the message, of 8 or 16 bits.
    pub reference: u16,
    /// Whether the reference has 16 bits: 42 in 8 bits is not 42 in 16.
    pub wide: bool,
    /// Parts of the message.
    pub total: u8,
    /// Number of this part, from 1.
    pub number: u8,
}

impl Part {
    /// Whether the numbers make sense; a receiver ignores the element otherwise.
    #[must_use]
    pub const fn is_valid(self) -> bool {
        self.total > 0 && self.number > 0 && self.number <= self.total
    }
}

/// An element that goes beyond the end of its header.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Broken {
    /// From its identifier to the end of the header.
    pub span: Span,
}

impl<'a> UserDataHeader<'a> {
    /// Takes the header off user data; `None`, and nothing taken, when its length goes beyond them, or they are empty.
    pub fn take(user_data: &mut Reader<'a>) -> Option<Self> {
        let mut rest = user_data.clone();
        let length = rest.u8()?;
        let elements = rest.sub(u32::from(length))?;
        *user_data = rest;
        Some(Self { elements })
    }

    /// Its octets, the one of the length included.
    #[must_use]
    pub fn len(&self) -> u32 {
        self.elements.left().saturating_add(1)
    }

    /// Whether it has no element.
    #[must_use]
    pub const fn is_empty(&self) -> bool {
        self.elements.is_empty()
    }

    /// The elements in their order; a broken one ends them.
    #[must_use]
    pub fn elements(&self) -> Elements<'a> {
        Elements(self.elements.clone())
    }

    /// Which part of which message this is: the last valid element counts.
    #[must_use]
    pub fn part(&self) -> Option<Part> {
        self.meanings()
            .filter_map(|meaning| match meaning {
                Meaning::Part(part) if part.is_valid() => Some(part),
                _ => None,
            })
            .last()
    }

    /// Destination and source port: the last element counts.
    #[must_use]
    pub fn ports(&self) -> Option<(u16, u16)> {
        self.meanings()
            .filter_map(|meaning| match meaning {
                Meaning::Ports { destination, source } => Some((destination, source)),
                _ => None,
            })
            .last()
    }

    /// The national languages of the text: the last element of each kind counts.
    #[must_use]
    pub fn shifts(&self) -> Shifts {
        let mut shifts = Shifts::default();
        for meaning in self.meanings() {
            match meaning {
                Meaning::SingleShift(id) => shifts.single = Language::of(id),
                Meaning::LockingShift(id) => shifts.locking = Language::of(id).filter(|it| it.locks()),
                _ => {}
            }
        }
        shifts
    }

    fn meanings(&self) -> impl Iterator<Item = Meaning> + use<'a> {
        self.elements().filter_map(|element| element.ok()?.meaning())
    }
}

/// The elements of a header; see [`UserDataHeader::elements`].
#[derive(Clone, Debug)]
pub struct Elements<'a>(Reader<'a>);

impl<'a> Iterator for Elements<'a> {
    type Item = Result<Element<'a>, Broken>;

    fn next(&mut self) -> Option<Self::Item> {
        if self.0.is_empty() {
            return None;
        }
        let (start, whole) = (self.0.at(), self.0.rest_span());
        let id = self.0.u8();
        let value = self.0.u8().and_then(|length| self.0.take(u32::from(length)));
        Some(match (id, value) {
            (Some(id), Some(value)) => Ok(Element { id, value, span: self.0.since(start) }),
            _ => {
                self.0.all();
                Err(Broken { span: whole })
            }
        })
    }
}

impl Element<'_> {
    /// What it says; `None` where it has another length than it should, or is none of those that matter to a text.
    #[must_use]
    pub const fn meaning(&self) -> Option<Meaning> {
        Some(match (self.id, self.value) {
            (0x00, [reference, total, number]) => {
                let reference = u16::from_be_bytes([0, *reference]);
                Meaning::Part(Part { reference, wide: false, total: *total, number: *number })
            }
            (0x08, [high, low, total, number]) => {
                let reference = u16::from_be_bytes([*high, *low]);
                Meaning::Part(Part { reference, wide: true, total: *total, number: *number })
            }
            (0x04, [destination, source]) => Meaning::Ports {
                destination: u16::from_be_bytes([0, *destination]),
                source: u16::from_be_bytes([0, *source]),
            },
            (0x05, [a, b, c, d]) => Meaning::Ports {
                destination: u16::from_be_bytes([*a, *b]),
                source: u16::from_be_bytes([*c, *d]),
            },
            (0x24, [id]) => Meaning::SingleShift(*id),
            (0x25, [id]) => Meaning::LockingShift(*id),
            _ => return None,
        })
    }
}

const UNKNOWN: Known = reserved(0x00, 0xFF, "Unknown");

/// Every identifier, by 3GPP TS 23.040 §9.2.3.24.
pub static ELEMENTS: &[Known] = &[
    fixed(0x00, "Concatenated short messages, 8-bit reference", 3),
    repeatable(0x01, "Special SMS Message Indication"),
    reserved(0x02, 0x02, "Reserved"),
    reserved(0x03, 0x03, "Not used (would look like <LF>)"),
    fixed(0x04, "Application port addressing, 8-bit", 2),
    fixed(0x05, "Application port addressing, 16-bit", 4),
    single(0x06, "SMSC Control Parameters"),
    repeatable(0x07, "UDH Source Indicator"),
    fixed(0x08, "Concatenated short messages, 16-bit reference", 4),
    repeatable(0x09, "Wireless Control Message Protocol"),
    repeatable(0x0A, "Text Formatting"),
    repeatable(0x0B, "Predefined Sound"),
    repeatable(0x0C, "User Defined Sound"),
    repeatable(0x0D, "Predefined Animation"),
    repeatable(0x0E, "Large Animation"),
    repeatable(0x0F, "Small Animation"),
    repeatable(0x10, "Large Picture"),
    repeatable(0x11, "Small Picture"),
    repeatable(0x12, "Variable Picture"),
    repeatable(0x13, "User prompt indicator"),
    repeatable(0x14, "Extended Object"),
    repeatable(0x15, "Reused Extended Object"),
    single(0x16, "Compression Control"),
    repeatable(0x17, "Object Distribution Indicator"),
    repeatable(0x18, "Standard WVG object"),
    repeatable(0x19, "Character Size WVG object"),
    single(0x1A, "Extended Object Data Request Command"),
    reserved(0x1B, 0x1F, "Reserved for future EMS features"),
    single(0x20, "RFC 822 E-Mail Header"),
    repeatable(0x21, "Hyperlink format element"),
    single(0x22, "Reply Address Element"),
    single(0x23, "Enhanced Voice Mail Information"),
    fixed(0x24, "National Language Single Shift", 1),
    fixed(0x25, "National Language Locking Shift", 1),
    reserved(0x26, 0x6F, "Reserved for future use"),
    Known { to: 0x7F, ..repeatable(0x70, "(U)SIM Toolkit Security Headers") },
    Known { to: 0x9F, ..repeatable(0x80, "SME to SME specific use") },
    reserved(0xA0, 0xBF, "Reserved for future use"),
    Known { to: 0xDF, ..repeatable(0xC0, "SC specific use") },
    reserved(0xE0, 0xFF, "Reserved for future use"),
];

const fn repeatable(id: u8, name: &'static str) -> Known {
    Known { from: id, to: id, name, repeatable: true, reserved: false, length: None }
}

const fn single(id: u8, name: &'static str) -> Known {
    Known { repeatable: false, ..repeatable(id, name) }
}

const fn fixed(id: u8, name: &'static str, length: u8) -> Known {
    Known { length: Some(length), ..single(id, name) }
}

const fn reserved(from: u8, to: u8, name: &'static str) -> Known {
    Known { to, reserved: true, ..repeatable(from, name) }
}
