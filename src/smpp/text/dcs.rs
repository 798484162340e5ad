//! What a data_coding says: SMPP 3.4 §5.2.19, 5.0 §4.7.7; in 3.3, and in the groups from 0xC0 on, 3GPP TS 23.038 §4.

use std::fmt;

use crate::smpp::Version;

/// The characters that octets of a text stand for.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Charset {
    /// The default alphabet of GSM, one septet an octet.
    #[default]
    Gsm7,
    /// The default alphabet of GSM, eight septets in seven octets: no data_coding says so, message centres do.
    Gsm7Packed,
    /// IA5, ASCII.
    Ascii,
    /// ISO-8859-1.
    Latin1,
    /// No characters.
    Octets,
    /// JIS X 0208.
    Jis,
    /// ISO-8859-5.
    Cyrillic,
    /// ISO-8859-8.
    Hebrew,
    /// UCS2, in truth often UTF-16; the high octet first.
    Ucs2,
    /// Pictograms of a Japanese operator.
    Pictogram,
    /// ISO-2022-JP.
    Iso2022Jp,
    /// JIS X 0212.
    ExtendedKanji,
    /// KS C 5601.
    KsC5601,
    /// UTF-8: no data_coding says so, the octets do.
    Utf8,
    /// Nothing is known.
    Reserved,
}

impl Charset {
    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self {
            Self::Gsm7 => "GSM 7 bit",
            Self::Gsm7Packed => "GSM 7 bit, packed",
            Self::Ascii => "ASCII",
            Self::Latin1 => "ISO-8859-1",
            Self::Octets => "octets",
            Self::Jis => "JIS X 0208",
            Self::Cyrillic => "ISO-8859-5",
            Self::Hebrew => "ISO-8859-8",
            Self::Ucs2 => "UCS2",
            Self::Pictogram => "pictograms",
            Self::Iso2022Jp => "ISO-2022-JP",
            Self::ExtendedKanji => "JIS X 0212",
            Self::KsC5601 => "KS C 5601",
            Self::Utf8 => "UTF-8",
            Self::Reserved => "reserved",
        }
    }
}

impl Charset {
    /// The charsets that a message centre may mean by data_coding 0, by the names that they have on a command line.
    pub const DEFAULTS: &[(&str, Self)] = &[
        ("gsm7", Self::Gsm7),
        ("gsm7-packed", Self::Gsm7Packed),
        ("ascii", Self::Ascii),
        ("latin1", Self::Latin1),
        ("cyrillic", Self::Cyrillic),
        ("hebrew", Self::Hebrew),
        ("ucs2", Self::Ucs2),
        ("utf8", Self::Utf8),
        ("jis", Self::Jis),
        ("iso-2022-jp", Self::Iso2022Jp),
        ("ks-c-5601", Self::KsC5601),
        ("octets", Self::Octets),
    ];

    /// The charset that a person names: one of [`DEFAULTS`](Self::DEFAULTS), or as IANA spells it.
    ///
    /// # Errors
    /// What may be named, in words.
    pub fn named(name: &str) -> Result<Self, String> {
        let same = |other: &str| other.eq_ignore_ascii_case(name);
        let others = [
            ("gsm", Self::Gsm7),
            ("gsm0338", Self::Gsm7),
            ("us-ascii", Self::Ascii),
            ("iso-8859-1", Self::Latin1),
            ("iso-8859-5", Self::Cyrillic),
            ("iso-8859-8", Self::Hebrew),
            ("utf-16", Self::Ucs2),
            ("utf-16be", Self::Ucs2),
            ("ucs-2", Self::Ucs2),
            ("utf-8", Self::Utf8),
            ("shift_jis", Self::Jis),
            ("euc-kr", Self::KsC5601),
            ("binary", Self::Octets),
        ];
        let found = Self::DEFAULTS.iter().chain(&others).find(|(known, _)| same(known));
        found.map(|(_, charset)| *charset).ok_or_else(|| {
            let names: Vec<&str> = Self::DEFAULTS.iter().map(|(name, _)| *name).collect();
            format!("no charset of that name: {}", names.join(", "))
        })
    }
}

impl fmt::Display for Charset {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(self.name())
    }
}

/// Where a message is to be shown or kept: 3GPP TS 23.038 §4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Class {
    /// Class 0: shown at once, and not kept.
    Display,
    /// Class 1: the mobile equipment.
    Equipment,
    /// Class 2: the (U)SIM.
    Sim,
    /// Class 3: the terminal equipment.
    Terminal,
}

impl Class {
    const fn of(bits: u8) -> Self {
        match bits & 3 {
            0 => Self::Display,
            1 => Self::Equipment,
            2 => Self::Sim,
            _ => Self::Terminal,
        }
    }

