//! A page of text: headings, paragraphs and tables within a width, with or without colour.

use std::borrow::Cow;
use std::io::{self, Write};

use comfy_table::{ContentArrangement, Table as Comfy, presets};

use super::plain::plain;
use super::text::Options;

/// A blank of an opening paragraph at which no line ends.
pub(super) const GLUE: char = '\u{a0}';

/// Least width of a page; a narrower terminal wraps by itself.
const NARROWEST: u16 = 40;

/// Widest that a heading is laid out, so that its explanation stays near the table below on a wide terminal.
const WIDEST_HEADING: u16 = 120;

/// Emphasis, shown where colour is allowed.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub(super) enum Tone {
    Heading,
    Bad,
    Doubtful,
    Faint,
}

/// Lines on their way to `out`.
pub(super) struct Page<'a, W> {
    out: &'a mut W,
    options: &'a Options,
    begun: bool,
}

impl<'a, W: Write> Page<'a, W> {
    pub(super) fn new(out: &'a mut W, options: &'a Options) -> Self {
        Self { out, options, begun: false }
    }

    /// Columns that a line may take.
    pub(super) fn width(&self) -> u16 {
        self.options.width.max(NARROWEST)
    }

    pub(super) fn options(&self) -> &'a Options {
        self.options
    }

    /// Text of unknown origin, fit to be printed.
    pub(super) fn plain<'t>(&self, text: &'t str) -> Cow<'t, str> {
        plain(text, self.options.ascii)
    }

    /// An empty line, then a heading with an explanation at the right: as many of its parts, which `; ` separates, as
    /// there is room for.
    pub(super) fn heading(&mut self, title: &str, note: &str) -> io::Result<()> {
        if self.begun {
            writeln!(self.out)?;
        }
        let width = usize::from(self.width().min(WIDEST_HEADING));
        let room = width.saturating_sub(title.len() + 3);
        let heading = self.toned(title, Tone::Heading);
        let mut note = note;
        while note.len() > room {
            note = note.rsplit_once("; ").map_or("", |(before, _)| before);
        }
        if note.is_empty() {
            return self.line(&heading);
        }
        let gap = width - title.len() - note.len();
        let note = self.toned(note, Tone::Faint);
        self.line(&format!("{heading}{:gap$}{note}", ""))
    }

    /// A paragraph at the margin.
    pub(super) fn opening(&mut self, text: &str) -> io::Result<()> {
        for line in wrapped(text, self.width(), 0) {
            self.line(&line.replace(GLUE, " "))?;
        }
        Ok(())
    }

    /// A paragraph, indented by two, its further lines by four.
    pub(super) fn item(&mut self, text: &str, tone: Option<Tone>) -> io::Result<()> {
        for (place, line) in wrapped(text, self.width(), 4).enumerate() {
            let line = if place == 0 { line.replacen("    ", "  ", 1) } else { line };
            match tone {
                Some(tone) => self.line(&self.toned(&line, tone))?,
                None => self.line(&line)?,
            }
        }
        Ok(())
    }

    /// A line as it is. The caller keeps it within the width.
    pub(super) fn line(&mut self, line: &str) -> io::Result<()> {
        self.begun = true;
        writeln!(self.out, "{line}")
    }

    /// `text` with the escape sequences of `tone`, where colour is allowed.
    pub(super) fn toned(&self, text: &str, tone: Tone) -> String {
        if !self.options.color {
            return text.to_owned();
        }
        let code = match tone {
            Tone::Heading => 1,
            Tone::Bad => 31,
            Tone::Doubtful => 33,
            Tone::Faint => 2,
        };
        format!("\x1b[{code}m{text}\x1b[0m")
    }
}

/// `text` in lines of at most `width` columns, each indented by `indent`.
pub(super) fn wrapped(text: &str, width: u16, indent: u16) -> impl Iterator<Item = String> {
    let mut table = Comfy::new();
    table.load_style(presets::NOTHING).set_content_arrangement(ContentArrangement::Dynamic).set_width(width);
    table.add_row([text]);
    if let Some(column) = table.column_mut(0) {
        column.set_padding((indent, 0));
    }
    let lines: Vec<String> = table.lines().map(|line| line.trim_end().to_owned()).collect();
    lines.into_iter()
}
