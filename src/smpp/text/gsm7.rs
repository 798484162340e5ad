//! The 7-bit alphabet of GSM, its extension and national tables, and its packed form: 3GPP TS 23.038 §6.
//!
//! In SMPP a septet usually has an octet to itself; on the air, and at some message centres, septets are packed.

use super::national as of;

/// The code after which the extension table counts for one character.
pub const ESCAPE: u8 = 0x1B;

/// A national language: 3GPP TS 23.038 §6.2.1.2.4.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub struct Language(u8);

impl Language {
    /// Turkish.
    pub const TURKISH: Self = Self(1);
    /// Spanish, which has no locking table.
    pub const SPANISH: Self = Self(2);
    /// Portuguese.
    pub const PORTUGUESE: Self = Self(3);

    /// The language with this identifier; `None` for reserved ones.
    #[must_use]
    pub const fn of(id: u8) -> Option<Self> {
        if matches!(id, 1..=13) { Some(Self(id)) } else { None }
    }

    /// Its name.
    #[must_use]
    pub const fn name(self) -> &'static str {
        match self.0 {
            1 => "Turkish",
            2 => "Spanish",
            3 => "Portuguese",
            4 => "Bengali",
            5 => "Gujarati",
            6 => "Hindi",
            7 => "Kannada",
            8 => "Malayalam",
            9 => "Oriya",
            10 => "Punjabi",
            11 => "Tamil",
            12 => "Telugu",
            _ => "Urdu",
        }
    }

    /// Whether it has a locking table.
    #[must_use]
    pub const fn locks(self) -> bool {
        self.0 != Self::SPANISH.0
    }

    const fn alphabet(self) -> &'static [char; 128] {
        match self.0 {
            1 => &TURKISH,
            3 => &PORTUGUESE,
            4 => &of::BENGALI,
            5 => &of::GUJARATI,
            6 => &of::HINDI,
            7 => &of::KANNADA,
            8 => &of::MALAYALAM,
            9 => &of::ORIYA,
            10 => &of::PUNJABI,
            11 => &of::TAMIL,
            12 => &of::TELUGU,
            13 => &of::URDU,
            _ => &DEFAULT,
        }
    }

    /// What its extension table has beside those of [`is_indian`](Self::is_indian) and the default one.
    const fn extension(self) -> &'static [(u8, char)] {
        match self.0 {
            1 => TURKISH_EXTENSION,
            2 => SPANISH_EXTENSION,
            3 => PORTUGUESE_EXTENSION,
            4 => of::BENGALI_EXTENSION,
            5 => of::GUJARATI_EXTENSION,
            6 => of::HINDI_EXTENSION,
            7 => of::KANNADA_EXTENSION,
            8 => of::MALAYALAM_EXTENSION,
            9 => of::ORIYA_EXTENSION,
            10 => of::PUNJABI_EXTENSION,
            11 => of::TAMIL_EXTENSION,
            12 => of::TELUGU_EXTENSION,
            _ => of::URDU_EXTENSION,
        }
    }

    /// Whether its extension table has what those of the languages of India and of Urdu share.
    const fn is_indian(self) -> bool {
        matches!(self.0, 4..=13)
    }
}

/// The national languages that a user data header puts in force.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Shifts {
    /// Of the extension table.
    pub single: Option<Language>,
    /// Of the main table.
    pub locking: Option<Language>,
}

impl Shifts {
    fn alphabet(self) -> &'static [char; 128] {
        self.locking.map_or(&DEFAULT, Language::alphabet)
    }

    fn extension(self) -> impl Iterator<Item = (u8, char)> {
        let shared = self.single.filter(|language| language.is_indian()).map(|_| of::SHARED_EXTENSION);
        let own = self.single.map(Language::extension);
        DEFAULT_EXTENSION.iter().chain(shared.into_iter().chain(own).flatten()).copied()
    }

    /// The character of a code after the escape.
    fn extended(self, code: u8) -> Option<char> {
        self.extension().find(|(of, _)| *of == code).map(|(_, character)| character)
    }
}

/// What a text of one septet an octet has that the alphabet has not.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Oddity {
    /// An octet above 0x7F, the first of them.
    Octet {
        /// Its place.
        at: usize,
        /// The octet.
        octet: u8,
    },
    /// An escape that nothing follows.
    LastEscape {
        /// Its place.
        at: usize,
    },
    /// An escape before a code that the extension table does not have, the first of them.
    Escape {
        /// Its place.
        at: usize,
        /// The code.
        code: u8,
    },
}

/// Whether there is neither an octet above 0x7F nor an escape: one pass without branches.
#[inline]
#[must_use]
pub fn is_plain(octets: &[u8]) -> bool {
    octets.iter().fold(0_u8, |seen, octet| seen | octet & 0x80 | u8::from(*octet == ESCAPE)) == 0
}