    /// Its number, 0 to 3.
    #[must_use]
    pub const fn number(self) -> u8 {
        match self {
            Self::Display => 0,
            Self::Equipment => 1,
            Self::Sim => 2,
            Self::Terminal => 3,
        }
    }
}

/// What is waiting for the subscriber.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Mailbox {
    /// Voicemail.
    Voice,
    /// Fax.
    Fax,
    /// Electronic mail.
    Mail,
    /// Something else.
    Other,
}

/// A message waiting indication: 3GPP TS 23.038 §4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Waiting {
    /// Whether the message is to be stored; otherwise it may be discarded.
    pub store: bool,
    /// Whether the indication is to be switched on.
    pub active: bool,
    /// What is waiting.
    pub mailbox: Mailbox,
}

/// What a data_coding says.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub struct Coding {
    /// The characters. Of a reserved value, those of the GSM data coding scheme, which it is most often taken from.
    pub charset: Charset,
    /// Whether the version reserves the value.
    pub reserved: bool,
    /// Whether the text is compressed (3GPP TS 23.042); its octets are then no characters.
    pub compressed: bool,
    /// Whether the handset deletes the message when it has been read.
    pub deleted_when_read: bool,
    /// The message class, if there is one.
    pub class: Option<Class>,
    /// The message waiting indication, if it is one.
    pub waiting: Option<Waiting>,
}

impl Coding {
    /// What `data_coding` says in `version`; where that is not known, as in 3.4.
    #[must_use]
    pub const fn of(data_coding: u8, version: Option<Version>) -> Self {
        if matches!(version, Some(Version::V33)) {
            return Self::gsm(data_coding);
        }
        let charset = match data_coding {
            0x00 => Charset::Gsm7,
            0x01 => Charset::Ascii,
            0x02 | 0x04 => Charset::Octets,
            0x03 => Charset::Latin1,
            0x05 => Charset::Jis,
            0x06 => Charset::Cyrillic,
            0x07 => Charset::Hebrew,
            0x08 => Charset::Ucs2,
            0x09 => Charset::Pictogram,
            0x0A => Charset::Iso2022Jp,
            0x0D => Charset::ExtendedKanji,
            0x0E => Charset::KsC5601,
            0xC0..=0xDF | 0xF0..=0xFF => return Self::gsm(data_coding),
            0x0B | 0x0C | 0x0F..=0xBF | 0xE0..=0xEF => {
                return Self { reserved: true, ..Self::gsm(data_coding) };
            }
        };
        Self::plain(charset)
    }

    /// What an octet says as a GSM data coding scheme: 3GPP TS 23.038 §4.
    #[must_use]
    pub const fn gsm(octet: u8) -> Self {
        let general = match octet & 0x0C {
            0x00 => Charset::Gsm7,
            0x04 => Charset::Octets,
            0x08 => Charset::Ucs2,
            _ => Charset::Reserved,
        };
        match octet {
            0x00..=0x7F => Self {
                compressed: octet & 0x20 != 0,
                deleted_when_read: octet & 0x40 != 0,
                class: if octet & 0x10 != 0 { Some(Class::of(octet)) } else { None },
                ..Self::plain(general)
            },
            0x80..=0xBF => Self { reserved: true, ..Self::plain(Charset::Reserved) },
            0xC0..=0xEF => {
                let charset = if octet & 0xF0 == 0xE0 { Charset::Ucs2 } else { Charset::Gsm7 };
                let mailbox = match octet & 3 {
                    0 => Mailbox::Voice,
                    1 => Mailbox::Fax,
                    2 => Mailbox::Mail,
                    _ => Mailbox::Other,
                };
                let waiting = Waiting { store: octet >= 0xD0, active: octet & 8 != 0, mailbox };
                Self { waiting: Some(waiting), ..Self::plain(charset) }
            }
            0xF0..=0xFF => {
                let charset = if octet & 4 != 0 { Charset::Octets } else { Charset::Gsm7 };
                Self { class: Some(Class::of(octet)), ..Self::plain(charset) }
            }
        }
    }

    /// Whether each octet of the text is a character of GSM 7 bit, ASCII or Latin 1, beyond doubt.
    #[must_use]
    pub const fn is_characters(self) -> bool {
        !self.reserved
            && !self.compressed
            && matches!(self.charset, Charset::Gsm7 | Charset::Ascii | Charset::Latin1)
    }

    /// The same where the message centre means `default` by data_coding 0, whose coding this is.
    #[must_use]
    pub const fn with_default(self, data_coding: u8, default: Charset) -> Self {
        if data_coding == 0 { Self { charset: default, ..self } } else { self }
    }

    const fn plain(charset: Charset) -> Self {
        Self {
            charset,
            reserved: false,
            compressed: false,
            deleted_when_read: false,
            class: None,
            waiting: None,
        }
    }
}
