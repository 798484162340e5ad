//! How likely characters are as a text that people send: what they cost, in tenths of a bit.
//!
//! The costs are those of a small model of texts in all languages: a frequent letter is cheap, a control character is
//! dear, and so is a change of the script within a word. Two readings of the same octets can be compared by what they
//! cost; a reading that costs some bits less is that many powers of two more likely.

/// What the characters so far cost.
#[derive(Clone, Copy, Debug, Default)]
pub(super) struct Cost {
    total: u32,
    before: Class,
    /// The script of the last letter.
    script: Script,
    /// Brackets opened and not closed, of those that are letters in the alphabet of GSM.
    open: [u32; 2],
    /// Whether the character before was a mark that seldom touches letters on both sides, with a letter before it.
    clings: bool,
    /// Whether a character was none at all.
    pub(super) is_broken: bool,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Class {
    #[default]
    Start,
    Lower,
    /// A capital that begins a word.
    Upper,
    /// A capital after a capital.
    Capitals,
    Letter,
    Accented,
    Digit,
    Blank,
    Mark,
    Other,
}

#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
enum Script {
    #[default]
    None,
    Latin,
    Greek,
    Cyrillic,
    Hebrew,
    Arabic,
    /// Each block of 128 of the languages of India, and Thai.
    Indian(u8),
    /// Chinese characters and kana, which stand side by side.
    EastAsian,
    Hangul,
    Other(u8),
}

/// Of no character: an octet or a code that stands for nothing.
const NO_CHARACTER: u32 = 260;

/// Of the letters a to z, over the languages that are written with them.
const LETTERS: [u32; 26] =
    [37, 63, 52, 48, 33, 63, 60, 54, 39, 80, 60, 46, 52, 39, 40, 54, 90, 41, 42, 41, 47, 62, 72, 88, 66, 66];

impl Cost {
    /// All of it.
    pub(super) const fn total(&self) -> u32 {
        let [square, curly] = self.open;
        self.total.saturating_add(square.saturating_add(curly).saturating_mul(60))
    }

    /// Adds a character; `None` where octets stand for none.
    pub(super) fn push(&mut self, character: Option<char>) {
        let (cost, class) = match character {
            Some(character) => self.of(character),
            None => (NO_CHARACTER, Class::Other),
        };
        self.is_broken |= cost >= NO_CHARACTER;
        let follows = matches!(class, Class::Lower | Class::Letter | Class::Accented);
        let extra = if self.clings && follows { 50 } else { 0 };
        self.clings = class == Class::Mark
            && matches!(
                character,
                Some('[' | ']' | '{' | '}' | '~' | '|' | '\\' | '^' | '`' | '§' | '¡' | '¿' | '¤')
            )
            && self.is_in_word();
        self.total = self.total.saturating_add(cost).saturating_add(extra);
        self.before = class;
    }

    /// Adds the half of a character: the text was cut.
    pub(super) fn cut(&mut self) {
        self.total = self.total.saturating_add(60);
        self.before = Class::Other;
    }

    const fn is_in_word(&self) -> bool {
        matches!(self.before, Class::Lower | Class::Upper | Class::Capitals | Class::Letter | Class::Accented)
    }

