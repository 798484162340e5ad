//! Lines of records, written where they become complete.

use std::io::{self, Write};

use super::model::{Document, EventType};
use super::quick::Quick;
use super::{Documents, Options, csv, others, write_line};
use crate::report::model::Endpoint;
use crate::report::record::{Owned, Record, Scribe, ShownPdu, Stamp};

/// The form of a line.
#[derive(Clone, Debug)]
pub enum Shape {
    /// JSON in our own shape.
    Native,
    /// JSON in the Elastic Common Schema.
    Ecs,
    /// JSON in the form of Suricata's EVE.
    Eve,
    /// Comma-separated values.
    Csv(csv::Table),
}

/// Writes a line for each record.
#[derive(Debug)]
pub struct Lines {
    documents: Documents,
    shape: Shape,
    quick: Quick,
}

impl Lines {
    /// Lines of a shape, showing what `options` say.
    #[must_use]
    pub fn new(shape: Shape, options: Options) -> Self {
        Self { documents: Documents::new(options), shape, quick: Quick::new(options) }
    }

    /// What stands above all lines.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write_titles(&self, out: &mut dyn Write) -> io::Result<()> {
        match &self.shape {
            Shape::Native | Shape::Ecs | Shape::Eve => Ok(()),
            Shape::Csv(table) => table.write_titles(out),
        }
    }

    /// The document of a record.
    #[must_use]
    pub fn document(&mut self, record: &Record) -> Document {
        self.documents.of(record)
    }

    /// Writes a document.
    ///
    /// # Errors
    /// Those of `out`.
    pub fn write(&self, document: &Document, out: &mut dyn Write) -> io::Result<()> {
        match &self.shape {
            Shape::Native => write_line(document, out),
            Shape::Ecs => write_line(&others::ecs(document), out),
            Shape::Eve => write_line(&others::eve(document), out),
            Shape::Csv(table) => table.write(document, out),
        }
    }
}

impl Scribe for Lines {
    fn record(&mut self, record: &Record, out: &mut Vec<u8>) {
        let document = self.document(record);
        // Writing to memory cannot fail.
        let _ = self.write(&document, out);
    }

    fn pdu(&mut self, pdu: &ShownPdu<'_>, out: &mut Vec<u8>) {
        match self.shape {
            Shape::Native => self.quick.pdu(pdu, out),
            Shape::Ecs | Shape::Eve | Shape::Csv(_) => {
                self.record(&Record::Pdu(Box::new(pdu.record())), out);
            }
        }
    }

    fn stamp(&mut self, of: &Owned, source: Endpoint, destination: Endpoint) -> Stamp {
        match self.shape {
            Shape::Native => {
                let document = self.documents.common(EventType::Pdu, of, (source, destination), None);
                Quick::stamp(&document)
            }
            Shape::Ecs | Shape::Eve | Shape::Csv(_) => Stamp::default(),
        }
    }
}
