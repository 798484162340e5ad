//! What standard output and standard error can show.

use crate::view::text::Options;
use std::io::{self, IsTerminal};

/// Columns of a page where there is no terminal to ask.
const WIDTH: u16 = 100;

/// When colour is used.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, clap::ValueEnum)]
pub(super) enum Color {
    /// On a terminal, unless the environment sets NO_COLOR
    #[default]
    Auto,
    /// Always
    Always,
    /// Never
    Never,
}

impl Color {
    /// Whether standard output takes colour.
    pub(super) fn is_on(self) -> bool {
        match self {
            Self::Always => true,
            Self::Never => false,
            Self::Auto => {
                let bare = variable("NO_COLOR").is_some() || variable("TERM").as_deref() == Some("dumb");
                !bare && io::stdout().is_terminal()
            }
        }
    }
}

/// Columns of standard output.
pub(super) fn width() -> u16 {
    if !io::stdout().is_terminal() {
        return WIDTH;
    }
    let told = variable("COLUMNS").and_then(|columns| columns.parse().ok());
    told.or_else(|| terminal_size::terminal_size().map(|(columns, _)| columns.0)).unwrap_or(WIDTH)
}

/// Whether the locale's characters are UTF-8.
pub(super) fn is_utf8() -> bool {
    // On Windows the standard library itself turns UTF-8 into what the console takes.
    cfg!(windows) || names_utf8(["LC_ALL", "LC_CTYPE", "LANG"].map(variable))
}

/// How text for this terminal is written.
pub(super) fn options(color: Color, ascii: bool) -> Options {
    Options { width: width(), color: color.is_on(), ascii: ascii || !is_utf8(), ..Options::default() }
}

/// The first of the variables that is set rules, as POSIX has it.
fn names_utf8(variables: [Option<String>; 3]) -> bool {
    let locale = variables.into_iter().flatten().next().unwrap_or_default().to_ascii_lowercase();
    locale.contains("utf-8") || locale.contains("utf8")
}

/// An environment variable that is set to something.
fn variable(name: &str) -> Option<String> {
    std::env::var(name).ok().filter(|value| !value.is_empty())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_variable_that_is_set_names_the_locale() {
        let set = |value: &str| Some(value.to_owned());
        assert!(names_utf8([None, None, set("en_GB.UTF-8")]));
        assert!(names_utf8([set("C.utf8"), None, set("C")]));
        assert!(!names_utf8([set("C"), None, set("en_GB.UTF-8")]));
        assert!(!names_utf8([None, set("de_DE@euro"), set("en_GB.UTF-8")]));
        assert!(!names_utf8([None, None, None]));
    }
}