    fn of(&mut self, character: char) -> (u32, Class) {
        match character {
            'a'..='z' => {
                let place = usize::from(u8::try_from(character).unwrap_or(b'a').saturating_sub(b'a'));
                let cost = LETTERS.get(place).copied().unwrap_or(90);
                self.letter(Script::Latin, cost, true, false)
            }
            'A'..='Z' => {
                let place = usize::from(u8::try_from(character).unwrap_or(b'A').saturating_sub(b'A'));
                let cost = LETTERS.get(place).copied().unwrap_or(90).saturating_add(20);
                self.letter(Script::Latin, cost, false, false)
            }
            '0'..='9' => (if self.before == Class::Digit { 37 } else { 47 }, Class::Digit),
            ' ' => (if self.before == Class::Blank { 45 } else { 25 }, Class::Blank),
            '\n' => (60, Class::Blank),
            '\r' => (75, Class::Blank),
            '\t' => (140, Class::Blank),
            '.' | ',' => (50, Class::Mark),
            '-' | ':' | '!' | '?' | '/' | '\'' => (60, Class::Mark),
            '"' | '(' | ')' | '%' | '+' | '#' | '&' | '*' | '@' | ';' | '=' | '_' => (80, Class::Mark),
            '$' | '£' | '€' | '¥' => (if self.is_in_word() { 140 } else { 95 }, Class::Mark),
            '[' => self.bracket(0, true),
            ']' => self.bracket(0, false),
            '{' => self.bracket(1, true),
            '}' => self.bracket(1, false),
            '<' | '>' => (90, Class::Mark),
            '~' | '|' | '\\' | '^' | '`' => (if self.is_in_word() { 160 } else { 105 }, Class::Mark),
            '¡' | '¿' => {
                (if self.is_in_word() || self.before == Class::Digit { 170 } else { 95 }, Class::Mark)
            }
            '\u{A0}' | '«' | '»' | '°' | 'º' | 'ª' | '·' => (110, Class::Mark),
            '¤' => (180, Class::Mark),
            '\u{A1}'..='\u{BF}' | '×' | '÷' => (if self.is_in_word() { 155 } else { 130 }, Class::Mark),
            'ß'..='ÿ' => {
                // These are of the north, where they stand beside their like.
                let cost = if matches!(character, 'ð' | 'þ' | 'ý' | 'ÿ') { 105 } else { 80 };
                self.letter(Script::Latin, cost, true, true)
            }
            'À'..='Þ' => self.letter(Script::Latin, 105, false, true),
            '\u{0100}'..='\u{017F}' => {
                let is_lower = character.is_lowercase();
                self.letter(Script::Latin, if is_lower { 80 } else { 105 }, is_lower, true)
            }
            '\u{1E00}'..='\u{1EFF}' | 'ơ' | 'ư' | 'Ơ' | 'Ư' => {
                self.letter(Script::Latin, 85, character.is_lowercase(), true)
            }
            '\u{0180}'..='\u{024F}' => self.letter(Script::Latin, 130, character.is_lowercase(), true),
            '\u{0386}'..='\u{03CE}' => {
                let is_lower = character.is_lowercase();
                self.letter(Script::Greek, if is_lower { 45 } else { 65 }, is_lower, false)
            }
            'а'..='я' => {
                let is_rare = matches!(character, 'ъ' | 'э' | 'щ' | 'ф' | 'ц' | 'ш' | 'ю' | 'х' | 'ж');
                self.letter(Script::Cyrillic, if is_rare { 68 } else { 46 }, true, false)
            }
            'А'..='Я' => self.letter(Script::Cyrillic, 66, false, false),
            'ё' | 'і' | 'ї' | 'є' | 'ј' | 'ў' | 'ђ' | 'ћ' | 'љ' | 'њ' | 'џ' | 'ґ' => {
                self.letter(Script::Cyrillic, 75, true, false)
            }
            '\u{0400}'..='\u{045F}' | '\u{0490}'..='\u{04FF}' => {
                self.letter(Script::Cyrillic, 95, character.is_lowercase(), false)
            }
            '\u{05D0}'..='\u{05EA}' => self.letter(Script::Hebrew, 45, true, false),
            '\u{0591}'..='\u{05C7}' | '\u{05F0}'..='\u{05F4}' => self.letter(Script::Hebrew, 85, true, false),
            '\u{0621}'..='\u{064A}' => self.letter(Script::Arabic, 47, true, false),
            '\u{0600}'..='\u{061F}' | '\u{064B}'..='\u{06FF}' => self.letter(Script::Arabic, 70, true, false),
            '\u{0900}'..='\u{0DFF}' | '\u{0E01}'..='\u{0E5B}' => {
                let block = u32::from(character).checked_shr(7).unwrap_or(0);
                self.letter(Script::Indian(u8::try_from(block).unwrap_or(0)), 56, true, false)
            }
            '\u{3041}'..='\u{3096}' => self.letter(Script::EastAsian, 62, true, false),
            '\u{30A1}'..='\u{30FE}' => self.letter(Script::EastAsian, 70, true, false),
            '\u{4E00}'..='\u{9FFF}' => self.letter(Script::EastAsian, 115, true, false),
            '\u{3000}'..='\u{303F}' | '\u{FF01}'..='\u{FF5E}' => (75, Class::Mark),
            '\u{AC00}'..='\u{D7A3}' => self.letter(Script::Hangul, 95, true, false),
            '\u{FF61}'..='\u{FF9F}' => self.letter(Script::EastAsian, 90, true, false),
            '\u{2010}'..='\u{2027}'
            | '\u{2030}'..='\u{203A}'
            | '\u{200B}'..='\u{200F}'
            | '₽'
            | '₹'
            | '₺'
            | '₴'
            | '₪' => (85, Class::Mark),
            '\u{20A0}'..='\u{20BF}' | '№' | '\u{2122}' => (100, Class::Mark),
            '\u{2600}'..='\u{27BF}' | '\u{1F300}'..='\u{1FAFF}' | '\u{FE0F}' => (125, Class::Mark),
            '\u{2100}'..='\u{25FF}' => (140, Class::Mark),
            '\u{0300}'..='\u{036F}' => (if self.before == Class::Lower { 100 } else { 150 }, Class::Other),
            '\u{3400}'..='\u{4DBF}' | '\u{F900}'..='\u{FAFF}' => {
                self.letter(Script::EastAsian, 190, true, false)
            }
            '\u{0530}'..='\u{058F}' => self.letter(Script::Other(0), 60, true, false),
            '\u{10A0}'..='\u{10FF}' => self.letter(Script::Other(1), 60, true, false),
            '\u{1000}'..='\u{109F}' => self.letter(Script::Other(2), 60, true, false),
            '\u{1780}'..='\u{17FF}' => self.letter(Script::Other(3), 60, true, false),
            '\u{1200}'..='\u{139F}' => self.letter(Script::Other(4), 85, true, false),
            '\u{FFFD}' | '\u{E000}'..='\u{F8FF}' | '\u{FFF0}'..='\u{FFFF}' => (NO_CHARACTER, Class::Other),
            '\0'..='\u{1F}' | '\u{7F}'..='\u{9F}' => (200, Class::Other),
            _ => (180, Class::Other),
        }
    }

