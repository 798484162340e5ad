//! `-Y`, the filter of the commands that show PDUs.

use clap::ValueEnum;

use crate::filter::{Filter, Level};

/// What is kept with something for which a filter holds.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq, ValueEnum)]
pub(super) enum Keep {
    /// Nothing else
    #[default]
    Pdu,
    /// The request and the response of its transaction
    Transaction,
    /// All of its session
    Session,
}

/// A filter of records.
pub(super) fn of_records(text: &str) -> Result<Filter, String> {
    text.parse()
        .map_err(|error: crate::filter::FilterError| pointed(text, error.column(), &error.to_string()))
}

/// A filter of PDUs in a capture.
pub(super) fn of_capture(text: &str) -> Result<Filter, String> {
    let filter = of_records(text)?;
    match filter.beyond(Level::Capture) {
        Some(field) => Err(format!("{field}: known of records alone: smpp-inspect records -Y")),
        None => Ok(filter),
    }
}

/// A filter of PDUs without a capture around them.
pub(super) fn of_pdus(text: &str) -> Result<Filter, String> {
    let filter = of_capture(text)?;
    match filter.beyond(Level::Pdu) {
        Some(field) => Err(format!("{field}: octets given by hand are in no capture")),
        None => Ok(filter),
    }
}

/// `message` above the expression, with a mark under the column, where that helps.
fn pointed(text: &str, column: usize, message: &str) -> String {
    let is_plain = !text.chars().any(char::is_control);
    if !is_plain {
        return message.to_owned();
    }
    format!("{message}\n  {text}\n  {:>column$}", "^")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_points_at_its_column() {
        let error = of_capture("command == submit_sm and lenght > 3").unwrap_err();
        let lines: Vec<&str> = error.lines().collect();
        assert_eq!(lines[1].find("lenght"), lines[2].find('^'), "{error}");
    }

    #[test]
    fn fields_of_a_capture_are_refused_where_there_is_none() {
        assert!(of_capture("tcp.port == 2775").is_ok());
        assert_eq!(
            of_pdus("tcp.port == 2775").unwrap_err(),
            "tcp.port: octets given by hand are in no capture"
        );
    }
}
