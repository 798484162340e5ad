//! What is wrong with an expression, and where.

use std::fmt;

/// Why a text is no filter. Prints `column N: thing: fact`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct FilterError {
    column: usize,
    message: String,
}

impl FilterError {
    /// At octet `at` of `text`.
    pub(super) fn new(text: &str, at: usize, message: impl Into<String>) -> Self {
        let before = text.get(..at).unwrap_or(text);
        Self { column: before.chars().count().saturating_add(1), message: message.into() }
    }

    /// Character of the expression at which the fault begins, from 1.
    #[must_use]
    pub const fn column(&self) -> usize {
        self.column
    }

    /// What is wrong, without the column.
    #[must_use]
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for FilterError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "column {}: {}", self.column, self.message)
    }
}

impl std::error::Error for FilterError {}