/// The first oddity of a text; escapes are not looked at when there are octets above 0x7F, which no GSM text has.
#[must_use]
pub fn oddity(octets: &[u8], shifts: Shifts) -> Option<Oddity> {
    if let Some((at, octet)) = octets.iter().enumerate().find(|(_, octet)| **octet > 0x7F) {
        return Some(Oddity::Octet { at, octet: *octet });
    }
    let mut codes = octets.iter().enumerate();
    while let Some((at, octet)) = codes.next() {
        if *octet != ESCAPE {
            continue;
        }
        match codes.next() {
            None => return Some(Oddity::LastEscape { at }),
            // CR2: a control code of every extension table.
            Some((_, 0x0D)) => {}
            Some((_, code)) if shifts.extended(*code).is_none() => {
                return Some(Oddity::Escape { at, code: *code });
            }
            Some(_) => {}
        }
    }
    None
}

/// The characters of a text of one septet an octet. An octet above 0x7F, and a code that the main table does not have,
/// become U+FFFD; an escape that means nothing, the character of the main table, or a space.
#[must_use]
pub fn decode(octets: &[u8], shifts: Shifts) -> String {
    let alphabet = shifts.alphabet();
    let main = |code: u8| alphabet.get(usize::from(code)).copied().unwrap_or(char::REPLACEMENT_CHARACTER);
    let mut text = String::with_capacity(octets.len());
    let mut codes = octets.iter().copied();
    while let Some(code) = codes.next() {
        text.push(match code {
            ESCAPE => match codes.next() {
                None | Some(ESCAPE) => ' ',
                Some(code) => shifts.extended(code).unwrap_or_else(|| main(code)),
            },
            code => main(code),
        });
    }
    text
}

/// The characters of septets one by one; `None` for what is none: a code above 0x7F or that a table does not have, an
/// escape that nothing follows.
pub(super) fn characters(
    septets: impl Iterator<Item = u8>,
    shifts: Shifts,
) -> impl Iterator<Item = Option<char>> {
    let alphabet = shifts.alphabet();
    let mut septets = septets.fuse();
    std::iter::from_fn(move || {
        Some(match septets.next()? {
            ESCAPE => septets.next().and_then(|code| match code {
                0x0D => Some('\r'),
                code => shifts.extended(code),
            }),
            code => alphabet.get(usize::from(code)).copied().filter(|character| *character != of::NONE),
        })
    })
}

/// The codes of a text, one septet an octet; `None` when the tables lack one of its characters.
#[must_use]
pub fn encode(text: &str, shifts: Shifts) -> Option<Vec<u8>> {
    let mut octets = Vec::with_capacity(text.len());
    for character in text.chars() {
        if character == of::NONE {
            return None;
        }
        let main = (0_u8..).zip(shifts.alphabet()).find(|(code, of)| **of == character && *code != ESCAPE);
        if let Some((code, _)) = main {
            octets.push(code);
        } else {
            let (code, _) = shifts.extension().find(|(_, of)| *of == character)?;
            octets.extend([ESCAPE, code]);
        }
    }
    Some(octets)
}

/// Bits between a user data header of `octets` octets, its length octet included, and the first packed septet.
#[must_use]
pub const fn fill_bits(octets: u32) -> u32 {
    // Octet n ends at bit 8n, which is n above a multiple of 7.
    match octets.checked_rem(7) {
        Some(over @ 1..) => 7_u32.saturating_sub(over),
        _ => 0,
    }
}

/// Septets into octets, from the lowest bit on, after `fill` bits (0 to 6) of zero.
#[must_use]
pub fn pack(septets: &[u8], fill: u32) -> Vec<u8> {
    let mut octets = Vec::with_capacity(septets.len());
    let (mut bits, mut held) = (0_u32, fill.min(7));
    for septet in septets {
        bits |= u32::from(septet & 0x7F).checked_shl(held).unwrap_or(0);
        held = held.saturating_add(7);
        if held >= 8 {
            octets.push(bits.to_le_bytes()[0]);
            bits >>= 8;
            held = held.saturating_sub(8);
        }
    }
    if held > 0 && !septets.is_empty() {
        octets.push(bits.to_le_bytes()[0]);
    }
    octets
}

/// The septets of packed octets, after `fill` bits (0 to 6). Seven bits left over at the end may be padding: only who
/// knows the number of septets can tell.
#[must_use]
pub fn unpack(octets: &[u8], fill: u32) -> Vec<u8> {
    septets(octets, fill).collect()
}

/// [`unpack`], one septet after the other.
pub(super) fn septets(octets: &[u8], fill: u32) -> impl Iterator<Item = u8> {
    let mut octets = octets.iter();
    let (mut bits, mut held, mut skip) = (0_u32, 0_u32, fill.min(7));
    std::iter::from_fn(move || {
        while held < 7 {
            bits |= u32::from(*octets.next()?).checked_shl(held).unwrap_or(0);
            held = held.saturating_add(8).saturating_sub(skip);
            bits = bits.checked_shr(skip).unwrap_or(0);
            skip = 0;
        }
        let septet = bits.to_le_bytes()[0] & 0x7F;
        bits >>= 7;
        held = held.saturating_sub(7);
        Some(septet)
    })
}