    fn bracket(&mut self, kind: usize, opens: bool) -> (u32, Class) {
        let in_word = self.is_in_word();
        if let Some(open) = self.open.get_mut(kind) {
            if opens {
                *open = open.saturating_add(1);
            } else if *open > 0 {
                *open = open.saturating_sub(1);
                return (60, Class::Mark);
            } else {
                return (if in_word { 170 } else { 140 }, Class::Mark);
            }
        }
        (if in_word { 150 } else { 95 }, Class::Mark)
    }

    /// A letter: dearer where the script changes, and where a capital follows a small letter.
    fn letter(&mut self, script: Script, cost: u32, is_lower: bool, is_accented: bool) -> (u32, Class) {
        let in_word = self.is_in_word();
        let change = if self.script == script || (script == Script::Latin && !in_word) {
            0
        } else if self.script == Script::None {
            35
        } else if !in_word {
            45
        } else if matches!(self.script, Script::EastAsian | Script::Hangul)
            && matches!(script, Script::EastAsian | Script::Hangul | Script::Latin)
            || script == Script::EastAsian
        {
            60
        } else {
            110
        };
        // Where Latin stands between words of another script, that script is still the text's.
        if script != Script::Latin || in_word || self.script == Script::None {
            self.script = script;
        }
        let case = match (is_lower, self.before) {
            (false, Class::Lower | Class::Accented) => 55,
            (true, Class::Capitals) => 35,
            (false, Class::Upper | Class::Capitals) => 5,
            (true, Class::Digit) => 15,
            _ => 0,
        };
        let beside = if is_accented && self.before == Class::Accented { 45 } else { 0 };
        let class = match (is_lower, self.before) {
            (true, _) if is_accented => Class::Accented,
            (true, _) if script == Script::Latin || script == Script::Cyrillic || script == Script::Greek => {
                Class::Lower
            }
            (true, _) => Class::Letter,
            (false, Class::Upper | Class::Capitals) => Class::Capitals,
            (false, _) => Class::Upper,
        };
        (cost.saturating_add(change).saturating_add(case).saturating_add(beside), class)
    }
}