/// 3GPP TS 23.038 §6.2.1.
#[rustfmt::skip]
static DEFAULT: [char; 128] = [
    '@', '£', '$', '¥', 'è', 'é', 'ù', 'ì', 'ò', 'Ç', '\n', 'Ø', 'ø', '\r', 'Å', 'å',
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1B}', 'Æ', 'æ', 'ß', 'É',
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
    '¡', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
    '¿', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// 3GPP TS 23.038 §A.3.1.
#[rustfmt::skip]
static TURKISH: [char; 128] = [
    '@', '£', '$', '¥', '€', 'é', 'ù', 'ı', 'ò', 'Ç', '\n', 'Ğ', 'ğ', '\r', 'Å', 'å',
    'Δ', '_', 'Φ', 'Γ', 'Λ', 'Ω', 'Π', 'Ψ', 'Σ', 'Θ', 'Ξ', '\u{1B}', 'Ş', 'ş', 'ß', 'É',
    ' ', '!', '"', '#', '¤', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
    'İ', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ä', 'Ö', 'Ñ', 'Ü', '§',
    'ç', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ä', 'ö', 'ñ', 'ü', 'à',
];

/// 3GPP TS 23.038 §A.3.3.
#[rustfmt::skip]
static PORTUGUESE: [char; 128] = [
    '@', '£', '$', '¥', 'ê', 'é', 'ú', 'í', 'ó', 'ç', '\n', 'Ô', 'ô', '\r', 'Á', 'á',
    'Δ', '_', 'ª', 'Ç', 'À', '∞', '^', '\\', '€', 'Ó', '|', '\u{1B}', 'Â', 'â', 'Ê', 'É',
    ' ', '!', '"', '#', 'º', '%', '&', '\'', '(', ')', '*', '+', ',', '-', '.', '/',
    '0', '1', '2', '3', '4', '5', '6', '7', '8', '9', ':', ';', '<', '=', '>', '?',
    'Í', 'A', 'B', 'C', 'D', 'E', 'F', 'G', 'H', 'I', 'J', 'K', 'L', 'M', 'N', 'O',
    'P', 'Q', 'R', 'S', 'T', 'U', 'V', 'W', 'X', 'Y', 'Z', 'Ã', 'Õ', 'Ú', 'Ü', '§',
    '~', 'a', 'b', 'c', 'd', 'e', 'f', 'g', 'h', 'i', 'j', 'k', 'l', 'm', 'n', 'o',
    'p', 'q', 'r', 's', 't', 'u', 'v', 'w', 'x', 'y', 'z', 'ã', 'õ', '`', 'ü', 'à',
];

/// 3GPP TS 23.038 §6.2.1.1; every other extension table has these too.
#[rustfmt::skip]
static DEFAULT_EXTENSION: &[(u8, char)] = &[
    (0x0A, '\u{C}'), (0x14, '^'), (0x28, '{'), (0x29, '}'), (0x2F, '\\'), (0x3C, '['), (0x3D, '~'),
    (0x3E, ']'), (0x40, '|'), (0x65, '€'),
];

/// 3GPP TS 23.038 §A.2.1.
#[rustfmt::skip]
static TURKISH_EXTENSION: &[(u8, char)] = &[
    (0x47, 'Ğ'), (0x49, 'İ'), (0x53, 'Ş'), (0x63, 'ç'), (0x67, 'ğ'), (0x69, 'ı'), (0x73, 'ş'),
];

/// 3GPP TS 23.038 §A.2.2.
#[rustfmt::skip]
static SPANISH_EXTENSION: &[(u8, char)] = &[
    (0x09, 'ç'), (0x41, 'Á'), (0x49, 'Í'), (0x4F, 'Ó'), (0x55, 'Ú'), (0x61, 'á'), (0x69, 'í'),
    (0x6F, 'ó'), (0x75, 'ú'),
];

/// 3GPP TS 23.038 §A.2.3.
#[rustfmt::skip]
static PORTUGUESE_EXTENSION: &[(u8, char)] = &[
    (0x05, 'ê'), (0x09, 'ç'), (0x0B, 'Ô'), (0x0C, 'ô'), (0x0E, 'Á'), (0x0F, 'á'), (0x12, 'Φ'),
    (0x13, 'Γ'), (0x15, 'Ω'), (0x16, 'Π'), (0x17, 'Ψ'), (0x18, 'Σ'), (0x19, 'Θ'), (0x1F, 'Ê'),
    (0x41, 'À'), (0x49, 'Í'), (0x4F, 'Ó'), (0x55, 'Ú'), (0x5B, 'Ã'), (0x5C, 'Õ'), (0x61, 'Â'),
    (0x69, 'í'), (0x6F, 'ó'), (0x75, 'ú'), (0x7B, 'ã'), (0x7C, 'õ'), (0x7F, 'â'),
];
